-- Tables of tenants where one of several policies is enough, so that the weakest counts.
SELECT table_name AS object,
       format('one of %s is enough for %s', string_agg(DISTINCT names, '; '), string_agg(word, ', ' ORDER BY place)) AS detail
FROM (
    SELECT p.table_name, verb.place, verb.word, string_agg(quote_ident(p.polname), ' and ' ORDER BY p.polname) AS names
    FROM policies p
    CROSS JOIN LATERAL (VALUES (1, 'r', 'SELECT'), (2, 'a', 'INSERT'), (3, 'w', 'UPDATE'), (4, 'd', 'DELETE')) AS verb (place, letter, word)
    CROSS JOIN LATERAL unnest(p.polroles) AS r (role)
    WHERE p.tenant IS NOT NULL AND p.polpermissive AND p.polcmd::text IN ('*', verb.letter)
    GROUP BY p.table_name, verb.place, verb.word, r.role
    HAVING count(*) > 1
) AS crowded
GROUP BY table_name
