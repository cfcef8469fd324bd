-- Tables whose statements are rewritten into others.
SELECT t.name || ': ' || quote_ident(r.rulename) AS object, pg_get_ruledef(r.oid) AS detail
FROM tables t
JOIN pg_rewrite r ON r.ev_class = t.oid
