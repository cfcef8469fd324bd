--: Message (conversation_id?, agent_id?, trace_id?, span_id?, from_agent?, to_agent?, type?, payload?, metadata?, cost?, ts_bytes?, envelope_hash?, feedback_rating?, feedback_comment?, created_bytes?)

-- Replay reads rows that somebody may have forged, with constraints dropped: any hashed column may be NULL, and times
-- cross as their eight bytes, because one that no program can hold must be reported and not end the replay. Those have
-- names of their own: ORDER BY ts would order by the bytes if they were called ts.

-- Texts instead of jsonb: each is read once, into what is hashed. An empty trace, span or agent is none.
--! insert_messages (conversation_id?)
INSERT INTO public.messages (
    tenant_id, id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload, metadata, cost, ts,
    envelope_hash
)
SELECT
    :tenant_id, m.id, :conversation_id, NULLIF(m.agent_id, '')::uuid, NULLIF(m.trace_id, ''), NULLIF(m.span_id, ''),
    m.from_agent, m.to_agent, m.type, m.payload::jsonb, m.metadata::jsonb, m.cost::jsonb, m.ts, m.envelope_hash
FROM unnest(
    :ids::uuid[], :agent_ids::text[], :trace_ids::text[], :span_ids::text[], :from_agents::text[], :to_agents::text[],
    :types::text[], :payloads::text[], :metadatas::text[], :costs::text[], :tss::timestamptz[], :envelope_hashes::text[]
) AS m (
    id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload, metadata, cost, ts, envelope_hash
);

--! get_message : Message
SELECT
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes
FROM public.messages
WHERE tenant_id = :tenant_id AND id = :id;

-- Held for the rest of the transaction, by the owner of the table.
--! lock_message : Message
SELECT
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes
FROM public.messages
WHERE tenant_id = :tenant_id AND id = :id
FOR UPDATE;

-- What is hashed, and the hash, as they were; the rest of the row stays. Only the owner of the table may.
--! restore_message
UPDATE public.messages
SET trace_id      = NULLIF(:trace_id, ''),
    span_id       = NULLIF(:span_id, ''),
    from_agent    = :from_agent,
    to_agent      = :to_agent,
    type          = :type,
    payload       = :payload::text::jsonb,
    metadata      = :metadata::text::jsonb,
    cost          = :cost::text::jsonb,
    ts            = :ts,
    envelope_hash = :envelope_hash
WHERE tenant_id = :tenant_id AND id = :id;

-- Replay: in the order in which they were sent, a page from a place on. The place is never NULL, so that it is part of
-- the index condition in every plan; the time of it is a text, which can name any time that PostgreSQL holds ----------

--! list_messages_of_conversation : Message
SELECT
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes
FROM public.messages
WHERE tenant_id = :tenant_id
  AND conversation_id = :conversation_id
  AND (ts, id) >= (:from_ts::text::timestamptz, :from_id::uuid)
ORDER BY ts, id
LIMIT :page_size;

--! list_messages_of_trace : Message
SELECT
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes
FROM public.messages
WHERE tenant_id = :tenant_id
  AND trace_id = :trace_id
  AND (ts, id) >= (:from_ts::text::timestamptz, :from_id::uuid)
ORDER BY ts, id
LIMIT :page_size;

-- Before until; since when is the place where it begins.
--! list_messages_between (until?) : Message
SELECT
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes
FROM public.messages
WHERE tenant_id = :tenant_id
  AND (:until::timestamptz IS NULL OR ts < :until::timestamptz)
  AND (ts, id) >= (:from_ts::text::timestamptz, :from_id::uuid)
ORDER BY ts, id
LIMIT :page_size;

-- All of them, in the order of the primary key, for verification.
--! scan_messages : (trace_id?, span_id?, from_agent?, to_agent?, type?, payload?, metadata?, cost?, ts_bytes?, envelope_hash?)
SELECT
    id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata,
    cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash
FROM public.messages
WHERE tenant_id = :tenant_id AND id >= :from_id
ORDER BY id
LIMIT :page_size;

-- An estimate is enough for progress; a count would read everything twice.
--! estimate_messages
SELECT count(*) AS messages
FROM (SELECT FROM public.messages WHERE tenant_id = :tenant_id LIMIT :at_most) AS counted;

-- Feedback ------------------------------------------------------------------------------------------------------------

--! set_feedback (feedback_rating?, feedback_comment?) : Message
UPDATE public.messages
SET feedback_rating = :feedback_rating, feedback_comment = :feedback_comment
WHERE tenant_id = :tenant_id AND id = :id AND conversation_id IS NOT NULL
RETURNING
    id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload,
    metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating,
    feedback_comment, timestamptz_send(created_at) AS created_bytes;

-- A row as it is: every column as a text, in case one of them is nothing that a program can hold. Times and ids are in the
-- words of PostgreSQL.
--! get_raw_message : (conversation_id?, agent_id?, trace_id?, span_id?, from_agent?, to_agent?, type?, payload?, metadata?, cost?, sent?, envelope_hash?, feedback_rating?, feedback_comment?, stored?)
SELECT
    id, conversation_id::text AS conversation_id, agent_id::text AS agent_id, trace_id, span_id, from_agent, to_agent, type,
    payload::text AS payload, metadata::text AS metadata, cost::text AS cost, ts::text AS sent, envelope_hash,
    feedback_rating, feedback_comment, created_at::text AS stored
FROM public.messages
WHERE tenant_id = :tenant_id AND id = :id;
