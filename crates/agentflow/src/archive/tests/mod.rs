//! Archives as they are written and read, and those that somebody made up.

mod bombs;
mod damage;
mod encrypted;
mod forged;
mod round_trip;

use std::{
    fs::File,
    io::{Read, Write},
    sync::LazyLock,
};

use agentflow_core::{
    archive::{SourceTenant, TableClass},
    audit::{Checkpoint, TrustedKeys, bundle, genesis_hash, link_hash, tenant_origin},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::SigningKey,
    random::Generator,
    tenancy::{Region, TenantStatus, Tier},
};

use super::{
    ArchiveCheck, ArchiveReader, ArchiveTrust, ArchiveWriter, ChainHead, SealedSpool, SealedValue,
    Spool, TableHead, VerifiedArchive,
    layout::{self, BLOCK, END},
};
use crate::{
    error::Result,
    secrets::{AgeIdentity, AgeRecipients},
};

static IDENTITY: LazyLock<age::x25519::Identity> = LazyLock::new(age::x25519::Identity::generate);

fn key(seed: u64) -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(seed))
}

fn trusting(key: &SigningKey) -> ArchiveTrust {
    ArchiveTrust::Keys(TrustedKeys::new([key.verifying_key().clone()]))
}

fn tenant(number: u8) -> TenantId {
    format!("01890a5d-ac96-774b-bcce-b302099a80{number:02x}").parse().unwrap()
}

fn source(id: TenantId) -> SourceTenant {
    let then = "2026-11-21T04:41:00.123456Z".parse().unwrap();
    SourceTenant {
        id,
        slug: "acme".parse().unwrap(),
        name: "Acme Corp".to_owned(),
        tier: Tier::default(),
        region: Region::UsEast1,
        status: TenantStatus::Active,
        suspended_at: None,
        settings: serde_json::from_str(r#"{"limits":{"big":1152921504606847000}}"#).unwrap(),
        metadata: serde_json::Map::new(),
        created_at: then,
        updated_at: then,
    }
}

/// What goes into an archive.
#[derive(Debug, Clone)]
struct Content {
    tenant: TenantId,
    tables: Vec<(String, Vec<u8>)>,
    secrets: Vec<SealedValue>,
}

impl Content {
    fn small(number: u8) -> Self {
        let rows = format!("id,name\n{number},\"a \"\"quoted\"\"\nname\"\n2,\n");
        let tables = vec![
            ("agents".to_owned(), rows.into_bytes()),
            ("provider_keys".to_owned(), b"id\n".to_vec()),
        ];
        Self { tenant: tenant(number), tables, secrets: Vec::new() }
    }

    fn write(&self, key: Option<&SigningKey>, recipients: Option<&AgeRecipients>) -> Vec<u8> {
        self.write_to(key, recipients).unwrap()
    }

    fn write_to(
        &self,
        key: Option<&SigningKey>,
        recipients: Option<&AgeRecipients>,
    ) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut writer = ArchiveWriter::new(&mut bytes, recipients)?;
        for (name, csv) in &self.tables {
            let rows = records(csv) - 1;
            let header = csv.split(|byte| *byte == b'\n').next().unwrap();
            let columns = String::from_utf8(header.to_vec()).unwrap();
            let columns = columns.split(',').map(str::to_owned).collect();
            let head = TableHead { name: name.clone(), class: TableClass::Data, columns, rows };
            writer.table(head, spool(csv))?;
        }
        let (chain, head) = chain(self.tenant, &self::key(1));
        writer.chain(head, spool(&chain))?;
        if !self.secrets.is_empty() {
            let mut values = SealedSpool::new(&self::recipients())?;
            self.secrets.iter().try_for_each(|value| values.push(value))?;
            writer.sealed(values)?;
        }
        writer.finish(source(self.tenant), 12, key)?;
        Ok(bytes)
    }
}

fn records(csv: &[u8]) -> u64 {
    let mut records = super::spool::Records::default();
    records.see(csv);
    records.count()
}

fn spool(bytes: &[u8]) -> Spool {
    let mut spool = Spool::new().unwrap();
    spool.write_all(bytes).unwrap();
    spool
}

fn identity() -> AgeIdentity {
    AgeIdentity::from_text(&IDENTITY.to_string()).unwrap()
}

fn recipients() -> AgeRecipients {
    AgeRecipients::parse(&[IDENTITY.to_public().to_string()]).unwrap()
}

/// A chain of three entries, as a bundle.
fn chain(tenant: TenantId, key: &SigningKey) -> (Vec<u8>, ChainHead) {
    let header = bundle::Header {
        tenant_id: tenant,
        size: 3,
        count: 3,
        first_seq: 1,
        last_seq: 3,
        left_out: 0,
        filter: None,
        exported_at: "2026-11-21T04:41:00Z".parse().unwrap(),
    };
    let mut writer = bundle::Writer::new(Vec::new(), header).unwrap();
    let (mut log, mut hash) = (CompactRange::new(), genesis_hash(tenant));
    for n in 1..=3 {
        let record = format!("{{\"action\":\"run.started\",\"n\":{n}}}");
        hash = link_hash(&hash, &record);
        log.push(leaf_hash(hash.as_bytes()));
        writer.record(&record).unwrap();
    }
    let origin = tenant_origin(key.verifying_key().name(), tenant).unwrap();
    let checkpoint = Checkpoint { origin, size: 3, root: log.root().unwrap() };
    let bundle = writer.finish(&checkpoint.sign(key).unwrap()).unwrap();
    (bundle, ChainHead { size: 3, head_hash: hash })
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn check(bytes: &[u8], trust: &ArchiveTrust) -> ArchiveCheck {
    ArchiveReader::open(file(bytes), None).unwrap().check(trust, &|_| ()).unwrap()
}

/// Every fault, a line each.
fn faults(bytes: &[u8], trust: &ArchiveTrust) -> String {
    let lines: Vec<_> = check(bytes, trust).faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn verified(bytes: &[u8], identity: Option<&AgeIdentity>) -> Result<VerifiedArchive> {
    ArchiveReader::open(file(bytes), identity)?.verify(&trusting(&key(1)), &|_| ())
}

fn all(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

/// The parts of an archive that is not encrypted.
fn parts(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while archive[at..at + BLOCK] != [0; BLOCK] {
        let block = archive[at..at + BLOCK].try_into().unwrap();
        let (name, bytes) = layout::read_header(&block).unwrap();
        let bytes = usize::try_from(bytes).unwrap();
        parts.push((name, archive[at + BLOCK..at + BLOCK + bytes].to_vec()));
        at += BLOCK + bytes + layout::padding(bytes as u64);
    }
    parts
}

/// A tar of such parts.
fn tar(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in parts {
        bytes.extend(layout::header(name, content.len() as u64).unwrap());
        bytes.extend(content);
        bytes.extend(&END[..layout::padding(content.len() as u64)]);
    }
    bytes.extend(END);
    bytes
}

fn part<'a>(parts: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut Vec<u8> {
    &mut parts.iter_mut().find(|part| part.0 == name).unwrap().1
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::of(&[bytes])
}
