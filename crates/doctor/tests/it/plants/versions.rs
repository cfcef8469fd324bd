use super::{Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant(
        "AF604",
        "extension plpgsql",
        "UPDATE pg_extension SET extversion = '0.1' WHERE extname = 'plpgsql'",
    ),
    plant(
        "AF605",
        "database {db}",
        "ALTER DATABASE {db} SET app.tenant_id = '00000000-0000-4000-8000-000000000001'",
    ),
    plant("AF606", "database {db}", "ALTER DATABASE {db} SET session_replication_role = replica"),
    plant("AF606", "database {db}", "ALTER DATABASE {db} SET session_replication_role = 'REPLICA'"),
    plant("AF607", "password_encryption", "SET password_encryption = 'md5'"),
    plant("AF701", "public.few", "CREATE SEQUENCE few MAXVALUE 10; SELECT setval('few', 8)"),
    plant("AF704", "public.plant", "ALTER TABLE plant SET (autovacuum_enabled = false)"),
    plant("AF704", "public.plant", "ALTER TABLE plant SET (autovacuum_enabled = 'F')"),
    plant("AF705", "public.plant", "ALTER TABLE plant SET UNLOGGED"),
    plant(
        "AF706",
        "collation public.before",
        // Some servers are built without ICU, and some have no collations of their own.
        "DO $$ BEGIN
            CREATE COLLATION before (provider = icu, locale = 'und', version = '0.1');
         EXCEPTION WHEN feature_not_supported THEN
            EXECUTE 'CREATE COLLATION before (provider = builtin, locale = ''C.UTF-8'', version = ''0.1'')';
         END $$;
         ALTER TABLE plant ADD word text COLLATE before; CREATE INDEX ON plant (tenant_id, word)",
    ),
    plant(
        "AF707",
        "public.plant",
        // Or else it would be analyzed, sooner or later.
        "ALTER TABLE plant SET (autovacuum_enabled = false);
         ALTER TABLE plant ADD filler text; ALTER TABLE plant ALTER filler SET STORAGE PLAIN;
         INSERT INTO plant
            SELECT '00000000-0000-4000-8000-000000000001', gen_random_uuid(), repeat('x', 7000) FROM generate_series(1, 1500)",
    )
    .also(&[("AF704", "public.plant")]),
];
