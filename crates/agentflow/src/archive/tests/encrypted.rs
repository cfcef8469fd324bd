use uuid::Uuid;

use super::*;
use crate::error::Error;

fn secret(number: u128, value: &[u8]) -> SealedValue {
    SealedValue {
        table: "provider_keys".to_owned(),
        column: "secret".to_owned(),
        row: Uuid::from_u128(number),
        value: value.to_vec().into(),
    }
}

fn with_secrets() -> Content {
    let secrets = vec![secret(1, b"sk-live-1"), secret(2, b"\0\xff\n\""), secret(3, b"")];
    Content { secrets, ..Content::small(1) }
}

fn other_identity() -> AgeIdentity {
    AgeIdentity::from_text(&age::x25519::Identity::generate().to_string()).unwrap()
}

#[test]
fn an_encrypted_archive_needs_the_identity() {
    let bytes = Content::small(1).write(Some(&key(1)), Some(&recipients()));
    let refused = verified(&bytes, None).unwrap_err();
    assert!(matches!(&refused, Error::InvalidInput { input, .. } if input.field == "identity"));
    let refused = verified(&bytes, Some(&other_identity())).unwrap_err();
    assert!(refused.to_string().contains("encrypted for other identities"), "{refused}");
    assert!(verified(&bytes, Some(&identity())).is_ok());
    let text = b"Acme Corp";
    assert!(!bytes.windows(text.len()).any(|window| window == text));
}

#[test]
fn an_encrypted_archive_that_was_cut_off_is_noticed() {
    let mut content = Content::small(1);
    // Longer than a chunk of age, and not to be compressed.
    let noise: String = (0..20_000_u32).map(|n| sha256(&n.to_le_bytes()).to_string()).collect();
    content.tables[0].1 = format!("id\n{noise}\n").into_bytes();
    let bytes = content.write(Some(&key(1)), Some(&recipients()));
    let identity = identity();
    let lengths = (0..40).map(|n| bytes.len() - 1 - n * 17).chain((0..bytes.len()).step_by(4999));
    for length in lengths {
        assert!(verified(&bytes[..length], Some(&identity)).is_err(), "{length} bytes");
    }
    for at in (0..bytes.len()).step_by(4999).chain(bytes.len() - 20..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(verified(&changed, Some(&identity)).is_err(), "byte {at}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(verified(&longer, Some(&identity)).is_err());
}

#[test]
fn secrets_open_for_those_they_are_for() {
    let bytes = with_secrets().write(Some(&key(1)), None);
    let mut archive = verified(&bytes, None).unwrap();
    let read = archive.sealed(&identity()).unwrap().unwrap();
    assert_eq!(read.map(|value| value.unwrap()).collect::<Vec<_>>(), with_secrets().secrets);
    let refused = archive.sealed(&other_identity()).unwrap_err();
    assert!(matches!(refused, Error::Corrupt { .. }), "{refused}");
    let debug = format!("{:?}", with_secrets().secrets);
    assert!(!debug.contains("sk-live"), "{debug}");
    let check = |identity: &AgeIdentity| {
        let archive = ArchiveReader::open(file(&bytes), Some(identity));
        archive.unwrap().check(&trusting(&key(1)), &|_| ()).unwrap()
    };
    assert!(check(&identity()).are_secrets_opened && check(&identity()).faults.is_empty());
    assert!(!check(&other_identity()).are_secrets_opened);
    assert!(check(&other_identity()).faults.is_empty());
}

#[test]
fn secrets_that_are_not_those_of_the_manifest_are_refused() {
    let mut archive = verified(&Content::small(1).write(Some(&key(1)), None), None).unwrap();
    assert!(archive.sealed(&identity()).unwrap().is_none());
    for content in [
        &b""[..],
        b"\n",
        b"{}\n",
        b"{\"table\":\"provider_keys\",\"column\":\"c\",\"row\":\"00000000-0000-0000-0000-000000000001\",\"value\":\"!\"}\n",
        b"{\"table\":\"other\",\"column\":\"c\",\"row\":\"00000000-0000-0000-0000-000000000001\",\"value\":\"\"}\n",
        b"{\"table\":\"provider_keys\",\"column\":\"c\",\"row\":\"00000000-0000-0000-0000-000000000001\",\"value\":\"\"}",
        &vec![b'x'; 2 << 20],
    ] {
        let mut parts = parts(&Content { secrets: vec![secret(1, b"x")], ..Content::small(1) }.write(None, None));
        let mut stream = recipients().encrypt(Vec::new()).unwrap();
        stream.write_all(content).unwrap();
        *part(&mut parts, "sealed.jsonl.age") = stream.finish().unwrap();
        let text = part(&mut parts, "manifest.json").clone();
        let text = String::from_utf8(text).unwrap();
        let mut manifest = agentflow_core::archive::ArchiveManifest::from_text(&text).unwrap();
        let stored = part(&mut parts, "sealed.jsonl.age").clone();
        let last = manifest.parts.last_mut().unwrap();
        (last.bytes, last.sha256) = (stored.len() as u64, sha256(&stored));
        *part(&mut parts, "manifest.json") = manifest.to_text().unwrap().into_bytes();
        let archive = ArchiveReader::open(file(&tar(&parts)), Some(&identity()));
        let check = archive.unwrap().check(&ArchiveTrust::Unsigned, &|_| ()).unwrap();
        let told = check.faults[0].to_string();
        assert!(told.starts_with("sealed.jsonl.age: "), "{told}");
        assert!(!check.are_secrets_opened);
    }
}
