-- How memories are found.

--: Candidate (similarity?, text_score?, source_conversation_id?)

-- What a search must know before it can ask.
--! search_context (agent_id?) : (embedding_model?, embedding_dimensions?, memory_config?)
SELECT
    EXISTS (SELECT FROM public.teams AS t WHERE t.tenant_id = :tenant_id AND t.id = :team_id) AS has_team,
    s.embedding_model,
    s.embedding_dimensions,
    (
        SELECT a.memory_config::text
        FROM public.agents AS a
        WHERE a.tenant_id = :tenant_id AND a.team_id = :team_id AND a.id = :agent_id
    ) AS memory_config
FROM (VALUES (true)) AS one (row)
LEFT JOIN public.memory_settings AS s ON s.tenant_id = :tenant_id;

-- One memory after the other by its key: a plan that is made for any number of candidates would rather read them all.
--! search_candidates (agent_id?, user_id?, types?, tiers?, tags?, min_importance?, created_from?, created_until?, metadata?, path?, embedding?, model?, query?) : Candidate
SELECT
    f.id, f.similarity, f.text_score, m.memory_type::text, m.importance, m.is_pinned, m.status::text, m.source_conversation_id,
    m.last_accessed_at, m.related_to, m.contradicts
FROM public.search_memories(
    :team_id, :agent_id, :user_id, :types::text[], :tiers::text[], :tags::text[], :min_importance::integer,
    :created_from::timestamptz, :created_until::timestamptz, :metadata::jsonb, :path::text::jsonpath, :now::timestamptz,
    :embedding::real[]::public.vector, :model::text, public.memory_terms(:query::text), :pool::integer, :effort::integer
) AS f
CROSS JOIN LATERAL (
    SELECT
        m.memory_type, m.importance, m.is_pinned, m.status, m.source_conversation_id, m.related_to, m.contradicts,
        coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at
    FROM public.memories AS m
    LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
    WHERE m.tenant_id = :tenant_id AND m.id = f.id
    OFFSET 0
) AS m;

-- What hits are linked with, in whichever direction, and is no hit.
--! related_candidates (agent_id?, user_id?, types?, tiers?, tags?, min_importance?, created_from?, created_until?, metadata?, path?) : Candidate
WITH linked AS MATERIALIZED (
    SELECT m.id
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.id = ANY (:linked::uuid[])

    UNION

    SELECT m.id
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id AND m.status IN ('active', 'disputed')
      AND m.related_to <> '{}' AND m.related_to && :hits::uuid[]
)

SELECT
    m.id, NULL::double precision AS similarity, NULL::double precision AS text_score, m.memory_type::text, m.importance,
    m.is_pinned, m.status::text, m.source_conversation_id, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at,
    m.related_to, m.contradicts
FROM linked AS l
JOIN public.memories AS m ON m.id = l.id
LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
WHERE m.tenant_id = :tenant_id
      AND m.team_id = :team_id
      AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, :agent_id, :now::timestamptz)
      AND public.memory_matches(
          m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, :user_id, :types::text[], :tiers::text[],
          :min_importance::integer, :created_from::timestamptz, :created_until::timestamptz, :metadata::jsonb,
          :path::text::jsonpath
      )
      AND (:tags::text[] IS NULL OR m.id IN (
          SELECT t.memory_id
          FROM public.memory_tags AS t
          WHERE t.tenant_id = :tenant_id AND t.tag = ANY (:tags::text[])
          GROUP BY t.memory_id
          HAVING count(*) = cardinality(:tags::text[])
      ))
  AND NOT m.id = ANY (:known::uuid[])
ORDER BY m.id
LIMIT 1000;

-- What comes to mind without being asked for: what was used lately, what matters, and what belongs to a conversation.
--! recall_candidates (agent_id?, user_id?, types?, tiers?, tags?, min_importance?, created_from?, created_until?, metadata?, path?, conversation_id?) : Candidate
WITH visible AS NOT MATERIALIZED (
    SELECT m.tenant_id, m.id, m.memory_type, m.importance, m.is_pinned, m.source_conversation_id, m.created_at
    FROM public.memories AS m
    WHERE m.tenant_id = :tenant_id
      AND m.team_id = :team_id
      AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, :agent_id, :now::timestamptz)
      AND public.memory_matches(
          m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, :user_id, :types::text[], :tiers::text[],
          :min_importance::integer, :created_from::timestamptz, :created_until::timestamptz, :metadata::jsonb,
          :path::text::jsonpath
      )
      AND (:tags::text[] IS NULL OR m.id IN (
          SELECT t.memory_id
          FROM public.memory_tags AS t
          WHERE t.tenant_id = :tenant_id AND t.tag = ANY (:tags::text[])
          GROUP BY t.memory_id
          HAVING count(*) = cardinality(:tags::text[])
      ))
),

recent AS (
    SELECT r.id
    FROM (
        (
            SELECT v.id, a.last_accessed_at AS used_at
            FROM public.memory_accesses AS a
            JOIN visible AS v ON v.id = a.memory_id
            WHERE a.tenant_id = :tenant_id AND a.team_id = :team_id
            ORDER BY a.last_accessed_at DESC, v.id
            LIMIT 30
        )
        UNION ALL
        (
            SELECT v.id, v.created_at FROM visible AS v ORDER BY v.created_at DESC, v.id LIMIT 30
        )
    ) AS r
    GROUP BY r.id
    ORDER BY max(r.used_at) DESC, r.id
    LIMIT 30
),

important AS (
    SELECT v.id
    FROM visible AS v
    WHERE v.is_pinned OR v.importance >= 7
    ORDER BY v.importance DESC, v.created_at DESC, v.id
    LIMIT 30
),

always AS (
    SELECT v.id FROM visible AS v WHERE v.memory_type = 'identity' OR v.is_pinned ORDER BY v.created_at, v.id LIMIT 200
),

continuing AS (
    SELECT v.id
    FROM visible AS v
    WHERE v.source_conversation_id = :conversation_id::uuid
    ORDER BY v.created_at DESC, v.id
    LIMIT 20
)

SELECT
    m.id, NULL::double precision AS similarity, NULL::double precision AS text_score, m.memory_type::text, m.importance,
    m.is_pinned, m.status::text, m.source_conversation_id, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at,
    m.related_to, m.contradicts
FROM (
    SELECT id FROM recent UNION SELECT id FROM important UNION SELECT id FROM always UNION SELECT id FROM continuing
) AS l
JOIN public.memories AS m ON m.tenant_id = :tenant_id AND m.id = l.id
LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id
ORDER BY m.id;

-- What contradicts a memory, as far as the same eyes may see it.
--! contradicting_texts (agent_id?)
SELECT m.id, m.content
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id
  AND m.team_id = :team_id
  AND m.id = ANY (:ids::uuid[])
  AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, :agent_id, :now::timestamptz);

--! touch_memories
SELECT public.update_memory_access(:ids::uuid[], :at::timestamptz);
