-- Memories: what is remembered, and its history. How they are found is in memory_search.sql.

--: Memory (agent_id?, user_id?, entry_key?, subject?, embedding_model?, embedding_dimensions?, source_conversation_id?, extraction_model?, superseded_by?, expires_at?)

-- Who changes memories in this transaction, why, and when; for the history. Waits here while they move to another partition.
--! act_on_memories (reason?)
SELECT
    public.hold_memories() AS held,
    set_config('app.actor', :actor, true) AS actor,
    set_config('app.reason', coalesce(:reason::text, ''), true) AS reason,
    -- In a form that is read alike whatever the session says of dates.
    set_config('app.now', to_jsonb(:now::timestamptz) #>> '{}', true) AS now;

--! get_memory : Memory
SELECT
    m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model,
    m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id,
    m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text,
    m.tier::text, m.status::text,
    ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags,
    coalesce(a.access_count, 0) AS access_count,
    coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at,
    m.created_at, m.updated_at, m.expires_at
FROM public.memories AS m
LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
WHERE m.tenant_id = :tenant_id AND m.id = :id;

-- For searches: in no order.
--! get_memories : Memory
SELECT
    m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model,
    m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id,
    m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text,
    m.tier::text, m.status::text,
    ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags,
    coalesce(a.access_count, 0) AS access_count,
    coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at,
    m.created_at, m.updated_at, m.expires_at
FROM public.memories AS m
LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
WHERE m.tenant_id = :tenant_id AND m.id = ANY (:ids::uuid[]);

-- What is asked for by its status may be forgotten or expired; of what holds, nothing that expired is listed.
--! list_memories (agent?, user?, types?, tiers?, min_importance?, from?, until?, metadata?, path?, tags?, after?) : Memory
SELECT
    m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model,
    m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id,
    m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text,
    m.tier::text, m.status::text,
    ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags,
    coalesce(a.access_count, 0) AS access_count,
    coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at,
    m.created_at, m.updated_at, m.expires_at
FROM (
    -- By the key, and no more of each than it takes to choose it.
    SELECT m.id
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id
        AND m.team_id = :team_id
        AND m.status = ANY (:statuses::text[]::public.memory_status[])
        AND (m.status NOT IN ('active', 'disputed') OR m.expires_at IS NULL OR m.expires_at > :now)
        AND public.memory_is_visible('active', NULL, m.memory_type, m.agent_id, :agent::uuid, :now)
        AND public.memory_matches(
            m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, :user::uuid, :types::text[], :tiers::text[],
            :min_importance::integer, :from::timestamptz, :until::timestamptz, :metadata::jsonb, :path::text::jsonpath
        )
        AND (:tags::text[] IS NULL OR m.id IN (
            SELECT t.memory_id
            FROM public.memory_tags AS t
            WHERE t.tenant_id = :tenant_id AND t.tag = ANY (:tags::text[])
            GROUP BY t.memory_id
            HAVING count(*) = cardinality(:tags::text[])
        ))
        AND m.id > (SELECT coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000'))
    ORDER BY m.id
    LIMIT :limit
) AS page
CROSS JOIN LATERAL (
    SELECT m.*
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.id = page.id
    OFFSET 0
) AS m
LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
ORDER BY m.id;

--! count_memories (agent?, user?, types?, tiers?, min_importance?, from?, until?, metadata?, path?, tags?)
SELECT count(*)
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id
    AND m.team_id = :team_id
    AND m.status::text = ANY (:statuses::text[])
    AND (m.status NOT IN ('active', 'disputed') OR m.expires_at IS NULL OR m.expires_at > :now)
    AND public.memory_is_visible('active', NULL, m.memory_type, m.agent_id, :agent::uuid, :now)
    AND public.memory_matches(
        m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, :user::uuid, :types::text[], :tiers::text[],
        :min_importance::integer, :from::timestamptz, :until::timestamptz, :metadata::jsonb, :path::text::jsonpath
    )
    AND (:tags::text[] IS NULL OR m.id IN (
        SELECT t.memory_id
        FROM public.memory_tags AS t
        WHERE t.tenant_id = :tenant_id AND t.tag = ANY (:tags::text[])
        GROUP BY t.memory_id
        HAVING count(*) = cardinality(:tags::text[])
    ));

--! get_memory_embedding : (embedding?, embedding_model?)
SELECT m.embedding::real[] AS embedding, m.embedding_model
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! get_memory_settings : (embedding_model?, embedding_dimensions?, promoted_at?, index_kind?, indexed_at?)
SELECT
    s.embedding_model, s.embedding_dimensions, s.promoted_at, s.index_kind, s.index_options::text, s.indexed_at, s.created_at,
    s.updated_at
FROM public.memory_settings AS s
WHERE s.tenant_id = :tenant_id;

-- For share: whoever embeds them anew by another model waits, and finds what is written here. Not while there is none: two who
-- held it so and would name one would wait for each other.
--! hold_memory_embedding : (embedding_model?, embedding_dimensions?)
SELECT s.embedding_model, s.embedding_dimensions
FROM public.memory_settings AS s
WHERE s.tenant_id = :tenant_id AND s.embedding_model IS NOT NULL
FOR SHARE;

--! claim_memory_embedding
INSERT INTO public.memory_settings AS s (tenant_id, embedding_model, embedding_dimensions)
VALUES (:tenant_id, :model, :dimensions)
ON CONFLICT (tenant_id) DO UPDATE
SET embedding_model = excluded.embedding_model, embedding_dimensions = excluded.embedding_dimensions
WHERE s.embedding_model IS NULL;

-- In one order for everybody, so that two who add the same wait and do not deadlock. What is there already is left out.
--! insert_memories (model?)
INSERT INTO public.memories AS m (
    tenant_id, id, team_id, agent_id, user_id, memory_type, content, subject, embedding, embedding_model, importance, confidence,
    is_pinned, source_type, source_conversation_id, source_message_ids, extraction_model, version, related_to, metadata,
    created_at, updated_at, expires_at
)
SELECT
    :tenant_id, r.id, r.team_id, r.agent_id, r.user_id, r.memory_type::public.memory_type_enum, r.content, r.subject,
    (:vectors::real[])[r.vector * :dimensions::integer + 1:(r.vector + 1) * :dimensions::integer]::public.vector,
    CASE WHEN r.vector IS NOT NULL THEN :model::text END,
    r.importance, r.confidence, r.is_pinned, r.source_type::public.memory_source, r.source_conversation_id, r.source_message_ids,
    r.extraction_model, r.version, r.related_to, r.metadata, :now, :now, r.expires_at
FROM json_to_recordset(:rows::text::json) AS r (
    place integer, id uuid, team_id uuid, agent_id uuid, user_id uuid, memory_type text, content text, subject text, vector integer,
    importance integer, confidence double precision, is_pinned boolean, source_type text, source_conversation_id uuid,
    source_message_ids uuid[], extraction_model text, version integer, related_to uuid[], metadata jsonb, expires_at timestamptz
)
ORDER BY public.memory_fingerprint(NULL, r.content), r.place
ON CONFLICT (tenant_id, fingerprint, team_id, memory_type, agent_id, user_id) WHERE status IN ('active', 'disputed') DO NOTHING
RETURNING m.id;

-- Of each, the memory that says the same and holds, if there is one.
--! find_same_memories
WITH wanted AS MATERIALIZED (
    SELECT
        r.place, r.team_id, r.agent_id, r.user_id, r.memory_type::public.memory_type_enum AS memory_type,
        public.memory_fingerprint(r.entry_key, r.content) AS fingerprint
    FROM json_to_recordset(:rows::text::json) AS r (
        place integer, team_id uuid, agent_id uuid, user_id uuid, memory_type text, entry_key text, content text
    )
)

-- Each by itself: for many at once, all memories of the tenant might be read. And by its fingerprint alone: as long as nothing is known of
-- the rows, as while the first ones are loaded, an index of teams would seem as good, and leads to all of them.
SELECT w.place, m.id, coalesce(m.expires_at <= :now, false) AS is_over
FROM wanted AS w
CROSS JOIN LATERAL (
    SELECT m.id, m.expires_at
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.fingerprint = w.fingerprint
        AND m.team_id IS NOT DISTINCT FROM w.team_id AND m.memory_type IS NOT DISTINCT FROM w.memory_type
        AND m.agent_id IS NOT DISTINCT FROM w.agent_id AND m.user_id IS NOT DISTINCT FROM w.user_id
        AND m.status IN ('active', 'disputed')
    OFFSET 0
) AS m;

-- Of those that were named and locked, which are over.
--! expire_named_memories
UPDATE public.memories AS m
SET status = 'archived', contradicts = '{}'
FROM public.memories AS before
WHERE before.tenant_id = :tenant_id AND before.id = ANY (:ids::uuid[])
    AND m.tenant_id = before.tenant_id AND m.id = before.id
    AND m.status IN ('active', 'disputed') AND m.expires_at <= :now
RETURNING m.id, before.contradicts;

--! insert_memory_tags
INSERT INTO public.memory_tags (tenant_id, memory_id, tag, created_at)
SELECT :tenant_id, r.memory_id, tag.tag, :now
FROM json_to_recordset(:rows::text::json) AS r (memory_id uuid, tags text[])
CROSS JOIN LATERAL unnest(r.tags) AS tag (tag)
ORDER BY r.memory_id, tag.tag
ON CONFLICT (tenant_id, memory_id, tag) DO NOTHING;

--! delete_memory_tags
DELETE FROM public.memory_tags AS t
WHERE t.tenant_id = :tenant_id AND t.memory_id = :memory_id AND t.tag = ANY (:tags::text[]);

-- In the order of ids, which all keep who lock more than one.
--! lock_memories
SELECT m.id
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.id = ANY (:ids::uuid[])
ORDER BY m.id
FOR NO KEY UPDATE;

-- Whoever ends one ends what others contradict of it.
--! lock_memory_and_contradicted
SELECT m.id
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.id = ANY (:ids::uuid[] || ARRAY(
    SELECT unnest(one.contradicts)
    FROM public.memories AS one
    WHERE one.tenant_id = :tenant_id AND one.id = ANY (:ids::uuid[])
))
ORDER BY m.id
FOR UPDATE;

--! update_memory (subject?, embedding?, model?, expires_at?)
UPDATE public.memories AS m
SET content         = :content,
    subject         = :subject,
    version         = :version,
    embedding       = CASE WHEN :is_embedded THEN :embedding::real[]::public.vector ELSE m.embedding END,
    embedding_model = CASE WHEN :is_embedded THEN :model::text ELSE m.embedding_model END,
    importance      = :importance,
    confidence      = :confidence,
    metadata        = :metadata,
    related_to      = :related_to,
    expires_at      = :expires_at
WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! set_memory_pinned
UPDATE public.memories AS m SET is_pinned = :is_pinned WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! dispute_memories
UPDATE public.memories AS m
SET status      = 'disputed',
    contradicts = array_append(m.contradicts, CASE m.id WHEN :one::uuid THEN :other::uuid ELSE :one::uuid END)
WHERE m.tenant_id = :tenant_id AND m.id IN (:one::uuid, :other::uuid);

-- Those that are contradicted by nothing any more hold again.
--! release_memories
UPDATE public.memories AS m
SET contradicts = ARRAY(SELECT id FROM unnest(m.contradicts) WITH ORDINALITY AS it (id, place)
                        WHERE id <> ALL (:from::uuid[]) ORDER BY place),
    status      = CASE WHEN m.status = 'disputed' AND m.contradicts <@ :from::uuid[] THEN 'active' ELSE m.status END
WHERE m.tenant_id = :tenant_id AND m.id = ANY (:ids::uuid[]) AND m.contradicts && :from::uuid[];

-- The memory that takes its place is named by itself when it is not there yet.
--! supersede_memory (superseded_by?)
UPDATE public.memories AS m
SET status = 'superseded', tier = 'cold', contradicts = '{}', superseded_by = :superseded_by
WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! name_successor
UPDATE public.memories AS m SET superseded_by = :superseded_by WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! archive_memory
UPDATE public.memories AS m SET status = 'archived', contradicts = '{}' WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! restore_memory
UPDATE public.memories AS m
SET status        = 'active',
    superseded_by = NULL,
    tier          = CASE WHEN m.status = 'superseded' THEN 'warm' ELSE m.tier END,
    expires_at    = CASE WHEN m.expires_at > :now THEN m.expires_at END
WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! delete_memory
DELETE FROM public.memories AS m WHERE m.tenant_id = :tenant_id AND m.id = :id;

--! list_memory_logs : (old_content?, new_content?, old_importance?, new_importance?, old_tier?, new_tier?, old_status?, new_status?, reason?, conversation_id?)
SELECT
    l.seq, l.action, l.old_content, l.new_content, l.old_importance, l.new_importance, l.old_tier::text, l.new_tier::text,
    l.old_status::text, l.new_status::text, l.old_values::text, l.new_values::text, l.embedding_changed, l.changed_by, l.reason,
    l.conversation_id, l.related_memory_ids, l.created_at
FROM public.memory_logs AS l
WHERE l.tenant_id = :tenant_id AND l.memory_id = :memory_id AND l.seq > :after
ORDER BY l.seq
LIMIT :limit;

--! reconstruct_memory : (agent_id?, user_id?, entry_key?, subject?, embedding?, embedding_model?, embedding_dimensions?, source_conversation_id?, extraction_model?, superseded_by?, expires_at?, deleted_at?)
SELECT
    (r.memory).id, (r.memory).team_id, (r.memory).agent_id, (r.memory).user_id, (r.memory).memory_type::text,
    (r.memory).entry_key, (r.memory).content, (r.memory).subject, (r.memory).embedding::real[] AS embedding,
    (r.memory).embedding_model, (r.memory).embedding_dimensions, (r.memory).importance, (r.memory).confidence,
    (r.memory).is_pinned, (r.memory).source_type::text, (r.memory).source_conversation_id, (r.memory).source_message_ids,
    (r.memory).extraction_model, (r.memory).version, (r.memory).superseded_by, (r.memory).contradicts, (r.memory).related_to,
    (r.memory).metadata::text, (r.memory).tier::text, (r.memory).status::text, (r.memory).created_at, (r.memory).updated_at,
    (r.memory).expires_at, r.tags, r.seq, r.as_of, r.deleted_at
FROM public.reconstruct_memory_at(:memory_id, :at) AS r;

-- With what they contradict, and all at once in the order of ids, as everybody locks them. Those that somebody changes at this
-- moment, or what they contradict, are left to the next sweep.
--! expire_memories
WITH over AS MATERIALIZED (
    SELECT m.id, m.contradicts
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.status IN ('active', 'disputed') AND m.expires_at <= :now
    ORDER BY m.id
    LIMIT :limit
),

held AS MATERIALIZED (
    SELECT m.id, m.status, m.expires_at, m.contradicts
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id
        AND m.id IN (SELECT over.id FROM over UNION SELECT unnest(over.contradicts) FROM over)
    ORDER BY m.id
    FOR NO KEY UPDATE SKIP LOCKED
),

going AS MATERIALIZED (
    SELECT held.id, held.contradicts
    FROM held
    JOIN over ON over.id = held.id
    WHERE held.status IN ('active', 'disputed') AND held.expires_at <= :now
        AND NOT EXISTS (
            SELECT FROM public.memories AS other
            WHERE other.tenant_id = :tenant_id AND other.id = ANY (held.contradicts)
                AND other.id NOT IN (SELECT locked.id FROM held AS locked)
        )
)

UPDATE public.memories AS m
SET status = 'archived', contradicts = '{}'
FROM going
WHERE m.tenant_id = :tenant_id AND m.id = going.id
RETURNING m.id, going.contradicts;

--! move_memories_between_tiers (after?)
WITH moving AS MATERIALIZED (
    SELECT m.id, m.tier, t.tier AS target
    FROM public.memories AS m
    LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
    CROSS JOIN LATERAL (
        SELECT public.memory_tier_at(
            m.tier, m.status, m.memory_type, m.importance, m.is_pinned, a.access_count, a.recent_count, a.recent_since,
            a.last_accessed_at, m.created_at, :now
        ) AS tier
    ) AS t
    WHERE m.tenant_id = :tenant_id AND m.status IN ('active', 'disputed') AND t.tier <> m.tier
        AND (:after::uuid IS NULL OR m.id > :after::uuid)
    ORDER BY m.id
    LIMIT :limit
    FOR NO KEY UPDATE OF m SKIP LOCKED
)

UPDATE public.memories AS m
SET tier = moving.target
FROM moving
WHERE m.tenant_id = :tenant_id AND m.id = moving.id
RETURNING m.id, m.tier < moving.tier AS is_nearer;
