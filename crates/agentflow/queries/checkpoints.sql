-- Values may be NULL where somebody forced it: that is for us to report.
--: LastCheckpoint (head_hash?, root_hash?, compact_range?, note?)

-- Taking checkpoints --------------------------------------------------------------------------------------------------

-- One checkpointer at a time. Reading the log, and appending to chains, wait for nobody.
--! lock_tenant_log
LOCK TABLE public.tenant_log IN SHARE ROW EXCLUSIVE MODE;

-- A chain is read in the order of its numbers, whatever the statistics of a young table say.
--! read_in_order
SELECT
    set_config('enable_seqscan', 'off', true)   AS seqscan,
    set_config('enable_bitmapscan', 'off', true) AS bitmapscan,
    set_config('enable_sort', 'off', true)      AS sort,
    set_config('jit', 'off', true)              AS jit;

-- Tenants with entries that no checkpoint covers.
--! list_uncovered_tenants (after?)
SELECT tenant_id
FROM public.audit_uncovered(NULL, :after, :page_size::integer);

-- The most new entries that a tenant has; any number that is enough will do.
--! get_most_uncovered
SELECT public.audit_most_uncovered(:left_out::uuid[], :enough) AS entries;

-- How much no checkpoint covers that every sink was given; without sinks, that no checkpoint covers.
--! get_audit_lag : (since?)
SELECT
    least(coalesce(sum(u.seq - u.covered_seq), 0), 9223372036854775807)::bigint AS entries,
    count(*)                                                                   AS tenants,
    min(u.covered_at)                                                          AS since,
    now()                                                                      AS measured_at
FROM public.audit_uncovered((SELECT min(s.published) FROM public.audit_sinks AS s), NULL, 2147483647) AS u;

-- The end of the chain, which a deletion of the tenant waits to change until we are done. Appending goes on.
--! hold_audit_head : (seq?, hash?, pruned_seq?, pruned_hash?)
SELECT seq, hash, pruned_seq, pruned_hash
FROM public.audit_heads
WHERE tenant_id = :tenant_id
LIMIT 1
FOR KEY SHARE;

--! get_last_checkpoint : LastCheckpoint
SELECT seq, head_hash, root_hash, compact_range, note
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id
ORDER BY seq DESC
LIMIT 1;

--! get_checkpoint : LastCheckpoint
SELECT seq, head_hash, root_hash, compact_range, note
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id AND seq = :seq
LIMIT 1;

--! insert_checkpoint
INSERT INTO public.audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
VALUES (:tenant_id, :seq, :head_hash, :root_hash, :compact_range, :note);

-- The log of all tenants ----------------------------------------------------------------------------------------------

--! append_tenant_log
INSERT INTO public.tenant_log (position, tenant_id, record)
SELECT coalesce(max(position), 0) + 1, :tenant_id, :record
FROM public.tenant_log
RETURNING position;

-- Deleted tenants whose end the log does not tell yet. The end is the last entry of a tenant.
--! list_unlogged_tombstones
SELECT t.tenant_id, t.last_seq, t.last_hash
FROM public.tenant_tombstones AS t
LEFT JOIN LATERAL (
    SELECT l.record
    FROM public.tenant_log AS l
    WHERE l.tenant_id = t.tenant_id
    ORDER BY l.position DESC
    LIMIT 1
) AS last ON true
WHERE last.record::jsonb ->> 'kind' IS DISTINCT FROM 'deleted'
ORDER BY t.deleted_at, t.tenant_id
LIMIT :page_size;

--! get_tenant_log_checkpoint : (root_hash?, compact_range?, note?)
SELECT size, root_hash, compact_range, note
FROM public.tenant_log_checkpoints
ORDER BY size DESC
LIMIT 1;

--! get_tenant_log_checkpoint_at : (root_hash?, note?)
SELECT root_hash, note
FROM public.tenant_log_checkpoints
WHERE size = :size;

--! get_tenant_log_end
SELECT coalesce(max(position), 0) AS position
FROM public.tenant_log;

-- Where the entries after one are not numbered without gaps.
--! get_tenant_log_gap : (expected?)
SELECT min(numbered.expected)::bigint AS expected
FROM (
    SELECT position, :after::bigint::numeric + row_number() OVER (ORDER BY position) AS expected
    FROM public.tenant_log
    WHERE position > :after
) AS numbered
WHERE numbered.position <> numbered.expected;

--! list_tenant_log : (record?)
SELECT position, record
FROM public.tenant_log
WHERE position > :after AND position <= :until
ORDER BY position
LIMIT :page_size;

--! insert_tenant_log_checkpoint
INSERT INTO public.tenant_log_checkpoints (size, root_hash, compact_range, note)
VALUES (:size, :root_hash, :compact_range, :note);

-- Publishing ----------------------------------------------------------------------------------------------------------

--! get_published
SELECT published
FROM public.audit_sinks
WHERE name = :name;

-- The furthest of all sinks.
--! get_most_published
SELECT coalesce(max(published), 0) AS published
FROM public.audit_sinks;

-- A sink counts before it was given anything, or one that never worked would be missed by nobody.
--! add_sink
INSERT INTO public.audit_sinks (name, published, published_at)
VALUES (:name, 0, :known_at)
ON CONFLICT (name) DO NOTHING;

-- Never backwards: another checkpointer may be further.
--! upsert_published
INSERT INTO public.audit_sinks (name, published, published_at)
VALUES (:name, :published, :published_at)
ON CONFLICT (name) DO UPDATE
SET published = greatest(audit_sinks.published, excluded.published), published_at = excluded.published_at;

-- Backwards: it lost what it was given.
--! rewind_published
UPDATE public.audit_sinks
SET published = :published
WHERE name = :name;

--! list_sinks
SELECT name, published, published_at
FROM public.audit_sinks
ORDER BY name;

--! delete_sink
DELETE FROM public.audit_sinks
WHERE name = :name;
