use super::{Plant, plant};

/// A policy that names the column and the tenant, and is open all the same.
const fn open(sql: &'static str) -> Plant {
    plant("AF107", "tenant_isolation on public.plant: …", sql)
}

pub(super) const PLANTS: &[Plant] = &[
    plant(
        "AF101",
        "public.plant",
        "DROP POLICY tenant_isolation ON plant; ALTER TABLE plant DISABLE ROW LEVEL SECURITY",
    ),
    plant(
        "AF101",
        "elsewhere.log",
        // Its policies would be those that count for the partition.
        "CREATE SCHEMA elsewhere;
         CREATE TABLE elsewhere.log (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         CREATE TABLE elsewhere.between PARTITION OF elsewhere.log FOR VALUES WITH (MODULUS 1, REMAINDER 0) PARTITION BY HASH (tenant_id);
         CREATE TABLE log_2026 PARTITION OF elsewhere.between FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    ),
    plant("AF102", "public.plant", "ALTER TABLE plant NO FORCE ROW LEVEL SECURITY"),
    plant(
        "AF103",
        "idle on public.schema_migrations",
        "CREATE POLICY idle ON schema_migrations USING (true)",
    ),
    plant("AF104", "public.plant", "DROP POLICY tenant_isolation ON plant"),
    plant(
        "AF105",
        "tenant_isolation on public.plant: USING true",
        "ALTER POLICY tenant_isolation ON plant USING (true)",
    ),
    plant(
        "AF105",
        "tenant_isolation on public.plant: …",
        "ALTER POLICY tenant_isolation ON plant WITH CHECK (tenant_id = (SELECT current_tenant()) OR true)",
    ),
    plant(
        "AF105",
        "tenant_isolation on public.plant: …",
        "ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT current_tenant()) OR 1 = 1)",
    ),
    plant(
        "AF106",
        "loose on public.plant",
        "DROP POLICY tenant_isolation ON plant;
         CREATE POLICY loose ON plant USING (tenant_id = (SELECT current_tenant()))",
    ),
    plant(
        "AF107",
        "tenant_isolation on public.plant: …",
        "ALTER POLICY tenant_isolation ON plant USING (id IS NOT NULL)",
    ),
    plant(
        "AF107",
        "tenant_isolation on public.plant: …",
        "ALTER POLICY tenant_isolation ON plant
            WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.other', true), '')::uuid))",
    ),
    open("ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT current_tenant()) OR (SELECT current_tenant()) IS NULL)"),
    open("ALTER POLICY tenant_isolation ON plant WITH CHECK (tenant_id = (SELECT current_tenant()) OR id IS NOT NULL)"),
    open("ALTER POLICY tenant_isolation ON plant USING (tenant_id <> (SELECT current_tenant()))"),
    open("ALTER POLICY tenant_isolation ON plant USING (NOT (tenant_id = (SELECT current_tenant())))"),
    open("ALTER POLICY tenant_isolation ON plant USING ((tenant_id = (SELECT current_tenant())) IS NOT TRUE)"),
    open("ALTER POLICY tenant_isolation ON plant USING (tenant_id = COALESCE((SELECT current_tenant()), tenant_id))"),
    open("ALTER POLICY tenant_isolation ON plant USING (CASE WHEN id IS NULL THEN tenant_id = (SELECT current_tenant()) ELSE true END)"),
    open("ALTER POLICY tenant_isolation ON plant USING ((tenant_id = (SELECT current_tenant()) AND id IS NULL) OR (id IS NOT NULL AND tenant_id IS NOT NULL))",
    ),
    open("ALTER POLICY tenant_isolation ON plant USING (concat('(tenant_id = current_tenant())', (SELECT current_tenant()), tenant_id) <> '')"),
    open(
        "CREATE FUNCTION longer() RETURNS uuid LANGUAGE sql STABLE
             AS $$ SELECT NULLIF(current_setting('app.tenant_id_override', true), '')::uuid $$;
         ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT longer()))",
    ),
    // Nor is it the tenant that is asked for each row.
    open(
        "CREATE FUNCTION longer() RETURNS uuid LANGUAGE sql STABLE
             AS $$ SELECT NULLIF(current_setting('my.app.tenant_id', true), '')::uuid $$;
         ALTER POLICY tenant_isolation ON plant USING (tenant_id = longer())",
    ),
    plant(
        "AF108",
        "tenant_isolation on public.plant: public.permissions",
        "ALTER POLICY tenant_isolation ON plant
            USING (tenant_id = (SELECT current_tenant()) AND EXISTS (SELECT FROM permissions))",
    ),
    plant(
        "AF109",
        "tenant_isolation on public.plant",
        "ALTER POLICY tenant_isolation ON plant USING (tenant_id = current_tenant())",
    ),
    plant(
        "AF110",
        "tenant_isolation on public.plant: random()",
        "ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT current_tenant()) AND random() >= 0)",
    ),
    plant(
        "AF111",
        "tenant_isolation on public.plant",
        "ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT current_setting('app.tenant_id', true)::uuid))",
    ),
    plant(
        "AF111",
        "function public.bare_tenant()",
        "CREATE FUNCTION bare_tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true)::uuid $$;
         ALTER POLICY tenant_isolation ON plant USING (tenant_id = (SELECT bare_tenant()))",
    ),
    plant(
        "AF112",
        "public.plant: second and tenant_isolation",
        "CREATE POLICY second ON plant FOR SELECT USING (tenant_id = (SELECT current_tenant()) AND id IS NOT NULL)",
    ),
    plant(
        "AF113",
        "public.part",
        "CREATE TABLE parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('parts');
         CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    ),
    plant(
        "AF113",
        "public.part",
        // Not bound to one tenant, so that its owner has to be bound by policies.
        "CREATE TABLE parts (LIKE plant INCLUDING ALL) PARTITION BY LIST (tenant_id);
         SELECT isolate_tenant_table('parts');
         CREATE TABLE part PARTITION OF parts DEFAULT;
         ALTER TABLE part ENABLE ROW LEVEL SECURITY",
    ),
    plant(
        "AF114",
        "public.part: SELECT for pg_monitor",
        "CREATE TABLE parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('parts');
         CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         ALTER TABLE part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         GRANT SELECT ON part TO pg_monitor",
    ),
    plant(
        "AF112",
        "public.plant: of_all and of_app",
        "DROP POLICY tenant_isolation ON plant;
         CREATE POLICY of_all ON plant FOR SELECT USING (tenant_id = (SELECT current_tenant()));
         CREATE POLICY of_app ON plant FOR SELECT TO af_app USING (tenant_id = (SELECT current_tenant()) AND id IS NOT NULL)",
    ),
    plant(
        "AF112",
        "public.plant: of_all and of_own",
        "DROP POLICY tenant_isolation ON plant;
         CREATE ROLE {role}; CREATE ROLE {role}_all; CREATE ROLE {role}_own IN ROLE {role}_all; GRANT {role}_own TO {role};
         CREATE POLICY of_all ON plant FOR SELECT TO {role}_all USING (tenant_id = (SELECT current_tenant()));
         CREATE POLICY of_own ON plant FOR SELECT TO {role} USING (tenant_id = (SELECT current_tenant()) AND id IS NOT NULL)",
    ),
    plant(
        "AF114",
        "public.part: SELECT (id) for pg_monitor",
        "CREATE TABLE parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('parts');
         CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         ALTER TABLE part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         GRANT SELECT (id) ON part TO pg_monitor",
    ),
    plant(
        "AF113",
        "elsewhere.part",
        "CREATE TABLE parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('parts');
         CREATE SCHEMA elsewhere;
         CREATE TABLE elsewhere.part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0) PARTITION BY HASH (tenant_id);
         ALTER TABLE elsewhere.part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE TABLE elsewhere.small PARTITION OF elsewhere.part FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         ALTER TABLE elsewhere.part DISABLE ROW LEVEL SECURITY;
         ALTER TABLE elsewhere.small ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ),
    plant(
        "AF113",
        "public.part",
        "CREATE SCHEMA elsewhere;
         CREATE TABLE elsewhere.parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('elsewhere.parts');
         CREATE TABLE part PARTITION OF elsewhere.parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    ),
    plant(
        "AF114",
        "public.part: SELECT for pg_monitor",
        "CREATE SCHEMA elsewhere;
         CREATE TABLE elsewhere.parts (LIKE plant INCLUDING ALL) PARTITION BY HASH (tenant_id);
         SELECT isolate_tenant_table('elsewhere.parts');
         CREATE TABLE part PARTITION OF elsewhere.parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         ALTER TABLE part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         GRANT SELECT ON part TO pg_monitor",
    ),
    plant("AF115", "public.stray", "CREATE TABLE stray (id int PRIMARY KEY)"),
    plant(
        "AF116",
        "public.nobodys",
        "CREATE TABLE nobodys (tenant_id uuid, id uuid, UNIQUE (tenant_id, id)); SELECT isolate_tenant_table('nobodys')",
    )
    .also(&[("AF201", "public.nobodys")]),
];
