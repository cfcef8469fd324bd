-- Agents and what they say.
--
-- Created: 2026-11-21. Tables: agents, tools, conversations, messages.
-- Locks: none on existing tables but the short ones of foreign keys, and of a trigger on teams. Reversible: yes, by dropping what is created here.

DO $$
BEGIN
    CREATE TYPE agent_status AS ENUM ('draft', 'active', 'paused', 'archived');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE agent_status IS 'What may be done with an agent.';

DO $$
BEGIN
    CREATE TYPE conversation_status AS ENUM ('active', 'idle', 'closed');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE conversation_status IS 'Whether a conversation goes on: idle ones wake up, closed ones do not.';

DO $$
BEGIN
    CREATE TYPE message_role AS ENUM ('user', 'assistant', 'system', 'tool');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE message_role IS 'Who speaks in a turn of a conversation.';

-- agents --------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS agents (
    tenant_id            uuid         NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                   uuid         NOT NULL DEFAULT gen_random_uuid(),
    team_id              uuid         NOT NULL,
    name                 text         NOT NULL,
    slug                 slug         NOT NULL,
    tagline              text         NOT NULL DEFAULT '',
    avatar_emoji         text         NOT NULL DEFAULT '',
    type                 text         NOT NULL DEFAULT 'assistant',
    role                 text,
    status               agent_status NOT NULL DEFAULT 'draft',
    personality          jsonb        NOT NULL DEFAULT '{}',
    shared_skill_names   text[]       NOT NULL DEFAULT '{}',
    custom_skill_names   text[]       NOT NULL DEFAULT '{}',
    disabled_skill_names text[]       NOT NULL DEFAULT '{}',
    model_config_json    jsonb        NOT NULL DEFAULT
        '{"model_name": "anthropic/claude-sonnet-4.5", "temperature": 0.7, "max_output_tokens": 4096}',
    memory_config        jsonb        NOT NULL DEFAULT
        '{"token_budget": 2000, "auto_extract": true, "auto_pin_preferences": true, "summarize_interval": 20,
          "retrieval_weights": {"semantic": 0.35, "recency": 0.20, "importance": 0.20, "continuity": 0.15, "relationship": 0.10}}',
    boundaries           jsonb        NOT NULL DEFAULT '{"max_autonomy": "execute", "max_tool_calls_per_turn": 10}',
    config               jsonb        NOT NULL DEFAULT '{}',
    policies             jsonb        NOT NULL DEFAULT '{}',
    created_by           uuid,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    updated_at           timestamptz  NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, created_by) REFERENCES principals (tenant_id, id) ON DELETE SET NULL (created_by),
    CONSTRAINT agents_slug_key UNIQUE (tenant_id, team_id, slug),
    -- What conversations point to, so that the agent is one of the team.
    CONSTRAINT agents_team_key UNIQUE (tenant_id, team_id, id),
    CONSTRAINT agents_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT agents_tagline_length CHECK (length(tagline) <= 255),
    CONSTRAINT agents_avatar_emoji_length CHECK (length(avatar_emoji) <= 32),
    CONSTRAINT agents_type_length CHECK (length(type) BETWEEN 1 AND 100),
    CONSTRAINT agents_role_length CHECK (length(role) BETWEEN 1 AND 100),
    -- What the library writes anyway; a list of lists, or one with a hole, could not be read back.
    CONSTRAINT agents_skill_names CHECK (
        coalesce(array_ndims(shared_skill_names), 1) = 1 AND array_position(shared_skill_names, NULL) IS NULL
        AND coalesce(array_ndims(custom_skill_names), 1) = 1 AND array_position(custom_skill_names, NULL) IS NULL
        AND coalesce(array_ndims(disabled_skill_names), 1) = 1 AND array_position(disabled_skill_names, NULL) IS NULL
    ),
    CONSTRAINT agents_objects CHECK (
        jsonb_typeof(personality) = 'object' AND jsonb_typeof(model_config_json) = 'object'
        AND jsonb_typeof(memory_config) = 'object' AND jsonb_typeof(boundaries) = 'object'
        AND jsonb_typeof(config) = 'object' AND jsonb_typeof(policies) = 'object'
    )
);

CREATE INDEX IF NOT EXISTS agents_team_status_idx ON agents (tenant_id, team_id, status);
CREATE INDEX IF NOT EXISTS agents_slug_idx ON agents (tenant_id, slug);
CREATE INDEX IF NOT EXISTS agents_created_by_idx ON agents (tenant_id, created_by);
CREATE INDEX IF NOT EXISTS agents_config_idx ON agents USING gin (config jsonb_path_ops);
CREATE INDEX IF NOT EXISTS agents_policies_idx ON agents USING gin (policies jsonb_path_ops);

COMMENT ON TABLE agents IS 'The agents of teams: who they are, what they can, what they may.';
COMMENT ON COLUMN agents.type IS 'What kind of agent, for the programs that run it.';
COMMENT ON COLUMN agents.role IS 'The part it plays among other agents.';
COMMENT ON COLUMN agents.shared_skill_names IS 'Besides those that its team shares with all of its agents.';
COMMENT ON COLUMN agents.disabled_skill_names IS 'What it must not use, whoever shares it.';
COMMENT ON COLUMN agents.config IS 'Whatever the programs that run it need.';
COMMENT ON COLUMN agents.policies IS 'Whatever the programs that watch over it need. Policies in Rego are elsewhere.';

SELECT isolate_tenant_table('agents');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON agents
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- tools ---------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS tools (
    tenant_id   uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    schema      jsonb       NOT NULL,
    permissions jsonb       NOT NULL DEFAULT '{}',
    cost_model  jsonb       NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tools_name_key UNIQUE (tenant_id, name),
    CONSTRAINT tools_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT tools_schema_kind CHECK (jsonb_typeof(schema) IN ('object', 'boolean')),
    CONSTRAINT tools_objects CHECK (jsonb_typeof(permissions) = 'object' AND jsonb_typeof(cost_model) = 'object')
);

CREATE INDEX IF NOT EXISTS tools_schema_idx ON tools USING gin (schema jsonb_path_ops);
CREATE INDEX IF NOT EXISTS tools_permissions_idx ON tools USING gin (permissions jsonb_path_ops);

COMMENT ON TABLE tools IS 'What agents may call.';
COMMENT ON COLUMN tools.schema IS 'JSON Schema of the arguments.';

SELECT isolate_tenant_table('tools');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON tools
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- conversations -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS conversations (
    tenant_id           uuid                NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid                NOT NULL DEFAULT gen_random_uuid(),
    team_id             uuid                NOT NULL,
    agent_id            uuid                NOT NULL,
    user_id             uuid                NOT NULL,
    title               text,
    status              conversation_status NOT NULL DEFAULT 'active',
    message_count       integer             NOT NULL DEFAULT 0,
    total_input_tokens  bigint              NOT NULL DEFAULT 0,
    total_output_tokens bigint              NOT NULL DEFAULT 0,
    summary             text,
    metadata            jsonb               NOT NULL DEFAULT '{}',
    created_at          timestamptz         NOT NULL DEFAULT now(),
    updated_at          timestamptz         NOT NULL DEFAULT now(),
    last_message_at     timestamptz         NOT NULL DEFAULT now(),
    closed_at           timestamptz,
    import_key          text,
    import_digest       bytea,

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT conversations_agent_in_this_team_fkey
        FOREIGN KEY (tenant_id, team_id, agent_id) REFERENCES agents (tenant_id, team_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    -- In this order it is the index of the key above as well.
    CONSTRAINT conversations_import_key UNIQUE (tenant_id, team_id, agent_id, user_id, import_key),
    CONSTRAINT conversations_title_length CHECK (length(title) BETWEEN 1 AND 255),
    -- An id of 255 characters, and before it what kind of key it is.
    CONSTRAINT conversations_import_key_length CHECK (length(import_key) BETWEEN 1 AND 300),
    CONSTRAINT conversations_import_digest_length CHECK (octet_length(import_digest) = 32),
    CONSTRAINT conversations_import_digest_of_key CHECK ((import_key IS NULL) = (import_digest IS NULL)),
    CONSTRAINT conversations_metadata_object CHECK (jsonb_typeof(metadata) = 'object'),
    CONSTRAINT conversations_counters_not_negative CHECK (
        message_count >= 0 AND total_input_tokens >= 0 AND total_output_tokens >= 0
    ),
    CONSTRAINT conversations_closing_dated CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);

CREATE INDEX IF NOT EXISTS conversations_created_at_idx ON conversations (tenant_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS conversations_team_idx ON conversations (tenant_id, team_id, created_at DESC);
CREATE INDEX IF NOT EXISTS conversations_agent_idx ON conversations (tenant_id, agent_id, created_at DESC);
CREATE INDEX IF NOT EXISTS conversations_user_idx ON conversations (tenant_id, user_id, created_at DESC);
-- One for each state: a comparison of states may not run ahead of row level security, so it is no part of a search by an index.
CREATE INDEX IF NOT EXISTS conversations_active_idx ON conversations (tenant_id, last_message_at) WHERE status = 'active';
CREATE INDEX IF NOT EXISTS conversations_idle_idx ON conversations (tenant_id, last_message_at) WHERE status = 'idle';
CREATE INDEX IF NOT EXISTS conversations_closed_idx ON conversations (tenant_id, team_id, closed_at)
    WHERE status = 'closed';

-- Keys that cascade from a team reach its agents before the messages of its conversations, which still need them then.
CREATE OR REPLACE FUNCTION trigger_delete_conversations() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM public.conversations WHERE tenant_id = OLD.tenant_id AND team_id = OLD.id;
    RETURN OLD;
END
$$;

COMMENT ON FUNCTION trigger_delete_conversations() IS 'Deletes the conversations of a team before the team goes.';

CREATE OR REPLACE TRIGGER delete_conversations
    BEFORE DELETE ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_delete_conversations();

COMMENT ON TABLE conversations IS 'What a user and an agent say to each other.';
COMMENT ON COLUMN conversations.message_count IS 'Kept by trigger, as the token totals and last_message_at are.';
COMMENT ON COLUMN conversations.total_input_tokens IS
    'Tokens of all turns but those of the assistant; the largest bigint if there are more.';
COMMENT ON COLUMN conversations.total_output_tokens IS
    'Tokens of the turns of the assistant; the largest bigint if there are more.';
COMMENT ON COLUMN conversations.last_message_at IS 'Never moves back, also when an older message is added.';
COMMENT ON COLUMN conversations.import_key IS
    'What an imported conversation was called where it came from: it is imported once for a team, an agent and a user.';
COMMENT ON COLUMN conversations.import_digest IS 'SHA-256 of what was imported, to tell the same from another.';

SELECT isolate_tenant_table('conversations');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON conversations
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- messages ------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS messages (
    tenant_id        uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id               uuid        NOT NULL,
    conversation_id  uuid,
    agent_id         uuid,
    trace_id         text,
    span_id          text,
    from_agent       text        NOT NULL,
    to_agent         text        NOT NULL,
    type             text        NOT NULL,
    payload          jsonb       NOT NULL DEFAULT 'null',
    metadata         jsonb       NOT NULL DEFAULT '{}',
    cost             jsonb       NOT NULL DEFAULT '{"tokens": 0, "dollars": 0}',
    ts               timestamptz NOT NULL,
    envelope_hash    text        NOT NULL,
    feedback_rating  text,
    feedback_comment text,
    created_at       timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id),
    CONSTRAINT messages_trace_id_format CHECK (trace_id ~ '^[0-9a-f]{32}$'),
    CONSTRAINT messages_span_id_format CHECK (span_id ~ '^[0-9a-f]{16}$'),
    CONSTRAINT messages_from_length CHECK (length(from_agent) BETWEEN 1 AND 255),
    CONSTRAINT messages_to_length CHECK (length(to_agent) BETWEEN 1 AND 255),
    CONSTRAINT messages_type_known CHECK (type IN ('request', 'response', 'event', 'control')),
    CONSTRAINT messages_metadata_object CHECK (jsonb_typeof(metadata) = 'object'),
    -- The two keys of the contract and no other: an integer that every reader holds, and a double. NULL would pass, hence
    -- IS TRUE; CASE, because a cast must not come before the look at the type.
    CONSTRAINT messages_cost_shape CHECK (
        CASE
            WHEN jsonb_typeof(cost -> 'tokens') = 'number' AND jsonb_typeof(cost -> 'dollars') = 'number'
                THEN cost - 'tokens' - 'dollars' = '{}'
                    AND (cost ->> 'tokens')::numeric BETWEEN 0 AND 9007199254740991
                    AND (cost ->> 'tokens')::numeric % 1 = 0
                    AND (cost ->> 'dollars')::numeric BETWEEN 0 AND 1.7976931348623157e308
        END IS TRUE
    ),
    -- The years that RFC 3339 can write. NULL is refused by the column.
    CONSTRAINT messages_ts_range CHECK (extract(year FROM ts AT TIME ZONE 'UTC') BETWEEN 1 AND 9999),
    CONSTRAINT messages_envelope_hash_format CHECK (envelope_hash ~ '^[0-9a-f]{64}$'),
    -- A message of a conversation is a turn. NULL would pass, hence IS TRUE.
    CONSTRAINT messages_turn_shape CHECK (
        conversation_id IS NULL
        OR (payload ->> 'role' IN ('user', 'assistant', 'system', 'tool')
            AND jsonb_typeof(payload -> 'content') = 'string') IS TRUE
    ),
    CONSTRAINT messages_feedback_rating_known CHECK (feedback_rating IN ('positive', 'negative')),
    CONSTRAINT messages_feedback_comment_rated CHECK (feedback_comment IS NULL OR feedback_rating IS NOT NULL)
);

CREATE INDEX IF NOT EXISTS messages_conversation_idx ON messages (tenant_id, conversation_id, ts, id);
CREATE INDEX IF NOT EXISTS messages_trace_idx ON messages (tenant_id, trace_id, ts, id);
CREATE INDEX IF NOT EXISTS messages_ts_idx ON messages (tenant_id, ts, id);
CREATE INDEX IF NOT EXISTS messages_agent_idx ON messages (tenant_id, agent_id);
CREATE INDEX IF NOT EXISTS messages_feedback_idx ON messages (tenant_id, conversation_id)
    WHERE feedback_rating IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_payload_idx ON messages USING gin (payload jsonb_path_ops);
CREATE INDEX IF NOT EXISTS messages_metadata_idx ON messages USING gin (metadata jsonb_path_ops);

COMMENT ON TABLE messages IS 'Envelopes: what agents send each other, and the turns of conversations.';
COMMENT ON COLUMN messages.id IS 'The 128 bits of the envelope''s ULID.';
COMMENT ON COLUMN messages.agent_id IS 'The agent who speaks in a turn, if one does.';
COMMENT ON COLUMN messages.payload IS 'Of a turn: role, content, tool_calls, tool_results, model.';
COMMENT ON COLUMN messages.cost IS 'tokens and dollars. The tokens of a turn count for its conversation.';
COMMENT ON COLUMN messages.ts IS 'When it was sent, as it was hashed.';
COMMENT ON COLUMN messages.envelope_hash IS 'SHA-256 of the canonical envelope: everything but conversation, agent and feedback.';

-- What was said is not changed, and not taken back to be said in another way; only what somebody thought of it changes.
-- Turns go with their conversation: keys cascade as the owner.
SELECT isolate_tenant_table('messages', 'SELECT, INSERT');
GRANT UPDATE (feedback_rating, feedback_comment) ON messages TO af_app;

CREATE OR REPLACE FUNCTION trigger_update_conversation_stats() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    v_most constant bigint := 9223372036854775807;
    v_closed uuid;
    v_stranger uuid;
BEGIN
    -- In one order for everybody, so that two statements over the same conversations wait and do not deadlock.
    PERFORM FROM public.conversations AS c
    WHERE (c.tenant_id, c.id) IN (SELECT m.tenant_id, m.conversation_id FROM changed AS m)
    ORDER BY c.tenant_id, c.id
    FOR NO KEY UPDATE;

    IF TG_OP = 'INSERT' THEN
        SELECT c.id INTO v_closed
        FROM public.conversations AS c
        JOIN changed AS m ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        WHERE c.status = 'closed'
        LIMIT 1;

        IF v_closed IS NOT NULL THEN
            RAISE EXCEPTION 'conversation % is closed', v_closed
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'messages_conversation_open';
        END IF;

        -- The agent of the conversation is one of its team already.
        SELECT m.agent_id INTO v_stranger
        FROM changed AS m
        JOIN public.conversations AS c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        JOIN public.agents AS a ON a.tenant_id = m.tenant_id AND a.id = m.agent_id
        WHERE m.agent_id <> c.agent_id AND a.team_id <> c.team_id
        LIMIT 1;

        IF v_stranger IS NOT NULL THEN
            RAISE EXCEPTION 'agent % is of another team than the conversation', v_stranger
                USING ERRCODE = 'foreign_key_violation', TABLE = 'messages',
                    CONSTRAINT = 'messages_agent_in_this_team_fkey';
        END IF;
    END IF;

    UPDATE public.conversations AS c
    SET message_count       = c.message_count + v_sign * said.turns,
        -- A total that bigint cannot hold stays at the end of it: what was said is stored all the same.
        total_input_tokens  = least(greatest(c.total_input_tokens + v_sign * said.input_tokens, 0), v_most),
        total_output_tokens = least(greatest(c.total_output_tokens + v_sign * said.output_tokens, 0), v_most),
        last_message_at     = CASE WHEN v_sign > 0 THEN greatest(c.last_message_at, said.last_ts) ELSE c.last_message_at END,
        status              = CASE WHEN v_sign > 0 THEN 'active'::public.conversation_status ELSE c.status END
    FROM (
        SELECT
            m.tenant_id,
            m.conversation_id,
            count(*)::integer AS turns,
            coalesce(sum((m.cost ->> 'tokens')::numeric) FILTER (WHERE m.payload ->> 'role' <> 'assistant'), 0)
                AS input_tokens,
            coalesce(sum((m.cost ->> 'tokens')::numeric) FILTER (WHERE m.payload ->> 'role' = 'assistant'), 0)
                AS output_tokens,
            max(m.ts) AS last_ts
        FROM changed AS m
        WHERE m.conversation_id IS NOT NULL
        GROUP BY m.tenant_id, m.conversation_id
    ) AS said
    WHERE c.tenant_id = said.tenant_id AND c.id = said.conversation_id;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_update_conversation_stats() IS
    'Keeps the counters of conversations, wakes idle ones, and refuses turns of closed ones.';

CREATE OR REPLACE TRIGGER update_conversation_on_message
    AFTER INSERT ON messages
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_update_conversation_stats();

CREATE OR REPLACE TRIGGER update_conversation_on_deletion
    AFTER DELETE ON messages
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_update_conversation_stats();

CREATE OR REPLACE VIEW conversation_messages WITH (security_invoker = true) AS
SELECT
    tenant_id,
    id,
    conversation_id,
    agent_id,
    (payload ->> 'role')::message_role AS role,
    payload ->> 'content' AS content,
    payload -> 'tool_calls' AS tool_calls,
    payload -> 'tool_results' AS tool_results,
    (cost ->> 'tokens')::bigint AS token_count,
    payload ->> 'model' AS model,
    feedback_rating,
    feedback_comment,
    ts,
    created_at
FROM messages
WHERE conversation_id IS NOT NULL;

COMMENT ON VIEW conversation_messages IS 'The turns of conversations, with their parts as columns. Nothing is stored twice.';

REVOKE ALL ON conversation_messages FROM PUBLIC;
GRANT SELECT ON conversation_messages TO af_app;
