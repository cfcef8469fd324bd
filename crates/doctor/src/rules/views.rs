//! Views, functions and triggers.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF301",
        name: "view-as-owner",
        level: Level::Error,
        title: "A view reads with the rights of its owner",
        why: "Policies are those of the owner of the view, not of whoever asks: a table that shows 0 rows is read through \
              the view in full.",
        fix: "ALTER VIEW … SET (security_invoker = true).",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF301_view_as_owner.sql")),
    },
    Rule {
        id: "AF302",
        name: "materialized-view",
        level: Level::Error,
        title: "A materialized view can be read",
        why: "It holds the rows that its owner saw, of all tenants, and knows no policies.",
        fix: "REVOKE SELECT, and read it through a function that filters; or make it a table with a policy.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF302_materialized_view.sql")),
    },
    Rule {
        id: "AF303",
        name: "foreign-table",
        level: Level::Error,
        title: "A foreign table can be reached",
        why: "Policies cannot be put on a foreign table. Whoever holds a right on it has all that the other server gives.",
        fix: "REVOKE ALL, or put the policy on the other server and connect there as the tenant.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF303_foreign_table.sql")),
    },
    Rule {
        id: "AF304",
        name: "definer-search-path",
        level: Level::Error,
        title: "A function runs as its owner and finds names where its caller says",
        why: "A caller puts a table or function of that name into a schema of theirs, and the function works with it, with \
              the rights of its owner.",
        fix: "ALTER FUNCTION … SET search_path = pg_catalog, pg_temp, and name the schema of everything else.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF304_definer_search_path.sql")),
    },
    Rule {
        id: "AF305",
        name: "definer-temporary-names",
        level: Level::Error,
        title: "A function that runs as its owner takes temporary tables first",
        why: "Unless pg_temp stands last in search_path, it is searched first for tables: a temporary table of the caller \
              takes the place of the real one.",
        fix: "ALTER FUNCTION … SET search_path = …, pg_temp.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF305_definer_temporary_names.sql")),
    },
    Rule {
        id: "AF306",
        name: "definer-for-everybody",
        level: Level::Error,
        title: "Everybody may execute a function that runs as its owner",
        why: "A new function may be executed by everybody unless that is taken back, by each login role of the server, \
              too.",
        fix: "REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, and GRANT it to whom it is for.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF306_definer_for_everybody.sql")),
    },
    Rule {
        id: "AF307",
        name: "leakproof-function",
        level: Level::Error,
        title: "A function is promised to tell nothing",
        why: "A LEAKPROOF function is called before policies filter. If it writes, logs, or fails with the value, it has \
              seen rows of others.",
        fix: "ALTER FUNCTION … NOT LEAKPROOF.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF307_leakproof_function.sql")),
    },
    Rule {
        id: "AF308",
        name: "trigger-disabled",
        level: Level::Error,
        title: "A trigger is switched off",
        why: "What it kept is not kept: a history that should never change, a sum, or, for the triggers of a foreign key, \
              the reference itself. Bulk loads forget to switch them on again.",
        fix: "ALTER TABLE … ENABLE TRIGGER …, and check the rows that came meanwhile.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF308_trigger_disabled.sql")),
    },
    Rule {
        id: "AF309",
        name: "rewrite-rule",
        level: Level::Warning,
        title: "Statements on a table are rewritten into others",
        why: "What a rule makes of a statement runs with the rights of the owner of the table, and evaluates expressions \
              twice.",
        fix: "Make it a trigger.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF309_rewrite_rule.sql")),
    },
];
