-- Constraints that the rows of before were never checked against.
SELECT t.name || ': ' || quote_ident(k.conname) AS object, pg_get_constraintdef(k.oid) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid
-- Those that are not enforced have a rule of their own.
WHERE NOT k.convalidated AND to_jsonb(k) ->> 'conenforced' IS DISTINCT FROM 'false'
