//! Keys and columns.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF201",
        name: "no-primary-key",
        level: Level::Warning,
        title: "A table has no primary key",
        why: "Rows cannot be told apart: no foreign key can point to one, a doubled one cannot be removed, and logical \
              replication refuses UPDATE and DELETE.",
        fix: "ALTER TABLE … ADD PRIMARY KEY, beginning with the tenant.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF201_no_primary_key.sql")),
    },
    Rule {
        id: "AF202",
        name: "key-without-tenant",
        level: Level::Error,
        title: "A unique key does not begin with the tenant",
        why: "A key is checked over all rows, those that policies hide included: its error tells a tenant that another one \
              uses the value, and keeps one from using it. Citus needs the column in each unique key.",
        fix: "Make the column of the tenant the first of the key.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF202_key_without_tenant.sql")),
    },
    Rule {
        id: "AF203",
        name: "foreign-key-without-tenant",
        level: Level::Error,
        title: "A foreign key does not carry the tenant",
        why: "Foreign keys are checked without row-level security, also where it is forced: a row may point to one of \
              another tenant, and whether the insert fails tells whether that one exists.",
        fix: "FOREIGN KEY (tenant_id, …) REFERENCES … (tenant_id, …), over a unique key of the same columns.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF203_foreign_key_without_tenant.sql")),
    },
    Rule {
        id: "AF204",
        name: "foreign-key-takes-tenant-away",
        level: Level::Error,
        title: "When its target goes, a row would be left without a tenant",
        why: "SET NULL and SET DEFAULT touch all columns of the key, that of the tenant too: the deletion fails where it \
              is NOT NULL, and else leaves a row of nobody.",
        fix: "ON DELETE SET NULL (the other column), which there is since PostgreSQL 15.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF204_foreign_key_takes_tenant_away.sql")),
    },
    Rule {
        id: "AF205",
        name: "not-validated",
        level: Level::Warning,
        title: "Rows were never checked against a constraint",
        why: "NOT VALID holds for new rows only. The planner does not rely on it, and a restore may fail on the old ones.",
        fix: "ALTER TABLE … VALIDATE CONSTRAINT …; it lets others read and write meanwhile.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF205_not_validated.sql")),
    },
    Rule {
        id: "AF206",
        name: "not-enforced",
        level: Level::Error,
        title: "A constraint is only written down",
        why: "NOT ENFORCED, new in PostgreSQL 18, checks no row at all.",
        fix: "ALTER TABLE … ALTER CONSTRAINT … ENFORCED for a foreign key; add a CHECK anew.",
        needs: Needs::Major(18),
        query: Some(include_str!("../../queries/AF206_not_enforced.sql")),
    },
    Rule {
        id: "AF207",
        name: "key-of-other-type",
        level: Level::Warning,
        title: "A foreign key is of another type than its target",
        why: "Every check and every join converts. Where the target is the wider one, the day comes on which its values do \
              not fit.",
        fix: "ALTER TABLE … ALTER COLUMN … TYPE, to that of the target.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF207_key_of_other_type.sql")),
    },
    Rule {
        id: "AF208",
        name: "time-without-zone",
        level: Level::Warning,
        title: "A time has no zone",
        why: "What it means depends on the TimeZone of whoever reads it. Compared with now(), it is off by hours for some \
              sessions and not for others.",
        fix: "ALTER COLUMN … TYPE timestamptz USING … AT TIME ZONE 'UTC', or whichever it was written in.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF208_time_without_zone.sql")),
    },
];
