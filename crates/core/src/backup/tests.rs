use proptest::prelude::*;

use super::*;
use crate::{
    audit::TrustedKeys,
    hash::Sha256,
    note::{NoteError, SigningKey},
    random::Generator,
};

fn key(seed: u64) -> SigningKey {
    SigningKey::generate("backup.example.com".parse().unwrap(), &Generator::seeded(seed))
}

fn trusted(key: &SigningKey) -> TrustedKeys {
    TrustedKeys::new([key.verifying_key().clone()])
}

fn part(name: &str) -> Part {
    let sha256 = Sha256::of(&[name.as_bytes()]);
    Part {
        name: name.to_owned(),
        bytes: 3,
        sha256,
        plain_bytes: 3,
        plain_sha256: sha256,
        table: Some("public.audits".to_owned()),
        rows: Some(7),
    }
}

fn manifest(names: &[&str]) -> Manifest {
    Manifest {
        format: FORMAT.to_owned(),
        id: "20261122T080000Z-7f3a9c21".parse().unwrap(),
        created_at: "2026-11-22T08:00:00.123456Z".parse().unwrap(),
        kind: BackupKind::Full,
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
        compression: "zstd:3".to_owned(),
        encryption: None,
        extensions: vec!["vector".to_owned()],
        roles: vec!["af_app".to_owned()],
        tables: vec![TableRows { name: "public.audits".to_owned(), rows: 7 }],
        unvalidated: Vec::new(),
        invalid_indexes: Vec::new(),
        tablespaces: Vec::new(),
        parts: names.iter().map(|name| part(name)).collect(),
        audit: Some(AuditState {
            tenants: Vec::new(),
            tenant_log: Some(TenantLogState { size: 3, checkpoint: None }),
        }),
    }
}

fn sample() -> Manifest {
    manifest(&["data/4021.dat.zst", "data/toc.dat"])
}

#[test]
fn a_manifest_reads_back_from_its_only_text() {
    let manifest = sample();
    let text = manifest.to_text().unwrap();
    assert_eq!(Manifest::from_text(&text).unwrap(), manifest);
    assert!(
        text.starts_with(
            r#"{"audit":{"tenant_log":{"checkpoint":null,"size":3},"tenants":[]},"compression""#
        ),
        "{text}"
    );
}

#[test]
fn any_other_text_of_the_same_manifest_is_refused() {
    let text = sample().to_text().unwrap();
    for (other, reason) in [
        (format!("{text}\n"), "canonical"),
        (format!(" {text}"), "canonical"),
        (text.replacen(":7,", ":7.0,", 1), "invalid type"),
        (text.replacen(r#""rows":7"#, r#""rows":7,"rows":7"#, 1), "duplicate field"),
        (text.replacen(r#""rows":7"#, r#""rows":7,"host":"db""#, 1), "unknown field"),
        (text.replacen("af/0.1.0", r"af\/0.1.0", 1), "canonical"),
        (text.replacen("backup@v1", "backup@v2", 1), "this program reads agentflow.dev/backup@v1"),
        (text.to_uppercase(), "no manifest"),
        (text[..text.len() - 1].to_owned(), "no manifest"),
        ("[]".to_owned(), "no manifest"),
        ("[".repeat(100_000), "no manifest"),
    ] {
        let error = Manifest::from_text(&other).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_fault_of_the_form_is_named_with_its_place() {
    let text = sample().to_text().unwrap().replacen(r#""rows":7,"#, r#""rows":-7,"#, 1);
    let error = Manifest::from_text(&text).unwrap_err().to_string();
    assert!(error.starts_with("manifest.parts[0].rows: "), "{error}");
}

#[test]
fn everything_that_is_wrong_with_a_manifest_is_named() {
    let mut manifest =
        manifest(&["data/a.dat", "data/../b", "data/A.dat", "/etc/passwd", "data/c"]);
    manifest.parts[4].plain_bytes = 4;
    manifest.tables.push(manifest.tables[0].clone());
    let faults: Vec<_> = manifest.faults().iter().map(|it| it.field.clone()).collect();
    assert_eq!(
        faults,
        [
            "manifest.parts[1].name",
            "manifest.parts[2].name",
            "manifest.parts[3].name",
            "manifest.parts[4].plain_sha256",
            "manifest.tables[1].name"
        ]
    );
    let text = manifest.to_text().unwrap();
    assert_eq!(Manifest::from_text(&text).unwrap_err().0.len(), 5);
    manifest.parts = vec![part("data/x"); 1000];
    assert_eq!(manifest.faults().len(), 101);
}

/// Names that lead elsewhere, or mean something else on some system.
const STRANGE: &[&str] = &[
    "",
    "data",
    "data/",
    "/data/x",
    "//data/x",
    "data//x",
    "data/.",
    "data/..",
    "data/../x",
    "data/./x",
    "../data/x",
    "Data/x",
    "manifest.json",
    "data\\x",
    "data/a\\b",
    "data/..\\x",
    "C:/x",
    "data/C:",
    "data/x:y",
    "data/x\0",
    "data/x\n",
    "data/\u{1b}[2J",
    "data/ü",
    "data/\u{202e}x",
    "data/x.",
    "data/x ",
    "data/ x",
    "data/x..",
    "data/.x",
    "data/-x",
    "data/con",
    "data/CON.dat",
    "data/Aux.tar.gz",
    "data/nul",
    "data/com1.dat",
    "data/LPT9",
    "data/a/b/c/d",
    "data/%2e%2e/x",
    "data/~",
    "data/$HOME",
    "data/x*",
    "data/x?",
    "data/x|y",
    "data/\u{ff0e}\u{ff0e}/x",
];

#[test]
fn names_that_could_lead_elsewhere_are_refused() {
    let long = format!("data/{}", "a".repeat(196));
    for name in STRANGE.iter().copied().chain([long.as_str()]) {
        let error = name.parse::<PartName>().unwrap_err().to_string();
        assert!(error.is_ascii() && !error.contains(['\0', '\n', '\u{1b}']), "{name:?}: {error}");
    }
    for name in [
        "data/toc.dat",
        "data/4021.dat.zst.age",
        "data/blobs_16400.toc",
        "data/a/b/c",
        "data/_x",
        "data/common1",
    ] {
        assert_eq!(name.parse::<PartName>().unwrap().as_str(), name);
    }
    assert_eq!(PartName::of_data("toc.dat").unwrap().as_str(), "data/toc.dat");
}

#[test]
fn a_note_binds_the_backup_and_the_bytes_of_its_manifest() {
    let (manifest, key) = (sample(), key(1));
    let (id, text) = (manifest.id.clone(), manifest.to_text().unwrap());
    let note = manifest.sign(&key).unwrap().to_string();
    let hash = Sha256::of(&[text.as_bytes()]);
    assert!(
        note.starts_with(&format!(
            "agentflow.dev/backup@v1\n{id}\nsha256:{hash}\n\n\u{2014} backup.example.com "
        )),
        "{note}"
    );
    let verify =
        |note: &str, id: &BackupId, text: &str, keys| verify_note(note, id, text.as_bytes(), keys);
    let keys = trusted(&key);
    let signed_by = verify(&note, &id, &text, Some(&keys)).unwrap();
    assert_eq!(signed_by.unwrap().as_str(), "backup.example.com");
    assert_eq!(verify(&note, &id, &text, None), Ok(None));

    let other: BackupId = "20261122T080000Z-00000000".parse().unwrap();
    let errors = verify(&note, &other, "{}", Some(&keys)).unwrap_err();
    assert!(
        matches!(
            errors.as_slice(),
            [BindingError::OtherManifest { .. }, BindingError::OtherBackup { .. }]
        ),
        "{errors:?}"
    );
}

#[test]
fn a_note_of_another_key_or_with_another_text_is_refused() {
    let (manifest, key) = (sample(), key(1));
    let (id, text) = (manifest.id.clone(), manifest.to_text().unwrap());
    let keys = trusted(&key);
    let errors = |note: &str| verify_note(note, &id, text.as_bytes(), Some(&keys)).unwrap_err();
    // The same name, and another key.
    let theirs = manifest.sign(&super::tests::key(2)).unwrap().to_string();
    assert!(matches!(
        errors(&theirs).as_slice(),
        [BindingError::Signature(NoteError::UnknownKeys(_))]
    ));
    let ours = manifest.sign(&key).unwrap().to_string();
    let forged = ours.replacen(
        &Sha256::of(&[text.as_bytes()]).to_string(),
        &Sha256::of(&[b"x"]).to_string(),
        1,
    );
    let found = errors(&forged);
    assert!(
        matches!(
            found.as_slice(),
            [
                BindingError::Signature(NoteError::WrongSignature(_)),
                BindingError::OtherManifest { .. }
            ]
        ),
        "{found:?}"
    );
    // What the same key signs elsewhere is no note of a backup.
    let checkpoint = key.sign("backup.example.com/tenants\n12\nAAAA\n").unwrap().to_string();
    assert!(matches!(errors(&checkpoint).as_slice(), [BindingError::Malformed(_)]));
    let longer =
        key.sign(format!("{}more\n", Binding::new(id.clone(), &text))).unwrap().to_string();
    assert!(matches!(errors(&longer).as_slice(), [BindingError::Malformed(_)]));
}

proptest! {
    #[test]
    fn a_name_that_is_accepted_stays_below_the_backup(
        segments in proptest::collection::vec("[a-zA-Z0-9._/\\\\: -]{0,12}|\\.\\.|\\PC{1,4}", 1..5),
    ) {
        for name in [segments.join("/"), format!("data/{}", segments.join("/"))] {
            let Ok(part) = name.parse::<PartName>() else { continue };
            prop_assert_eq!(part.as_str(), &name);
            let path = std::path::Path::new(part.as_str());
            let is_plain = |it: std::path::Component<'_>| matches!(it, std::path::Component::Normal(_));
            prop_assert!(path.components().all(is_plain));
            prop_assert_eq!(path.components().count(), name.split('/').count());
            prop_assert!(name.starts_with("data/") && !name.contains(['\\', ':', ' ']) && name.is_ascii());
            prop_assert!(!name.contains("..") || name.split('/').all(|it| it.trim_matches('.') == it));
        }
    }

    #[test]
    fn no_bytes_given_as_manifest_or_note_panic(
        noise in "\\PC{0,60}|[\\[\\]{}\",:0-9a-z\\\\]{0,60}",
        (begin, length) in (0_usize..2000, 0_usize..80),
    ) {
        let manifest = sample();
        let text = manifest.to_text().unwrap();
        let note = manifest.sign(&key(1)).unwrap().to_string();
        let spliced = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            let begin = begin % (bytes.len() + 1);
            let end = (begin + length).min(bytes.len());
            bytes.splice(begin..end, noise.bytes());
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let _ = Manifest::from_text(&noise);
        let _ = verify_note(&noise, &manifest.id, noise.as_bytes(), None);
        let changed = spliced(&text);
        // Whatever it says now, it is the text of what was read, or was refused.
        if let Ok(read) = Manifest::from_text(&changed) {
            prop_assert_eq!(read.to_text().unwrap(), changed);
        }
        let changed = spliced(&note);
        let verified = verify_note(&changed, &manifest.id, text.as_bytes(), Some(&trusted(&key(1))));
        prop_assert!(verified.is_err() || changed == note || changed.starts_with(&note[..note.len() / 2]));
    }
}
