--: CheckpointRow (head_hash?, root_hash?, compact_range?, note?)
--: AuditEntry (occurred_at?, action?, actor_type?, actor_id?, resource_type?, resource_id?, status?, source?, workspace_id?, details?)

-- The only way to write to a chain. Waits for other appends to the same chain.
--! append_audits
SELECT first_seq, last_seq, head_hash
FROM public.audit_append(:tenant_id, :ids, :records);

-- Newest first. Every filter is off when NULL.
--! list_audits (before_seq?, action?, actor_id?, resource_type?, resource_id?, status?, since?, until?) : AuditEntry
SELECT
    seq, id, occurred_at, action, actor_type, actor_id, resource_type, resource_id, status, source, workspace_id,
    details, prev_hash, hash, record
FROM public.audit_entries
WHERE tenant_id = :tenant_id
  AND seq < coalesce(:before_seq, 9223372036854775807)
  AND (:action::text        IS NULL OR action = :action)
  AND (:actor_id::text      IS NULL OR actor_id = :actor_id)
  AND (:resource_type::text IS NULL OR resource_type = :resource_type)
  AND (:resource_id::text   IS NULL OR resource_id = :resource_id)
  AND (:status::text        IS NULL OR status = :status)
  AND (:since::timestamptz  IS NULL OR occurred_at >= :since)
  AND (:until::timestamptz  IS NULL OR occurred_at < :until)
ORDER BY seq DESC
LIMIT :page_size;

-- One row; two, or NULLs, only where someone forced them.
--! get_audit_head : (seq?, hash?, pruned_seq?, pruned_hash?)
SELECT
    seq, CASE WHEN octet_length(hash) = 32 THEN hash END AS hash,
    pruned_seq, CASE WHEN octet_length(pruned_hash) = 32 THEN pruned_hash END AS pruned_hash
FROM public.audit_heads
WHERE tenant_id = :tenant_id
LIMIT 2;

-- Verification --------------------------------------------------------------------------------------------------------

-- Which tenants there are to verify: those that exist, and those of whom only the end of the chain or its rows are left.
-- The recursion jumps from one tenant to the next along the index, so its cost is one probe a tenant and not one a row.
--! list_audited_tenants (after?) : (slug?)
WITH RECURSIVE chained AS (
    (
        SELECT tenant_id
        FROM public.audits
        WHERE :after::uuid IS NULL OR tenant_id > :after
        ORDER BY tenant_id
        LIMIT 1
    )
    UNION ALL
    SELECT (SELECT a.tenant_id FROM public.audits AS a WHERE a.tenant_id > chained.tenant_id ORDER BY a.tenant_id LIMIT 1)
    FROM chained
    WHERE chained.tenant_id IS NOT NULL
)
SELECT tenant_id, t.slug::text
FROM (
    SELECT id AS tenant_id FROM public.tenants
    UNION
    SELECT tenant_id FROM public.audit_heads
    UNION
    (SELECT tenant_id FROM chained WHERE tenant_id IS NOT NULL LIMIT :page_size)
) AS known
LEFT JOIN public.tenants AS t ON t.id = tenant_id
WHERE :after::uuid IS NULL OR tenant_id > :after
ORDER BY tenant_id
LIMIT :page_size;

-- Why what is read would not be what was written: a table that something else stands in for, or rows that no chain and no
-- segment reaches.
--! list_verification_faults
SELECT 'public.' || expected.name || ' is not a table' AS fault
FROM unnest(
    '{tenants, tenant_tombstones, audits, audit_heads, audit_checkpoints, tenant_log, tenant_log_checkpoints}'::text[]
) AS expected (name)
WHERE NOT EXISTS (
    SELECT FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = expected.name AND c.relkind IN ('r', 'p')
)
UNION ALL
SELECT 'audits has rows without a tenant or without a number'
FROM (SELECT) AS once
WHERE EXISTS (
    -- Such rows need a column whose NOT NULL was dropped; only then is it worth the reading.
    SELECT FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass('public.audits') AND a.attname IN ('tenant_id', 'seq') AND NOT a.attnotnull
)
AND EXISTS (SELECT FROM public.audits WHERE tenant_id IS NULL OR seq IS NULL);

-- Whether this role sees all tenants, or only the one it is in.
--! hides_tenants
SELECT row_security_active('public.tenants') AS hidden;

--! export_snapshot
SELECT pg_export_snapshot() AS snapshot;

-- What the rows of a chain reach from and to, whatever the head says, and how far its checkpoints do.
--! get_audit_extent : (first_seq?, last_seq?, last_checkpoint?)
SELECT
    (SELECT seq FROM public.audits WHERE tenant_id = :tenant_id ORDER BY seq LIMIT 1)      AS first_seq,
    (SELECT seq FROM public.audits WHERE tenant_id = :tenant_id ORDER BY seq DESC LIMIT 1) AS last_seq,
    (
        SELECT seq FROM public.audit_checkpoints WHERE tenant_id = :tenant_id ORDER BY seq DESC LIMIT 1
    ) AS last_checkpoint;

-- One segment of a chain, 64 rows to a block: number, hash, length of the record, and what is hashed: prev_hash, record. A
-- row that does not have this form is left out, which shows. Packed, because sending and reading row by row costs more than the hashing.
--! read_audit_blocks : (links?)
SELECT block.links
FROM generate_series(:first_seq::bigint, :last_seq::bigint, 64) AS start (seq)
CROSS JOIN LATERAL (
    SELECT
        string_agg(
            int8send(a.seq) || a.hash || int4send(octet_length(a.record))
                || a.prev_hash || convert_to(a.record, 'UTF8'::name),
            ''
        ) FILTER (
            WHERE octet_length(a.prev_hash) = 32
              AND octet_length(a.hash) = 32
              AND octet_length(a.record) <= 1048576
        ) AS links
    FROM (
        -- Ordered here: without sorts only the index by number can do that. An order inside of string_agg() would leave the
        -- choice, and for a tenant that is not in the statistics yet, any index by tenant looks as good.
        SELECT seq, prev_hash, hash, record
        FROM public.audits
        WHERE tenant_id = :tenant_id AND seq BETWEEN start.seq AND least(start.seq + 63, :last_seq)
        ORDER BY seq
    ) AS a
) AS block;

-- One, even where somebody made two of them: that is for the walk to report.
--! get_audit_hash : (hash?)
SELECT CASE WHEN octet_length(hash) = 32 THEN hash END AS hash
FROM public.audits
WHERE tenant_id = :tenant_id AND seq = :seq
LIMIT 1;

-- The rows of a bad segment one by one, to say what is wrong with which. A column may be NULL where someone forced it.
-- What is longer than it can be was put there by somebody, and is not fetched.
--! read_audit_links : (prev_hash?, hash?, record?)
SELECT
    seq,
    CASE WHEN octet_length(prev_hash) = 32 THEN prev_hash END    AS prev_hash,
    CASE WHEN octet_length(hash) = 32 THEN hash END              AS hash,
    CASE WHEN octet_length(record) <= 1048576 THEN record END    AS record,
    coalesce(octet_length(record) > 1048576, false)              AS is_too_long
FROM public.audits
WHERE tenant_id = :tenant_id AND seq BETWEEN :first_seq AND :last_seq
ORDER BY seq;

-- Whether the searched fields and the ids of a segment still are what its records say.
--! first_forged_fields : (seq?)
SELECT min(seq) AS seq
FROM public.audits
WHERE tenant_id = :tenant_id
  AND seq BETWEEN :first_seq AND :last_seq
  AND NOT public.audit_fields_hold(id, entry, record);

-- Checkpoints ---------------------------------------------------------------------------------------------------------

-- Some checkpoints of a chain, in order. What is longer than it can be was put there by somebody, and reads as NULL.
--! read_checkpoints : CheckpointRow
SELECT
    seq,
    CASE WHEN octet_length(head_hash) = 32 THEN head_hash END            AS head_hash,
    CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash,
    CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range,
    CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id AND seq BETWEEN :first_seq AND :last_seq
ORDER BY seq;

-- The newest of them first.
--! read_last_checkpoints : CheckpointRow
SELECT
    seq,
    CASE WHEN octet_length(head_hash) = 32 THEN head_hash END            AS head_hash,
    CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash,
    CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range,
    CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id AND seq <= :last_seq
ORDER BY seq DESC
LIMIT :page_size;

-- What the checkpoints of a chain say at some of their sizes.
--! read_checkpoint_roots : (root_hash?)
SELECT seq, CASE WHEN octet_length(root_hash) = 32 THEN root_hash END AS root_hash
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id AND seq = ANY (:sizes);

-- Whether this role may read the log of all tenants.
--! reads_tenant_log
SELECT
    has_table_privilege('public.tenant_log', 'SELECT') AND NOT row_security_active('public.tenant_log') AS allowed;

-- What the checkpoints of one tenant and the log of all tenants do not have in common: a checkpoint that is not in the
-- log, or an entry of the log without its checkpoint. The text is what TenantLogEntry writes.
--! compare_with_tenant_log : (seq?, record?)
SELECT c.seq, CASE WHEN octet_length(l.record) <= 1000 THEN l.record END AS record
FROM (
    SELECT
        seq,
        format(
            '{"head_hash":"%s","kind":"checkpoint","root_hash":"%s","size":%s,"tenant_id":"%s"}',
            encode(head_hash, 'hex'), encode(root_hash, 'hex'), seq, tenant_id
        ) AS record
    FROM public.audit_checkpoints
    WHERE tenant_id = :tenant_id
) AS c
FULL JOIN (
    SELECT position, record
    FROM public.tenant_log
    WHERE tenant_id = :tenant_id
) AS l ON l.record = c.record
WHERE c.record IS NULL OR l.record IS NULL
ORDER BY l.position, c.seq
LIMIT :page_size;

--! read_tenant_log : (tenant_id?, record?)
SELECT position, tenant_id, CASE WHEN octet_length(record) <= 1000 THEN record END AS record
FROM public.tenant_log
WHERE position > :after
ORDER BY position
LIMIT :page_size;

--! read_tenant_log_checkpoints : (root_hash?, compact_range?, note?)
SELECT
    size,
    CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash,
    CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range,
    CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note
FROM public.tenant_log_checkpoints
WHERE size > :after AND size <= :last
ORDER BY size;

-- What is left of tenants that are gone.
--! read_tombstones : (last_seq?, last_hash?)
SELECT tenant_id, last_seq, CASE WHEN octet_length(last_hash) = 32 THEN last_hash END AS last_hash
FROM public.tenant_tombstones
WHERE tenant_id = ANY (:tenants);

-- Tells whoever listens.
--! notify
SELECT pg_notify(:channel, :payload)::text AS sent;
