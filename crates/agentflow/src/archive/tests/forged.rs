use agentflow_core::archive::ArchiveManifest;

use super::*;

fn manifest(parts: &mut [(String, Vec<u8>)]) -> ArchiveManifest {
    let text = part(parts, "manifest.json").clone();
    ArchiveManifest::from_text(str::from_utf8(&text).unwrap()).unwrap()
}

/// Makes the manifest agree with the parts, as somebody would who has no key.
fn agree(parts: &mut [(String, Vec<u8>)], change: impl FnOnce(&mut ArchiveManifest)) {
    let mut manifest = manifest(parts);
    for stored in &mut manifest.parts {
        let bytes = part(parts, &stored.name);
        (stored.bytes, stored.sha256) = (bytes.len() as u64, sha256(bytes));
    }
    change(&mut manifest);
    *part(parts, "manifest.json") = manifest.to_text().unwrap().into_bytes();
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

#[test]
fn parts_of_another_archive_are_noticed() {
    let (one, other) = (Content::small(1), Content::small(2));
    let one = parts(&one.write(Some(&key(1)), None));
    let other = parts(&other.write(Some(&key(1)), None));
    for name in ["tables/agents.csv.zst", "chain.bundle.zst", "manifest.json", "manifest.note"] {
        let mut swapped = one.clone();
        *part(&mut swapped, name) = part(&mut other.clone(), name).clone();
        assert_ne!(faults(&tar(&swapped), &trusting(&key(1))), "", "{name}");
    }
    let mut swapped = one.clone();
    for name in ["manifest.json", "manifest.note"] {
        *part(&mut swapped, name) = part(&mut other.clone(), name).clone();
    }
    let told = faults(&tar(&swapped), &trusting(&key(1)));
    assert!(told.contains("tables/agents.csv.zst: it has another hash"), "{told}");
}

#[test]
fn a_manifest_that_was_made_to_agree_is_not_signed() {
    let mut parts = parts(&Content::small(1).write(Some(&key(1)), None));
    let csv = b"id,name\n1,mallory\n2,\n";
    *part(&mut parts, "tables/agents.csv.zst") = zstd(csv);
    agree(&mut parts, |manifest| {
        (manifest.tables[0].bytes, manifest.tables[0].sha256) = (csv.len() as u64, sha256(csv));
    });
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert!(told.contains("manifest.note: the note is not of this manifest"), "{told}");
    // Signed by somebody else, under the same name.
    let note = manifest(&mut parts).sign(&key(2)).unwrap();
    *part(&mut parts, "manifest.note") = note.to_string().into_bytes();
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert!(told.contains("manifest.note: no signature is by a known key"), "{told}");
    // The right name and id of the key in front of another signature.
    let right = note_of(&manifest(&mut parts), &key(1));
    let forged = right.replace(right.rsplit(' ').next().unwrap().trim(), &{
        let mut signature = right.rsplit(' ').next().unwrap().trim().to_owned().into_bytes();
        signature[20] = if signature[20] == b'A' { b'B' } else { b'A' };
        String::from_utf8(signature).unwrap()
    });
    *part(&mut parts, "manifest.note") = forged.into_bytes();
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert!(told.contains("the signature of audit.example.com is wrong"), "{told}");
    // Without any.
    parts.retain(|part| part.0 != "manifest.note");
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert_eq!(told, "manifest.note: it is missing: nobody signed the archive");
    assert_eq!(faults(&tar(&parts), &ArchiveTrust::Unsigned), "");
}

fn note_of(manifest: &ArchiveManifest, key: &SigningKey) -> String {
    manifest.sign(key).unwrap().to_string()
}

#[test]
fn the_chain_must_be_the_one_of_the_manifest() {
    let forge = |change: &dyn Fn(&mut ArchiveManifest), bundle: Vec<u8>| {
        let mut parts = parts(&Content::small(1).write(Some(&key(1)), None));
        *part(&mut parts, "chain.bundle.zst") = zstd(&bundle);
        agree(&mut parts, |manifest| {
            let chain = &mut manifest.chain;
            (chain.bytes, chain.bundle_sha256) = (bundle.len() as u64, sha256(&bundle));
            change(manifest);
        });
        let note = note_of(&manifest(&mut parts), &key(1));
        *part(&mut parts, "manifest.note") = note.into_bytes();
        faults(&tar(&parts), &trusting(&key(1)))
    };
    let of = |number, seed| chain(tenant(number), &key(seed)).0;
    assert_eq!(forge(&|_| (), of(1, 1)), "");
    let told = forge(&|_| (), of(2, 1));
    assert!(told.contains("it is the chain of another tenant"), "{told}");
    let told = forge(&|manifest| manifest.chain.size = 2, of(1, 1));
    assert_eq!(told, "chain.bundle.zst: it does not end where the manifest says");
    let told = forge(&|_| (), of(1, 2));
    assert!(told.contains("no signature is by a known key"), "{told}");
    let told = forge(&|_| (), b"rubbish".to_vec());
    assert!(told.starts_with("chain.bundle.zst: line 1"), "{told}");
}

#[test]
fn rows_must_be_as_many_as_the_manifest_says() {
    let mut parts = parts(&Content::small(1).write(None, None));
    agree(&mut parts, |manifest| manifest.tables[0].rows = 7);
    let told = faults(&tar(&parts), &ArchiveTrust::Unsigned);
    assert_eq!(told, "tables/agents.csv.zst: it has 2 rows, and 7 in the manifest");
}

#[test]
fn columns_must_be_those_of_the_manifest() {
    let refused = "tables/agents.csv.zst: its columns are not those of the manifest";
    for columns in [&["id"][..], &["id", "name", "more"], &["name", "id"], &["id,name"]] {
        let mut parts = parts(&Content::small(1).write(None, None));
        agree(&mut parts, |manifest| {
            manifest.tables[0].columns = columns.iter().map(|&name| name.to_owned()).collect();
        });
        assert_eq!(faults(&tar(&parts), &ArchiveTrust::Unsigned), refused, "{columns:?}");
    }
}

#[test]
fn a_header_that_says_more_than_an_archive_does_is_refused() {
    let archive = Content::small(1).write(Some(&key(1)), None);
    let told_of = |change: &dyn Fn(&mut ::tar::Header)| {
        let mut bytes = archive.clone();
        let header: &mut [u8; BLOCK] = (&mut bytes[..BLOCK]).try_into().unwrap();
        let mut changed = ::tar::Header::from_byte_slice(header).clone();
        change(&mut changed);
        changed.set_cksum();
        *header = *changed.as_bytes();
        faults(&bytes, &trusting(&key(1)))
    };
    let rename = |name: &str| {
        let name = name.as_bytes().to_vec();
        told_of(&move |header| {
            let field = &mut header.as_old_mut().name;
            field.fill(0);
            field[..name.len()].copy_from_slice(&name);
        })
    };
    for name in [
        "../x",
        "tables/../../x.csv.zst",
        "/etc/passwd",
        "tables/a/b.csv.zst",
        "C:\\x",
        "tables/.csv.zst",
        "./manifest.json",
        "other.json",
        "",
    ] {
        let told = rename(name);
        assert!(told.contains("no part of an archive is called"), "{name}: {told}");
    }
    assert!(rename("tables/\u{1b}[2J.csv.zst").contains("\\u{1b}"), "escapes are spelled out");
    for kind in *b"123456gxLKSDVN" {
        let told = told_of(&|header| header.set_entry_type(::tar::EntryType::new(kind)));
        assert!(told.contains("and not a plain file"), "{told}");
    }
    for change in [
        (&|header: &mut ::tar::Header| header.set_mode(0o4755)) as &dyn Fn(&mut ::tar::Header),
        &|header| header.set_uid(1),
        &|header| header.set_mtime(1),
        &|header| header.set_username("root").unwrap(),
        &|header| header.as_ustar_mut().unwrap().prefix[0] = b'x',
        &|header| header.as_mut_bytes()[511] = 1,
    ] {
        let told = told_of(change);
        assert!(told.contains("is not the one that an archive has there"), "{told}");
    }
    for size in [u64::MAX, u64::MAX - 511, i64::MAX.unsigned_abs(), 1 << 40] {
        let told = told_of(&|header| header.set_size(size));
        assert!(told.contains("the archive ends before"), "{size}: {told}");
    }
}

#[test]
fn parts_are_there_once_and_in_order() {
    let parts = parts(&Content::small(1).write(Some(&key(1)), None));
    let trust = trusting(&key(1));
    let mut twice = parts.clone();
    twice.insert(1, parts[0].clone());
    assert!(faults(&tar(&twice), &trust).contains("tables/agents.csv.zst: it is there twice"));
    let mut moved = parts.clone();
    moved.swap(0, 1);
    assert!(faults(&tar(&moved), &trust).contains("another order"));
    let mut behind = parts.clone();
    behind.swap(1, 2);
    assert!(faults(&tar(&behind), &trust).contains("should be in front of"));
    let mut more = parts.clone();
    more.insert(2, ("tables/more.csv.zst".to_owned(), zstd(b"id\n")));
    let told = faults(&tar(&more), &trust);
    assert_eq!(told, "tables/more.csv.zst: the manifest does not name it");
    // A second manifest behind the first one is not the one that is read.
    let mut two = parts.clone();
    two.push(("manifest.json".to_owned(), b"{}".to_vec()));
    assert!(faults(&tar(&two), &trust).contains("manifest.json: it is there twice"));
    assert_eq!(faults(&tar(&[]), &trust).lines().count(), 1);
}
