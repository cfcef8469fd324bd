-- Where memories are kept, how they are embedded, and how their vectors are indexed.

--! get_memory_storage : (embedding_model?, embedding_dimensions?, promoted_at?)
SELECT s.embedding_model, s.embedding_dimensions, s.promoted_at
FROM public.memory_settings AS s
WHERE s.tenant_id = :tenant_id;

--! wait_for_locks
SELECT set_config('lock_timeout', :timeout, true);

--! promote_memories
SELECT public.promote_memories(:tenant_id, :now);

--! drop_memory_partition
SELECT public.drop_memory_partition(:tenant_id);

-- Whether this role may move memories and index them.
--! owns_memories
SELECT pg_has_role(c.relowner, 'USAGE') AS owns
FROM pg_class AS c
WHERE c.oid = 'public.memories'::regclass;

--! list_memory_partitions : (method?)
SELECT
    p.relname::text AS name,
    greatest(p.reltuples, 0)::bigint AS estimated_rows,
    pg_total_relation_size(p.oid) AS bytes,
    (
        SELECT a.amname::text
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indexrelid
        JOIN pg_am AS a ON a.oid = c.relam
        WHERE i.indrelid = p.oid AND i.indisvalid AND a.amname IN ('hnsw', 'ivfflat')
        ORDER BY c.relname
        LIMIT 1
    ) AS method
FROM pg_inherits AS h
JOIN pg_class AS p ON p.oid = h.inhrelid
WHERE h.inhparent = 'public.memories'::regclass AND p.relname <> 'memories_shared'
ORDER BY p.relname;

--! pgvector_version
SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vector';

-- For the session, which is one of its own: no other builds the same, a long one is not cut off, and whoever goes away leaves
-- nothing running. Waits for moves, and they for it: to attach a partition takes locks of all others, which whoever builds an index
-- has, who waits for all transactions.
--! prepare_to_index
SELECT
    pg_advisory_lock_shared(hashtextextended('agentflow partitions of memories', 0))::text AS no_moves,
    pg_try_advisory_lock(hashtextextended('agentflow indexes of memories ' || :tenant_id::uuid, 0)) AS is_alone,
    set_config('statement_timeout', '0', false) AS statement_timeout,
    set_config('client_connection_check_interval', '1s', false) AS check_interval;

--! give_index_memory
SELECT set_config('maintenance_work_mem', :memory, false);

--! count_all_memories
SELECT count(*) FROM public.memories AS m WHERE m.tenant_id = :tenant_id;

--! list_memory_indexes
SELECT i.name, i.method, i.is_valid, i.bytes, i.drop_statement
FROM public.memory_indexes(:tenant_id) AS i;

--! vector_index_statement
SELECT public.memory_vector_index_statement(:tenant_id, :name, :dimensions, :kind, :options::text::jsonb);

--! word_index_statement
SELECT public.memory_word_index_statement(:tenant_id, :name);

--! analyze_statement
SELECT format('ANALYZE public.%I', public.memory_partition(:tenant_id));

--! index_progress
SELECT p.phase, p.tuples_done AS done, p.tuples_total AS total
FROM pg_stat_progress_create_index AS p
WHERE p.pid = :pid;

--! backend_pid
SELECT pg_backend_pid();

--! record_memory_index
UPDATE public.memory_settings
SET index_kind = :kind, index_options = :options::text::jsonb, indexed_at = :now
WHERE tenant_id = :tenant_id;

-- Who is first in the tenant says how it is embedded from now on; returns how it was before.
--! set_embedding : (old_model?, old_dimensions?)
WITH old AS MATERIALIZED (
    SELECT s.embedding_model, s.embedding_dimensions
    FROM public.memory_settings AS s
    WHERE s.tenant_id = :tenant_id
),

written AS (
    INSERT INTO public.memory_settings AS s (tenant_id, embedding_model, embedding_dimensions)
    VALUES (:tenant_id, :model, :dimensions)
    ON CONFLICT (tenant_id) DO UPDATE
    SET embedding_model = excluded.embedding_model, embedding_dimensions = excluded.embedding_dimensions
    WHERE (s.embedding_model, s.embedding_dimensions) IS DISTINCT FROM (excluded.embedding_model, excluded.embedding_dimensions)
    RETURNING 1
)

SELECT
    (SELECT count(*) FROM written) AS written,
    (SELECT old.embedding_model FROM old) AS old_model,
    (SELECT old.embedding_dimensions FROM old) AS old_dimensions;

--! count_to_embed
SELECT count(*)
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id
  AND (:everything OR (m.embedding_model, m.embedding_dimensions) IS DISTINCT FROM (:model::text, :dimensions::integer));

--! list_to_embed (after?)
SELECT m.id, m.content, encode(sha256(convert_to(m.content, 'UTF8')), 'hex') AS digest
FROM public.memories AS m
WHERE m.tenant_id = :tenant_id
  AND (:after::uuid IS NULL OR m.id > :after)
  AND (:everything OR (m.embedding_model, m.embedding_dimensions) IS DISTINCT FROM (:model::text, :dimensions::integer))
ORDER BY m.id
LIMIT :limit;

-- A memory whose content changed meanwhile stays as it is. Vectors are one after the other in one array.
--! embed_memories
UPDATE public.memories AS m
SET embedding = (:vectors::real[])[(e.number - 1) * :dimensions::integer + 1 : e.number * :dimensions]::vector,
    embedding_model = :model
FROM unnest(:ids::uuid[], :digests::text[]) WITH ORDINALITY AS e (id, digest, number)
WHERE m.tenant_id = :tenant_id AND m.id = e.id
  AND encode(sha256(convert_to(m.content, 'UTF8')), 'hex') = e.digest;

-- What another model made of texts that this one can make nothing of is not to be compared with what this one makes.
--! clear_embeddings
UPDATE public.memories AS m
SET embedding = NULL, embedding_model = NULL
FROM unnest(:ids::uuid[], :digests::text[]) AS e (id, digest)
WHERE m.tenant_id = :tenant_id AND m.id = e.id AND m.embedding IS NOT NULL
  AND encode(sha256(convert_to(m.content, 'UTF8')), 'hex') = e.digest;
