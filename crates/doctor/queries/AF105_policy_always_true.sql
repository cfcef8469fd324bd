-- Policies of tables of tenants that let everything through, on reading or on writing.
SELECT p.object, string_agg(format('%s (%s)', told.clause, told.text), ', ' ORDER BY told.clause) AS detail
FROM policies p
CROSS JOIN LATERAL (VALUES ('USING', p.using_text), ('WITH CHECK', p.check_text)) AS told (clause, text)
WHERE p.tenant IS NOT NULL AND p.polpermissive AND told.text ~* '^true$|\mOR true\M|\mtrue OR\M'
GROUP BY p.object
