-- Triggers that are switched off, those of foreign keys too.
SELECT t.name || ': ' || quote_ident(g.tgname) AS object,
       CASE WHEN g.tgisinternal THEN 'a foreign key is not checked: its trigger is switched off'
            WHEN g.tgenabled = 'R' THEN 'it fires on replicas only'
            ELSE 'it is switched off' END AS detail
FROM tables t
JOIN pg_trigger g ON g.tgrelid = t.oid
WHERE g.tgenabled IN ('D', 'R')
