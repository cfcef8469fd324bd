-- Major versions of the server that get no fixes any more, by the day of their last release.
SELECT 'server' AS object, format('the last release of PostgreSQL %s was due on %s', ends.major, ends.day) AS detail
FROM asked
JOIN (VALUES (13, DATE '2025-11-13'), (14, DATE '2026-11-12'), (15, DATE '2027-11-11'), (16, DATE '2028-11-09'),
             (17, DATE '2029-11-08'), (18, DATE '2030-11-14')) AS ends (major, day)
    ON ends.major = asked.version / 10000 AND ends.day < COALESCE((asked.it ->> 'today')::date, CURRENT_DATE)
