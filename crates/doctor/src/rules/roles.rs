//! Roles and grants.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF401",
        name: "no-app-role",
        level: Level::Error,
        title: "The role of the application is not there",
        why: "Nothing can be said about its rights, and the application cannot step down into it.",
        fix: "af migrate up makes af_app. Another name is told with --app-role.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF401_no_app_role.sql")),
    },
    Rule {
        id: "AF402",
        name: "app-role-above-policies",
        level: Level::Error,
        title: "The application is, or may become, somebody whom policies do not bind",
        why: "Superusers and roles with BYPASSRLS see all rows. A member of such a role needs one SET ROLE.",
        fix: "ALTER ROLE … NOSUPERUSER NOBYPASSRLS, or REVOKE the membership.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF402_app_role_above_policies.sql")),
    },
    Rule {
        id: "AF403",
        name: "app-role-has-powers",
        level: Level::Error,
        title: "The application can do more than work with tables",
        why: "CREATEROLE and REPLICATION lead around policies; pg_read_all_data, pg_write_server_files and their like are \
              rights on everything. Who may set session_replication_role works without triggers and foreign keys.",
        fix: "ALTER ROLE … NOCREATEROLE NOCREATEDB NOREPLICATION, REVOKE the membership, and REVOKE … ON PARAMETER … FROM \
              who holds it.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF403_app_role_has_powers.sql")),
    },
    Rule {
        id: "AF404",
        name: "app-role-owns",
        level: Level::Error,
        title: "The application owns something",
        why: "An owner may switch off row-level security, drop the policy, or replace the function that the policy calls. Who \
              owns a schema may create in it.",
        fix: "ALTER … OWNER TO the role that migrates.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF404_app_role_owns.sql")),
    },
    Rule {
        id: "AF405",
        name: "app-role-rights",
        level: Level::Error,
        title: "The application holds rights that policies do not filter",
        why: "TRUNCATE empties the table for all tenants. REFERENCES and TRIGGER look at, or act on, rows of everybody. A \
              right with the grant option is handed on.",
        fix: "REVOKE TRUNCATE, REFERENCES, TRIGGER, MAINTAIN ON … FROM the role; leave SELECT, INSERT, UPDATE, DELETE at \
              most.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF405_app_role_rights.sql")),
    },
    Rule {
        id: "AF406",
        name: "app-role-creates",
        level: Level::Error,
        title: "The application may make things of its own",
        why: "Operators and functions of its own are what statistics of hidden rows leak through (CVE-2019-10130, \
              CVE-2025-8713), and what other programs find by their search_path.",
        fix: "REVOKE CREATE ON SCHEMA …, or ON DATABASE …, FROM the role, or FROM PUBLIC.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF406_app_role_creates.sql")),
    },
    Rule {
        id: "AF407",
        name: "granted-to-everybody",
        level: Level::Error,
        title: "Everybody holds rights on a table, or may create in its schema",
        why: "Each role of the server has them, those of other applications included. Who may create in a schema of the \
              search_path puts functions into the way of others (CVE-2018-1058).",
        fix: "REVOKE ALL ON … FROM PUBLIC.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF407_granted_to_everybody.sql")),
    },
    Rule {
        id: "AF408",
        name: "default-rights",
        level: Level::Warning,
        title: "New tables are granted before they have a policy",
        why: "Between CREATE TABLE and its policy, and for ever if that is forgotten, the table can be read in full.",
        fix: "ALTER DEFAULT PRIVILEGES … REVOKE …, and grant with the policy.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF408_default_rights.sql")),
    },
    Rule {
        id: "AF409",
        name: "login-above-policies",
        level: Level::Warning,
        title: "A login is above the policies",
        why: "A service that steps down with SET ROLE is one RESET ROLE away from all tenants, for instance through an \
              injected statement. A login with BYPASSRLS that may read tables of tenants need not even do that.",
        fix: "Serve with a login role that is a member of the role of the application, and nothing else. For who reads all \
              tenants on purpose, such as a backup, put it into the baseline.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF409_login_above_policies.sql")),
    },
    Rule {
        id: "AF410",
        name: "owner-above-policies",
        level: Level::Info,
        title: "Tables of tenants belong to somebody whom FORCE does not bind",
        why: "FORCE binds an owner, but neither a superuser nor BYPASSRLS. Functions that run as this owner see all \
              tenants.",
        fix: "Fine for development. Otherwise migrate as a role that is no superuser; ALTER TABLE … OWNER TO it.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF410_owner_above_policies.sql")),
    },
    Rule {
        id: "AF411",
        name: "app-role-system-rights",
        level: Level::Error,
        title: "The application holds rights on the system that nobody has from the start",
        why: "pg_read_binary_file reads the files of all tenants, pg_statistic holds values of their rows, pg_authid the hashes \
              of passwords, pg_walinspect what everybody wrote. No policy filters any of it. A function that an extension \
              keeps from everybody, it keeps for a reason.",
        fix: "REVOKE … ON … FROM the role, or FROM PUBLIC.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF411_app_role_system_rights.sql")),
    },
    Rule {
        id: "AF412",
        name: "global-table-open",
        level: Level::Warning,
        title: "The application may change what belongs to no tenant, or read there of all tenants",
        why: "A table that is named with --global, or is known to belong to nobody, has no policy of a tenant. What one \
              tenant's transaction writes there counts for all; rows that name a tenant are read by all.",
        fix: "REVOKE INSERT, UPDATE, DELETE ON … FROM the role, and write through a function that runs as its owner; \
              where rows name tenants, REVOKE SELECT, too. If it is on purpose, put it into the baseline.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF412_global_table_open.sql")),
    },
];
