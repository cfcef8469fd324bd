use super::{Needs, Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant(
        "AF201",
        "public.plant",
        "ALTER TABLE plant DROP CONSTRAINT plant_pkey; CREATE INDEX ON plant (tenant_id)",
    ),
    plant("AF202", "public.plant: oracle", "CREATE UNIQUE INDEX oracle ON plant (id)"),
    plant(
        "AF202",
        "public.plant: oracle",
        "ALTER TABLE plant ADD CONSTRAINT oracle EXCLUDE USING hash (id WITH =)",
    ),
    plant(
        "AF203",
        "public.plant: across",
        "ALTER TABLE plant ADD parent uuid, ADD CONSTRAINT single UNIQUE (id);
         ALTER TABLE plant ADD CONSTRAINT across FOREIGN KEY (parent) REFERENCES plant (id);
         CREATE INDEX ON plant (parent)",
    )
    .also(&[("AF202", "public.plant: single")]),
    plant(
        "AF204",
        "public.plant: away",
        "ALTER TABLE plant ADD parent uuid,
            ADD CONSTRAINT away FOREIGN KEY (tenant_id, parent) REFERENCES plant (tenant_id, id) ON DELETE SET NULL;
         CREATE INDEX ON plant (tenant_id, parent)",
    ),
    plant(
        "AF205",
        "public.plant: later",
        "ALTER TABLE plant ADD CONSTRAINT later CHECK (id IS NOT NULL) NOT VALID",
    ),
    plant(
        "AF206",
        "public.plant: words",
        "ALTER TABLE plant ADD CONSTRAINT words CHECK (id IS NOT NULL) NOT ENFORCED",
    )
    .needs(Needs::Postgres18),
    plant(
        "AF207",
        "public.plant: narrow",
        "CREATE TABLE numbers (tenant_id uuid NOT NULL, n bigint NOT NULL, PRIMARY KEY (tenant_id, n));
         SELECT isolate_tenant_table('numbers');
         ALTER TABLE plant ADD n int, ADD CONSTRAINT narrow FOREIGN KEY (tenant_id, n) REFERENCES numbers;
         CREATE INDEX ON plant (tenant_id, n)",
    ),
    plant("AF208", "public.plant.at", "ALTER TABLE plant ADD at timestamp"),
];
