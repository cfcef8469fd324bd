-- The roles that something in this database belongs to, or was granted to, or that have settings in it. The one that made the cluster
-- is in no dependency, so that owners and rights are looked at, too. Those of the system are everywhere.
WITH here AS (
    SELECT d.oid, d.datdba, d.datacl FROM pg_catalog.pg_database d WHERE d.datname = current_database()
),
rights (acl) AS (
    SELECT datacl FROM here
    UNION ALL SELECT relacl FROM pg_catalog.pg_class WHERE oid >= 16384
    UNION ALL SELECT attacl FROM pg_catalog.pg_attribute WHERE attrelid >= 16384 AND attacl IS NOT NULL
    UNION ALL SELECT proacl FROM pg_catalog.pg_proc WHERE oid >= 16384
    UNION ALL SELECT typacl FROM pg_catalog.pg_type WHERE oid >= 16384
    UNION ALL SELECT nspacl FROM pg_catalog.pg_namespace WHERE oid >= 16384
    UNION ALL SELECT lomacl FROM pg_catalog.pg_largeobject_metadata
    UNION ALL SELECT defaclacl FROM pg_catalog.pg_default_acl
    UNION ALL SELECT fdwacl FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= 16384
    UNION ALL SELECT srvacl FROM pg_catalog.pg_foreign_server
    UNION ALL SELECT lanacl FROM pg_catalog.pg_language WHERE oid >= 16384
),
used (oid) AS (
    SELECT s.refobjid
    FROM pg_catalog.pg_shdepend s
    CROSS JOIN here
    WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass
      AND (s.dbid = here.oid OR (s.dbid = 0 AND s.classid = 'pg_catalog.pg_database'::regclass AND s.objid = here.oid))
    UNION SELECT datdba FROM here
    UNION SELECT s.setrole FROM pg_catalog.pg_db_role_setting s JOIN here ON s.setdatabase = here.oid
    UNION SELECT granted.grantee FROM rights CROSS JOIN LATERAL aclexplode(rights.acl) AS granted
    UNION SELECT unnest(polroles) FROM pg_catalog.pg_policy
    UNION SELECT relowner FROM pg_catalog.pg_class WHERE oid >= 16384
    UNION SELECT proowner FROM pg_catalog.pg_proc WHERE oid >= 16384
    UNION SELECT typowner FROM pg_catalog.pg_type WHERE oid >= 16384
    UNION SELECT nspowner FROM pg_catalog.pg_namespace WHERE oid >= 16384
    UNION SELECT extowner FROM pg_catalog.pg_extension WHERE oid >= 16384
    UNION SELECT evtowner FROM pg_catalog.pg_event_trigger
    UNION SELECT pubowner FROM pg_catalog.pg_publication
    UNION SELECT lomowner FROM pg_catalog.pg_largeobject_metadata
    UNION SELECT defaclrole FROM pg_catalog.pg_default_acl
    UNION SELECT fdwowner FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= 16384
    UNION SELECT srvowner FROM pg_catalog.pg_foreign_server
    UNION SELECT umuser FROM pg_catalog.pg_user_mappings
    UNION SELECT lanowner FROM pg_catalog.pg_language WHERE oid >= 16384
    UNION SELECT collowner FROM pg_catalog.pg_collation WHERE oid >= 16384
    UNION SELECT conowner FROM pg_catalog.pg_conversion WHERE oid >= 16384
    UNION SELECT oprowner FROM pg_catalog.pg_operator WHERE oid >= 16384
    UNION SELECT opcowner FROM pg_catalog.pg_opclass WHERE oid >= 16384
    UNION SELECT opfowner FROM pg_catalog.pg_opfamily WHERE oid >= 16384
    UNION SELECT stxowner FROM pg_catalog.pg_statistic_ext
    UNION SELECT dictowner FROM pg_catalog.pg_ts_dict WHERE oid >= 16384
    UNION SELECT cfgowner FROM pg_catalog.pg_ts_config WHERE oid >= 16384
)
SELECT r.rolname::text AS role
FROM used
JOIN pg_catalog.pg_roles r ON r.oid = used.oid
WHERE r.rolname !~ '^pg_'
ORDER BY role;
