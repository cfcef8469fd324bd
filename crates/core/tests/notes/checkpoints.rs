//! What is a checkpoint, and whose key it may be signed with.

use agentflow_core::{
    audit::{
        Checkpoint, SignedCheckpoint, TenantLogEntry, TrustedKeys, tenant_log_origin, tenant_origin,
    },
    hash::Sha256,
    merkle::empty_root,
    note::NoteError,
};
use serde_json::json;

use crate::samples::{key, public, signed, signing_key, tenant, trusted};

const ROOT: &str = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=";

fn read(size: &str) -> Option<u64> {
    let checkpoint = format!("audit.example.com/tenants\n{size}\n{ROOT}\n");
    checkpoint.parse::<Checkpoint>().ok().map(|checkpoint| checkpoint.size)
}

#[test]
fn a_size_is_written_in_one_way() {
    assert_eq!(read("0"), Some(0));
    assert_eq!(read("18446744073709551615"), Some(u64::MAX));
    for size in [
        "",
        "00",
        "01",
        "-1",
        "-0",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x1",
        "1_000",
        "\u{661}",
        "18446744073709551616",
        "99999999999999999999999999999999999999999999",
    ] {
        assert_eq!(read(size), None, "{size:?}");
    }
}

#[test]
fn a_root_is_32_bytes_in_base64() {
    for root in [
        "",
        "AAAA",
        &ROOT[..43],
        &format!("{ROOT}="),
        &ROOT.replace("b0=", "b1="),
        &format!("A{ROOT}"),
        &ROOT.replace('+', "-"),
        &format!("{ROOT} "),
    ] {
        let text = format!("audit.example.com\n1\n{root}\n");
        assert!(text.parse::<Checkpoint>().is_err(), "{root:?}");
    }
}

#[test]
fn extensions_are_accepted_and_empty_lines_are_not() {
    let plain = format!("audit.example.com\n7\n{ROOT}\n");
    let checkpoint: Checkpoint = plain.parse().unwrap();
    assert_eq!(checkpoint.to_string(), plain);
    for extended in ["extension\n", "one\ntwo\n", " \n"] {
        assert_eq!(format!("{plain}{extended}").parse::<Checkpoint>().as_ref(), Ok(&checkpoint));
    }
    for text in [
        format!("{plain}\n"),
        format!("{plain}one\n\n"),
        format!("{plain}\none\n"),
        format!("{plain}one"),
        plain.trim_end().to_owned(),
        format!("\n{plain}"),
        format!("\n7\n{ROOT}\n"),
        format!("a b\n7\n{ROOT}\n"),
        "audit.example.com\n7\n".to_owned(),
        String::new(),
        "\n\n\n".to_owned(),
    ] {
        assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
    }
}

#[test]
fn an_extension_stays_in_the_note_that_was_signed() {
    let name = "audit.example.com/tenants".parse().unwrap();
    let note = key().named(name).sign(format!("audit.example.com/tenants\n7\n{ROOT}\nmore\n"));
    let note = note.unwrap().to_string();
    let checkpoint = SignedCheckpoint::read(&note).unwrap();
    assert_eq!(checkpoint.note().to_string(), note);
    assert_eq!(checkpoint.verify(&trusted(&key())), Ok(()));
    assert!(
        SignedCheckpoint::read(&note.replace("more\n", ""))
            .unwrap()
            .verify(&trusted(&key()))
            .is_err()
    );
}

#[test]
fn a_key_signs_for_its_own_name_and_what_is_below() {
    let verify = |signer: &str, origin: &str, trusts: &str| {
        let key = signing_key(signer, 1);
        let checkpoint =
            Checkpoint { origin: origin.parse().unwrap(), size: 0, root: empty_root() };
        let note = checkpoint.sign(&key).unwrap().to_string();
        let keys = TrustedKeys::new(public(&key.named(trusts.parse().unwrap())));
        SignedCheckpoint::read(&note).unwrap().verify(&keys).is_ok()
    };
    assert!(verify("a.example", "a.example", "a.example"));
    assert!(verify("a.example", "a.example/tenants", "a.example"));
    assert!(verify("a.example", "a.example/t/1", "a.example"));
    for origin in ["a.example2", "a.exampl", "b.example", "x/a.example", "a.example.b/t/1"] {
        assert!(!verify("a.example", origin, "a.example"), "{origin}");
    }
    assert!(!verify("a.example", "a.example", "a.example/t/1"), "a key of one log below");
}

#[test]
fn a_checkpoint_counts_only_when_signed_under_the_name_of_its_origin() {
    let origin = tenant_log_origin(key().verifying_key().name()).unwrap();
    let checkpoint = Checkpoint { origin, size: 0, root: empty_root() };
    assert_eq!(signed(&checkpoint).verify(&trusted(&key())), Ok(()));
    // By the right key, under the name it has itself.
    let note = key().sign(checkpoint.to_string()).unwrap().to_string();
    let error = SignedCheckpoint::read(&note).unwrap().verify(&trusted(&key())).unwrap_err();
    assert_eq!(error, NoteError::UnknownKeys(vec![key().verifying_key().name().clone()]));
    assert!(signed(&checkpoint).verify(&TrustedKeys::default()).is_err());
}

#[test]
fn a_tenant_has_one_origin() {
    let origin = tenant_origin(key().verifying_key().name(), tenant()).unwrap();
    let of = |origin: &str| {
        Checkpoint { origin: origin.parse().unwrap(), size: 0, root: empty_root() }.tenant()
    };
    assert_eq!(of(origin.as_str()), Some(tenant()));
    let id = tenant().to_string();
    for origin in [
        format!("a.example/t/{}", id.to_uppercase()),
        format!("a.example/t/{}", id.replace('-', "")),
        format!("a.example/t/{{{id}}}"),
        format!("a.example/t/urn:uuid:{id}"),
        format!("a.example/t/{id}/"),
        format!("a.example/{id}"),
        format!("t/{id}"),
        "a.example/tenants".to_owned(),
    ] {
        assert_eq!(of(&origin), None, "{origin}");
    }
}

#[test]
fn an_entry_of_the_log_of_all_tenants_has_one_text() {
    let (root_hash, head_hash) = (empty_root(), Sha256([7; 32]));
    let taken = TenantLogEntry::Checkpoint { tenant_id: tenant(), size: 3, root_hash, head_hash };
    let deleted = TenantLogEntry::Deleted { tenant_id: tenant(), size: 3, head_hash };
    for entry in [taken, deleted] {
        let text = entry.to_text().unwrap();
        assert_eq!(TenantLogEntry::from_text(&text), Ok(entry));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let with = |key: &str, new: serde_json::Value| {
            let mut value = value.clone();
            value[key] = new;
            agentflow_core::canonical::to_string(&value, "entry").unwrap()
        };
        assert_eq!(with("size", json!(3)), text);
        for changed in [
            format!(" {text}"),
            format!("{text}\n"),
            text.replacen("\"kind\"", "\"kind\" ", 1),
            text.replace("\"size\":3", "\"size\":3.0"),
            text.replace("\"size\":3", "\"size\":3,\"size\":3"),
            with("size", json!(-1)),
            with("size", json!("3")),
            with("kind", json!("other")),
            with("more", json!(1)),
            with("tenant_id", json!(tenant().to_string().to_uppercase())),
            with("head_hash", json!(head_hash.to_string().to_uppercase().replace('7', "A"))),
            with("head_hash", json!("07")),
        ] {
            assert!(TenantLogEntry::from_text(&changed).is_err(), "{changed}");
        }
    }
    let huge = TenantLogEntry::Deleted { tenant_id: tenant(), size: 1 << 53, head_hash };
    assert!(huge.to_text().is_err());
}
