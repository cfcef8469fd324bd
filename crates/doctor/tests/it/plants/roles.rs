use super::{Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant("AF401", "nobody_at_all", "").of("nobody_at_all"),
    plant("AF402", "{role}", "CREATE ROLE {role} BYPASSRLS").of("{role}"),
    plant(
        "AF402",
        "{role}_above",
        "CREATE ROLE {role}; CREATE ROLE {role}_above BYPASSRLS; GRANT {role}_above TO {role}",
    )
    .of("{role}"),
    plant("AF403", "{role}", "CREATE ROLE {role} CREATEROLE").of("{role}"),
    plant("AF403", "{role}", "CREATE ROLE {role}; GRANT pg_write_server_files TO {role}").of("{role}"),
    plant("AF404", "public.plant", "ALTER TABLE plant OWNER TO af_app"),
    plant(
        "AF404",
        "public.plant",
        "CREATE ROLE {role}; CREATE ROLE {role}_owner; GRANT {role}_owner TO {role}; ALTER TABLE plant OWNER TO {role}_owner",
    )
    .of("{role}"),
    plant("AF405", "public.plant", "GRANT TRUNCATE ON plant TO af_app"),
    plant("AF405", "public.plant", "GRANT SELECT ON plant TO af_app WITH GRANT OPTION"),
    plant("AF405", "public.plant", "GRANT UPDATE (id) ON plant TO af_app WITH GRANT OPTION"),
    plant("AF406", "schema public", "GRANT CREATE ON SCHEMA public TO af_app"),
    plant("AF406", "database {db}", "GRANT CREATE ON DATABASE {db} TO af_app"),
    plant("AF407", "public.plant", "GRANT SELECT ON plant TO PUBLIC"),
    plant("AF407", "public.plant", "GRANT UPDATE (id) ON plant TO PUBLIC"),
    plant("AF407", "schema public", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    plant(
        "AF408",
        "{user}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO af_app",
    ),
    plant(
        "AF409",
        "{role}_login",
        "CREATE ROLE {role}; CREATE ROLE {role}_login LOGIN BYPASSRLS; GRANT {role} TO {role}_login",
    )
    .of("{role}"),
    plant(
        "AF409",
        "{role}_login",
        "CREATE ROLE {role}; CREATE ROLE {role}_between IN ROLE {role};
         CREATE ROLE {role}_login LOGIN BYPASSRLS IN ROLE {role}_between",
    )
    .of("{role}"),
    plant("AF410", "{role}", "CREATE ROLE {role} BYPASSRLS; ALTER TABLE plant OWNER TO {role}"),
];
