-- Foreign keys whose columns are of another type than what they point to.
SELECT t.name || ': ' || quote_ident(k.conname) AS object,
       string_agg(format('%I is %s and %I is %s', here.attname, format_type(here.atttypid, NULL),
                         there.attname, format_type(there.atttypid, NULL)), ', ' ORDER BY pair.here) AS detail
FROM tables t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (here, there)
JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attnum = pair.here
JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attnum = pair.there
WHERE here.atttypid <> there.atttypid
GROUP BY t.name, k.conname
