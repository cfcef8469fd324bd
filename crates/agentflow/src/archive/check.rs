//! The whole check of an archive: everything is looked at before anything is used.

use std::{fmt, fs::File, io, str};

use agentflow_core::{
    archive::{
        ArchiveManifest, ArchiveNoteError, ArchiveTable, CHAIN_PART, MANIFEST_PART, NOTE_PART,
        SEALED_PART, table_part, verify_note,
    },
    audit::{
        TrustedKeys,
        bundle::{self, BundleError, BundleReport},
    },
    hash::Sha256,
    note::SignedNote,
};
use serde::Serialize;

use super::{
    ArchiveTrust, INSPECT,
    reader::{ArchiveReader, Plain, invalid, unreadable},
    report::ArchiveProgress,
    scan::Scan,
    source::{Source, is_of_the_system},
    spool::Sums,
    values::SealedValues,
};
use crate::{
    error::{Error, Result},
    secrets::AgeIdentity,
};

/// More faults than this are not told.
const MAX_FAULTS: usize = 100;

/// Something that is wrong with an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveFault {
    /// The part that it is about. `None` if it is about the file.
    pub part: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl ArchiveFault {
    pub(super) fn of(part: &str, reason: impl Into<String>) -> Self {
        Self { part: Some(part.to_owned()), reason: reason.into() }
    }

    pub(super) fn of_all(reason: impl Into<String>) -> Self {
        Self { part: None, reason: reason.into() }
    }
}

impl fmt::Display for ArchiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, reason } = self;
        match part {
            Some(part) => write!(f, "{part}: {reason}"),
            None => f.write_str(reason),
        }
    }
}

/// What was found out about a file that may be an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveCheck {
    /// What it says it holds, if that could be read. A claim, as long as there are faults.
    pub manifest: Option<ArchiveManifest>,
    /// Whether there is a signature, whoever made it.
    pub is_signed: bool,
    /// The name of the trusted key that signed it. `None` if there is none, and if signatures were not looked at.
    pub signed_by: Option<String>,
    /// Whether the file is encrypted.
    pub is_encrypted: bool,
    /// Whether the secrets in it were opened, and are all there.
    pub are_secrets_opened: bool,
    /// The hash of the file.
    pub sha256: Sha256,
    /// The length of the file.
    pub bytes: u64,
    /// Everything that is wrong with it; nothing if it is whole.
    pub faults: Vec<ArchiveFault>,
}

impl ArchiveCheck {
    /// The error for whoever wanted to use it.
    pub(super) fn refusal(&self) -> Error {
        let faults: Vec<_> = self.faults.iter().map(ToString::to_string).collect();
        let what = "the archive".to_owned();
        Error::Corrupt { operation: INSPECT, what, reason: faults.join("; ") }
    }
}

/// Checks a file that may be an archive, all of it, without a database. See [`ArchiveReader::check`].
pub fn inspect(
    file: File,
    trust: &ArchiveTrust,
    identity: Option<&AgeIdentity>,
    progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
) -> Result<ArchiveCheck> {
    ArchiveReader::open(file, identity)?.check(trust, progress)
}

pub(super) fn check(
    source: &mut Source,
    identity: Option<&AgeIdentity>,
    trust: &ArchiveTrust,
    progress: &(dyn Fn(ArchiveProgress<'_>) + Send + Sync),
) -> Result<(ArchiveCheck, Scan)> {
    let sha256 = source.sha256()?;
    let mut faults = Vec::new();
    let mut done = 0;
    let scan = Scan::read(source, &mut faults, &mut |name, bytes| {
        progress(ArchiveProgress { stage: "verify", name, bytes, done, total: 0 });
        done += 1;
    })?;
    let mut checking =
        Checking { source, scan: &scan, trust, progress, faults, bytes: 0, done: 0, total: 0 };
    let manifest = checking.manifest();
    let signed_by = manifest.as_ref().and_then(|it| checking.signature(it));
    let mut are_secrets_opened = false;
    if let Some(manifest) = &manifest {
        checking.parts(manifest);
        // What nobody vouches for is not unpacked, and nothing is where parts are missing.
        if checking.faults.is_empty() {
            checking.contents(manifest)?;
            are_secrets_opened = checking.secrets(manifest, identity)?;
        }
    }
    let mut faults = checking.faults;
    if faults.len() > MAX_FAULTS {
        let more = faults.len() - MAX_FAULTS;
        faults.truncate(MAX_FAULTS);
        faults.push(ArchiveFault::of_all(format!("and {more} more faults")));
    }
    let check = ArchiveCheck {
        manifest,
        is_signed: scan.note.is_some(),
        signed_by,
        is_encrypted: source.is_encrypted(),
        are_secrets_opened,
        sha256,
        bytes: source.bytes(),
        faults,
    };
    Ok((check, scan))
}

struct Checking<'a> {
    source: &'a mut Source,
    scan: &'a Scan,
    trust: &'a ArchiveTrust,
    progress: &'a (dyn Fn(ArchiveProgress<'_>) + Send + Sync),
    faults: Vec<ArchiveFault>,
    bytes: u64,
    done: u64,
    total: u64,
}

impl Checking<'_> {
    fn fault(&mut self, part: &str, reason: impl Into<String>) {
        self.faults.push(ArchiveFault::of(part, reason));
    }

    fn manifest(&mut self) -> Option<ArchiveManifest> {
        let Some(manifest) = &self.scan.manifest else {
            // Where the scan ended early, why is told already.
            if self.scan.is_complete {
                self.fault(MANIFEST_PART, "it is missing");
            }
            return None;
        };
        let Ok(text) = str::from_utf8(manifest) else {
            self.fault(MANIFEST_PART, "it is not UTF-8 text");
            return None;
        };
        ArchiveManifest::from_text(text)
            .map_err(|error| self.fault(MANIFEST_PART, error.to_string()))
            .ok()
    }

    fn signature(&mut self, manifest: &ArchiveManifest) -> Option<String> {
        let keys = match self.trust {
            ArchiveTrust::Keys(keys) => Some(keys),
            ArchiveTrust::Unsigned => None,
        };
        let Some(note) = &self.scan.note else {
            if keys.is_some() && self.scan.is_complete {
                self.fault(NOTE_PART, "it is missing: nobody signed the archive");
            }
            return None;
        };
        let note = str::from_utf8(note).ok().map(str::parse::<SignedNote>);
        let note = match note {
            Some(Ok(note)) => note,
            Some(Err(error)) => {
                self.fault(NOTE_PART, error.to_string());
                return None;
            }
            None => {
                self.fault(NOTE_PART, "it is not UTF-8 text");
                return None;
            }
        };
        match verified(&note, manifest, self.scan, keys) {
            Ok(signer) => signer,
            Err(error) => {
                self.fault(NOTE_PART, error.to_string());
                None
            }
        }
    }

    /// What is stored is what the manifest says, part by part.
    fn parts(&mut self, manifest: &ArchiveManifest) {
        let scan = self.scan;
        for part in &manifest.parts {
            let Some(entry) = scan.entries.iter().find(|entry| entry.name == part.name) else {
                if scan.is_complete {
                    self.fault(&part.name, "it is missing");
                }
                continue;
            };
            if entry.bytes != part.bytes {
                let reason =
                    format!("it has {} bytes, and {} in the manifest", entry.bytes, part.bytes);
                self.fault(&part.name, reason);
            } else if entry.sha256 != part.sha256 {
                self.fault(&part.name, "it has another hash than in the manifest: it was changed");
            }
        }
        let others =
            scan.entries.iter().filter(|it| ![MANIFEST_PART, NOTE_PART].contains(&&*it.name));
        for entry in others.clone().filter(|entry| manifest.part(&entry.name).is_none()) {
            self.fault(&entry.name, "the manifest does not name it");
        }
        let is_in_order = others.map(|it| &it.name).eq(manifest.parts.iter().map(|it| &it.name));
        if self.faults.is_empty() && !is_in_order {
            let reason = "its parts are in another order than in the manifest";
            self.faults.push(ArchiveFault::of_all(reason));
        }
    }

    /// What is in the parts is what the manifest says.
    fn contents(&mut self, manifest: &ArchiveManifest) -> Result<()> {
        self.total = manifest.tables.len() as u64 + 1;
        for table in &manifest.tables {
            self.table(table)?;
            self.done += 1;
        }
        self.chain(manifest)?;
        self.done += 1;
        self.report("");
        Ok(())
    }

    fn table(&mut self, table: &ArchiveTable) -> Result<()> {
        let part = table_part(&table.name);
        let sums = Sums { bytes: table.bytes, sha256: table.sha256 };
        let (progress, before) = (self.progress, self.bytes);
        let (done, total) = (self.done, self.total);
        let mut read = 0;
        let mut header = Header::of(table);
        let section = self.scan.section(&part, self.source)?;
        let result = Plain::new(section, sums).and_then(|mut plain| {
            let mut piece = vec![0; 256 * 1024];
            loop {
                let name = &table.name;
                progress(ArchiveProgress {
                    stage: "verify",
                    name,
                    bytes: before + read,
                    done,
                    total,
                });
                match io::Read::read(&mut plain, &mut piece)? {
                    0 => return Ok(plain.records()),
                    count => {
                        header.see(&piece[..count]);
                        read += count as u64;
                    }
                }
            }
        });
        self.bytes += read;
        match result {
            Ok(_) if !header.is_whole() => {
                self.fault(&part, "its columns are not those of the manifest");
            }
            Ok(records) if records.checked_sub(1) == Some(table.rows) => {}
            Ok(records) => {
                let rows = records.saturating_sub(1);
                let reason = format!("it has {rows} rows, and {} in the manifest", table.rows);
                self.fault(&part, reason);
            }
            Err(error) => self.unpacked(&part, &error)?,
        }
        Ok(())
    }

    fn chain(&mut self, manifest: &ArchiveManifest) -> Result<()> {
        self.report("chain");
        let chain = &manifest.chain;
        let sums = Sums { bytes: chain.bytes, sha256: chain.bundle_sha256 };
        let none = TrustedKeys::default();
        let keys = match self.trust {
            ArchiveTrust::Keys(keys) => keys,
            ArchiveTrust::Unsigned => &none,
        };
        let section = self.scan.section(CHAIN_PART, self.source)?;
        let mut plain = match Plain::new(section, sums) {
            Ok(plain) => plain,
            Err(error) => return self.unpacked(CHAIN_PART, &error),
        };
        let verified = bundle::verify(&mut plain, keys, &mut |_| ());
        // A bundle that is refused was not read to its end.
        let rest = io::copy(&mut plain, &mut io::sink());
        match (verified, rest) {
            (_, Err(error)) | (Err(BundleError::Io(error)), _) => self.unpacked(CHAIN_PART, &error),
            (Ok(report), Ok(_)) => {
                self.chain_head(manifest, &report);
                Ok(())
            }
            // Whoever is trusted with the archive's own signature is with that of its chain.
            (Err(BundleError::Untrusted { .. }), Ok(_))
                if matches!(self.trust, ArchiveTrust::Unsigned) =>
            {
                Ok(())
            }
            (Err(error), Ok(_)) => {
                self.fault(CHAIN_PART, error.to_string());
                Ok(())
            }
        }
    }

    fn chain_head(&mut self, manifest: &ArchiveManifest, report: &BundleReport) {
        let header = &report.header;
        if header.tenant_id != manifest.source.id {
            self.fault(CHAIN_PART, "it is the chain of another tenant");
        }
        let is_head = header.size == manifest.chain.size
            && header.last_seq == header.size
            && report.head_hash == Some(manifest.chain.head_hash);
        if !is_head {
            self.fault(CHAIN_PART, "it does not end where the manifest says");
        }
    }

    /// Whether the secrets were opened. They may be for others than those who can read the archive.
    fn secrets(
        &mut self,
        manifest: &ArchiveManifest,
        identity: Option<&AgeIdentity>,
    ) -> Result<bool> {
        let (Some(sealed), Some(identity)) = (&manifest.sealed, identity) else { return Ok(false) };
        let section = self.scan.section(SEALED_PART, self.source)?;
        let opened = match identity.decrypt(section) {
            Ok(opened) => opened,
            Err(Error::Corrupt { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let read = SealedValues::new(opened, sealed.count).try_for_each(|value| {
            let table = value?.table;
            manifest.table(&table).map(drop).ok_or_else(|| {
                invalid(&format!("a secret is of the table {table}, whose rows are not in it"))
            })
        });
        match read {
            Ok(()) => Ok(true),
            Err(error) => self.unpacked(SEALED_PART, &error).map(|()| false),
        }
    }

    /// What is in a part cannot be unpacked, unless it is the file that cannot be read.
    fn unpacked(&mut self, part: &str, error: &io::Error) -> Result<()> {
        if is_of_the_system(error) {
            return Err(unreadable(error));
        }
        self.fault(part, error.to_string());
        Ok(())
    }

    fn report(&self, name: &str) {
        let Self { bytes, done, total, .. } = *self;
        (self.progress)(ArchiveProgress { stage: "verify", name, bytes, done, total });
    }
}

/// The first line that the rows of a table are expected to have, and how much of it was seen.
struct Header {
    expected: Vec<u8>,
    seen: usize,
    is_other: bool,
}

impl Header {
    /// Names as `COPY` writes them.
    fn of(table: &ArchiveTable) -> Self {
        let quoted = |name: &String| {
            let is_plain = !name.contains([',', '"', '\n', '\r']);
            if is_plain { name.clone() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
        };
        let names: Vec<_> = table.columns.iter().map(quoted).collect();
        Self { expected: (names.join(",") + "\n").into_bytes(), seen: 0, is_other: false }
    }

    fn see(&mut self, bytes: &[u8]) {
        let left = &self.expected[self.seen..];
        let count = left.len().min(bytes.len());
        self.is_other |= left[..count] != bytes[..count];
        self.seen += count;
    }

    fn is_whole(&self) -> bool {
        !self.is_other && self.seen == self.expected.len()
    }
}

fn verified(
    note: &SignedNote,
    manifest: &ArchiveManifest,
    scan: &Scan,
    keys: Option<&TrustedKeys>,
) -> Result<Option<String>, ArchiveNoteError> {
    // The bytes that are there, and not what would be written for them.
    let text = scan.manifest.as_deref().and_then(|text| str::from_utf8(text).ok());
    let signer = verify_note(note, manifest.source.id, text.unwrap_or_default(), keys)?;
    Ok(signer.map(|name| name.to_string()))
}
