//! Indexes.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF501",
        name: "foreign-key-without-index",
        level: Level::Warning,
        title: "A foreign key has no index",
        why: "Each deletion of a row that is pointed to reads the whole table that points, and holds its locks for as \
              long.",
        fix: "CREATE INDEX CONCURRENTLY on the columns of the key.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF501_foreign_key_without_index.sql")),
    },
    Rule {
        id: "AF502",
        name: "tenant-without-index",
        level: Level::Warning,
        title: "Rows of a tenant are found by reading those of all",
        why: "The policy adds the comparison to each statement. With an index on the column, 171 ms became less than 0.1 \
              ms over 100,000 rows, as GaryAustin1/RLS-Performance measured.",
        fix: "CREATE INDEX CONCURRENTLY with the column of the tenant first, or begin the primary key with it.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF502_tenant_without_index.sql")),
    },
    Rule {
        id: "AF503",
        name: "duplicate-index",
        level: Level::Warning,
        title: "An index is there twice",
        why: "Each write keeps both, and no query needs the second.",
        fix: "DROP INDEX CONCURRENTLY.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF503_duplicate_index.sql")),
    },
    Rule {
        id: "AF504",
        name: "invalid-index",
        level: Level::Error,
        title: "An index was not finished",
        why: "CREATE INDEX CONCURRENTLY that is interrupted leaves an index that costs every write and serves no query, \
              and if it was to be unique, keeps nothing unique.",
        fix: "REINDEX INDEX CONCURRENTLY, or drop it and create it again.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF504_invalid_index.sql")),
    },
    Rule {
        id: "AF505",
        name: "shared-vector-index",
        level: Level::Error,
        title: "Tenants share an index of nearest neighbors",
        why: "The index finds neighbors among all tenants, and the policy filters them after: a tenant may get nothing \
              although it has rows (0 of 10 when we tried), and how much is filtered tells how near the vectors of others \
              are.",
        fix: "Search exactly, or put tenants with many vectors into partitions of their own, each with its own index.",
        needs: Needs::Extension("vector"),
        query: Some(include_str!("../../queries/AF505_shared_vector_index.sql")),
    },
    Rule {
        id: "AF506",
        name: "index-of-few-vectors",
        level: Level::Warning,
        title: "An IVFFlat index was made of next to nothing",
        why: "Its centers are those of the rows that were there when it was made. Made over an empty table, it finds few \
              of the right neighbors, for good.",
        fix: "Fill the table, then REINDEX INDEX CONCURRENTLY; about one list for 1,000 rows.",
        needs: Needs::Extension("vector"),
        query: Some(include_str!("../../queries/AF506_index_of_few_vectors.sql")),
    },
    Rule {
        id: "AF507",
        name: "unused-index",
        level: Level::Info,
        title: "Nobody searches an index",
        why: "Each write keeps it, and it takes the memory of those that are searched. Indexes that keep something unique do so \
              unsearched, and are not told; nor is what a server knows that counts since less than 30 days.",
        fix: "Look on the standbys too, for each server counts for itself; ask how old the index is, for it may be younger than \
              the counters; and think of what runs once a year. Then DROP INDEX CONCURRENTLY.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF507_unused_index.sql")),
    },
];
