-- Tables of tenants where one of several policies is enough, so that the weakest counts: those that one role is under, by its name, as a
-- member of another, or as everybody.
WITH RECURSIVE named AS (
    SELECT DISTINCT p.oid, p.table_name, p.polname, p.polroles, verb.place, verb.word
    FROM policies p
    CROSS JOIN LATERAL (VALUES (1, 'r', 'SELECT'), (2, 'a', 'INSERT'), (3, 'w', 'UPDATE'), (4, 'd', 'DELETE')) AS verb (place, letter, word)
    WHERE p.tenant IS NOT NULL AND p.polpermissive AND p.polcmd::text IN ('*', verb.letter)
),
-- The roles that a policy names, and who holds their rights.
under (named, role) AS (
    SELECT DISTINCT r.role, r.role
    FROM named
    CROSS JOIN LATERAL unnest(named.polroles) AS r (role)
    UNION
    SELECT u.named, m.member
    FROM under u
    JOIN pg_auth_members m ON m.roleid = u.role
    JOIN pg_roles r ON r.oid = m.member AND NOT r.rolsuper AND NOT r.rolbypassrls
    -- A membership says so itself since PostgreSQL 16.
    WHERE COALESCE((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)
),
crowded AS (
    SELECT n.table_name, n.place, n.word, string_agg(quote_ident(n.polname), ' and ' ORDER BY n.polname) AS names
    FROM (SELECT DISTINCT role FROM under) AS bound
    JOIN named n ON 0 = ANY (n.polroles)
                 OR EXISTS (SELECT FROM under u WHERE u.role = bound.role AND u.named = ANY (n.polroles))
    GROUP BY n.table_name, n.place, n.word, bound.role
    HAVING count(*) > 1
)
SELECT format('%s: %s', table_name, names) AS object,
       format('one of them is enough for %s', string_agg(word, ', ' ORDER BY place)) AS detail
FROM (SELECT DISTINCT table_name, names, place, word FROM crowded) AS crowd
GROUP BY table_name, names
