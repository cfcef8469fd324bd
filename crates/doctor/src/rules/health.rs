//! Health.

use crate::{Level, Needs, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AF701",
        name: "numbers-run-out",
        level: Level::Warning,
        title: "A sequence has used three quarters of its numbers",
        why: "When the last one is given, every insert fails. Changing the type of a large column takes hours and locks \
              it.",
        fix: "ALTER the column and ALTER SEQUENCE … AS bigint while there is time.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF701_numbers_run_out.sql")),
    },
    Rule {
        id: "AF702",
        name: "transaction-ids-run-out",
        level: Level::Error,
        title: "Transactions are too old for the numbers they have",
        why: "There are two thousand million. Before they are used up, the server refuses to write until the old ones are \
              vacuumed.",
        fix: "See what holds VACUUM back (af doctor --rule AF703; replication slots), and VACUUM (FREEZE) the oldest \
              tables.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF702_transaction_ids_run_out.sql")),
    },
    Rule {
        id: "AF703",
        name: "forgotten-transaction",
        level: Level::Warning,
        title: "A transaction waits for whoever began it",
        why: "VACUUM removes nothing that was deleted since it began, for all tables. Its locks keep migrations waiting, \
              and everybody behind them.",
        fix: "Set idle_in_transaction_session_timeout. End it: pg_terminate_backend(…), ROLLBACK PREPARED ….",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF703_forgotten_transaction.sql")),
    },
    Rule {
        id: "AF704",
        name: "autovacuum-off",
        level: Level::Warning,
        title: "Nobody cleans up a table",
        why: "Deleted rows stay, the planner works with old numbers, and one day transactions run out.",
        fix: "ALTER TABLE … RESET (autovacuum_enabled).",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF704_autovacuum_off.sql")),
    },
    Rule {
        id: "AF705",
        name: "unlogged-table",
        level: Level::Warning,
        title: "A table is empty after a crash",
        why: "UNLOGGED rows are not on standbys, not in base backups, and gone after a crash.",
        fix: "ALTER TABLE … SET LOGGED.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF705_unlogged_table.sql")),
    },
    Rule {
        id: "AF706",
        name: "collation-changed",
        level: Level::Error,
        title: "Indexes are sorted otherwise than the system sorts now",
        why: "With another libc or ICU, texts sort differently: an index by the old order misses rows that are there, and \
              lets unique ones in twice.",
        fix: "REINDEX whatever sorts by it, then ALTER COLLATION … REFRESH VERSION, or ALTER DATABASE … REFRESH COLLATION \
              VERSION.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF706_collation_changed.sql")),
    },
    Rule {
        id: "AF707",
        name: "never-analyzed",
        level: Level::Info,
        title: "The planner knows nothing about a table",
        why: "It guesses how many rows a condition leaves, and may read a whole table for a few.",
        fix: "ANALYZE the table; after a restore, the whole database.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF707_never_analyzed.sql")),
    },
    Rule {
        id: "AF708",
        name: "slot-without-reader",
        level: Level::Warning,
        title: "A replication slot keeps the log for nobody",
        why: "The server removes nothing of its write-ahead log that the slot was not given, until the disk is full and it \
              stops. A slot may keep VACUUM from removing rows as well.",
        fix: "Bring its standby or subscriber back, or SELECT pg_drop_replication_slot('…'). max_slot_wal_keep_size sets a \
              limit.",
        needs: Needs::Nothing,
        query: Some(include_str!("../../queries/AF708_slot_without_reader.sql")),
    },
];
