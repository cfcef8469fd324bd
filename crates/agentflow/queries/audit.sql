--: AuditEntry (occurred_at?, action?, actor_type?, actor_id?, resource_type?, resource_id?, status?, source?, workspace_id?, details?)

-- The only way to write to a chain. Waits for other appends to the same chain.
--! append_audits
SELECT first_seq, last_seq, head_hash
FROM audit_append(:tenant_id, :ids, :records);

-- Newest first. Every filter is off when NULL.
--! list_audits (before_seq?, action?, actor_id?, resource_type?, resource_id?, status?, since?, until?) : AuditEntry
SELECT
    seq, id, occurred_at, action, actor_type, actor_id, resource_type, resource_id, status, source, workspace_id,
    details, prev_hash, hash, record
FROM audit_entries
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

--! get_audit_head
SELECT seq, hash, pruned_seq, pruned_hash, updated_at
FROM audit_heads
WHERE tenant_id = :tenant_id;

-- Verification --------------------------------------------------------------------------------------------------------

-- Which tenants there are to verify: those that exist, and those of whom only the end of the chain is left.
--! list_audited_tenants (after?) : (slug?)
SELECT tenant_id, t.slug::text
FROM (SELECT id AS tenant_id FROM tenants UNION SELECT tenant_id FROM audit_heads) AS known
LEFT JOIN tenants AS t ON t.id = tenant_id
WHERE :after::uuid IS NULL OR tenant_id > :after
ORDER BY tenant_id
LIMIT :page_size;

--! export_snapshot
SELECT pg_export_snapshot() AS snapshot;

-- What the rows of a chain reach from and to, whatever the head says.
--! get_audit_extent : (first_seq?, last_seq?)
SELECT min(seq) AS first_seq, max(seq) AS last_seq
FROM audits
WHERE tenant_id = :tenant_id;

-- One segment of a chain: how many rows it has, and how many of them are right in every respect. A row is right when
-- its number follows the row before, its prev_hash is the hash of the row before, and its hash is the hash of both.
--! verify_audit_segment (prev_hash?)
WITH link AS (
    SELECT
        seq = lag(seq, 1, :first_seq::bigint - 1) OVER by_seq + 1
            AND prev_hash = lag(hash, 1, coalesce(
                    :prev_hash::bytea,
                    (SELECT hash FROM audits WHERE tenant_id = :tenant_id AND seq = :first_seq - 1)
                )) OVER by_seq
            AND hash = sha256(prev_hash || convert_to(record, 'UTF8')) AS is_good
    FROM audits
    WHERE tenant_id = :tenant_id AND seq BETWEEN :first_seq AND :last_seq
    WINDOW by_seq AS (ORDER BY seq)
)
SELECT
    count(*) AS present,
    count(*) FILTER (WHERE is_good) AS good
FROM link;

--! get_audit_hash : (hash?)
SELECT hash
FROM audits
WHERE tenant_id = :tenant_id AND seq = :seq;

-- The rows of a bad segment one by one, to say what is wrong with which. A column may be NULL where someone forced it.
--! read_audit_links : (prev_hash?, hash?, record?)
SELECT seq, prev_hash, hash, record
FROM audits
WHERE tenant_id = :tenant_id AND seq BETWEEN :first_seq AND :last_seq
ORDER BY seq;

-- Whether the searched fields and the ids of a segment still are what its records say.
--! first_forged_fields : (seq?)
SELECT min(seq) AS seq
FROM audits
WHERE tenant_id = :tenant_id
  AND seq BETWEEN :first_seq AND :last_seq
  AND (entry IS DISTINCT FROM audit_fields(record) OR id::text IS DISTINCT FROM record::jsonb ->> 'id');
