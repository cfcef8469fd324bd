--: SignedRange ()

-- The last checkpoint of a chain; with at_most, the last of those that are no larger.
--! get_last_checkpoint (at_most?) : SignedRange
SELECT seq, head_hash, root_hash, compact_range, note
FROM public.audit_checkpoints
WHERE tenant_id = :tenant_id
  AND seq <= coalesce(:at_most, 9223372036854775807)
ORDER BY seq DESC
LIMIT 1;

-- Export --------------------------------------------------------------------------------------------------------------

-- What an export will hold, which is written before it. Every filter is off when NULL.
--! count_exported_audits (action?, actor_id?, resource_type?, resource_id?, status?, since?, until?) : (first_seq?, last_seq?)
SELECT count(*) AS entries, min(seq) AS first_seq, max(seq) AS last_seq
FROM public.audits
WHERE tenant_id = :tenant_id
  AND seq BETWEEN :first_seq AND :last_seq
  AND (:action::text        IS NULL OR (entry).action = :action)
  AND (:actor_id::text      IS NULL OR (entry).actor_id = :actor_id)
  AND (:resource_type::text IS NULL OR (entry).resource_type = :resource_type)
  AND (:resource_id::text   IS NULL OR (entry).resource_id = :resource_id)
  AND (:status::text        IS NULL OR (entry).status = :status)
  AND (:since::timestamptz  IS NULL OR (entry).occurred_at >= :since)
  AND (:until::timestamptz  IS NULL OR (entry).occurred_at < :until);

-- A stretch of a chain, 64 rows to a block: number, hash, and 0; or for an entry that passes the filters 1, prev_hash,
-- length of the record, record. A row that does not have this form is left out, which shows.
--! read_export_blocks (action?, actor_id?, resource_type?, resource_id?, status?, since?, until?) : (links?)
SELECT block.links
FROM generate_series(:first_seq::bigint, :last_seq::bigint, 64) AS start (seq)
CROSS JOIN LATERAL (
    SELECT
        string_agg(
            int8send(a.seq) || a.hash
                || CASE
                    WHEN (:action::text        IS NULL OR (a.entry).action = :action)
                     AND (:actor_id::text      IS NULL OR (a.entry).actor_id = :actor_id)
                     AND (:resource_type::text IS NULL OR (a.entry).resource_type = :resource_type)
                     AND (:resource_id::text   IS NULL OR (a.entry).resource_id = :resource_id)
                     AND (:status::text        IS NULL OR (a.entry).status = :status)
                     AND (:since::timestamptz  IS NULL OR (a.entry).occurred_at >= :since)
                     AND (:until::timestamptz  IS NULL OR (a.entry).occurred_at < :until)
                    THEN '\x01'::bytea || a.prev_hash
                        || int4send(octet_length(a.record)) || convert_to(a.record, 'UTF8'::name)
                    ELSE '\x00'::bytea
                END,
            '' ORDER BY a.seq
        ) FILTER (
            WHERE octet_length(a.prev_hash) = 32
              AND octet_length(a.hash) = 32
              AND octet_length(a.record) <= 1048576
        ) AS links
    FROM public.audits AS a
    WHERE a.tenant_id = :tenant_id AND a.seq BETWEEN start.seq AND least(start.seq + 63, :last_seq)
) AS block;

-- Only the hashes of a stretch of a chain, 1,024 to a block. Which entry each is of is counted, and shows in the root.
--! read_audit_hashes : (hashes?)
SELECT block.hashes
FROM generate_series(:first_seq::bigint, :last_seq::bigint, 1024) AS start (seq)
CROSS JOIN LATERAL (
    SELECT string_agg(a.hash, '' ORDER BY a.seq) FILTER (WHERE octet_length(a.hash) = 32) AS hashes
    FROM public.audits AS a
    WHERE a.tenant_id = :tenant_id AND a.seq BETWEEN start.seq AND least(start.seq + 1023, :last_seq)
) AS block;

-- Retention -----------------------------------------------------------------------------------------------------------

-- The first entry that is not older than a time: what comes after it stays, however old it says it is.
--! first_kept_audit
SELECT seq
FROM public.audits
WHERE tenant_id = :tenant_id
  AND seq > :after_seq
  AND ((entry).occurred_at < :before) IS NOT TRUE
ORDER BY seq
LIMIT 1;

-- Where the next removal may end: at the last checkpoint within reach, or else at the next there is.
--! next_prune_end : (seq?)
SELECT coalesce(
    (
        SELECT max(seq)
        FROM public.audit_checkpoints
        WHERE tenant_id = :tenant_id AND seq > :after_seq AND seq <= least(:after_seq + :reach, :last_seq)
    ),
    (
        SELECT min(seq)
        FROM public.audit_checkpoints
        WHERE tenant_id = :tenant_id AND seq > :after_seq AND seq <= :last_seq
    )
) AS seq;

--! prune_audits
SELECT public.audit_prune(:tenant_id, :seq) AS removed;
