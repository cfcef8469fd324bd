-- Settings without which the data is damaged when the machine stops.
SELECT s.name AS object, 'it is off' AS detail
FROM asked
CROSS JOIN pg_settings s
WHERE s.name IN ('fsync', 'full_page_writes') AND COALESCE(asked.it ->> s.name, s.setting) = 'off'
