use super::{Needs, Plant, plant};

pub(super) const PLANTS: &[Plant] = &[
    plant(
        "AF501",
        "public.plant: slow",
        "ALTER TABLE plant ADD parent uuid,
            ADD CONSTRAINT slow FOREIGN KEY (tenant_id, parent) REFERENCES plant (tenant_id, id)",
    ),
    plant("AF502", "public.plant", "ALTER TABLE plant DROP CONSTRAINT plant_pkey")
        .also(&[("AF201", "public.plant")]),
    plant("AF503", "public.plant: twin", "CREATE INDEX twin ON plant (tenant_id, id)"),
    plant(
        "AF503",
        "public.plant: twin",
        "CREATE INDEX one ON plant (lower(id::text)) WHERE id IS NOT NULL;
         CREATE INDEX other ON plant (lower(id::text));
         CREATE INDEX twin ON plant (lower(id::text)) WHERE id IS NOT NULL",
    ),
    plant(
        "AF504",
        "public.plant: half",
        "CREATE INDEX half ON plant (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass",
    ),
    plant(
        "AF505",
        "public.plant: near",
        "ALTER TABLE plant ADD v vector(3); CREATE INDEX near ON plant USING hnsw (v vector_l2_ops)",
    )
    .needs(Needs::Vector),
    plant(
        "AF506",
        "public.plant: few",
        "ALTER TABLE plant ADD v vector(3);
         CREATE INDEX few ON plant USING ivfflat (v vector_l2_ops) WHERE tenant_id = '00000000-0000-4000-8000-000000000001'",
    )
    .needs(Needs::Vector),
];
