DROP VIEW IF EXISTS conversation_messages;
DROP TABLE IF EXISTS messages;
DROP FUNCTION IF EXISTS trigger_update_conversation_stats();
DROP TRIGGER IF EXISTS delete_conversations ON teams;
DROP FUNCTION IF EXISTS trigger_delete_conversations();
DROP TABLE IF EXISTS conversations;
DROP TABLE IF EXISTS tools;
DROP TABLE IF EXISTS agents;

DROP TYPE IF EXISTS message_role;
DROP TYPE IF EXISTS conversation_status;
DROP TYPE IF EXISTS agent_status;
