-- What the role of the application owns, itself or as a member of the owner.
SELECT owned.object, format('it belongs to %I', pg_get_userbyid(owned.owner)) AS detail
FROM asked
JOIN pg_roles app ON app.oid = asked.app_role AND NOT app.rolsuper
CROSS JOIN LATERAL (
    SELECT name AS object, relowner AS owner FROM relations
    UNION ALL
    SELECT 'function ' || name, proowner FROM functions WHERE is_ours
    UNION ALL
    -- An owner may create in it, wherever it stands in a search_path.
    SELECT format('schema %I', n.nspname), n.nspowner FROM pg_namespace n WHERE n.nspname !~ '^pg_'
    UNION ALL
    SELECT format('database %I', d.datname), d.datdba FROM pg_database d WHERE d.datname = current_database()
) AS owned
WHERE pg_has_role(app.oid, owned.owner, 'MEMBER')
