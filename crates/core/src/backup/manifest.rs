use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BackupId, DatabaseProperties};
use crate::{hash::Sha256, ids::TenantId};

/// The file of the manifest.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The file of the note that signs it.
pub const NOTE_FILE: &str = "manifest.note";

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupKind {
    /// The whole database.
    Full,
    /// Its definitions, and no rows.
    Schema,
    /// Some tables, with their rows.
    Tables,
}

/// What a backup is made of, and what the database was when it was made. Says nothing of where that database is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `agentflow.dev/backup@v1`.
    pub format: String,
    /// The name of the backup, which is that of its folder too.
    pub id: BackupId,
    /// When its snapshot was taken.
    pub created_at: Timestamp,
    /// What it holds.
    pub kind: BackupKind,
    /// The name of the database.
    pub database: String,
    /// What it was, besides what is in it.
    pub properties: DatabaseProperties,
    /// The version of the server, such as `18.6`.
    pub postgres_version: String,
    /// The version of the `pg_dump` that made it.
    pub pg_dump_version: String,
    /// The newest migration that was applied; 0 if none was.
    pub migration_version: u64,
    /// The program that made it, such as `af/0.1.0`.
    pub program: String,
    /// How the rows are compressed, as `pg_dump` names it: `zstd:3`, `gzip:6`, `none`.
    pub compression: String,
    /// Whom the parts are encrypted for; none if they are not.
    pub encryption: Option<Encryption>,
    /// The extensions that must be there, besides those that every database has.
    pub extensions: Vec<String>,
    /// The roles that own something in it, or were granted something.
    pub roles: Vec<String>,
    /// The tables whose rows it holds, by name.
    pub tables: Vec<TableRows>,
    /// The constraints that its rows were never checked against (`NOT VALID`), as `schema.table.constraint`.
    pub unvalidated: Vec<String>,
    /// The indexes that were not valid in it either, as `schema.index`: those of a partitioned table that some partitions lack.
    pub invalid_indexes: Vec<String>,
    /// The tablespaces that something in it lies in, besides that of the database.
    pub tablespaces: Vec<String>,
    /// The files it is made of, by name.
    pub parts: Vec<Part>,
    /// The audit as the snapshot had it; none where the database has no audit.
    pub audit: Option<AuditState>,
}

/// Whom a backup is encrypted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// `age`.
    pub method: String,
    /// The recipients (`age1…`), which are public.
    pub recipients: Vec<String>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRows {
    /// Schema and table, as in `public.audits`. A table with partitions has none of its own: they are named.
    pub name: String,
    /// Rows in the snapshot.
    pub rows: u64,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Where it is below the backup, with `/` between folders: `data/4021.dat.zst.age`.
    pub name: String,
    /// Its length as it is stored.
    pub bytes: u64,
    /// The hash of what is stored.
    pub sha256: Sha256,
    /// Its length before it was encrypted; the same as `bytes` if it was not.
    pub plain_bytes: u64,
    /// The hash of it before it was encrypted.
    pub plain_sha256: Sha256,
    /// The table whose rows it holds, if it does.
    pub table: Option<String>,
    /// How many rows.
    pub rows: Option<u64>,
}

/// The audit in the snapshot of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditState {
    /// Where the chain of each tenant ended, by id.
    pub tenants: Vec<ChainState>,
    /// The log of all tenants; none if no checkpoint was ever taken.
    pub tenant_log: Option<TenantLogState>,
}

/// Where a chain ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainState {
    /// Whose chain.
    pub tenant_id: TenantId,
    /// The position of the last entry; 0 if there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Sha256,
    /// The position up to which retention removed entries.
    pub pruned_seq: u64,
    /// The last checkpoint, as a signed note.
    pub checkpoint: Option<String>,
}

/// Where the log of all tenants ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantLogState {
    /// Its entries.
    pub size: u64,
    /// Its last checkpoint, as a signed note.
    pub checkpoint: Option<String>,
}
