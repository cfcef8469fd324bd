use super::{Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant(
        "AF301",
        "public.plants",
        "CREATE VIEW plants AS SELECT id FROM plant;
         CREATE VIEW bound WITH (security_invoker = T) AS SELECT id FROM plant;
         CREATE VIEW unbound WITH (security_invoker = 'Off') AS SELECT id FROM plant",
    )
    .also(&[("AF301", "public.unbound")]),
    // Wherever it stands: over a table of tenants, or over a view of one; not over what belongs to nobody.
    plant(
        "AF301",
        "reports.plants",
        "CREATE SCHEMA reports;
         CREATE VIEW reports.bound WITH (security_invoker) AS SELECT id FROM plant;
         CREATE VIEW reports.plants AS SELECT id FROM reports.bound;
         CREATE VIEW reports.rights AS SELECT * FROM permissions;
         CREATE TEMPORARY VIEW passing AS SELECT id FROM plant",
    ),
    plant(
        "AF302",
        "public.copies: SELECT for af_app",
        "CREATE MATERIALIZED VIEW copies AS SELECT id FROM plant; GRANT SELECT ON copies TO af_app",
    ),
    plant(
        "AF302",
        "public.copies: SELECT (id) for af_app",
        "CREATE MATERIALIZED VIEW copies AS SELECT id FROM plant; GRANT SELECT (id) ON copies TO af_app",
    ),
    plant(
        "AF303",
        "public.far: SELECT (tenant_id) for af_app",
        "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
         CREATE FOREIGN TABLE far (tenant_id uuid) SERVER elsewhere; GRANT SELECT (tenant_id) ON far TO af_app",
    ),
    plant(
        "AF303",
        "public.far: SELECT for af_app",
        "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
         CREATE FOREIGN TABLE far (tenant_id uuid) SERVER elsewhere; GRANT SELECT ON far TO af_app",
    ),
    plant(
        "AF304",
        "public.loose(integer)",
        "CREATE FUNCTION loose(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT $1';
         REVOKE EXECUTE ON FUNCTION loose FROM PUBLIC",
    ),
    plant(
        "AF305",
        "public.loose()",
        "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS 'SELECT 1';
         REVOKE EXECUTE ON FUNCTION loose FROM PUBLIC",
    ),
    plant(
        "AF306",
        "public.loose()",
        "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'",
    ),
    plant(
        "AF306",
        "elsewhere.loose()",
        // Nobody who works as the application gets to the other one.
        "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO af_app;
         CREATE FUNCTION elsewhere.loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1';
         CREATE SCHEMA closed;
         CREATE FUNCTION closed.loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    ),
    plant(
        "AF304",
        "elsewhere.told()",
        "CREATE SCHEMA elsewhere;
         CREATE FUNCTION elsewhere.told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
         REVOKE EXECUTE ON FUNCTION elsewhere.told FROM PUBLIC;
         CREATE TRIGGER told AFTER INSERT ON plant FOR EACH ROW EXECUTE FUNCTION elsewhere.told()",
    ),
    plant(
        "AF307",
        "public.quiet(integer)",
        "CREATE FUNCTION quiet(int) RETURNS bool LANGUAGE sql IMMUTABLE LEAKPROOF AS 'SELECT true'",
    ),
    plant(
        "AF308",
        "public.workspaces: set_updated_at",
        "ALTER TABLE workspaces DISABLE TRIGGER set_updated_at",
    ),
    plant(
        "AF309",
        "public.plant: nothing",
        "CREATE RULE nothing AS ON DELETE TO plant DO INSTEAD NOTHING",
    ),
];
