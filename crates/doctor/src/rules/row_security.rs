//! Row-level security.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF101",
        name: "row-security-disabled",
        level: Level::Error,
        title: "A table of tenants has no row-level security",
        why: "Nothing but the WHERE of each statement keeps tenants apart there. One that is forgotten shows the rows of \
              everybody.",
        fix: "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, and a policy that compares the tenant. In \
              AgentFlow: SELECT isolate_tenant_table('…').",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF101_row_security_disabled.sql")),
    },
    Rule {
        id: "AF102",
        name: "row-security-not-forced",
        level: Level::Error,
        title: "The owner of a table of tenants is not bound by its policies",
        why: "Policies do not count for the owner of a table unless they are forced. A job, a function or a service that \
              works as the owner reads all tenants, and no error says so.",
        fix: "ALTER TABLE … FORCE ROW LEVEL SECURITY.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF102_row_security_not_forced.sql")),
    },
    Rule {
        id: "AF103",
        name: "policy-without-row-security",
        level: Level::Error,
        title: "A table has policies, and row-level security is not enabled",
        why: "Policies of a table do nothing until row-level security is switched on for it. Whoever reads the policies \
              believes the table to be safe.",
        fix: "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF103_policy_without_row_security.sql")),
    },
    Rule {
        id: "AF104",
        name: "row-security-without-policy",
        level: Level::Warning,
        title: "The application holds rights on a table that looks empty to it",
        why: "With row-level security and no policy nobody but the owner sees a row, without an error. Either the right is \
              too much, or the policy was forgotten.",
        fix: "Create the policy, or REVOKE the rights.",
        needs: Needs::AppRole,
        query: Some(include_str!("../../queries/AF104_row_security_without_policy.sql")),
    },
    Rule {
        id: "AF105",
        name: "policy-always-true",
        level: Level::Error,
        title: "A policy lets everything through",
        why: "One permissive policy is enough, so USING (true) undoes all others of the table, and WITH CHECK (true) lets \
              a row be written for, or moved to, any tenant.",
        fix: "ALTER POLICY … USING (…) WITH CHECK (…) with a comparison of the tenant, or DROP POLICY.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF105_policy_always_true.sql")),
    },
    Rule {
        id: "AF106",
        name: "policy-without-check",
        level: Level::Warning,
        title: "A policy for writing does not say which rows may be written",
        why: "Without WITH CHECK, PostgreSQL takes USING for it. Whoever widens later what may be read, for a list of \
              partners perhaps, widens what may be written, too.",
        fix: "ALTER POLICY … WITH CHECK (…), with the same text as USING.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF106_policy_without_check.sql")),
    },
    Rule {
        id: "AF107",
        name: "policy-ignores-tenant",
        level: Level::Error,
        title: "A policy is not bound to the tenant",
        why: "What the server of an application checks and a policy does not, is enforced for nobody: one product took the \
              identity of its caller, and its policies never looked at it. All of its tests passed. A comparison that is only one \
              side of an OR, or is negated, binds nobody either.",
        fix: "Compare the column of the tenant with the setting of the transaction by =, in USING and in WITH CHECK, and join more \
              conditions by AND. Another name of either is told with --tenant-column and --setting.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF107_policy_ignores_tenant.sql")),
    },
    Rule {
        id: "AF108",
        name: "policy-reads-tables",
        level: Level::Warning,
        title: "A policy looks into other tables",
        why: "Rights that are looked up change while statements wait for locks: the manual of PostgreSQL shows how a row \
              is read that should not be. Such policies also cost a join for each statement, and Citus refuses them.",
        fix: "Compare the column of the row with a setting of the transaction, and look up rights before that is set.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF108_policy_reads_tables.sql")),
    },
    Rule {
        id: "AF109",
        name: "setting-for-each-row",
        level: Level::Warning,
        title: "A policy asks for the tenant anew for each row",
        why: "A call in a sub-select is made once for a statement, another one for each row that is looked at: 179 ms \
              against 9 ms over 100,000 rows, as GaryAustin1/RLS-Performance measured.",
        fix: "Write (SELECT current_setting(…)), or (SELECT a_function()). Citus refuses the sub-select; there, a function \
              that is STABLE has to do.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF109_setting_for_each_row.sql")),
    },
    Rule {
        id: "AF110",
        name: "volatile-policy",
        level: Level::Warning,
        title: "A policy calls a VOLATILE function",
        why: "It is called for each row, no index serves it, and it may answer differently from row to row. Citus could \
              not join by such policies before 14.0.",
        fix: "ALTER FUNCTION … STABLE, if it reads nothing but settings and tables.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF110_volatile_policy.sql")),
    },
    Rule {
        id: "AF111",
        name: "empty-setting",
        level: Level::Warning,
        title: "The tenant is cast although it may be an empty text",
        why: "A setting of its own reads as an empty text, and not as NULL, once a transaction of the session has set it. \
              The cast then fails with an error for whoever comes without a tenant.",
        fix: "NULLIF(current_setting('…', true), '')::uuid.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF111_empty_setting.sql")),
    },
    Rule {
        id: "AF112",
        name: "several-permissive-policies",
        level: Level::Warning,
        title: "One of several policies of a table is enough",
        why: "Permissive policies are joined by OR: the weakest counts, and all are evaluated for each row.",
        fix: "Make it one policy, or the additional ones AS RESTRICTIVE.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF112_several_permissive_policies.sql")),
    },
    Rule {
        id: "AF113",
        name: "open-partition",
        level: Level::Error,
        title: "A partition is not bound by the policies of its table",
        why: "Policies of a table do not count for statements that name the partition. A role with a right on it read all \
              30,000 rows of another tenant when we tried.",
        fix: "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY on each partition. It needs no policy: \
              nobody has to read it by its name.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF113_open_partition.sql")),
    },
    Rule {
        id: "AF114",
        name: "granted-partition",
        level: Level::Error,
        title: "Somebody holds rights on a partition itself",
        why: "Rows are read and written through the table, and its policies count there. A right on the partition is a way \
              around them.",
        fix: "REVOKE ALL ON … FROM the role.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF114_granted_partition.sql")),
    },
    Rule {
        id: "AF115",
        name: "table-without-tenant",
        level: Level::Warning,
        title: "A table does not say whose its rows are",
        why: "Without the column there is nothing that a policy could compare. Tables that really belong to nobody are \
              few, and should be known as such.",
        fix: "Add the column, or name the table with --global.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF115_table_without_tenant.sql")),
    },
    Rule {
        id: "AF116",
        name: "tenant-may-be-null",
        level: Level::Error,
        title: "A row may belong to nobody",
        why: "A row without a tenant is seen by no tenant, goes with none, and is counted by every query that administers.",
        fix: "ALTER TABLE … ALTER COLUMN … SET NOT NULL.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF116_tenant_may_be_null.sql")),
    },
];
