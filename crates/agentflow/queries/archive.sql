--: ArchivePlan (inspect?, clear?)
--: ImportedChain ()

-- What travels --------------------------------------------------------------------------------------------------------

-- Tables of which nobody said what becomes of them.
--! list_unclassified
SELECT name FROM public.archive_unclassified() AS name;

-- Tables that were to travel, and cannot any more.
--! list_unfit
SELECT table_name, reason FROM public.archive_unfit();

-- What carries the rows of a tenant, in the order in which they are to be written.
--! plan_archive : ArchivePlan
SELECT table_name, class, columns, sealed, copy_out, stage, copy_in, inspect, clear, load
FROM public.archive_plan(:tenant_id, :leave_out_sealed);

--! get_migration_version
SELECT coalesce(max(version), 0)::bigint AS version
FROM public.schema_migrations;

-- How values are written, whatever the settings of the server, of the database or of the role are: the same value is the same text.
-- And no limit of time ends what takes long. Those that this server does not know are left out.
--! fix_settings
SELECT count(set_config(s.name, v.value, true)) AS settings
FROM (
    VALUES
        ('datestyle',                           'ISO, YMD'),
        ('timezone',                            'UTC'),
        ('intervalstyle',                       'postgres'),
        ('extra_float_digits',                  '1'),
        ('bytea_output',                        'hex'),
        ('xmlbinary',                           'base64'),
        ('lc_monetary',                         'C'),
        ('lc_numeric',                          'C'),
        ('statement_timeout',                   '0'),
        ('transaction_timeout',                 '0'),
        ('idle_in_transaction_session_timeout', '0'),
        ('enable_seqscan',                      'on'),
        ('enable_bitmapscan',                   'on'),
        ('enable_sort',                         'on'),
        ('jit',                                 'off')
) AS v (name, value)
JOIN pg_settings AS s ON lower(s.name) = v.name;

-- Export --------------------------------------------------------------------------------------------------------------

-- The last entry of a chain says when it was recorded; where retention removed even that, the head says when it changed last.
--! get_last_recorded
SELECT
    coalesce(
        (
            SELECT (a.entry).occurred_at
            FROM public.audits AS a
            WHERE a.tenant_id = h.tenant_id AND a.seq = h.seq
        ),
        h.updated_at
    ) AS recorded_at
FROM public.audit_heads AS h
WHERE h.tenant_id = :tenant_id;

-- How many sealed values a tenant has.
--! count_sealed_values
SELECT
    (SELECT count(encrypted_key) + count(previous_encrypted_key) FROM public.provider_keys WHERE tenant_id = :tenant_id)
    + (
        SELECT count(encrypted_config) + count(previous_encrypted_config)
        FROM public.connector_installations
        WHERE tenant_id = :tenant_id
    )
    + (SELECT count(webhook_secret) + count(previous_webhook_secret) FROM public.teams WHERE tenant_id = :tenant_id)
    AS count;

-- All of them.
--! read_sealed_values
SELECT sealed.table_name, sealed.column_name, sealed.id, sealed.value
FROM (
    SELECT 'provider_keys' AS table_name, 'encrypted_key' AS column_name, id, encrypted_key AS value
    FROM public.provider_keys
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'provider_keys', 'previous_encrypted_key', id, previous_encrypted_key
    FROM public.provider_keys
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'connector_installations', 'encrypted_config', id, encrypted_config
    FROM public.connector_installations
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'connector_installations', 'previous_encrypted_config', id, previous_encrypted_config
    FROM public.connector_installations
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'teams', 'webhook_secret', id, webhook_secret
    FROM public.teams
    WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT 'teams', 'previous_webhook_secret', id, previous_webhook_secret
    FROM public.teams
    WHERE tenant_id = :tenant_id
) AS sealed
WHERE sealed.value IS NOT NULL
ORDER BY sealed.table_name COLLATE "C", sealed.column_name COLLATE "C", sealed.id;

-- Import --------------------------------------------------------------------------------------------------------------

-- To be called before anything else.
--! hold_imports
SELECT public.archive_hold_imports() AS held;

-- Nobody adds anything to the tenant until the end of the transaction.
--! hold_tenant
SELECT tier, settings::text AS settings, metadata::text AS metadata
FROM public.tenants
WHERE id = :tenant_id
FOR UPDATE;

-- Its memories stay where they are until the end of the transaction.
--! hold_memories
SELECT public.hold_memories() AS held;

--! list_occupied
SELECT name FROM public.archive_occupied(:tenant_id) AS name;

--! suspend_imported (suspended_at?)
UPDATE public.tenants
SET status = 'suspended', suspended_at = coalesce(:suspended_at, now())
WHERE id = :tenant_id AND status <> 'suspended';

--! resume_imported
UPDATE public.tenants
SET status = 'active', suspended_at = NULL
WHERE id = :tenant_id AND status = 'suspended';

-- An existing tenant becomes what the one of the archive was, but for its names and its region.
--! replace_tenant
UPDATE public.tenants
SET tier = :tier, settings = :settings, metadata = :metadata
WHERE id = :tenant_id;

-- What puts sealed values into staged rows; nothing for a column that takes none.
--! get_seal_statement : (statement?)
SELECT public.archive_seal_statement(:table_name, :column_name) AS statement;

-- What is checked of rows that were written without triggers.
--! list_checks
SELECT table_name, constraint_name, kind, statement
FROM public.archive_checks(:tenant_id);

-- Does what triggers would have done.
--! finish_import
SELECT true AS done FROM public.archive_finish(:tenant_id);

-- Not undone with the transaction.
--! advance_sequences
SELECT true AS done FROM public.archive_advance_sequences(:tenant_id);

-- Of a month that is over and has nothing in it.
--! drop_month
SELECT public.archive_drop_month(:at) AS dropped;

--! count_api_keys
SELECT count(*) AS count
FROM public.api_keys
WHERE tenant_id = :tenant_id AND revoked_at IS NULL;

-- Imported chains -----------------------------------------------------------------------------------------------------

--! insert_imported_chain
INSERT INTO public.imported_chains (
    tenant_id, id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at
)
VALUES (:tenant_id, :id, :source_tenant_id, :size, :head_hash, :bundle_sha256, :bytes, :imported_at);

--! insert_imported_chain_part
INSERT INTO public.imported_chain_parts (tenant_id, chain_id, part, content)
VALUES (:tenant_id, :chain_id, :part, :content);

--! list_imported_chains : ImportedChain
SELECT id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at
FROM public.imported_chains
WHERE tenant_id = :tenant_id
ORDER BY imported_at, id;

--! get_imported_chain : ImportedChain
SELECT id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at
FROM public.imported_chains
WHERE tenant_id = :tenant_id AND id = :id;

--! read_imported_chain_part
SELECT content
FROM public.imported_chain_parts
WHERE tenant_id = :tenant_id AND chain_id = :chain_id AND part = :part;
