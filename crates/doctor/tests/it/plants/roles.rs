use super::{Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant("AF401", "nobody_at_all", "").of("nobody_at_all"),
    plant("AF402", "{role}: BYPASSRLS", "CREATE ROLE {role} BYPASSRLS").of("{role}"),
    plant(
        "AF402",
        "{role}_above: BYPASSRLS",
        "CREATE ROLE {role}; CREATE ROLE {role}_above BYPASSRLS; GRANT {role}_above TO {role}",
    )
    .of("{role}"),
    plant("AF403", "{role}: CREATEROLE", "CREATE ROLE {role} CREATEROLE").of("{role}"),
    plant(
        "AF403",
        "{role}: pg_write_server_files",
        "CREATE ROLE {role} CREATEDB; GRANT pg_write_server_files TO {role}",
    )
    .also(&[("AF403", "{role}: CREATEDB")])
    .of("{role}"),
    plant(
        "AF403",
        "{role}: SET ON PARAMETER session_replication_role",
        // What anybody may set, or is the application's own, is no power.
        "CREATE ROLE {role}; GRANT SET ON PARAMETER session_replication_role, work_mem, app.color TO {role}",
    )
    .of("{role}"),
    plant(
        "AF403",
        "{role}: ALTER SYSTEM ON PARAMETER work_mem",
        "CREATE ROLE {role}; CREATE ROLE {role}_group ROLE {role}; GRANT ALTER SYSTEM ON PARAMETER work_mem TO {role}_group",
    )
    .of("{role}"),
    plant("AF404", "schema own", "CREATE SCHEMA own AUTHORIZATION af_app"),
    plant(
        "AF404",
        "function elsewhere.tenant()",
        // A policy calls it.
        "CREATE SCHEMA elsewhere;
         CREATE FUNCTION elsewhere.tenant() RETURNS uuid LANGUAGE sql STABLE
             AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$;
         ALTER FUNCTION elsewhere.tenant() OWNER TO af_app;
         ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT elsewhere.tenant()))",
    ),
    plant("AF404", "public.plant", "ALTER TABLE plant OWNER TO af_app"),
    plant(
        "AF404",
        "public.plant",
        "CREATE ROLE {role}; CREATE ROLE {role}_owner; GRANT {role}_owner TO {role}; ALTER TABLE plant OWNER TO {role}_owner",
    )
    .of("{role}"),
    plant("AF405", "public.plant: TRUNCATE for af_app", "GRANT TRUNCATE ON plant TO af_app"),
    plant(
        "AF405",
        "public.plant: SELECT for af_app WITH GRANT OPTION",
        "GRANT SELECT ON plant TO af_app WITH GRANT OPTION",
    ),
    plant(
        "AF405",
        "public.plant: UPDATE (id) for af_app WITH GRANT OPTION",
        "GRANT UPDATE (id) ON plant TO af_app WITH GRANT OPTION",
    ),
    plant("AF406", "schema public", "GRANT CREATE ON SCHEMA public TO af_app"),
    plant("AF406", "database {db}", "GRANT CREATE ON DATABASE {db} TO af_app"),
    plant(
        "AF406",
        "schema elsewhere: CREATE for PUBLIC",
        "CREATE SCHEMA elsewhere; GRANT USAGE, CREATE ON SCHEMA elsewhere TO PUBLIC;
         CREATE SCHEMA closed; GRANT CREATE ON SCHEMA closed TO PUBLIC",
    ),
    plant(
        "AF406",
        "database {db}: CREATE for PUBLIC",
        "GRANT CREATE ON DATABASE {db} TO PUBLIC",
    ),
    plant("AF407", "public.plant: SELECT", "GRANT SELECT ON plant TO PUBLIC"),
    plant("AF407", "public.plant: UPDATE (id)", "GRANT UPDATE (id) ON plant TO PUBLIC"),
    plant("AF407", "schema public: CREATE", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    plant(
        "AF408",
        "{user} in schema public: SELECT for af_app",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO af_app",
    ),
    plant(
        "AF408",
        "{user} in schema public: SELECT for {role}_group",
        "CREATE ROLE {role}; CREATE ROLE {role}_group ROLE {role};
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}_group",
    )
    .of("{role}"),
    plant(
        "AF409",
        "{role}_login: BYPASSRLS",
        "CREATE ROLE {role}; CREATE ROLE {role}_login LOGIN BYPASSRLS; GRANT {role} TO {role}_login",
    )
    .of("{role}"),
    plant(
        "AF409",
        "{role}_login: BYPASSRLS",
        "CREATE ROLE {role}; CREATE ROLE {role}_between IN ROLE {role};
         CREATE ROLE {role}_login LOGIN BYPASSRLS IN ROLE {role}_between",
    )
    .of("{role}"),
    plant(
        "AF409",
        "{role}_login: BYPASSRLS",
        "CREATE ROLE {role}_login LOGIN BYPASSRLS; GRANT SELECT (id) ON plant TO {role}_login",
    ),
    plant(
        "AF409",
        "{role}_login: BYPASSRLS as {role}_above",
        "CREATE ROLE {role}_above BYPASSRLS; GRANT SELECT ON plant TO {role}_above;
         CREATE ROLE {role}_login LOGIN IN ROLE {role}_above",
    ),
    plant("AF410", "{role}", "CREATE ROLE {role} BYPASSRLS; ALTER TABLE plant OWNER TO {role}"),
    plant(
        "AF411",
        "function pg_read_binary_file(text): EXECUTE for af_app",
        // The others are everybody's from the start.
        "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text), version() TO af_app;
         GRANT SELECT ON pg_class TO af_app; GRANT SELECT (relname) ON pg_class TO af_app; GRANT USAGE ON SCHEMA pg_catalog TO af_app",
    ),
    plant("AF411", "pg_statistic: SELECT for PUBLIC", "GRANT SELECT ON pg_statistic TO PUBLIC"),
    plant(
        "AF411",
        "function public.pg_get_wal_record_info(pg_lsn): EXECUTE for af_app",
        "CREATE EXTENSION pg_walinspect SCHEMA public;
         GRANT EXECUTE ON FUNCTION pg_get_wal_record_info(pg_lsn) TO af_app",
    ),
    plant(
        "AF411",
        "pg_authid: SELECT (rolpassword) for {role}_group",
        "CREATE ROLE {role}; CREATE ROLE {role}_group ROLE {role}; GRANT SELECT (rolpassword) ON pg_authid TO {role}_group",
    )
    .of("{role}"),
    plant(
        "AF411",
        "schema pg_catalog: CREATE for af_app",
        "GRANT CREATE ON SCHEMA pg_catalog TO af_app",
    ),
    plant(
        "AF412",
        "public.key_ring_versions: INSERT for af_app",
        "GRANT INSERT ON key_ring_versions TO af_app",
    ),
    plant(
        "AF412",
        "public.permissions: UPDATE (description) for {role}_group",
        "CREATE ROLE {role}; CREATE ROLE {role}_group ROLE {role}; GRANT UPDATE (description) ON permissions TO {role}_group",
    )
    .of("{role}"),
    plant(
        "AF412",
        "public.tenant_log: SELECT for af_app",
        "CREATE POLICY readable ON tenant_log FOR SELECT USING (true); GRANT SELECT ON tenant_log TO af_app",
    ),
];
