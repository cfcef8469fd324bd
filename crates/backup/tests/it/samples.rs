//! Backups that no database was needed for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use agentflow::{
    core::{
        audit::TrustedKeys,
        backup::{
            BackupId, BackupKind, DatabaseProperties, Encryption, FORMAT, Manifest, Part, TableRows,
        },
        note::SigningKey,
        random::Generator,
    },
    secrets::{AgeIdentity, AgeRecipients},
};
use agentflow_backup::{BackupStore, Location, Progress, Trust, parts};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

pub(crate) const BEGUN_AT: &str = "2026-11-22T08:00:00Z";
/// Some are empty, and one is longer than a buffer.
const FILES: [(&str, usize); 4] =
    [("4021.dat", 700_000), ("4022.dat", 0), ("blobs.toc", 12), ("toc.dat", 5000)];

pub(crate) fn key(seed: u64) -> SigningKey {
    SigningKey::generate("backup.example.com".parse().unwrap(), &Generator::seeded(seed))
}

pub(crate) fn trust(key: &SigningKey) -> Trust {
    Trust::Keys(TrustedKeys::new([key.verifying_key().clone()]))
}

pub(crate) fn silent(_: Progress) {}

pub(crate) fn age_pair() -> (AgeIdentity, AgeRecipients) {
    let key = age::x25519::Identity::generate();
    let recipients = AgeRecipients::parse(&[key.to_public().to_string()]).unwrap();
    let text = key.to_string().expose_secret().to_owned();
    (AgeIdentity::from_text(&text.into()).unwrap(), recipients)
}

/// A folder of backups.
pub(crate) struct Backups {
    pub(crate) folder: TempDir,
    pub(crate) store: BackupStore,
    pub(crate) key: SigningKey,
}

impl Backups {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = BackupStore::open(&Location::Folder(folder.path().to_owned())).unwrap();
        Self { folder, store, key: key(1) }
    }

    pub(crate) fn trust(&self) -> Trust {
        trust(&self.key)
    }

    pub(crate) fn path(&self, id: &BackupId) -> PathBuf {
        self.folder.path().join(id.as_str())
    }

    pub(crate) async fn add(&self, begun_at: &str, seed: u64) -> BackupId {
        self.add_with(begun_at, seed, BackupKind::Full, None).await
    }

    /// A backup whose content depends on the seed.
    pub(crate) async fn add_with(
        &self,
        begun_at: &str,
        seed: u64,
        kind: BackupKind,
        recipients: Option<&AgeRecipients>,
    ) -> BackupId {
        let id = BackupId::new(begun_at.parse().unwrap(), &Generator::seeded(seed));
        let data = self.path(&id).join("data");
        fs::create_dir_all(&data).unwrap();
        let manifest = made(&data, id, seed, kind, recipients);
        let note = manifest.sign(&self.key).unwrap().to_string();
        let text = manifest.to_text().unwrap();
        self.store.put_manifest(&manifest.id, &text, Some(&note)).await.unwrap();
        manifest.id
    }

    /// Puts another manifest into the place of a backup's, signed by the same key.
    pub(crate) async fn replace_manifest(&self, id: &BackupId, manifest: &Manifest) {
        let note = manifest.sign(&self.key).unwrap().to_string();
        self.store.put_manifest(id, &manifest.to_text().unwrap(), Some(&note)).await.unwrap();
    }

    pub(crate) fn manifest(&self, id: &BackupId) -> Manifest {
        let text = fs::read_to_string(self.path(id).join("manifest.json")).unwrap();
        Manifest::from_text(&text).unwrap()
    }
}

/// What a file of a backup holds.
pub(crate) fn content(name: &str, length: usize, seed: u64) -> Vec<u8> {
    let seed = usize::try_from(seed).unwrap() + name.len();
    (0..length).map(|at| (at * 31 + at / 251 + seed).to_le_bytes()[0]).collect()
}

/// Makes the parts in a folder, and the manifest of them.
pub(crate) fn made(
    data: &Path,
    id: BackupId,
    seed: u64,
    kind: BackupKind,
    recipients: Option<&AgeRecipients>,
) -> Manifest {
    let plain = tempfile::tempdir().unwrap();
    let ending = if recipients.is_some() { ".age" } else { "" };
    let part = |(name, length): (&str, usize)| {
        let (from, to) = (plain.path().join(name), data.join(format!("{name}{ending}")));
        fs::write(&from, content(name, length, seed)).unwrap();
        let sums = parts::seal(&from, &to, recipients).unwrap();
        Part {
            name: format!("data/{name}{ending}"),
            bytes: sums.bytes,
            sha256: sums.sha256,
            plain_bytes: sums.plain_bytes,
            plain_sha256: sums.plain_sha256,
            table: None,
            rows: None,
        }
    };
    let parts = FILES.map(part).to_vec();
    manifest(id, kind, parts, recipients)
}

fn manifest(
    id: BackupId,
    kind: BackupKind,
    parts: Vec<Part>,
    recipients: Option<&AgeRecipients>,
) -> Manifest {
    let encryption =
        recipients.map(|it| Encryption { method: "age".to_owned(), recipients: it.names() });
    Manifest {
        format: FORMAT.to_owned(),
        created_at: id.begun_at(),
        id,
        kind,
        database: "agentflow".to_owned(),
        properties: DatabaseProperties {
            owner: "postgres".to_owned(),
            encoding: "UTF8".to_owned(),
            locale_provider: "libc".to_owned(),
            collate: "C".to_owned(),
            ctype: "C".to_owned(),
            locale: None,
            icu_rules: None,
            connection_limit: -1,
            comment: None,
            settings: Vec::new(),
            grants: None,
        },
        postgres_version: "18.6".to_owned(),
        pg_dump_version: "18.6".to_owned(),
        migration_version: 12,
        program: "af/0.1.0".to_owned(),
        compression: "none".to_owned(),
        encryption,
        extensions: Vec::new(),
        roles: Vec::new(),
        tables: vec![TableRows { name: "public.audits".to_owned(), rows: 7 }],
        unvalidated: Vec::new(),
        invalid_indexes: Vec::new(),
        tablespaces: Vec::new(),
        parts,
        audit: None,
    }
}
