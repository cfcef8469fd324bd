use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    InvalidInput,
    canonical::{self, MAX_EXACT_INTEGER},
    hash::Sha256,
    ids::TenantId,
    tenancy::{Region, Slug, TenantStatus, Tier},
    words::words,
};

/// What `format` of a manifest says, and the first line of the note that signs it.
pub const FORMAT: &str = "agentflow.dev/tenant-archive@v1";
/// The part with the manifest.
pub const MANIFEST_PART: &str = "manifest.json";
/// The part with the note that signs the manifest.
pub const NOTE_PART: &str = "manifest.note";
/// The part with the audit chain.
pub const CHAIN_PART: &str = "chain.bundle.zst";
/// The part with the secrets.
pub const SEALED_PART: &str = "sealed.jsonl.age";
/// The longest manifest there may be, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// The most tables there may be in an archive.
pub const MAX_TABLES: usize = 4096;

/// The longest name PostgreSQL gives a table or a column, in bytes.
const MAX_NAME_BYTES: usize = 63;

words!(
    /// What becomes of a table, or of a column, of a tenant that moves.
    TableClass, "class" {
        /// It travels.
        Data = "data",
        /// It travels together with its secrets, or stays behind with them.
        Sealed = "sealed",
        /// It travels inside of the audit chain.
        Chain = "chain",
        /// It stays behind.
        Local = "local",
    }
);

/// What an archive is made of, and whose it is. As text it is canonical JSON: one text for one manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveManifest {
    /// [`FORMAT`].
    pub format: String,
    /// The tenant as it was.
    pub source: SourceTenant,
    /// The newest migration of the database that it was in.
    pub migration_version: u64,
    /// The tables in it, in the order in which they are to be written.
    pub tables: Vec<ArchiveTable>,
    /// The parts as they are stored, in their order, but for the manifest and its note.
    pub parts: Vec<ArchivePart>,
    /// The audit chain.
    pub chain: ArchiveChain,
    /// The secrets. None if the tenant has none, or they were left out.
    pub sealed: Option<ArchiveSealed>,
}

/// The tenant that an archive is of, as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTenant {
    /// Its id.
    pub id: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// Its name, for people.
    pub name: String,
    /// Its commercial plan.
    pub tier: Tier,
    /// Where its data lived.
    pub region: Region,
    /// Whether it could be worked with.
    pub status: TenantStatus,
    /// Since when it could not.
    pub suspended_at: Option<Timestamp>,
    /// Settings, read by the platform.
    pub settings: Map<String, Value>,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A table of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveTable {
    /// Its name: letters and digits of ASCII, `_` and `$`, at most 63.
    pub name: String,
    /// [`TableClass::Data`] or [`TableClass::Sealed`].
    pub class: TableClass,
    /// The columns in it, in their order.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// The length of the CSV, with its header, before it was compressed.
    pub bytes: u64,
    /// The hash of the CSV.
    pub sha256: Sha256,
}

/// A part of an archive as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchivePart {
    /// Its name in the tar.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: Sha256,
}

/// The audit chain in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveChain {
    /// How many entries it has.
    pub size: u64,
    /// The hash of the last of them.
    pub head_hash: Sha256,
    /// The length of the bundle, before it was compressed.
    pub bytes: u64,
    /// The hash of the bundle.
    pub bundle_sha256: Sha256,
}

/// The secrets in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSealed {
    /// How many; at least one.
    pub count: u64,
    /// Who can open them: age recipients (`age1…`), which are public.
    pub recipients: Vec<String>,
}

/// The name of the part with the rows of a table.
pub fn table_part(table: &str) -> String {
    format!("tables/{table}.csv.zst")
}

impl ArchiveManifest {
    /// The canonical text. Fails, naming the field, where the manifest is not one that could be read again.
    pub fn to_text(&self) -> Result<String, InvalidInput> {
        self.check()?;
        let value = serde_json::to_value(self).map_err(|error| refused("manifest", error))?;
        // As doubles, because settings are stored as jsonb, and are checked by this rule when they are.
        let text = canonical::to_string_as_doubles(&value, "manifest")?;
        if text.len() > MAX_MANIFEST_BYTES {
            return Err(refused(
                "manifest",
                format!("expected at most {MAX_MANIFEST_BYTES} bytes"),
            ));
        }
        Ok(text)
    }

    /// A manifest from its text, which must be byte for byte as [`to_text`](Self::to_text) writes it.
    pub fn from_text(text: &str) -> Result<Self, InvalidInput> {
        if text.len() > MAX_MANIFEST_BYTES {
            return Err(refused(
                "manifest",
                format!("expected at most {MAX_MANIFEST_BYTES} bytes"),
            ));
        }
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| refused("manifest", error))?;
        if manifest.to_text()? == text {
            Ok(manifest)
        } else {
            Err(refused("manifest", "expected canonical JSON, with every key"))
        }
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).fold(0, u64::saturating_add)
    }

    /// Bytes of CSV of all tables.
    pub fn csv_bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.bytes).fold(0, u64::saturating_add)
    }

    /// A table, by name.
    pub fn table(&self, name: &str) -> Option<&ArchiveTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// A part, by name.
    pub fn part(&self, name: &str) -> Option<&ArchivePart> {
        self.parts.iter().find(|part| part.name == name)
    }

    fn check(&self) -> Result<(), InvalidInput> {
        if self.format != FORMAT {
            return Err(refused("format", format!("expected {FORMAT}")));
        }
        exact("migration_version", self.migration_version)?;
        self.check_tables()?;
        self.check_parts()?;
        exact("chain.size", self.chain.size)?;
        exact("chain.bytes", self.chain.bytes)?;
        if self.chain.size == 0 {
            return Err(refused("chain.size", "expected at least one entry"));
        }
        if let Some(sealed) = &self.sealed {
            exact("sealed.count", sealed.count)?;
            if sealed.count == 0 || sealed.recipients.is_empty() {
                return Err(refused("sealed", "expected at least one value, and one recipient"));
            }
        }
        Ok(())
    }

    fn check_tables(&self) -> Result<(), InvalidInput> {
        if self.tables.len() > MAX_TABLES {
            return Err(refused("tables", format!("expected at most {MAX_TABLES}")));
        }
        let mut names = HashSet::new();
        for (index, table) in self.tables.iter().enumerate() {
            let place = |field: &str| format!("tables[{index}].{field}");
            if !is_table_name(&table.name) {
                let reason = "expected at most 63 letters and digits of ASCII, `_` and `$`";
                return Err(refused(place("name"), reason));
            }
            if !names.insert(&table.name) {
                return Err(refused(place("name"), "the table occurs twice"));
            }
            if !matches!(table.class, TableClass::Data | TableClass::Sealed) {
                return Err(refused(place("class"), "expected data or sealed"));
            }
            check_columns(&table.columns).map_err(|reason| refused(place("columns"), reason))?;
            exact(&place("rows"), table.rows)?;
            exact(&place("bytes"), table.bytes)?;
        }
        exact("tables", self.rows())?;
        exact("tables", self.csv_bytes())
    }

    /// The parts are what tables, chain and secrets say they are, in this order.
    fn check_parts(&self) -> Result<(), InvalidInput> {
        let mut expected: Vec<_> = self.tables.iter().map(|it| table_part(&it.name)).collect();
        expected.push(CHAIN_PART.to_owned());
        expected.extend(self.sealed.as_ref().map(|_| SEALED_PART.to_owned()));
        if self.parts.len() != expected.len() {
            let reason = format!("expected {}: one for each table, and the others", expected.len());
            return Err(refused("parts", reason));
        }
        for (index, (part, name)) in self.parts.iter().zip(expected).enumerate() {
            if part.name != name {
                return Err(refused(format!("parts[{index}].name"), format!("expected {name}")));
            }
            exact(&format!("parts[{index}].bytes"), part.bytes)?;
        }
        Ok(())
    }
}

/// Whether a table of this name can travel: letters and digits of ASCII, `_` and `$`, at most 63. It becomes the name of a file for
/// whoever unpacks an archive.
pub fn is_table_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_plain)
}

fn check_columns(columns: &[String]) -> Result<(), &'static str> {
    let mut names = HashSet::new();
    for name in columns {
        let is_name = (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.contains('\0');
        if !is_name {
            return Err("expected names of 1 to 63 bytes");
        }
        if !names.insert(name) {
            return Err("a column occurs twice");
        }
    }
    Ok(())
}

/// Whether every JSON reader holds a number.
fn exact(field: &str, number: u64) -> Result<(), InvalidInput> {
    if number > MAX_EXACT_INTEGER {
        return Err(refused(field, format!("expected at most {MAX_EXACT_INTEGER}")));
    }
    Ok(())
}

fn refused(field: impl Into<String>, reason: impl std::fmt::Display) -> InvalidInput {
    InvalidInput::new(field, reason)
}
