-- The audit chain: one per tenant, every entry hashed over the entry before it.
--
--     hash = SHA-256(prev_hash || record)        record is canonical JSON (RFC 8785), in UTF-8
--     the first prev_hash = SHA-256("agentflow/audit/v1\n" || the 16 bytes of the tenant id)
--
-- Created: 2026-11-21. Tables: audits, audit_heads, tenant_tombstones, audit_checkpoints, tenant_log, tenant_log_checkpoints,
-- audit_sinks, audit_configs.
-- Locks: none on existing tables but a short one on tenants, for its triggers. Reversible: yes; the history is lost.

-- The fields people search are read out of the record by PostgreSQL itself, so they cannot disagree with what was
-- hashed. One composite column and not nine plain ones: each generated column parses the record again. What is only
-- shown and never searched stays in the record; the view audit_entries reads it from there.
DO $$
BEGIN
    CREATE TYPE audit_fields AS (
        occurred_at   timestamptz,
        action        text,
        actor_type    text,
        actor_id      text,
        resource_type text,
        resource_id   text,
        status        text,
        source        text,
        workspace_id  uuid
    );
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE audit_fields IS 'The fields of an audit record that are searched for.';

CREATE OR REPLACE FUNCTION audit_fields(p_record text) RETURNS audit_fields
    LANGUAGE plpgsql
    IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    -- Truly immutable: occurred_at always ends in Z, so no setting of the session changes what it means.
    RETURN pg_catalog.jsonb_populate_record(NULL::public.audit_fields, p_record::pg_catalog.jsonb);
END
$$;

COMMENT ON FUNCTION audit_fields(text) IS 'The searched fields of a canonical audit record.';

CREATE OR REPLACE FUNCTION audit_fields_hold(p_id uuid, p_entry audit_fields, p_record text) RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN p_entry IS NOT DISTINCT FROM public.audit_fields(p_record)
        AND p_id::text IS NOT DISTINCT FROM p_record::pg_catalog.jsonb ->> 'id';
EXCEPTION
    -- Whoever can forge a record can also write one that is no JSON, or holds no time: a forgery, and no reason to fail.
    WHEN data_exception OR program_limit_exceeded THEN
        RETURN false;
END
$$;

COMMENT ON FUNCTION audit_fields_hold(uuid, audit_fields, text) IS
    'Whether the id and the searched fields of an entry are what its record says.';

CREATE OR REPLACE FUNCTION audit_genesis_hash(p_tenant uuid) RETURNS bytea
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(convert_to(E'agentflow/audit/v1\n', 'UTF8'::name) || uuid_send(p_tenant))
$$;

COMMENT ON FUNCTION audit_genesis_hash(uuid) IS 'What stands in for the hash before the first entry of a tenant.';

-- audits --------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS audits (
    tenant_id uuid         NOT NULL,
    id        uuid         NOT NULL,
    seq       bigint       NOT NULL,
    prev_hash bytea        NOT NULL,
    hash      bytea        NOT NULL,
    record    text         NOT NULL,
    entry     audit_fields GENERATED ALWAYS AS (audit_fields(record)) STORED,

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audits_seq_key UNIQUE (tenant_id, seq),
    CONSTRAINT audits_seq_positive CHECK (seq > 0),
    CONSTRAINT audits_prev_hash_length CHECK (octet_length(prev_hash) = 32),
    CONSTRAINT audits_hash_length CHECK (octet_length(hash) = 32),
    CONSTRAINT audits_record_length CHECK (octet_length(record) <= 1048576)
);

CREATE INDEX IF NOT EXISTS audits_actor_idx
    ON audits (tenant_id, ((entry).actor_id), seq);
CREATE INDEX IF NOT EXISTS audits_resource_idx
    ON audits (tenant_id, ((entry).resource_type), ((entry).resource_id), seq);

COMMENT ON TABLE audits IS
    'What happened, one hash chain per tenant. Append-only: rows come from audit_append() and go only with their tenant '
    'or by retention. No foreign key: an entry cannot exist without the tenant''s row in audit_heads, which has one.';
COMMENT ON COLUMN audits.seq IS 'Position in the tenant''s chain: 1, 2, 3 and on, without gaps. The only order there is.';
COMMENT ON COLUMN audits.prev_hash IS 'The hash of the entry before; for the first, audit_genesis_hash(tenant_id).';
COMMENT ON COLUMN audits.hash IS 'SHA-256 of prev_hash and record.';
COMMENT ON COLUMN audits.record IS 'The entry as canonical JSON (RFC 8785), byte for byte as it was hashed.';
COMMENT ON COLUMN audits.entry IS 'The searched fields, generated from record. The view audit_entries shows them as columns.';

SELECT isolate_tenant_table('audits', 'SELECT');

CREATE OR REPLACE VIEW audit_entries WITH (security_invoker = true) AS
SELECT
    tenant_id,
    seq,
    id,
    (entry).occurred_at,
    (entry).action,
    (entry).actor_type,
    (entry).actor_id,
    (entry).resource_type,
    (entry).resource_id,
    (entry).status,
    (entry).source,
    (entry).workspace_id,
    record::jsonb ->> 'client_ip'  AS client_ip,
    record::jsonb ->> 'user_agent' AS user_agent,
    record::jsonb -> 'details'     AS details,
    prev_hash,
    hash,
    record
FROM audits;

COMMENT ON VIEW audit_entries IS 'audits with every field as a column, for people and reports.';

REVOKE ALL ON audit_entries FROM PUBLIC;
GRANT SELECT ON audit_entries TO af_app;

-- audit_heads ---------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS audit_heads (
    tenant_id   uuid        PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    seq         bigint      NOT NULL DEFAULT 0,
    hash        bytea       NOT NULL,
    pruned_seq  bigint      NOT NULL DEFAULT 0,
    pruned_hash bytea       NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT audit_heads_order CHECK (0 <= pruned_seq AND pruned_seq <= seq),
    CONSTRAINT audit_heads_hash_length CHECK (octet_length(hash) = 32 AND octet_length(pruned_hash) = 32)
)
-- The row is rewritten by every append: room on the page keeps the updates there.
WITH (fillfactor = 20);

COMMENT ON TABLE audit_heads IS
    'The end of each tenant''s chain, and the lock that appending takes. Tells a chain whose tail was cut.';
COMMENT ON COLUMN audit_heads.seq IS 'Position of the last entry; 0 for an empty chain.';
COMMENT ON COLUMN audit_heads.hash IS 'Hash of the last entry; for an empty chain, audit_genesis_hash(tenant_id).';
COMMENT ON COLUMN audit_heads.pruned_seq IS 'Position of the last entry that retention removed; 0 for none.';
COMMENT ON COLUMN audit_heads.pruned_hash IS 'Hash of that entry: what the first remaining one follows.';

SELECT isolate_tenant_table('audit_heads', 'SELECT');

CREATE OR REPLACE FUNCTION trigger_create_audit_head() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_genesis bytea := public.audit_genesis_hash(NEW.id);
BEGIN
    PERFORM set_config('app.tenant_id', NEW.id::text, true);

    INSERT INTO public.audit_heads (tenant_id, hash, pruned_hash)
    VALUES (NEW.id, v_genesis, v_genesis);

    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_create_audit_head() IS 'Gives every new tenant an empty chain.';

REVOKE EXECUTE ON FUNCTION trigger_create_audit_head() FROM PUBLIC;

CREATE OR REPLACE TRIGGER create_audit_head
    AFTER INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION trigger_create_audit_head();

-- Tenants that were there before this migration.
DO $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_tenant uuid;
BEGIN
    FOR v_tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('app.tenant_id', v_tenant::text, true);
        INSERT INTO audit_heads (tenant_id, hash, pruned_hash)
        VALUES (v_tenant, audit_genesis_hash(v_tenant), audit_genesis_hash(v_tenant))
        ON CONFLICT DO NOTHING;
    END LOOP;
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
END
$$;

-- Appending -----------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION audit_append(
    p_tenant  uuid,
    p_ids     uuid[],
    p_records text[],
    OUT first_seq bigint,
    OUT last_seq  bigint,
    OUT head_hash bytea
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count integer := coalesce(cardinality(p_records), 0);
    v_record text;
    v_hash bytea;
    v_prev_hashes bytea[] := '{}';
    v_hashes bytea[] := '{}';
BEGIN
    IF p_tenant IS DISTINCT FROM public.current_tenant() THEN
        RAISE EXCEPTION 'audit_append() writes to the tenant of the transaction only'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audits_own_tenant';
    END IF;

    IF v_count = 0 OR cardinality(p_ids) IS DISTINCT FROM v_count THEN
        RAISE EXCEPTION 'audit_append() needs one id for each record, and at least one record'
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'audits_ids_match';
    END IF;

    -- The row is the lock: appends to one chain wait here for each other, and for nobody else.
    SELECT h.seq, h.hash INTO last_seq, v_hash
    FROM public.audit_heads AS h
    WHERE h.tenant_id = p_tenant
    FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant % has no audit chain', p_tenant
            USING ERRCODE = 'no_data_found', CONSTRAINT = 'audit_head_exists';
    END IF;

    first_seq := last_seq + 1;
    last_seq := last_seq + v_count;

    FOREACH v_record IN ARRAY p_records LOOP
        v_prev_hashes := v_prev_hashes || v_hash;
        v_hash := sha256(v_hash || convert_to(v_record, 'UTF8'::name));
        v_hashes := v_hashes || v_hash;
    END LOOP;
    head_hash := v_hash;

    INSERT INTO public.audits (tenant_id, id, seq, prev_hash, hash, record)
    SELECT p_tenant, link.id, first_seq + link.position - 1, link.prev_hash, link.hash, link.record
    FROM unnest(p_ids, p_records, v_prev_hashes, v_hashes)
        WITH ORDINALITY AS link (id, record, prev_hash, hash, position);

    UPDATE public.audit_heads
    SET seq = last_seq, hash = head_hash, updated_at = clock_timestamp()
    WHERE tenant_id = p_tenant;
END
$$;

COMMENT ON FUNCTION audit_append(uuid, uuid[], text[]) IS
    'Appends canonical records to the chain of the transaction''s tenant. The only way to write to audits.';

REVOKE EXECUTE ON FUNCTION audit_append(uuid, uuid[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(uuid, uuid[], text[]) TO af_app;

-- Tombstones ----------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS tenant_tombstones (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id  uuid        NOT NULL,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    last_seq   bigint      NOT NULL,
    last_hash  bytea       NOT NULL,
    row_counts jsonb       NOT NULL,
    deleted_by text        NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    deleted_in xid8        NOT NULL DEFAULT pg_current_xact_id(),

    CONSTRAINT tenant_tombstones_tenant_key UNIQUE (tenant_id)
);

COMMENT ON TABLE tenant_tombstones IS
    'What remains of a deleted tenant: enough to check the end of its chain against checkpoints kept elsewhere. Global.';
COMMENT ON COLUMN tenant_tombstones.last_hash IS 'Hash of the last audit entry; the whole history hangs on it.';
COMMENT ON COLUMN tenant_tombstones.row_counts IS 'Rows removed, by table.';
COMMENT ON COLUMN tenant_tombstones.deleted_in IS 'The transaction that deleted the tenant, and alone may remove its entries.';

ALTER TABLE tenant_tombstones ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON tenant_tombstones FROM PUBLIC;

CREATE OR REPLACE FUNCTION tenant_row_counts(p_tenant uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table name;
    v_rows bigint;
    v_counts jsonb := '{}';
BEGIN
    FOR v_table IN
        SELECT c.relname
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace
          AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition
          AND c.relforcerowsecurity
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT count(*) FROM public.%I WHERE tenant_id = $1', v_table) INTO v_rows USING p_tenant;
        IF v_rows > 0 THEN
            v_counts := v_counts || jsonb_build_object(v_table::text, v_rows);
        END IF;
    END LOOP;
    RETURN v_counts;
END
$$;

COMMENT ON FUNCTION tenant_row_counts(uuid) IS 'How many rows a tenant has, by table; tables without any are left out.';

REVOKE EXECUTE ON FUNCTION tenant_row_counts(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION tenant_delete(p_tenant uuid, p_deleted_by text) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tombstone uuid;
BEGIN
    -- Appending stops here until we are done; so the last entry stays the last.
    PERFORM set_config('app.tenant_id', p_tenant::text, true);
    PERFORM FROM public.audit_heads WHERE tenant_id = p_tenant FOR UPDATE;

    INSERT INTO public.tenant_tombstones (tenant_id, slug, name, last_seq, last_hash, row_counts, deleted_by)
    SELECT t.id, t.slug, t.name, h.seq, h.hash, public.tenant_row_counts(t.id), p_deleted_by
    FROM public.tenants AS t
    JOIN public.audit_heads AS h ON h.tenant_id = t.id
    WHERE t.id = p_tenant
    RETURNING id INTO v_tombstone;

    IF v_tombstone IS NULL THEN
        RAISE EXCEPTION 'tenant % does not exist', p_tenant
            USING ERRCODE = 'no_data_found', CONSTRAINT = 'tenant_exists';
    END IF;

    DELETE FROM public.tenants WHERE id = p_tenant;
    RETURN v_tombstone;
END
$$;

COMMENT ON FUNCTION tenant_delete(uuid, text) IS
    'Deletes a tenant and everything it has, after writing its tombstone. Returns the id of the tombstone.';

REVOKE EXECUTE ON FUNCTION tenant_delete(uuid, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION trigger_require_tombstone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM public.tenant_tombstones
    WHERE tenant_id = OLD.id AND deleted_in = pg_current_xact_id();

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant % cannot be deleted without a tombstone', OLD.id
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'tenants_tombstone_first',
                  HINT = 'Use: SELECT tenant_delete(tenant, who);';
    END IF;

    -- audits has no foreign key to cascade along.
    DELETE FROM public.audits WHERE tenant_id = OLD.id;
    RETURN OLD;
END
$$;

COMMENT ON FUNCTION trigger_require_tombstone() IS 'A tenant goes with a tombstone or not at all, and takes its audit entries along.';

CREATE OR REPLACE TRIGGER require_tombstone
    BEFORE DELETE ON tenants
    FOR EACH ROW EXECUTE FUNCTION trigger_require_tombstone();

-- What keeps history as it was ----------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION trigger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;

COMMENT ON FUNCTION trigger_refuse_change() IS 'Refuses the statement it is attached to. For append-only tables.';

CREATE OR REPLACE FUNCTION trigger_refuse_audit_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM gone
    WHERE NOT EXISTS (
        SELECT FROM public.tenant_tombstones AS t
        WHERE t.tenant_id = gone.tenant_id AND t.deleted_in = pg_current_xact_id()
    );

    IF FOUND THEN
        RAISE EXCEPTION '% is append-only: DELETE is refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_refuse_audit_delete() IS
    'What belongs to a chain goes with its tenant, after the tombstone of that, or not at all.';

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR TRUNCATE ON audits
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE FUNCTION trigger_refuse_entry_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM gone
    WHERE NOT EXISTS (
        SELECT FROM public.tenant_tombstones AS t
        WHERE t.tenant_id = gone.tenant_id AND t.deleted_in = pg_current_xact_id()
    )
    AND NOT EXISTS (
        SELECT FROM public.audit_heads AS h
        WHERE h.tenant_id = gone.tenant_id AND gone.seq <= h.pruned_seq
    );

    IF FOUND THEN
        RAISE EXCEPTION '% is append-only: DELETE is refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_refuse_entry_delete() IS
    'Entries go with their tenant, or below the beginning that audit_prune() gave the chain, or not at all.';

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON audits
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_entry_delete();

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON tenant_tombstones
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON audit_heads
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_audit_delete();

-- A head moves forward only. As a condition and not in the function, so that appending pays for no call.
CREATE OR REPLACE TRIGGER refuse_rewind
    BEFORE UPDATE ON audit_heads
    FOR EACH ROW
    WHEN (
        NEW.tenant_id <> OLD.tenant_id
        OR NEW.seq < OLD.seq
        OR (NEW.seq = OLD.seq AND NEW.hash <> OLD.hash)
        OR NEW.pruned_seq < OLD.pruned_seq
        OR (NEW.pruned_seq = OLD.pruned_seq AND NEW.pruned_hash <> OLD.pruned_hash)
    )
    EXECUTE FUNCTION trigger_refuse_change();

-- audit_checkpoints ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS audit_checkpoints (
    tenant_id     uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    seq           bigint      NOT NULL,
    head_hash     bytea       NOT NULL,
    root_hash     bytea       NOT NULL,
    compact_range bytea       NOT NULL,
    note          text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_checkpoints_seq_key UNIQUE (tenant_id, seq),
    CONSTRAINT audit_checkpoints_seq_positive CHECK (seq > 0),
    CONSTRAINT audit_checkpoints_hash_length CHECK (octet_length(head_hash) = 32 AND octet_length(root_hash) = 32),
    -- One hash for each perfect subtree, which are as many as the number of entries has ones in binary.
    CONSTRAINT audit_checkpoints_compact_range_length
        CHECK (octet_length(compact_range) = 32 * bit_count((seq - 1)::bit(64)))
);

COMMENT ON TABLE audit_checkpoints IS 'Signed statements of what a chain was at one size. Copies belong outside the database.';
COMMENT ON COLUMN audit_checkpoints.seq IS 'Entries the checkpoint covers: 1 to seq.';
COMMENT ON COLUMN audit_checkpoints.head_hash IS 'Hash of entry seq.';
COMMENT ON COLUMN audit_checkpoints.root_hash IS 'Root of the RFC 6962 tree over the hashes of the covered entries.';
COMMENT ON COLUMN audit_checkpoints.compact_range IS
    'The tree over entries 1 to seq - 1, as the roots of its perfect subtrees. With head_hash it makes root_hash, and so '
    'the next checkpoint, verification and proofs go on from here without the entries before.';
COMMENT ON COLUMN audit_checkpoints.note IS 'The checkpoint as a signed note (C2SP tlog-checkpoint).';

SELECT isolate_tenant_table('audit_checkpoints', 'SELECT');

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON audit_checkpoints
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_audit_delete();

-- tenant_log ----------------------------------------------------------------------------------------------------------

-- One log over all tenants. Its entries are the checkpoints that were taken and the tenants that were deleted, so the last
-- entries of all tenants are the list of tenants with their heads: none can vanish without a trace.
CREATE TABLE IF NOT EXISTS tenant_log (
    position   bigint      PRIMARY KEY,
    tenant_id  uuid        NOT NULL,
    record     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tenant_log_position_positive CHECK (position > 0)
);

CREATE INDEX IF NOT EXISTS tenant_log_tenant_idx ON tenant_log (tenant_id, position);

COMMENT ON TABLE tenant_log IS
    'Every checkpoint taken and every tenant deleted, in order. Append-only, and global: no tenant reads it.';
COMMENT ON COLUMN tenant_log.position IS 'Position in the log: 1, 2, 3 and on, without gaps.';
COMMENT ON COLUMN tenant_log.record IS 'The entry as canonical JSON; the data of its leaf, byte for byte.';

CREATE TABLE IF NOT EXISTS tenant_log_checkpoints (
    size          bigint      PRIMARY KEY,
    root_hash     bytea       NOT NULL,
    compact_range bytea       NOT NULL,
    note          text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tenant_log_checkpoints_size_positive CHECK (size > 0),
    CONSTRAINT tenant_log_checkpoints_hash_length CHECK (octet_length(root_hash) = 32),
    CONSTRAINT tenant_log_checkpoints_compact_range_length
        CHECK (octet_length(compact_range) = 32 * bit_count(size::bit(64)))
);

COMMENT ON TABLE tenant_log_checkpoints IS 'Signed statements of what tenant_log was at one size. Append-only, and global.';
COMMENT ON COLUMN tenant_log_checkpoints.compact_range IS 'The tree over entries 1 to size, as the roots of its perfect subtrees.';
COMMENT ON COLUMN tenant_log_checkpoints.note IS 'The checkpoint as a signed note (C2SP tlog-checkpoint).';

CREATE TABLE IF NOT EXISTS audit_sinks (
    name         text        PRIMARY KEY,
    published    bigint      NOT NULL DEFAULT 0,
    published_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT audit_sinks_published_not_negative CHECK (published >= 0)
);

COMMENT ON TABLE audit_sinks IS 'Where checkpoints are sent to outside of the database, and how far each sink has them. Global.';
COMMENT ON COLUMN audit_sinks.published IS 'Position in tenant_log up to which the sink was given everything.';

ALTER TABLE tenant_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_log_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_sinks ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON tenant_log, tenant_log_checkpoints, audit_sinks FROM PUBLIC;

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON tenant_log
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON tenant_log_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE FUNCTION audit_uncovered(p_published bigint, p_after uuid, p_limit integer)
    RETURNS TABLE (tenant_id uuid, seq bigint, covered_seq bigint, covered_at timestamptz)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_created_at timestamptz;
    v_left integer := p_limit;
BEGIN
    -- One tenant after the other: row-level security is forced, so even the owner sees the chains of no two at once.
    FOR tenant_id, v_created_at IN
        SELECT t.id, t.created_at FROM public.tenants AS t WHERE p_after IS NULL OR t.id > p_after ORDER BY t.id
    LOOP
        EXIT WHEN v_left <= 0;
        PERFORM set_config('app.tenant_id', tenant_id::text, true);

        IF p_published IS NULL THEN
            SELECT c.seq, c.created_at INTO covered_seq, covered_at
            FROM public.audit_checkpoints AS c
            WHERE c.tenant_id = audit_uncovered.tenant_id
            ORDER BY c.seq DESC
            LIMIT 1;
        ELSE
            SELECT (l.record::jsonb ->> 'size')::bigint, l.created_at INTO covered_seq, covered_at
            FROM public.tenant_log AS l
            WHERE l.tenant_id = audit_uncovered.tenant_id AND l.position <= p_published
            ORDER BY l.position DESC
            LIMIT 1;
        END IF;
        covered_seq := coalesce(covered_seq, 0);
        covered_at := coalesce(covered_at, v_created_at);

        SELECT h.seq INTO seq
        FROM public.audit_heads AS h
        WHERE h.tenant_id = audit_uncovered.tenant_id AND h.seq > covered_seq;

        IF FOUND THEN
            v_left := v_left - 1;
            RETURN NEXT;
        END IF;
    END LOOP;
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
END
$$;

COMMENT ON FUNCTION audit_uncovered(bigint, uuid, integer) IS
    'The tenants after one, in order of their ids, whose chains go on beyond their last checkpoint, or beyond the last one '
    'among the entries of tenant_log up to a position; and when that was taken, or else the tenant was created: by the '
    'clock of the server, for the times of the entries are whatever their writers said.';

REVOKE EXECUTE ON FUNCTION audit_uncovered(bigint, uuid, integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION audit_most_uncovered(p_left_out uuid[], p_enough bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_tenant uuid;
    v_entries bigint;
    v_most bigint := 0;
BEGIN
    -- As in audit_uncovered(), but it is asked every second: one statement for each tenant, and no more tenants than needed.
    FOR v_tenant IN
        SELECT t.id FROM public.tenants AS t WHERE t.id <> ALL (p_left_out)
    LOOP
        PERFORM set_config('app.tenant_id', v_tenant::text, true);

        SELECT h.seq - coalesce((
            SELECT c.seq
            FROM public.audit_checkpoints AS c
            WHERE c.tenant_id = v_tenant
            ORDER BY c.seq DESC
            LIMIT 1
        ), 0) INTO v_entries
        FROM public.audit_heads AS h
        WHERE h.tenant_id = v_tenant;

        v_most := greatest(v_most, v_entries);
        EXIT WHEN v_most >= p_enough;
    END LOOP;
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN v_most;
END
$$;

COMMENT ON FUNCTION audit_most_uncovered(uuid[], bigint) IS
    'The most entries beyond the last checkpoint that a tenant has, some tenants left out; or of the first tenant found that '
    'has enough.';

REVOKE EXECUTE ON FUNCTION audit_most_uncovered(uuid[], bigint) FROM PUBLIC;

-- Retention -----------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION trigger_require_checkpoint() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM public.audit_checkpoints
    WHERE tenant_id = NEW.tenant_id AND seq = NEW.pruned_seq AND head_hash = NEW.pruned_hash;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'no checkpoint was taken of the chain at entry %', NEW.pruned_seq
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'audit_heads_pruned_at_checkpoint',
                  HINT = 'A chain begins anew only where a checkpoint says what was before.';
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_require_checkpoint() IS 'The beginning of a chain moves to a checkpoint or not at all.';

CREATE OR REPLACE TRIGGER require_checkpoint
    AFTER UPDATE ON audit_heads
    FOR EACH ROW
    WHEN (NEW.pruned_seq <> OLD.pruned_seq)
    EXECUTE FUNCTION trigger_require_checkpoint();

CREATE OR REPLACE FUNCTION audit_prune(p_tenant uuid, p_seq bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_removed bigint;
BEGIN
    PERFORM set_config('app.tenant_id', p_tenant::text, true);

    UPDATE public.audit_heads AS h
    SET pruned_seq = p_seq, pruned_hash = a.hash, updated_at = clock_timestamp()
    FROM public.audits AS a
    WHERE h.tenant_id = p_tenant AND a.tenant_id = p_tenant AND a.seq = p_seq AND p_seq > h.pruned_seq;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'entry % of tenant % is not there to be removed', p_seq, p_tenant
            USING ERRCODE = 'no_data_found', CONSTRAINT = 'audit_entry_exists';
    END IF;

    DELETE FROM public.audits WHERE tenant_id = p_tenant AND seq <= p_seq;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    RETURN v_removed;
END
$$;

COMMENT ON FUNCTION audit_prune(uuid, bigint) IS
    'Removes the entries of a chain up to one that a checkpoint was taken at. Returns how many. Export them first.';

REVOKE EXECUTE ON FUNCTION audit_prune(uuid, bigint) FROM PUBLIC;

-- audit_configs -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS audit_configs (
    tenant_id             uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                    uuid        NOT NULL DEFAULT gen_random_uuid(),
    retention_days        integer     NOT NULL DEFAULT 365,
    log_level             text        NOT NULL DEFAULT 'standard',
    mask_sensitive_fields boolean     NOT NULL DEFAULT true,
    masked_fields         text[]      NOT NULL DEFAULT '{}',
    export_enabled        boolean     NOT NULL DEFAULT false,
    export_destination    text,
    last_export_at        timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_configs_tenant_key UNIQUE (tenant_id),
    CONSTRAINT audit_configs_retention_days_positive CHECK (retention_days > 0),
    CONSTRAINT audit_configs_log_level_known CHECK (log_level IN ('minimal', 'standard', 'verbose')),
    CONSTRAINT audit_configs_masked_fields_not_null CHECK (array_position(masked_fields, NULL) IS NULL)
);

COMMENT ON TABLE audit_configs IS 'How a tenant wants its audit kept, at most one row each.';
COMMENT ON COLUMN audit_configs.retention_days IS 'Age at which entries may be removed, as whole prefixes below a checkpoint.';
COMMENT ON COLUMN audit_configs.log_level IS
    'minimal leaves out details, addresses and user agents; verbose records accepted credentials and permissions as well.';
COMMENT ON COLUMN audit_configs.mask_sensitive_fields IS
    'Whether fields of details that are named like secrets are masked before hashing.';
COMMENT ON COLUMN audit_configs.masked_fields IS 'Names of further fields of details to mask, whatever the setting above.';

-- Read by the runtime role and not written: who could switch masking off unseen would need no other secret.
SELECT isolate_tenant_table('audit_configs', 'SELECT');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON audit_configs
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

CREATE OR REPLACE FUNCTION audit_config_lock(p_tenant uuid, p_id uuid) RETURNS audit_configs
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_config public.audit_configs;
BEGIN
    IF p_tenant IS DISTINCT FROM public.current_tenant() THEN
        RAISE EXCEPTION 'audit_config_lock() locks the settings of the transaction''s tenant only'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_configs_own_tenant';
    END IF;

    INSERT INTO public.audit_configs (tenant_id, id)
    VALUES (p_tenant, p_id)
    ON CONFLICT ON CONSTRAINT audit_configs_tenant_key DO NOTHING;

    SELECT * INTO STRICT v_config FROM public.audit_configs WHERE tenant_id = p_tenant FOR UPDATE;
    RETURN v_config;
END
$$;

COMMENT ON FUNCTION audit_config_lock(uuid, uuid) IS
    'The settings of the transaction''s tenant, which nobody else changes before its end. Where there are none, the usual '
    'ones become a row with the given id. Changes no setting.';

REVOKE EXECUTE ON FUNCTION audit_config_lock(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_config_lock(uuid, uuid) TO af_app;

CREATE OR REPLACE FUNCTION audit_configure(
    p_tenant                uuid,
    p_retention_days        integer,
    p_log_level             text,
    p_mask_sensitive_fields boolean,
    p_masked_fields         text[],
    p_export_enabled        boolean,
    p_export_destination    text,
    p_entry_id              uuid,
    p_record                text
) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_no_settings CONSTANT text[] := '{tenant_id,id,last_export_at,created_at,updated_at}';
    v_before public.audit_configs := public.audit_config_lock(p_tenant, gen_random_uuid());
    v_after public.audit_configs := v_before;
    v_entry jsonb := p_record::jsonb;
    v_changed jsonb;
    v_seq bigint;
BEGIN
    v_after.retention_days := p_retention_days;
    v_after.log_level := p_log_level;
    v_after.mask_sensitive_fields := p_mask_sensitive_fields;
    v_after.masked_fields := p_masked_fields;
    v_after.export_enabled := p_export_enabled;
    v_after.export_destination := p_export_destination;

    SELECT coalesce(jsonb_object_agg(old.key, jsonb_build_object('from', old.value, 'to', new.value)), '{}')
    INTO v_changed
    FROM jsonb_each(to_jsonb(v_before) - c_no_settings) AS old
    JOIN jsonb_each(to_jsonb(v_after) - c_no_settings) AS new ON new.key = old.key
    WHERE new.value <> old.value;

    -- An entry that said something else would be as good as none.
    IF v_entry ->> 'action' IS DISTINCT FROM 'audit.configured'
        OR v_entry #> '{details,changed}' IS DISTINCT FROM v_changed
    THEN
        RAISE EXCEPTION 'the entry does not say what is changed of the settings of the audit'
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'audit_configs_entry_tells';
    END IF;

    UPDATE public.audit_configs
    SET retention_days        = v_after.retention_days,
        log_level             = v_after.log_level,
        mask_sensitive_fields = v_after.mask_sensitive_fields,
        masked_fields         = v_after.masked_fields,
        export_enabled        = v_after.export_enabled,
        export_destination    = v_after.export_destination
    WHERE tenant_id = p_tenant;

    SELECT appended.last_seq INTO STRICT v_seq
    FROM public.audit_append(p_tenant, ARRAY[p_entry_id], ARRAY[p_record]) AS appended;
    RETURN v_seq;
END
$$;

COMMENT ON FUNCTION audit_configure(uuid, integer, text, boolean, text[], boolean, text, uuid, text) IS
    'Changes the settings of the transaction''s tenant and appends the entry that says so, whose details.changed must hold '
    'every changed setting with what it was and is. The only way to change them. Returns the position of the entry.';

REVOKE EXECUTE ON FUNCTION audit_configure(uuid, integer, text, boolean, text[], boolean, text, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_configure(uuid, integer, text, boolean, text[], boolean, text, uuid, text) TO af_app;

CREATE OR REPLACE FUNCTION audit_note_export(p_tenant uuid, p_id uuid, p_exported_at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_tenant IS DISTINCT FROM public.current_tenant() THEN
        RAISE EXCEPTION 'audit_note_export() writes to the tenant of the transaction only'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_configs_own_tenant';
    END IF;

    INSERT INTO public.audit_configs (tenant_id, id, last_export_at)
    VALUES (p_tenant, p_id, p_exported_at)
    ON CONFLICT ON CONSTRAINT audit_configs_tenant_key DO UPDATE SET last_export_at = excluded.last_export_at;
END
$$;

COMMENT ON FUNCTION audit_note_export(uuid, uuid, timestamptz) IS
    'Notes when entries of the transaction''s tenant were exported last. Changes no setting.';

REVOKE EXECUTE ON FUNCTION audit_note_export(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_note_export(uuid, uuid, timestamptz) TO af_app;
