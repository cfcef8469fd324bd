--: Rule ()
--: Schema ()
--: SchemaChange ()
--: DerivedField ()

-- Revisions -----------------------------------------------------------------------------------------------------------

-- Whoever changes what a tenant evaluates holds this row until the end of the transaction.
--! lock_rules
INSERT INTO public.rule_revisions (tenant_id)
VALUES (:tenant_id)
ON CONFLICT (tenant_id) DO UPDATE SET revision = rule_revisions.revision
RETURNING revision;

--! get_rule_revision
SELECT revision
FROM public.rule_revisions
WHERE tenant_id = :tenant_id;

-- Everything that an engine needs, as of one moment.
--! get_rule_book : (schema_id?, version?, definition?)
SELECT
    coalesce((SELECT r.revision FROM public.rule_revisions AS r WHERE r.tenant_id = :tenant_id), 0) AS revision,
    s.id AS schema_id,
    s.version,
    s.definition::text AS definition,
    (
        SELECT coalesce(json_agg(to_jsonb(d) - 'tenant_id' ORDER BY d.created_at, d.id), '[]')
        FROM public.derived_fields AS d
        WHERE d.tenant_id = :tenant_id
    )::text AS derived_fields,
    (
        SELECT coalesce(json_agg(to_jsonb(r) - 'tenant_id' ORDER BY r.created_at, r.id), '[]')
        FROM public.rules AS r
        WHERE r.tenant_id = :tenant_id
    )::text AS rules
FROM (SELECT 1) AS one
LEFT JOIN public.schemas AS s ON s.tenant_id = :tenant_id AND s.active;

-- Rules ---------------------------------------------------------------------------------------------------------------

-- The time is that of the insert and not of the transaction, which may have waited for another change: rules are evaluated
-- in the order in which they came to be.
--! insert_rule : Rule
INSERT INTO public.rules (tenant_id, id, name, expression, active, created_at, updated_at)
SELECT :tenant_id, :id, :name, :expression, :active, t, t
FROM clock_timestamp() AS t
RETURNING id, name, expression, active, created_at, updated_at;

--! get_rule : Rule
SELECT id, name, expression, active, created_at, updated_at
FROM public.rules
WHERE tenant_id = :tenant_id AND id = :id;

--! get_rule_by_name : Rule
SELECT id, name, expression, active, created_at, updated_at
FROM public.rules
WHERE tenant_id = :tenant_id AND name = :name;

-- In order of creation.
--! list_active_rules : Rule
SELECT id, name, expression, active, created_at, updated_at
FROM public.rules
WHERE tenant_id = :tenant_id AND active
ORDER BY created_at, id;

-- In order of creation, a page behind a rule that was created then and has this id.
--! list_rules (after_created_at?, after_id?) : Rule
SELECT id, name, expression, active, created_at, updated_at
FROM public.rules
WHERE tenant_id = :tenant_id
  AND (:after_id::uuid IS NULL OR (created_at, id) > (:after_created_at::timestamptz, :after_id))
ORDER BY created_at, id
LIMIT :page_size;

--! update_rule : Rule
UPDATE public.rules
SET name = :name, expression = :expression, active = :active
WHERE tenant_id = :tenant_id AND id = :id
RETURNING id, name, expression, active, created_at, updated_at;

-- Leaves aside what a new schema broke.
--! deactivate_rules
UPDATE public.rules
SET active = false
WHERE tenant_id = :tenant_id AND id = ANY (:ids::uuid[]);

--! delete_rule
DELETE FROM public.rules
WHERE tenant_id = :tenant_id AND id = :id
RETURNING name;

-- Derived fields ------------------------------------------------------------------------------------------------------

--! insert_derived_field : DerivedField
INSERT INTO public.derived_fields (tenant_id, id, name, expression, dependencies, active)
VALUES (:tenant_id, :id, :name, :expression, :dependencies, :active)
RETURNING id, name, expression, dependencies::text, active, created_at, updated_at;

--! update_derived_field : DerivedField
UPDATE public.derived_fields
SET expression = :expression, dependencies = :dependencies, active = :active
WHERE tenant_id = :tenant_id AND name = :name
RETURNING id, name, expression, dependencies::text, active, created_at, updated_at;

--! list_derived_fields : DerivedField
SELECT id, name, expression, dependencies::text, active, created_at, updated_at
FROM public.derived_fields
WHERE tenant_id = :tenant_id
ORDER BY created_at, id;

--! deactivate_derived_fields
UPDATE public.derived_fields
SET active = false
WHERE tenant_id = :tenant_id AND id = ANY (:ids::uuid[]);

--! delete_derived_field
DELETE FROM public.derived_fields
WHERE tenant_id = :tenant_id AND name = :name
RETURNING id;

-- Schemas -------------------------------------------------------------------------------------------------------------

--! deactivate_schemas
UPDATE public.schemas
SET active = false
WHERE tenant_id = :tenant_id AND active
RETURNING id;

--! insert_schema : Schema
INSERT INTO public.schemas (tenant_id, id, version, definition, active)
SELECT :tenant_id, :id, coalesce(max(s.version), 0) + 1, :definition, true
FROM public.schemas AS s
WHERE s.tenant_id = :tenant_id
RETURNING id, version, definition::text, active, created_at;

--! activate_schema : Schema
UPDATE public.schemas
SET active = true
WHERE tenant_id = :tenant_id AND version = :version
RETURNING id, version, definition::text, active, created_at;

--! get_active_schema : Schema
SELECT id, version, definition::text, active, created_at
FROM public.schemas
WHERE tenant_id = :tenant_id AND active;

--! get_schema : Schema
SELECT id, version, definition::text, active, created_at
FROM public.schemas
WHERE tenant_id = :tenant_id AND version = :version;

--! insert_schema_change
INSERT INTO public.schema_changelog (
    tenant_id, id, schema_id, changed_by, change_type, rules_recompiled, rules_failed, error_details
)
VALUES (
    :tenant_id, :id, :schema_id, :changed_by, :change_type::text::public.schema_change, :rules_recompiled, :rules_failed,
    :error_details
);

-- Newest first, a page behind a change that was made then and has this id.
--! list_schema_changes (after_created_at?, after_id?) : SchemaChange
SELECT
    c.id, s.version, s.active, c.changed_by, c.change_type::text, c.rules_recompiled, c.rules_failed,
    c.error_details::text, c.created_at
FROM public.schema_changelog AS c
JOIN public.schemas AS s ON s.tenant_id = c.tenant_id AND s.id = c.schema_id
WHERE c.tenant_id = :tenant_id
  AND (:after_id::uuid IS NULL OR (c.created_at, c.id) < (:after_created_at::timestamptz, :after_id))
ORDER BY c.created_at DESC, c.id DESC
LIMIT :page_size;
