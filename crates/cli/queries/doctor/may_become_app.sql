-- Whether this session may SET ROLE af_app. Since PostgreSQL 16, not every membership allows that.
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 OR pg_catalog.bool_and(
           CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog.>=) 160000
                THEN pg_catalog.pg_has_role(session_user, r.oid, 'SET')
                ELSE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') END
       ) AS may_become
FROM pg_catalog.pg_roles AS r
WHERE r.rolname OPERATOR(pg_catalog.=) 'af_app'
