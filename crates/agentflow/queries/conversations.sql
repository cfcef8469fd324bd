--: Conversation (title?, summary?, closed_at?, import_key?)

--! insert_conversation (title?, import_key?, import_digest?) : Conversation
INSERT INTO public.conversations (
    tenant_id, id, team_id, agent_id, user_id, title, metadata, created_at, last_message_at, import_key,
    import_digest
)
VALUES (
    :tenant_id, :id, :team_id, :agent_id, :user_id, :title, :metadata, :now, :now, :import_key, :import_digest
)
RETURNING
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key;

--! get_conversation : Conversation
SELECT
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key
FROM public.conversations
WHERE tenant_id = :tenant_id AND id = :id;

-- What was imported under this key, for the same team, agent and user.
--! get_import : (import_digest?)
SELECT id, import_digest
FROM public.conversations
WHERE tenant_id = :tenant_id
  AND import_key = :import_key
  AND team_id = :team_id
  AND agent_id = :agent_id
  AND user_id = :user_id;

-- The newest first; a page starts after the conversation that ended the page before. Every filter is off when NULL.
--! list_conversations (team_id?, agent_id?, user_id?, status?, before_created_at?, before_id?) : Conversation
SELECT
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key
FROM public.conversations
WHERE tenant_id = :tenant_id
  AND (:team_id::uuid IS NULL OR team_id = :team_id)
  AND (:agent_id::uuid IS NULL OR agent_id = :agent_id)
  AND (:user_id::uuid IS NULL OR user_id = :user_id)
  AND (:status::text IS NULL OR status = :status::text::public.conversation_status)
  AND (created_at, id) < (
      coalesce(:before_created_at::timestamptz, 'infinity'),
      coalesce(:before_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  )
ORDER BY created_at DESC, id DESC
LIMIT :page_size;

--! describe_conversation (title?, summary?) : Conversation
UPDATE public.conversations
SET title = :title, summary = :summary, metadata = :metadata
WHERE tenant_id = :tenant_id AND id = :id
RETURNING
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key;

--! lock_conversation : Conversation
SELECT
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key
FROM public.conversations
WHERE tenant_id = :tenant_id AND id = :id
FOR NO KEY UPDATE;

--! close_conversation : Conversation
UPDATE public.conversations
SET status = 'closed', closed_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND status <> 'closed'
RETURNING
    id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens,
    summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key;

--! delete_conversation
DELETE FROM public.conversations
WHERE tenant_id = :tenant_id AND id = :id;

-- Sweeping, a batch at a time -----------------------------------------------------------------------------------------

-- SKIP LOCKED: somebody who says something right now is not idle.
--! idle_conversations
UPDATE public.conversations
SET status = 'idle'
WHERE tenant_id = :tenant_id
  AND id IN (
      SELECT c.id
      FROM public.conversations AS c
      WHERE c.tenant_id = :tenant_id AND c.status = 'active' AND c.last_message_at < :unless_since
      ORDER BY c.last_message_at
      LIMIT :batch
      FOR NO KEY UPDATE SKIP LOCKED
  );

--! close_idle_conversations
UPDATE public.conversations
SET status = 'closed', closed_at = :now
WHERE tenant_id = :tenant_id
  AND id IN (
      SELECT c.id
      FROM public.conversations AS c
      WHERE c.tenant_id = :tenant_id AND c.status = 'idle' AND c.last_message_at < :unless_since
      ORDER BY c.last_message_at
      LIMIT :batch
      FOR NO KEY UPDATE SKIP LOCKED
  );

-- Closed conversations whose team does not keep them any longer, with their messages. So many days that there is no date
-- before them would be an error, for all teams of the tenant. The oldest of each team first.
--! delete_expired_conversations
WITH expired AS (
    SELECT c.id
    FROM public.teams AS t
    CROSS JOIN LATERAL (
        SELECT c.id
        FROM public.conversations AS c
        WHERE c.tenant_id = t.tenant_id
          AND c.team_id = t.id
          AND c.status = 'closed'
          AND c.closed_at < :now::timestamptz - make_interval(days => least(t.conversation_retention_days, 1000000))
        ORDER BY c.closed_at
        LIMIT :batch
        FOR UPDATE SKIP LOCKED
    ) AS c
    WHERE t.tenant_id = :tenant_id
    LIMIT :batch
)
DELETE FROM public.conversations
WHERE tenant_id = :tenant_id AND id IN (SELECT id FROM expired)
RETURNING id, message_count;

-- Restoring a turn ----------------------------------------------------------------------------------------------------

-- A turn that was lost is put back into a conversation that may have been closed since: open for a moment, which nobody
-- else sees, and then as it was.
--! reopen_conversation
UPDATE public.conversations
SET status = 'active', closed_at = NULL
WHERE tenant_id = :tenant_id AND id = :id;

--! settle_conversation (closed_at?)
UPDATE public.conversations
SET status = :status::text::public.conversation_status, closed_at = :closed_at
WHERE tenant_id = :tenant_id AND id = :id;

-- The counters anew, from the turns there are: triggers count what is added, and not what is changed in place.
--! recount_conversation
UPDATE public.conversations AS c
SET message_count       = said.turns,
    total_input_tokens  = least(said.input_tokens, 9223372036854775807),
    total_output_tokens = least(said.output_tokens, 9223372036854775807)
FROM (
    SELECT
        count(*)::integer AS turns,
        coalesce(sum(t.tokens) FILTER (WHERE t.role <> 'assistant'), 0) AS input_tokens,
        coalesce(sum(t.tokens) FILTER (WHERE t.role = 'assistant'), 0) AS output_tokens
    FROM (
        SELECT
            m.payload ->> 'role' AS role,
            -- Another row may be forged as well.
            CASE
                WHEN jsonb_typeof(m.cost -> 'tokens') = 'number' THEN greatest((m.cost ->> 'tokens')::numeric, 0)
            END AS tokens
        FROM public.messages AS m
        WHERE m.tenant_id = :tenant_id AND m.conversation_id = :id
    ) AS t
) AS said
WHERE c.tenant_id = :tenant_id AND c.id = :id;
