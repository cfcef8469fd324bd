use std::collections::HashMap;

use serde::Deserialize;

use super::{Manifest, Part, PartName};
use crate::{InvalidInput, InvalidInputs, canonical, hash::Sha256};

/// What manifests of this version say of themselves, and what their notes begin with.
pub const FORMAT: &str = "agentflow.dev/backup@v1";
/// The longest manifest that is read, in bytes: 256 MiB, which is some hundred thousand parts.
pub const MAX_MANIFEST_BYTES: u64 = 256 * 1024 * 1024;

/// More would be said of one manifest than anybody reads.
const MAX_NAMED: usize = 100;
const ROOT: &str = "manifest";

impl Manifest {
    /// Its canonical text: the same for the same manifest, and what the note binds. Fails where a number is beyond 2^53 − 1.
    pub fn to_text(&self) -> Result<String, InvalidInput> {
        let value = serde_json::to_value(self)
            .map_err(|error| InvalidInput::new(ROOT, error.to_string()))?;
        canonical::to_string(&value, ROOT)
    }

    /// Reads a manifest, and names everything that is wrong with it. There is one text for a manifest: blanks, another order of
    /// keys, unknown or repeated keys are refused.
    pub fn from_text(text: &str) -> Result<Self, InvalidInputs> {
        let manifest = Self::parse(text)?;
        let faults = manifest.faults();
        if faults.is_empty() { Ok(manifest) } else { Err(InvalidInputs(faults)) }
    }

    /// Reads a manifest in its canonical text, whose names may be anything still: see [`faults`](Self::faults).
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        if u64::try_from(text.len()).is_ok_and(|length| length > MAX_MANIFEST_BYTES) {
            return Err(InvalidInput::new(ROOT, too_large()));
        }
        check_format(text)?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let manifest: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = match error.path().to_string() {
                path if path == "." => String::new(),
                path => format!(".{path}"),
            };
            InvalidInput::new(format!("{ROOT}{path}"), error.into_inner())
        })?;
        if manifest.to_text()? != text {
            let reason =
                "it is not in the form it was written in: expected canonical JSON (RFC 8785)";
            return Err(InvalidInput::new(ROOT, reason));
        }
        Ok(manifest)
    }

    /// Everything that is wrong with it, of at most 100 things: names of parts that lead elsewhere, or that are there twice, lengths and hashes
    /// that contradict each other. Empty if it may be relied on, as far as its signature may.
    pub fn faults(&self) -> Vec<InvalidInput> {
        let mut faults = self.faults_of_parts();
        let mut names: HashMap<&str, usize> = HashMap::new();
        for (index, table) in self.tables.iter().enumerate() {
            if let Some(before) = names.insert(&table.name, index) {
                let reason = format!("the table of tables[{before}] is there twice");
                faults.push(InvalidInput::new(format!("{ROOT}.tables[{index}].name"), reason));
            }
        }
        let recipients = self.encryption.as_ref().map(|it| it.recipients.len());
        if recipients == Some(0) {
            let reason = "expected at least one recipient where something is encrypted";
            faults.push(InvalidInput::new(format!("{ROOT}.encryption.recipients"), reason));
        }
        if self.encryption.as_ref().is_some_and(|it| it.method != "age") {
            let reason = "this program only knows age";
            faults.push(InvalidInput::new(format!("{ROOT}.encryption.method"), reason));
        }
        if faults.len() > MAX_NAMED {
            let more = faults.len() - MAX_NAMED;
            faults.truncate(MAX_NAMED);
            faults.push(InvalidInput::new(ROOT, format!("{more} more faults")));
        }
        faults
    }

    fn faults_of_parts(&self) -> Vec<InvalidInput> {
        let mut faults = Vec::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, part) in self.parts.iter().enumerate() {
            let field = |name: &str| format!("{ROOT}.parts[{index}].{name}");
            match part.path() {
                Err(error) => faults.push(InvalidInput::new(field("name"), error.reason)),
                Ok(path) => {
                    if let Some(before) = seen.insert(path.folded(), index) {
                        let reason = format!(
                            "it is the name of parts[{before}], as some file systems see it"
                        );
                        faults.push(InvalidInput::new(field("name"), reason));
                    }
                }
            }
            let is_plain = part.bytes == part.plain_bytes && part.sha256 == part.plain_sha256;
            if self.encryption.is_none() && !is_plain {
                let reason = "it is not encrypted, so what is stored must be what was dumped";
                faults.push(InvalidInput::new(field("plain_sha256"), reason));
            }
        }
        faults
    }

    /// The length of all its parts as they are stored.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.bytes))
    }

    /// The hash of a text of a manifest, which its note binds.
    pub fn hash_of(text: &[u8]) -> Sha256 {
        Sha256::of(&[text])
    }
}

impl Part {
    /// Its name, if it is one that leads nowhere else.
    pub fn path(&self) -> Result<PartName, InvalidInput> {
        self.name.parse()
    }
}

/// Why a manifest is not read.
pub(super) fn too_large() -> String {
    format!("expected at most {} MiB", MAX_MANIFEST_BYTES / (1024 * 1024))
}

#[derive(Deserialize)]
struct Format {
    format: String,
}

/// Looked at first: what another version means by its fields is not ours to complain about.
fn check_format(text: &str) -> Result<(), InvalidInput> {
    let format: Format = serde_json::from_str(text)
        .map_err(|error| InvalidInput::new(ROOT, format_args!("it is no manifest: {error}")))?;
    if format.format == FORMAT {
        return Ok(());
    }
    let found: String = format.format.chars().take(80).flat_map(char::escape_default).collect();
    let reason = format!("this program reads {FORMAT}, found \"{found}\"");
    Err(InvalidInput::new("manifest.format", reason))
}
