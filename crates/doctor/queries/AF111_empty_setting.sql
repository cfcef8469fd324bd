-- Where the setting of the tenant is cast although it may be an empty text, which it is after the first transaction that set it.
SELECT object, 'the setting is cast without NULLIF' AS detail
FROM (
    SELECT p.object, concat(p.using_text, ' ', p.check_text) AS text
    FROM policies p
    UNION ALL
    SELECT format('function %s', f.name), f.body
    FROM functions f
    WHERE EXISTS (SELECT FROM policies p WHERE f.oid = ANY (p.using_calls || p.check_calls))
) AS told
CROSS JOIN asked
WHERE strpos(told.text, quote_literal(asked.setting)) > 0
  AND told.text ~* 'current_setting\([^)]*\)+::(uuid|bigint|integer|int|int4|int8|smallint)\M'
  AND told.text !~* 'NULLIF\s*\('
