//! Versions and settings.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF601",
        name: "server-with-known-leaks",
        level: Level::Error,
        title: "This release of PostgreSQL leaks rows",
        why: "CVE-2025-8713: statistics of partitions and children show values of hidden rows. CVE-2024-10976 and \
              CVE-2023-2455: a plan made for one role is used for another. CVE-2023-39418: MERGE does not ask the policies \
              for UPDATE.",
        fix: "Install the newest minor release. It needs a restart, and no dump.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF601_server_with_known_leaks.sql")),
    },
    Rule {
        id: "AF602",
        name: "server-out-of-support",
        level: Level::Warning,
        title: "This version of PostgreSQL gets no fixes any more",
        why: "Faults of row-level security that are found now stay open there.",
        fix: "Upgrade to a newer major version, with pg_upgrade or a dump.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF602_server_out_of_support.sql")),
    },
    Rule {
        id: "AF603",
        name: "pgvector-with-known-faults",
        level: Level::Warning,
        title: "This release of pgvector damages indexes",
        why: "Before 0.8.2, a parallel build of an HNSW index wrote beyond its buffer; before 0.8.3 and 0.8.4, VACUUM \
              damaged such indexes or left them unrepaired.",
        fix: "Install 0.8.4 or later, ALTER EXTENSION vector UPDATE, and REINDEX its indexes.",
        needs: Needs::Extension("vector"),
        query: Some(include_str!("../../queries/AF603_pgvector_with_known_faults.sql")),
    },
    Rule {
        id: "AF604",
        name: "extension-outdated",
        level: Level::Info,
        title: "The server has a newer version of an extension",
        why: "The files were renewed, and this database still uses the objects of before, without their fixes.",
        fix: "ALTER EXTENSION … UPDATE.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF604_extension_outdated.sql")),
    },
    Rule {
        id: "AF605",
        name: "tenant-by-default",
        level: Level::Error,
        title: "Whoever connects is in a tenant",
        why: "Who forgets to say the tenant is not refused, but reads and writes as that one.",
        fix: "ALTER DATABASE … RESET …, and ALTER ROLE … RESET …. Set it with set_config(…, true) in each transaction, and \
              nowhere else.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF605_tenant_by_default.sql")),
    },
    Rule {
        id: "AF606",
        name: "triggers-off-by-default",
        level: Level::Error,
        title: "Whoever connects works without triggers and foreign keys",
        why: "session_replication_role = replica is for loading rows that were checked elsewhere. As a default, it \
              switches off every reference, and what keeps histories from being changed.",
        fix: "ALTER DATABASE … RESET session_replication_role, the same for the role, and check the references.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF606_triggers_off_by_default.sql")),
    },
    Rule {
        id: "AF607",
        name: "weak-password-hash",
        level: Level::Warning,
        title: "Passwords are hashed with MD5",
        why: "Who reads such a hash, in a backup perhaps, can log in with it. PostgreSQL 18 warns of it.",
        fix: "password_encryption = 'scram-sha-256', and set the passwords again.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF607_weak_password_hash.sql")),
    },
    Rule {
        id: "AF608",
        name: "writes-not-safe",
        level: Level::Error,
        title: "What was committed is damaged when the machine stops",
        why: "Without fsync the server believes to be on disk what is not: after a loss of power, tables and indexes are of \
              different times, and some pages half written. Without full_page_writes, pages that were being written stay torn.",
        fix: "ALTER SYSTEM RESET fsync; ALTER SYSTEM RESET full_page_writes; SELECT pg_reload_conf(). Only a file system \
              that cannot tear pages, such as ZFS, does without full_page_writes. Waiting less is what synchronous_commit is for.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF608_writes_not_safe.sql")),
    },
];
