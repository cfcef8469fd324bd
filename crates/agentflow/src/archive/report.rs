use agentflow_core::{hash::Sha256, ids::TenantId};
use serde::Serialize;
use uuid::Uuid;

use crate::tenancy::TenantRow;

/// How far an export or import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveProgress<'a> {
    /// What is under way: `verify`, `table`, `chain`, `secrets`, `foreign keys`, …
    pub stage: &'static str,
    /// The table or part that it is about; empty where it is about none.
    pub name: &'a str,
    /// Bytes of CSV that were read or written so far, of all tables.
    pub bytes: u64,
    /// Tables that are done.
    pub done: u64,
    /// Tables in all.
    pub total: u64,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The hash of the archive.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// The tables in it, in order of their names.
    pub tables: Vec<MovedTable>,
    /// Rows in all.
    pub rows: u64,
    /// Bytes of CSV in all, before they were compressed.
    pub csv_bytes: u64,
    /// How many entries the chain has.
    pub chain_size: u64,
    /// Sealed values in it, encrypted for whoever may open them.
    pub sealed: u64,
}

/// A table of a tenant that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedTable {
    /// The table.
    pub name: String,
    /// Rows that were written.
    pub rows: u64,
    /// Rows that were left out: because the secrets were that they are nothing without, or as usage that is too old.
    pub left_out: u64,
}

/// What was imported.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// The tenant as it is here. After a dry run, as it would have been.
    pub tenant: TenantRow,
    /// What of a tenant that was there is now that of the archive, where it was something else: `tier`, `settings`, `metadata`.
    /// Empty for a new one, which has all of it from there.
    pub replaced: Vec<&'static str>,
    /// Its id where it came from.
    pub source_tenant_id: TenantId,
    /// What was written, in order of the tables' names.
    pub tables: Vec<MovedTable>,
    /// Rows in all.
    pub rows: u64,
    /// API keys that no longer authenticate, because a key names its tenant, and that has another id now.
    pub api_keys: u64,
    /// Sealed values that were sealed anew.
    pub sealed: u64,
    /// The chain it had where it came from, as it is kept here.
    pub chain_id: Uuid,
    /// How many entries that has.
    pub chain_size: u64,
    /// The hash of the archive.
    pub sha256: Sha256,
    /// The name of the key whose signature was believed. `None` for an archive that nobody signed.
    pub signed_by: Option<String>,
    /// Whether all of it was undone.
    pub dry_run: bool,
}
