use serde_json::{Map, Value, json};

use super::*;
use crate::{
    audit::TrustedKeys,
    hash::Sha256,
    ids::TenantId,
    note::{NoteError, SigningKey},
    random::Generator,
    tenancy::{Region, TenantStatus, Tier},
};

const HASH: Sha256 = Sha256([7; 32]);

fn manifest() -> ArchiveManifest {
    let then = "2026-11-21T04:41:00.123456Z".parse().unwrap();
    let source = SourceTenant {
        id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        slug: "acme".parse().unwrap(),
        name: "Acme \u{fc}".to_owned(),
        tier: Tier::default(),
        region: Region::EuWest1,
        status: TenantStatus::Suspended,
        suspended_at: Some(then),
        settings: serde_json::from_value(json!({ "big": 1_152_921_504_606_846_976_u64 })).unwrap(),
        metadata: Map::new(),
        created_at: then,
        updated_at: then,
    };
    let table = |name: &str| ArchiveTable {
        name: name.to_owned(),
        class: TableClass::Data,
        columns: vec!["id".to_owned(), "Name, \"quoted\"".to_owned()],
        rows: 2,
        bytes: 20,
        sha256: HASH,
    };
    let part = |name: String| ArchivePart { name, bytes: 9, sha256: HASH };
    ArchiveManifest {
        format: FORMAT.to_owned(),
        source,
        migration_version: 12,
        tables: vec![table("b"), table("a")],
        parts: [table_part("b"), table_part("a"), CHAIN_PART.to_owned()].map(part).to_vec(),
        chain: ArchiveChain { size: 3, head_hash: HASH, bytes: 100, bundle_sha256: HASH },
        sealed: None,
    }
}

fn with_secrets() -> ArchiveManifest {
    let mut manifest = manifest();
    let recipients = vec!["age1x".to_owned()];
    manifest.sealed = Some(ArchiveSealed { count: 1, recipients });
    let part = ArchivePart { name: SEALED_PART.to_owned(), bytes: 9, sha256: HASH };
    manifest.parts.push(part);
    manifest
}

fn key(seed: u64) -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(seed))
}

#[test]
fn a_manifest_is_read_as_it_was_written() {
    for manifest in [manifest(), with_secrets()] {
        let text = manifest.to_text().unwrap();
        let read = ArchiveManifest::from_text(&text).unwrap();
        assert_eq!(read.to_text().unwrap(), text);
        assert_eq!(read.tables, manifest.tables);
    }
    assert_eq!((manifest().rows(), manifest().csv_bytes()), (4, 40));
}

#[test]
fn there_is_one_text_for_a_manifest() {
    let text = manifest().to_text().unwrap();
    for other in [
        text.replace("\":", "\": "),
        format!("{text}\n"),
        text.replace("\\u00fc", "\u{fc}").replace('\u{fc}', "\\u00fc"),
        text.replace("\"sealed\":null", "\"sealed\":null,\"more\":1"),
        text.replace(",\"sealed\":null", ""),
        text.replace("\"rows\":2", "\"rows\":2.0"),
        text.replace("\"rows\":2", "\"rows\":-2"),
        text.replace("\"slug\":\"acme\"", "\"slug\":\"acme\",\"slug\":\"acme\""),
        text.replace(".123456Z", ".123456000Z"),
        text.replace(".123456Z", ".123456+00:00"),
        text.replace(&HASH.to_string(), &HASH.to_string().replace("07", "0G")),
        text.replace("@v1", "@v2"),
        String::new(),
        "[".repeat(10_000),
    ] {
        assert!(ArchiveManifest::from_text(&other).is_err(), "{other}");
    }
}

type Change = fn(&mut ArchiveManifest);

#[test]
fn what_could_not_be_read_again_is_named() {
    let changes: &[(&str, Change)] = &[
        ("format", |it| it.format.push('x')),
        ("tables[1].name", |it| it.tables[1].name = "../x".to_owned()),
        ("tables[1].name", |it| it.tables[1].name = "x".repeat(64)),
        ("tables[1].name", |it| it.tables[1].name = "b".to_owned()),
        ("tables[0].class", |it| it.tables[0].class = TableClass::Local),
        ("tables[0].columns", |it| it.tables[0].columns.push("id".to_owned())),
        ("tables[0].columns", |it| it.tables[0].columns.push(String::new())),
        ("tables[0].rows", |it| it.tables[0].rows = 1 << 53),
        ("tables[1].bytes", |it| it.tables[1].bytes = u64::MAX),
        ("tables", |it| {
            it.tables[0].bytes = (1 << 53) - 1;
            it.tables[1].bytes = (1 << 53) - 1;
        }),
        ("parts", |it| drop(it.parts.pop())),
        ("parts[0].name", |it| it.parts.swap(0, 1)),
        ("parts[2].name", |it| it.parts[2].name = "chain.bundle".to_owned()),
        ("parts[0].bytes", |it| it.parts[0].bytes = u64::MAX),
        ("chain.size", |it| it.chain.size = 0),
        ("migration_version", |it| it.migration_version = u64::MAX),
        ("manifest.source.settings.n", |it| {
            it.source.settings.insert("n".to_owned(), Value::from(9_007_199_254_740_993_u64));
        }),
    ];
    for (field, change) in changes {
        let mut manifest = manifest();
        change(&mut manifest);
        let error = manifest.to_text().unwrap_err();
        assert_eq!(error.field, *field, "{error}");
    }
    let mut manifest = with_secrets();
    manifest.sealed.as_mut().unwrap().count = 0;
    assert_eq!(manifest.to_text().unwrap_err().field, "sealed");
}

#[test]
fn a_note_binds_the_text_the_tenant_and_the_key() {
    let (manifest, key) = (manifest(), key(1));
    let (text, note) = (manifest.to_text().unwrap(), manifest.sign(&key).unwrap());
    let trusted = TrustedKeys::new([key.verifying_key().clone()]);
    let id = manifest.source.id;
    let signer = verify_note(&note, id, &text, Some(&trusted)).unwrap();
    assert_eq!(signer.as_ref(), Some(key.verifying_key().name()));
    assert_eq!(verify_note(&note, id, &text, None), Ok(None));
    let other: TenantId = "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap();
    for (id, text) in [(other, text.clone()), (id, format!("{text} "))] {
        let refused = verify_note(&note, id, &text, Some(&trusted));
        assert_eq!(refused, Err(ArchiveNoteError::OtherManifest));
    }
    let others = TrustedKeys::new([self::key(2).verifying_key().clone()]);
    let refused = verify_note(&note, id, &text, Some(&others));
    assert!(matches!(refused, Err(ArchiveNoteError::NotTrusted(NoteError::UnknownKeys(_)))));
    assert!(verify_note(&note, id, &text, Some(&TrustedKeys::default())).is_err());
}
