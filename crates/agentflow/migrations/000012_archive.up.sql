-- Archives of single tenants: which tables and columns travel, the statements that carry them out and in, and what is checked of
-- what came in; imported_chains, with the audit chains that tenants had where they came from.
--
-- Created: 2026-11-22. Tables: archive_tables, archive_columns, imported_chains, imported_chain_parts.
-- Locks: none on existing tables. Reversible: yes, by dropping what is created here; imported chains are lost with it.

-- What travels --------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS archive_tables (
    table_name text        NOT NULL PRIMARY KEY,
    class      text        NOT NULL,
    seeded     text,
    is_own     boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT archive_tables_class_known CHECK (class IN ('data', 'sealed', 'chain', 'local')),
    CONSTRAINT archive_tables_seeded_travels CHECK (seeded IS NULL OR class = 'data')
);

COMMENT ON TABLE archive_tables IS
    'What becomes of each table with a tenant_id when a tenant moves. One that is not here lets every export fail, so that none is '
    'forgotten. Global; nobody but the owner reads or writes it.';
COMMENT ON COLUMN archive_tables.table_name IS 'The table; with its schema in front where that is not public.';
COMMENT ON COLUMN archive_tables.class IS
    'data: its rows travel; sealed: they travel together with the sealed values, or stay behind with them; chain: they travel '
    'inside of the audit chain; local: they stay behind.';
COMMENT ON COLUMN archive_tables.seeded IS
    'Which rows every new tenant has from its beginning, as a condition: those of the archive take their place.';
COMMENT ON COLUMN archive_tables.is_own IS
    'Whether it came with a migration. The values of others are never read by the program.';

CREATE TABLE IF NOT EXISTS archive_columns (
    table_name  text        NOT NULL REFERENCES archive_tables (table_name) ON DELETE CASCADE,
    column_name text        NOT NULL,
    class       text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (table_name, column_name),
    CONSTRAINT archive_columns_class_known CHECK (class IN ('sealed', 'with_sealed', 'local'))
);

COMMENT ON TABLE archive_columns IS
    'What becomes of the columns that do not simply travel with their row. Global; nobody but the owner reads or writes it.';
COMMENT ON COLUMN archive_columns.class IS
    'sealed: the value is opened, and sealed anew where it goes; with_sealed: NULL where sealed values are left out; local: stays '
    'behind, and begins anew with the default of the column.';

ALTER TABLE archive_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE archive_columns ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON archive_tables, archive_columns FROM PUBLIC;

-- imported_chains -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS imported_chains (
    tenant_id        uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id               uuid        NOT NULL DEFAULT gen_random_uuid(),
    source_tenant_id uuid        NOT NULL,
    size             bigint      NOT NULL,
    head_hash        bytea       NOT NULL,
    bundle_sha256    bytea       NOT NULL,
    bytes            bigint      NOT NULL,
    imported_at      timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT imported_chains_size_positive CHECK (size > 0),
    CONSTRAINT imported_chains_bytes_positive CHECK (bytes > 0),
    CONSTRAINT imported_chains_head_hash_length CHECK (octet_length(head_hash) = 32),
    CONSTRAINT imported_chains_bundle_sha256_length CHECK (octet_length(bundle_sha256) = 32)
);

COMMENT ON TABLE imported_chains IS
    'The audit chains that a tenant had where it came from, as bundles that prove themselves. Append-only; the runtime role reads them.';
COMMENT ON COLUMN imported_chains.source_tenant_id IS 'Whose chain it is: the id the tenant had there.';
COMMENT ON COLUMN imported_chains.size IS 'How many entries it has.';
COMMENT ON COLUMN imported_chains.head_hash IS 'The hash of the last of them.';
COMMENT ON COLUMN imported_chains.bundle_sha256 IS 'The hash of the bundle.';
COMMENT ON COLUMN imported_chains.bytes IS 'The length of the bundle.';

SELECT isolate_tenant_table('imported_chains', 'SELECT');

CREATE TABLE IF NOT EXISTS imported_chain_parts (
    tenant_id uuid    NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    chain_id  uuid    NOT NULL,
    part      integer NOT NULL,
    content   bytea   NOT NULL,

    PRIMARY KEY (tenant_id, chain_id, part),
    FOREIGN KEY (tenant_id, chain_id) REFERENCES imported_chains (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT imported_chain_parts_part_positive CHECK (part > 0),
    CONSTRAINT imported_chain_parts_content_length CHECK (octet_length(content) BETWEEN 1 AND 1048576)
);

COMMENT ON TABLE imported_chain_parts IS 'The bundles of imported_chains, byte for byte, in parts of at most 1 MiB.';
COMMENT ON COLUMN imported_chain_parts.part IS 'From 1, in the order of the bundle.';

SELECT isolate_tenant_table('imported_chain_parts', 'SELECT');

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR TRUNCATE ON imported_chains
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON imported_chains
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_audit_delete();

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR TRUNCATE ON imported_chain_parts
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON imported_chain_parts
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_audit_delete();

-- Classes -------------------------------------------------------------------------------------------------------------

-- Changes of these rows come with the migrations that make the tables.
INSERT INTO archive_tables (table_name, class, seeded)
VALUES
    ('isolation_canaries',      'local',  NULL),
    ('workspaces',              'data',   NULL),
    ('environments',            'data',   NULL),
    ('workspace_configs',       'data',   NULL),
    ('audits',                  'chain',  NULL),
    ('audit_heads',             'chain',  NULL),
    ('audit_checkpoints',       'chain',  NULL),
    ('tenant_tombstones',       'local',  NULL),
    ('tenant_log',              'local',  NULL),
    ('audit_configs',           'data',   NULL),
    ('principals',              'data',   NULL),
    ('users',                   'data',   NULL),
    ('teams',                   'data',   NULL),
    ('team_memberships',        'data',   NULL),
    ('rbac_roles',              'data',   'workspace_id IS NULL AND is_builtin'),
    ('role_permissions',        'data',   NULL),
    ('rbac_bindings',           'data',   NULL),
    ('api_keys',                'data',   NULL),
    -- Whoever is logged in there is not logged in here.
    ('sessions',                'local',  NULL),
    ('agents',                  'data',   NULL),
    ('tools',                   'data',   NULL),
    ('conversations',           'data',   NULL),
    ('messages',                'data',   NULL),
    ('rule_revisions',          'data',   NULL),
    ('schemas',                 'data',   NULL),
    ('rules',                   'data',   NULL),
    ('derived_fields',          'data',   NULL),
    ('schema_changelog',        'data',   NULL),
    ('workflows',               'data',   NULL),
    ('workflow_versions',       'data',   NULL),
    ('policies',                'data',   NULL),
    ('policy_bindings',         'data',   NULL),
    ('policy_decisions',        'data',   NULL),
    ('plans',                   'data',   NULL),
    ('runs',                    'data',   NULL),
    ('steps',                   'data',   NULL),
    ('approval_requests',       'data',   NULL),
    ('approval_decisions',      'data',   NULL),
    ('tool_calls',              'data',   NULL),
    -- Of the latest minute.
    ('workspace_writes',        'local',  NULL),
    -- Made anew from the runs.
    ('run_queues',              'local',  NULL),
    -- Of a key ring that stays behind.
    ('tenant_key_versions',     'local',  NULL),
    ('provider_keys',           'sealed', NULL),
    ('provider_key_services',   'sealed', NULL),
    ('connector_installations', 'sealed', NULL),
    ('connector_services',      'sealed', NULL),
    ('key_validation_results',  'sealed', NULL),
    ('secret_rotation_log',     'data',   NULL),
    ('price_books',             'data',   NULL),
    ('prices',                  'data',   NULL),
    ('metering_events',         'data',   NULL),
    ('metering_event_keys',     'data',   NULL),
    ('usage_changes',           'data',   NULL),
    ('usage_summaries',         'data',   NULL),
    ('budgets',                 'data',   NULL),
    ('budget_increases',        'data',   NULL),
    ('budget_periods',          'data',   NULL),
    ('budget_alerts',           'data',   NULL),
    ('budget_reservations',     'data',   NULL),
    ('memory_settings',         'data',   NULL),
    ('memories',                'data',   NULL),
    ('memory_tags',             'data',   NULL),
    ('memory_accesses',         'data',   NULL),
    ('memory_logs',             'data',   NULL),
    ('imported_chains',         'data',   NULL),
    ('imported_chain_parts',    'data',   NULL)
ON CONFLICT (table_name) DO UPDATE
SET class = excluded.class, seeded = excluded.seeded, is_own = true;

INSERT INTO archive_columns (table_name, column_name, class)
VALUES
    ('provider_keys',           'encrypted_key',                      'sealed'),
    ('provider_keys',           'previous_encrypted_key',             'sealed'),
    ('connector_installations', 'encrypted_config',                   'sealed'),
    ('connector_installations', 'previous_encrypted_config',          'sealed'),
    ('teams',                   'webhook_secret',                     'sealed'),
    ('teams',                   'previous_webhook_secret',            'sealed'),
    ('teams',                   'previous_webhook_secret_expires_at', 'with_sealed'),
    -- Where memories are kept and how they are indexed is not the tenant's.
    ('memory_settings',         'promoted_at',                        'local'),
    ('memory_settings',         'index_kind',                         'local'),
    ('memory_settings',         'index_options',                      'local'),
    ('memory_settings',         'indexed_at',                         'local')
ON CONFLICT (table_name, column_name) DO UPDATE SET class = excluded.class;

CREATE OR REPLACE FUNCTION archive_name(p_table regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN n.nspname = 'public' THEN c.relname::text ELSE n.nspname || '.' || c.relname END
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = p_table
$$;

COMMENT ON FUNCTION archive_name(regclass) IS 'What archive_tables calls a table.';

CREATE OR REPLACE FUNCTION archive_misfit(p_table regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN c.relnamespace <> 'public'::regnamespace THEN 'it is in another schema than public'
        WHEN c.relkind NOT IN ('r', 'p') OR c.relispartition THEN 'it is no table'
        WHEN c.relname !~ '^[A-Za-z0-9_$]+$' THEN 'its name has other letters than those of ASCII, digits, _ and $'
        WHEN NOT EXISTS (
            SELECT
            FROM pg_index AS i
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id' AND a.atttypid = 'uuid'::regtype
        ) THEN 'it has no primary key with tenant_id uuid in it'
        WHEN NOT EXISTS (
            SELECT
            FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname <> 'tenant_id'
              AND NOT EXISTS (
                  SELECT
                  FROM public.archive_columns AS s
                  WHERE s.table_name = c.relname AND s.column_name = a.attname AND s.class = 'local'
              )
        ) THEN 'it has no column but tenant_id that would travel'
    END
    FROM pg_class AS c
    WHERE c.oid = p_table
$$;

COMMENT ON FUNCTION archive_misfit(regclass) IS 'Why the rows of a table cannot travel; NULL for one whose rows can.';

REVOKE EXECUTE ON FUNCTION archive_misfit(regclass) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_classify(p_table regclass, p_class text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text := public.archive_name(p_table);
    v_class text;
    v_misfit text;
BEGIN
    IF p_class IS NULL OR p_class NOT IN ('data', 'local') THEN
        RAISE EXCEPTION 'a table is classified as data, whose rows travel, or local, whose rows stay behind'
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'archive_tables_class_known';
    END IF;

    SELECT t.class INTO v_class FROM public.archive_tables AS t WHERE t.table_name = v_name;
    IF v_class IN ('sealed', 'chain') THEN
        RAISE EXCEPTION 'what becomes of % is not for anybody to choose', v_name
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'archive_tables_own';
    END IF;

    -- Of tables that are gone: another one with the name of one of them would have its class.
    DELETE FROM public.archive_tables AS t
    WHERE NOT t.is_own
      AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'f') AND public.archive_name(c.oid) = t.table_name);

    v_misfit := CASE WHEN p_class = 'data' THEN public.archive_misfit(p_table) END;
    IF v_misfit IS NOT NULL THEN
        RAISE EXCEPTION 'the rows of % cannot travel: %', v_name, v_misfit
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'archive_tables_fit';
    END IF;

    INSERT INTO public.archive_tables AS t (table_name, class, is_own)
    VALUES (v_name, p_class, false)
    ON CONFLICT (table_name) DO UPDATE SET class = excluded.class;
END
$$;

COMMENT ON FUNCTION archive_classify(regclass, text) IS
    'Says what becomes of a table when a tenant moves: data (its rows travel) or local (they stay behind).';

REVOKE EXECUTE ON FUNCTION archive_classify(regclass, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_keep_column(p_table regclass, p_column name) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text := public.archive_name(p_table);
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM public.archive_tables AS t
        JOIN pg_attribute AS a ON a.attrelid = p_table AND a.attname = p_column AND a.attnum > 0 AND NOT a.attisdropped
        WHERE t.table_name = v_name AND t.class = 'data'
          AND NOT EXISTS (
              SELECT FROM pg_index AS i WHERE i.indrelid = p_table AND i.indisprimary AND a.attnum = ANY (i.indkey)
          )
    ) THEN
        RAISE EXCEPTION '% is no column, outside of the primary key, of a table that travels', v_name || '.' || p_column
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'archive_columns_fit';
    END IF;

    INSERT INTO public.archive_columns (table_name, column_name, class)
    VALUES (v_name, p_column, 'local')
    ON CONFLICT (table_name, column_name) DO NOTHING;

    IF public.archive_misfit(p_table) IS NOT NULL THEN
        RAISE EXCEPTION 'the rows of % could not travel any more: %', v_name, public.archive_misfit(p_table)
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'archive_tables_fit';
    END IF;
END
$$;

COMMENT ON FUNCTION archive_keep_column(regclass, name) IS
    'Keeps a column of a table that travels behind: there it begins anew with its default.';

REVOKE EXECUTE ON FUNCTION archive_keep_column(regclass, name) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_unclassified() RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT public.archive_name(c.oid) COLLATE "C" AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'f')
      AND NOT c.relispartition
      AND c.relpersistence <> 't'
      AND a.atttypid = 'uuid'::regtype
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      AND NOT EXISTS (SELECT FROM public.archive_tables AS t WHERE t.table_name = public.archive_name(c.oid))
    ORDER BY name
$$;

COMMENT ON FUNCTION archive_unclassified() IS 'Tables with a tenant_id of which nobody said what becomes of them when a tenant moves.';

REVOKE EXECUTE ON FUNCTION archive_unclassified() FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_unfit() RETURNS TABLE (table_name text, reason text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.table_name, public.archive_misfit(c.oid)
    FROM public.archive_tables AS t
    JOIN pg_class AS c ON public.archive_name(c.oid) = t.table_name
    WHERE t.class IN ('data', 'sealed')
      AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
      AND public.archive_misfit(c.oid) IS NOT NULL
    ORDER BY t.table_name COLLATE "C"
$$;

COMMENT ON FUNCTION archive_unfit() IS 'Tables that were to travel and were changed since, so that their rows cannot; and why.';

REVOKE EXECUTE ON FUNCTION archive_unfit() FROM PUBLIC;

-- Statements ----------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION archive_travelling() RETURNS TABLE (
    place      integer,
    table_oid  oid,
    table_name text,
    class      text,
    seeded     text,
    is_own     boolean,
    relation   text
)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_left oid[];
    v_next oid[];
    v_placed oid[] := '{}';
BEGIN
    SELECT array_agg(c.oid ORDER BY c.relname COLLATE "C")
    INTO v_left
    FROM pg_class AS c
    JOIN public.archive_tables AS t ON t.table_name = c.relname AND t.class IN ('data', 'sealed')
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition;

    -- What others point to comes first. Of tables that point to each other, the first by name.
    WHILE cardinality(v_left) > 0 LOOP
        SELECT array_agg(l.oid ORDER BY l.position)
        INTO v_next
        FROM unnest(v_left) WITH ORDINALITY AS l (oid, position)
        WHERE NOT EXISTS (
            SELECT
            FROM pg_constraint AS k
            WHERE k.conrelid = l.oid AND k.contype = 'f' AND k.confrelid <> l.oid AND k.confrelid = ANY (v_left)
        );
        v_next := coalesce(v_next, v_left[1:1]);
        v_placed := v_placed || v_next;
        v_left := ARRAY(
            SELECT l.oid FROM unnest(v_left) WITH ORDINALITY AS l (oid, position) WHERE l.oid <> ALL (v_next) ORDER BY l.position
        );
    END LOOP;

    RETURN QUERY
    SELECT
        p.position::integer, p.oid, t.table_name, t.class, t.seeded, t.is_own,
        -- Tables that inherit from it have their own rows, and their own class.
        format(CASE c.relkind WHEN 'r' THEN 'ONLY public.%I' ELSE 'public.%I' END, c.relname)
    FROM unnest(v_placed) WITH ORDINALITY AS p (oid, position)
    JOIN pg_class AS c ON c.oid = p.oid
    JOIN public.archive_tables AS t ON t.table_name = c.relname
    ORDER BY p.position;
END
$$;

COMMENT ON FUNCTION archive_travelling() IS
    'The tables whose rows travel, in the order in which they are to be written: what others point to comes first.';

REVOKE EXECUTE ON FUNCTION archive_travelling() FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_plan(p_tenant uuid, p_leave_out_sealed boolean) RETURNS TABLE (
    table_name text,
    class      text,
    columns    text[],
    sealed     text[],
    copy_out   text,
    stage      text,
    copy_in    text,
    inspect    text,
    clear      text,
    load       text
)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        t.table_name,
        t.class,
        c.names,
        c.sealed,
        format(
            'COPY (SELECT %s FROM %s WHERE tenant_id = %L ORDER BY %s) TO STDOUT (FORMAT csv, HEADER)',
            c.read, t.relation, p_tenant, k.key
        ),
        format(
            'CREATE TEMPORARY TABLE archive_stage ON COMMIT DROP AS SELECT %s FROM public.%I WITH NO DATA',
            c.list, t.table_name
        ),
        format('COPY pg_temp.archive_stage (%s) FROM STDIN (FORMAT csv, HEADER MATCH)', c.list),
        'SELECT * FROM (SELECT unnest(ARRAY[' || c.faults || ']) AS fault, unnest(ARRAY[' || c.counts
            || ']) AS rows FROM pg_temp.archive_stage) AS found WHERE rows > 0',
        CASE
            WHEN t.seeded IS NOT NULL
            THEN format('DELETE FROM %s WHERE tenant_id = %L AND (%s)', t.relation, p_tenant, t.seeded)
        END,
        -- The tenant is always this one: no row says for itself whose it is.
        format(
            'INSERT INTO public.%I (tenant_id, %s) OVERRIDING SYSTEM VALUE SELECT %L::uuid, %s FROM pg_temp.archive_stage',
            t.table_name, c.list, p_tenant, c.written
        )
    FROM public.archive_travelling() AS t
    CROSS JOIN LATERAL (
        SELECT
            array_agg(a.attname::text ORDER BY a.attname COLLATE "C") AS names,
            coalesce(
                array_agg(a.attname::text ORDER BY a.attname COLLATE "C") FILTER (WHERE s.class = 'sealed'), '{}'
            ) AS sealed,
            string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") AS list,
            string_agg(
                CASE
                    WHEN s.class = 'sealed' OR s.class = 'with_sealed' AND p_leave_out_sealed
                    THEN format('NULL::%s AS %I', format_type(a.atttypid, a.atttypmod), a.attname)
                    ELSE quote_ident(a.attname)
                END,
                ', ' ORDER BY a.attname COLLATE "C"
            ) AS read,
            string_agg(quote_literal(f.fault), ', ' ORDER BY a.attname COLLATE "C") AS faults,
            string_agg(
                format('count(*) FILTER (WHERE %s)', f.condition), ', ' ORDER BY a.attname COLLATE "C"
            ) FILTER (WHERE f.fault IS NOT NULL) AS counts,
            string_agg(
                CASE
                    WHEN s.class IN ('sealed', 'with_sealed') AND p_leave_out_sealed
                    THEN format('NULL::%s', format_type(a.atttypid, a.atttypmod))
                    ELSE quote_ident(a.attname)
                END,
                ', ' ORDER BY a.attname COLLATE "C"
            ) AS written
        FROM pg_attribute AS a
        LEFT JOIN public.archive_columns AS s ON s.table_name = t.table_name AND s.column_name = a.attname
        JOIN pg_type AS y ON y.oid = a.atttypid
        -- What no row may have that somebody else wrote, whatever the constraints of the table allow.
        CROSS JOIN LATERAL (
            SELECT
                CASE
                    WHEN s.class = 'sealed'
                    THEN a.attname || ' has sealed values, which never are among the rows'
                    WHEN x.is_time
                    THEN a.attname || ' has times that are infinite, or outside of the years 1 to 9999'
                END AS fault,
                CASE
                    WHEN s.class = 'sealed'
                    THEN format('%I IS NOT NULL', a.attname)
                    WHEN x.is_time
                    -- Up to where it is still that year in every zone.
                    THEN format(
                        $condition$%1$I < '0001-01-01 00:00:00+00' OR %1$I > '9999-12-30 22:00:00+00'$condition$, a.attname
                    )
                END AS condition
            FROM (
                SELECT t.is_own AND CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END IN (
                    'timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype
                )
            ) AS x (is_time)
        ) AS f
        WHERE a.attrelid = t.table_oid
          AND a.attnum > 0
          AND NOT a.attisdropped
          AND a.attgenerated = ''
          AND a.attname <> 'tenant_id'
          AND s.class IS DISTINCT FROM 'local'
    ) AS c
    CROSS JOIN LATERAL (
        -- The order of bytes: that of a language changes with the library of the system.
        SELECT string_agg(
            quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END, ', ' ORDER BY i.position
        ) AS key
        FROM pg_index AS pk
        CROSS JOIN LATERAL unnest(pk.indkey::int2[]) WITH ORDINALITY AS i (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = pk.indrelid AND a.attnum = i.attnum
        WHERE pk.indrelid = t.table_oid AND pk.indisprimary
          AND (a.attname <> 'tenant_id' OR pk.indnkeyatts = 1)
    ) AS k
    WHERE NOT (p_leave_out_sealed AND t.class = 'sealed')
    ORDER BY t.place
$$;

COMMENT ON FUNCTION archive_plan(uuid, boolean) IS
    'What carries the rows of a tenant out and in, table by table: the columns that travel, in the order of their names; the COPY that '
    'writes them, in the order of the primary key; the table they are staged in, the COPY that reads them into it, what finds '
    'values in it that must not be, what makes room for them, and what writes them for this tenant and no other. Sealed values are NULL in what is written, and are put into the '
    'staged rows; or are left out, together with what is nothing without them.';

REVOKE EXECUTE ON FUNCTION archive_plan(uuid, boolean) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_seal_statement(p_table text, p_column text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(
        'UPDATE pg_temp.archive_stage AS s SET %I = v.value FROM pg_temp.archive_sealed AS v
         WHERE v.table_name = %L AND v.column_name = %L AND v.row_id = s.id',
        c.column_name, c.table_name, c.column_name
    )
    FROM public.archive_columns AS c
    WHERE c.table_name = p_table AND c.column_name = p_column AND c.class = 'sealed'
$$;

COMMENT ON FUNCTION archive_seal_statement(text, text) IS
    'What puts sealed values into staged rows, or NULL for a column that takes none.';

REVOKE EXECUTE ON FUNCTION archive_seal_statement(text, text) FROM PUBLIC;

-- What came in --------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION archive_occupied(p_tenant uuid) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
    v_is_occupied boolean;
BEGIN
    FOR v_table IN SELECT t.table_name, t.relation, t.seeded FROM public.archive_travelling() AS t ORDER BY t.table_name COLLATE "C" LOOP
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM %s WHERE tenant_id = $1 AND (%s) IS NOT TRUE)',
            v_table.relation, coalesce(v_table.seeded, 'false')
        ) INTO v_is_occupied USING p_tenant;

        IF v_is_occupied THEN
            RETURN NEXT v_table.table_name;
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION archive_occupied(uuid) IS 'The tables in which a tenant has more than every new tenant has.';

REVOKE EXECUTE ON FUNCTION archive_occupied(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_rules(p_tenant uuid) RETURNS TABLE (table_name text, rule text, statement text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.table_name, r.rule, format('SELECT count(*) FROM ' || r.condition, p_tenant)
    FROM (
        VALUES
            ('rbac_roles', 'that a role holds what its permissions say',
                $sql$public.rbac_roles AS r WHERE r.tenant_id = %1$L
                 AND ARRAY(SELECT p COLLATE "C" FROM unnest(r.permissions) AS p ORDER BY 1) IS DISTINCT FROM ARRAY(
                     SELECT h.permission COLLATE "C" FROM public.role_permissions AS h
                     WHERE h.tenant_id = r.tenant_id AND h.role_id = r.id ORDER BY 1
                 )$sql$),
            ('role_permissions', 'that a built-in role holds what it is defined with',
                $sql$public.role_permissions AS h JOIN public.rbac_roles AS r ON r.tenant_id = h.tenant_id AND r.id = h.role_id
                 WHERE h.tenant_id = %1$L AND r.is_builtin$sql$),
            ('rbac_roles', 'that the tenant and each workspace have the built-in roles',
                $sql$(SELECT NULL::uuid AS id UNION ALL SELECT w.id FROM public.workspaces AS w WHERE w.tenant_id = %1$L) AS place
                 CROSS JOIN unnest('{workspace_admin, operator, approver, auditor, integration_admin}'::text[]) AS b (name)
                 WHERE NOT EXISTS (
                     SELECT FROM public.rbac_roles AS r
                     WHERE r.tenant_id = %1$L AND r.name = b.name AND r.workspace_id IS NOT DISTINCT FROM place.id
                 )$sql$),
            ('rbac_bindings', 'that a role of a workspace is bound in that workspace',
                $sql$public.rbac_bindings AS b JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id
                 WHERE b.tenant_id = %1$L AND r.workspace_id IS NOT NULL AND r.workspace_id IS DISTINCT FROM b.workspace_id$sql$),
            ('api_keys', 'that API keys belong to services',
                $sql$public.api_keys AS k WHERE k.tenant_id = %1$L AND NOT EXISTS (
                     SELECT FROM public.principals AS p WHERE p.tenant_id = k.tenant_id AND p.id = k.principal_id AND p.type = 'service'
                 )$sql$),
            ('teams', 'that whoever is accountable for a team is an owner of it',
                $sql$public.teams AS t WHERE t.tenant_id = %1$L AND NOT EXISTS (
                     SELECT FROM public.team_memberships AS m
                     WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id AND m.user_id = t.owner_id AND m.role = 'owner'
                 )$sql$),
            ('approval_requests', 'that approvals and rejections are those of the decisions',
                $sql$public.approval_requests AS a WHERE a.tenant_id = %1$L AND (a.approvals, a.rejections) <> (
                     SELECT
                         count(*) FILTER (WHERE d.decision = 'approved')::integer,
                         count(*) FILTER (WHERE d.decision = 'rejected')::integer
                     FROM public.approval_decisions AS d
                     WHERE d.tenant_id = a.tenant_id AND d.approval_request_id = a.id
                 )$sql$),
            ('approval_decisions', 'that nobody decides on a run of their own',
                $sql$public.approval_decisions AS d
                 JOIN public.approval_requests AS a ON a.tenant_id = d.tenant_id AND a.id = d.approval_request_id
                 WHERE d.tenant_id = %1$L AND a.requested_by = d.decided_by$sql$),
            ('conversations', 'that a conversation has as many messages as it counts',
                $sql$public.conversations AS c WHERE c.tenant_id = %1$L AND c.message_count <> (
                     SELECT count(*) FROM public.messages AS m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
                 )$sql$)
    ) AS r (table_name, rule, condition)
$$;

COMMENT ON FUNCTION archive_rules(uuid) IS
    'What triggers alone see to, and who may do what or what is decided hangs on: for each, a statement that counts the rows of a '
    'tenant that break it.';

REVOKE EXECUTE ON FUNCTION archive_rules(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_checks(p_tenant uuid) RETURNS TABLE (
    table_name      text,
    constraint_name text,
    kind            text,
    statement       text
)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        t.table_name,
        k.conname::text,
        CASE k.contype WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'unique' END,
        CASE
            WHEN k.contype = 'f' THEN format(
                'SELECT count(*) FROM %s AS f WHERE f.tenant_id = %L AND %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)',
                t.relation, p_tenant,
                CASE k.confmatchtype WHEN 'f' THEN '(' || coalesce(c.present_any, c.present) || ')' ELSE c.present END,
                format(CASE r.relkind WHEN 'r' THEN 'ONLY %I.%I' ELSE '%I.%I' END, n.nspname, r.relname), c.matches
            )
            -- What is checked at the end of a transaction is checked by a trigger.
            WHEN k.contype = 'x' THEN format(
                'WITH f AS (SELECT tenant_id AS owner, tableoid AS part, ctid AS place, %s FROM %s WHERE %s)
                 SELECT count(*) FROM f WHERE f.owner = %L AND EXISTS (
                     SELECT FROM f AS g WHERE (g.part, g.place) <> (f.part, f.place) AND %s
                 )',
                e.keys, t.relation, coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'), p_tenant, e.conflicts
            )
            ELSE format(
                'SELECT count(*) FROM (
                     SELECT FROM %s AS f WHERE %s AND %s GROUP BY %s HAVING count(*) > 1 AND bool_or(f.tenant_id = %L)
                 ) AS twice',
                t.relation,
                CASE WHEN c.is_of_tenant THEN format('f.tenant_id = %L', p_tenant) ELSE 'true' END,
                CASE WHEN i.indnullsnotdistinct THEN 'true' ELSE c.present END, c.own, p_tenant
            )
        END
    FROM public.archive_travelling() AS t
    -- Not those that PostgreSQL derives for each partition that is pointed to, and none that the rows of the source need not keep either.
    JOIN pg_constraint AS k
        ON k.conrelid = t.table_oid AND k.conparentid = 0 AND k.convalidated
        AND (k.contype = 'f' OR k.contype IN ('u', 'p', 'x') AND k.condeferrable)
    LEFT JOIN pg_class AS r ON r.oid = k.confrelid
    LEFT JOIN pg_namespace AS n ON n.oid = r.relnamespace
    LEFT JOIN pg_index AS i ON i.indexrelid = k.conindid AND k.contype <> 'f'
    CROSS JOIN LATERAL (
        SELECT
            string_agg(format('f.%I IS NOT NULL', a.attname), ' AND ' ORDER BY x.position) AS present,
            string_agg(format('f.%I IS NOT NULL', a.attname), ' OR ' ORDER BY x.position)
                FILTER (WHERE a.attname <> 'tenant_id') AS present_any,
            string_agg(format('p.%I = f.%I', coalesce(b.attname, a.attname), a.attname), ' AND ' ORDER BY x.position) AS matches,
            string_agg(format('f.%I', a.attname), ', ' ORDER BY x.position) AS own,
            bool_or(a.attname = 'tenant_id') AS is_of_tenant
        FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS x (here, there, position)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.here
        LEFT JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = x.there
    ) AS c
    CROSS JOIN LATERAL (
        SELECT
            string_agg(
                format('(%s) AS key_%s', pg_get_indexdef(i.indexrelid, x.position::integer, false), x.position), ', '
                ORDER BY x.position
            ) AS keys,
            string_agg(
                format('f.key_%s OPERATOR(%I.%s) g.key_%s', x.position, m.nspname, o.oprname, x.position), ' AND '
                ORDER BY x.position
            ) AS conflicts
        FROM unnest(k.conexclop) WITH ORDINALITY AS x (operator, position)
        JOIN pg_operator AS o ON o.oid = x.operator
        JOIN pg_namespace AS m ON m.oid = o.oprnamespace
    ) AS e
    -- Every row was written with the one tenant there is.
    WHERE NOT (k.contype = 'f' AND k.confrelid = 'public.tenants'::regclass)
    UNION ALL
    SELECT r.table_name, r.rule, 'rule', r.statement FROM public.archive_rules(p_tenant) AS r
$$;

COMMENT ON FUNCTION archive_checks(uuid) IS
    'What is checked of the rows of a tenant after they were written without triggers: for each foreign key, each unique or '
    'exclusion constraint that is checked late, and each rule of triggers, a statement that counts the rows that break it.';

REVOKE EXECUTE ON FUNCTION archive_checks(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_finish(p_tenant uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_due_at timestamptz;
    v_column record;
    v_key text;
BEGIN
    -- Where a tenant lives never changes: a move into another region is how it gets there.
    UPDATE public.workspaces AS w
    SET region = t.region
    FROM public.tenants AS t
    WHERE w.tenant_id = p_tenant AND t.id = p_tenant AND w.region_locked AND w.region::text <> t.region::text;

    -- As triggers do for values that come one by one.
    FOR v_column IN
        SELECT c.table_name, c.column_name FROM public.archive_columns AS c WHERE c.class = 'sealed'
    LOOP
        FOR v_key IN EXECUTE format(
            'SELECT DISTINCT public.sealed_key_id(%1$I) FROM public.%2$I WHERE tenant_id = $1 AND %1$I IS NOT NULL',
            v_column.column_name, v_column.table_name
        ) USING p_tenant LOOP
            PERFORM public.hold_wrapping_key(p_tenant, v_key);
        END LOOP;
    END LOOP;

    SELECT min(r.due_at) INTO v_due_at FROM public.runs AS r WHERE r.tenant_id = p_tenant AND r.due_at IS NOT NULL;
    IF v_due_at IS NOT NULL THEN
        PERFORM public.run_queue_note(p_tenant, v_due_at);
    END IF;

    PERFORM pg_notify('agentflow_rules', p_tenant::text);
END
$$;

COMMENT ON FUNCTION archive_finish(uuid) IS
    'Does for the rows of a tenant, after they were written without triggers, what triggers would have: puts its workspaces into its '
    'region, holds the keys that its secrets are sealed with, and notes when its runs are due.';

REVOKE EXECUTE ON FUNCTION archive_finish(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_advance_sequences(p_tenant uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_column record;
BEGIN
    FOR v_column IN
        SELECT t.relation, a.attname, q.seqrelid::regclass AS sequence, q.seqincrement > 0 AS is_rising
        FROM public.archive_travelling() AS t
        JOIN pg_attribute AS a ON a.attrelid = t.table_oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_sequence AS q
            ON q.seqrelid = to_regclass(pg_get_serial_sequence(format('public.%I', t.table_name), a.attname))
    LOOP
        EXECUTE format(
            'SELECT setval(%L, came.last)
             FROM (SELECT %s(%I) AS last FROM %s WHERE tenant_id = $1) AS came, %s AS gone
             WHERE came.last %s gone.last_value',
            v_column.sequence, CASE WHEN v_column.is_rising THEN 'max' ELSE 'min' END, v_column.attname, v_column.relation,
            v_column.sequence, CASE WHEN v_column.is_rising THEN '>=' ELSE '<=' END
        ) USING p_tenant;
    END LOOP;
END
$$;

COMMENT ON FUNCTION archive_advance_sequences(uuid) IS
    'Lets the numbers of tables that count their rows go on behind those of the rows of a tenant that were written. Not undone by a '
    'rollback.';

REVOKE EXECUTE ON FUNCTION archive_advance_sequences(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_drop_month(p_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_name text;
    v_holds boolean;
BEGIN
    SELECT m.name INTO v_name FROM public.metering_months() AS m WHERE m.month = date_trunc('month', p_at, 'UTC');
    -- Of this month, and of those to come, others may know that there is room.
    IF v_name IS NULL OR p_at >= date_trunc('month', now(), 'UTC') THEN
        RETURN false;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow metering months', 0));
    LOCK TABLE ONLY public.metering_events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', v_name);
    -- No policy lets its owner see what is in it.
    EXECUTE format('ALTER TABLE public.%I NO FORCE ROW LEVEL SECURITY', v_name);
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', v_name) INTO v_holds;

    IF v_holds THEN
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', v_name);
        RETURN false;
    END IF;

    EXECUTE format('DROP TABLE public.%I', v_name);
    RETURN true;
END
$$;

COMMENT ON FUNCTION archive_drop_month(timestamptz) IS
    'Drops the room for usage of a month that is over, if nothing is in it; returns whether it did. For months that an import made '
    'which came to nothing. Fails rather than wait for long.';

REVOKE EXECUTE ON FUNCTION archive_drop_month(timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION archive_hold_imports() RETURNS boolean
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_advisory_xact_lock_shared(hashtextextended('agentflow archive import', 0)) IS NOT NULL
$$;

COMMENT ON FUNCTION archive_hold_imports() IS
    'Says, to the end of the transaction, that a tenant is imported: promote_memories() refuses meanwhile, rather than make everybody '
    'wait. To be called before anything else: a promotion that is under way is waited for.';

REVOKE EXECUTE ON FUNCTION archive_hold_imports() FROM PUBLIC;
