-- Constraints that are only written down.
SELECT t.name || ': ' || quote_ident(k.conname) AS object, pg_get_constraintdef(k.oid) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid
WHERE to_jsonb(k) ->> 'conenforced' = 'false'
