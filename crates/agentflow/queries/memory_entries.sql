-- Entries of a memory store: memories that have a key. Those of one scope are of one type.

--: MemoryEntry ()
--: FoundMemoryEntry (similarity?, text_score?)

--! find_memory_entry (agent_id?, user_id?) : MemoryEntry
SELECT m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
  AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
  AND m.memory_type = :memory_type::text::public.memory_type_enum
  AND m.fingerprint = public.memory_fingerprint(:key, '') AND m.entry_key = :key
  AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > :now);

-- Held, so that what is about to change is known.
--! lock_memory_entry (agent_id?, user_id?)
SELECT m.id, m.content, m.metadata::text, coalesce(m.expires_at <= :now, false) AS is_over
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
  AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
  AND m.memory_type = :memory_type::text::public.memory_type_enum
  AND m.fingerprint = public.memory_fingerprint(:key, '') AND m.entry_key = :key
  AND m.status IN ('active', 'disputed')
FOR NO KEY UPDATE;

-- No row if it is already as it should be, or if one that has expired is in the way.
--! save_memory_entry (agent_id?, user_id?, embedding?, embedding_model?) : MemoryEntry
INSERT INTO public.memories AS m (
    tenant_id, id, team_id, agent_id, user_id, memory_type, entry_key, content, metadata, source_type, embedding,
    embedding_model, created_at, updated_at
)
VALUES (
    :tenant_id, :id, :team_id, :agent_id, :user_id, :memory_type::text::public.memory_type_enum, :key, :content,
    :metadata, 'explicit', :embedding::real[]::public.vector, :embedding_model, :now, :now
)
ON CONFLICT (tenant_id, team_id, memory_type, agent_id, user_id, fingerprint) WHERE status IN ('active', 'disputed')
DO UPDATE SET
    content         = excluded.content,
    metadata        = excluded.metadata,
    version         = m.version + (m.content <> excluded.content)::integer,
    -- What was embedded stays so while its content does.
    embedding       = CASE WHEN m.content = excluded.content AND excluded.embedding IS NULL THEN m.embedding ELSE excluded.embedding END,
    embedding_model = CASE
        WHEN m.content = excluded.content AND excluded.embedding IS NULL THEN m.embedding_model
        ELSE excluded.embedding_model
    END
WHERE (m.content, m.metadata) IS DISTINCT FROM (excluded.content, excluded.metadata)
    AND (m.expires_at IS NULL OR m.expires_at > :now)
RETURNING m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at;

--! delete_memory_entry (agent_id?, user_id?)
DELETE FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
  AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
  AND m.memory_type = :memory_type::text::public.memory_type_enum
  AND m.fingerprint = public.memory_fingerprint(:key, '') AND m.entry_key = :key
  AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > :now)
RETURNING m.id;

-- The total is that without the limit; of a limit of 0 there is a row without an entry.
--! list_memory_entries (agent_id?, user_id?, key?, prefix?, limit?) : (id?, entry_key?, content?, metadata?, created_at?, updated_at?)
WITH entries AS (
    SELECT m.id, m.entry_key, m.content, m.metadata, m.created_at, m.updated_at
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
      AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
      AND m.memory_type = :memory_type::text::public.memory_type_enum
      AND m.entry_key IS NOT NULL
      AND (:key::text IS NULL OR (m.entry_key = :key AND m.fingerprint = public.memory_fingerprint(:key, '')))
      AND (:key::text IS NOT NULL OR :prefix::text IS NULL OR starts_with(m.entry_key, :prefix))
      AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > :now)
      AND NOT EXISTS (
          SELECT FROM jsonb_each(:filter::jsonb) AS wanted
          WHERE m.metadata -> wanted.key IS DISTINCT FROM wanted.value
      )
),

page AS (
    SELECT * FROM entries AS e ORDER BY e.entry_key COLLATE "C" LIMIT :limit::bigint
)

SELECT
    (SELECT count(*) FROM entries) AS total,
    p.id, p.entry_key, p.content, p.metadata::text, p.created_at, p.updated_at
FROM (SELECT) AS always
LEFT JOIN page AS p ON true
ORDER BY p.entry_key COLLATE "C";

-- The nearest and those that match best, as search_memories() has it for all that a team remembers.
--! search_memory_entries (agent_id?, user_id?, embedding?, embedding_model?) : FoundMemoryEntry
WITH entries AS MATERIALIZED (
    SELECT
        m.id, m.words,
        CASE
            WHEN m.embedding_model = :embedding_model::text AND m.embedding_dimensions = cardinality(:embedding::real[])
                THEN 1 - (m.embedding OPERATOR(public.<=>) :embedding::real[]::public.vector)
        END AS similarity
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
      AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
      AND m.memory_type = :memory_type::text::public.memory_type_enum
      AND m.entry_key IS NOT NULL
      AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > :now)
),

near AS (
    SELECT e.id, e.similarity
    FROM entries AS e
    WHERE e.similarity >= :min_similarity
    ORDER BY e.similarity DESC, e.id
    LIMIT :pool
),

terms_of AS (
    SELECT e.id, term.value AS term
    FROM entries AS e, unnest(public.memory_terms(:query)) AS term (value)
    WHERE e.words @@ public.memory_text_query(ARRAY[term.value])
),

weights AS (
    SELECT t.term, ln(1 + ((SELECT count(*) FROM entries) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
    FROM terms_of AS t
    GROUP BY t.term
),

texts AS (
    SELECT t.id, sum(w.weight)::double precision AS score
    FROM terms_of AS t
    JOIN weights AS w ON w.term = t.term
    GROUP BY t.id
    ORDER BY score DESC, t.id
    LIMIT :pool
)

SELECT
    m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at, found.similarity, found.text_score
FROM (
    -- A value that is there before memories are looked at, or they are not looked up by it: see docs/performance.md.
    SELECT coalesce(near.id, texts.id) AS id, near.similarity, texts.score AS text_score
    FROM near
    FULL JOIN texts ON texts.id = near.id
    OFFSET 0
) AS found
CROSS JOIN LATERAL (
    SELECT m.*
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.id = found.id
    OFFSET 0
) AS m
ORDER BY m.entry_key COLLATE "C";

--! count_memory_entries (agent_id?, user_id?)
SELECT count(*)
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id
  AND m.agent_id IS NOT DISTINCT FROM :agent_id::uuid AND m.user_id IS NOT DISTINCT FROM :user_id::uuid
  AND m.memory_type = :memory_type::text::public.memory_type_enum
  AND m.entry_key IS NOT NULL
  AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > :now);
