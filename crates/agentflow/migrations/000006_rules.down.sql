-- Drops the rules, with all rows. Nothing of earlier migrations is touched.

DROP TABLE IF EXISTS schema_changelog;
DROP TABLE IF EXISTS derived_fields;
DROP TABLE IF EXISTS rules;
DROP TABLE IF EXISTS schemas;
DROP TABLE IF EXISTS rule_revisions;
DROP FUNCTION IF EXISTS trigger_count_rule_change();

DROP TYPE IF EXISTS schema_change;
