-- Sequences of which more than three quarters are used.
SELECT format('%I.%I', s.schemaname, s.sequencename) AS object,
       format('%s of %s are used', s.last_value, s.max_value) AS detail
FROM asked
JOIN pg_sequences s ON s.schemaname = ANY (asked.schemas)
WHERE NOT s.cycle AND s.increment_by > 0 AND s.last_value::numeric > s.max_value::numeric * 0.75
