-- Policies of tables of tenants that do not compare the tenant of the row with the tenant of the transaction.
SELECT p.object, string_agg(format('%s %s', told.clause, told.text), ', ' ORDER BY told.clause) AS detail
FROM asked
CROSS JOIN policies p
CROSS JOIN LATERAL (
    VALUES ('USING', p.using_text, p.using_calls), ('WITH CHECK', p.check_text, p.check_calls)
) AS told (clause, text, calls)
WHERE p.tenant IS NOT NULL AND p.polpermissive
  -- Those that are always true have a rule of their own.
  AND told.text !~* '^true$|\mOR true\M|\mtrue OR\M'
  AND NOT (
      told.text ~ asked.tenant_word
      AND (strpos(told.text, quote_literal(asked.setting)) > 0
           OR EXISTS (SELECT FROM functions f WHERE f.oid = ANY (told.calls) AND strpos(f.body, asked.setting) > 0))
  )
GROUP BY p.object
