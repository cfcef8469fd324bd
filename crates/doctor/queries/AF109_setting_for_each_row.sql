-- Policies that ask for the tenant again for each row, because the call stands in no sub-select.
SELECT p.object, told.text AS detail
FROM asked
CROSS JOIN policies p
CROSS JOIN LATERAL (VALUES (p.using_text, p.using_calls)) AS told (text, calls)
WHERE p.tenant IS NOT NULL
  AND strpos(told.text, '( SELECT ') = 0
  AND (strpos(told.text, 'current_setting(') > 0
       OR EXISTS (SELECT FROM functions f WHERE f.oid = ANY (told.calls) AND f.body ~ asked.setting_word))
