-- Of these things, by number: those that the database does not have. $1 kinds, $2 schemas, $3 tables (or the thing itself), $4 names.
SELECT asked.number::int AS number
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS asked (kind, schema, relation, name, number)
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = asked.schema
LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = asked.relation
WHERE CASE asked.kind
    WHEN 'RELATION' THEN c.oid IS NULL
    WHEN 'FUNCTION' THEN to_regprocedure(format('%I.', asked.schema) || asked.relation) IS NULL
    WHEN 'FK CONSTRAINT' THEN c.oid IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint x WHERE x.conrelid = c.oid AND x.conname = asked.name)
    WHEN 'POLICY' THEN c.oid IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_policy x WHERE x.polrelid = c.oid AND x.polname = asked.name)
    WHEN 'TRIGGER' THEN c.oid IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_trigger x WHERE x.tgrelid = c.oid AND x.tgname = asked.name)
    WHEN 'RULE' THEN c.oid IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_rewrite x WHERE x.ev_class = c.oid AND x.rulename = asked.name)
    ELSE false
END
ORDER BY number;
