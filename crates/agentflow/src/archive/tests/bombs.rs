use agentflow_core::archive::ArchiveManifest;

use super::*;

/// What unpacks to zeros without end, or nearly so.
fn bomb(bytes: usize, level: i32) -> Vec<u8> {
    zstd::encode_all(std::io::repeat(0).take(bytes as u64), level).unwrap()
}

/// An archive that nobody signed, with this as its first table, and a manifest that says it has so many bytes.
fn archive(stored: &[u8], claimed: u64) -> Vec<u8> {
    let mut parts = parts(&Content::small(1).write(None, None));
    *part(&mut parts, "tables/agents.csv.zst") = stored.to_vec();
    let text = part(&mut parts, "manifest.json").clone();
    let mut manifest = ArchiveManifest::from_text(str::from_utf8(&text).unwrap()).unwrap();
    manifest.tables[0].bytes = claimed;
    (manifest.parts[0].bytes, manifest.parts[0].sha256) = (stored.len() as u64, sha256(stored));
    *part(&mut parts, "manifest.json") = manifest.to_text().unwrap().into_bytes();
    tar(&parts)
}

fn told(stored: &[u8], claimed: u64) -> String {
    faults(&archive(stored, claimed), &ArchiveTrust::Unsigned)
}

#[test]
fn a_bomb_goes_no_further_than_the_manifest_says() {
    let bomb = bomb(1 << 30, 1);
    assert!(bomb.len() < 1 << 17);
    let told = told(&bomb, 1000);
    assert_eq!(told, "tables/agents.csv.zst: there is more in it than the manifest says");
}

#[test]
fn a_window_that_takes_much_memory_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 19).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    let told = told(&encoder.finish().unwrap(), 1 << 20);
    assert!(told.starts_with("tables/agents.csv.zst: ") && told.contains("memory"), "{told}");
}

#[test]
fn a_bomb_that_nobody_vouches_for_is_not_unpacked() {
    let told = faults(&archive(&bomb(1 << 30, 1), 1 << 30), &trusting(&key(1)));
    assert_eq!(told, "manifest.note: it is missing: nobody signed the archive");
}

#[test]
fn what_follows_the_first_frame_is_refused() {
    let csv = b"id,name\n1,\n2,\n";
    let whole = zstd::encode_all(csv.as_slice(), 3).unwrap();
    for more in [zstd::encode_all(csv.as_slice(), 3).unwrap(), vec![0], vec![0; 300_000]] {
        let told = told(&[whole.clone(), more].concat(), csv.len() as u64);
        assert!(told.contains("something follows what is compressed"), "{told}");
    }
    // A frame that is to be passed over.
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4], whole.as_slice()].concat();
    assert!(!told(&skipped, csv.len() as u64).is_empty());
    let cut = &whole[..whole.len() - 3];
    assert!(!told(cut, csv.len() as u64).is_empty());
    assert!(!told(&[], 0).is_empty());
}

#[test]
fn a_manifest_or_note_of_any_length_is_not_read() {
    for name in ["manifest.json", "manifest.note"] {
        let mut parts = parts(&Content::small(1).write(Some(&key(1)), None));
        *part(&mut parts, name) = vec![b' '; 5 << 20];
        let told = faults(&tar(&parts), &trusting(&key(1)));
        assert!(
            told.contains(&format!("{name}: it has 5242880 bytes, and none has more")),
            "{told}"
        );
    }
}

#[test]
fn parts_without_number_are_refused() {
    let parts: Vec<_> = (0..5000).map(|n| (format!("tables/t{n}.csv.zst"), Vec::new())).collect();
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert_eq!(told, "it has more parts than any archive");
}

#[test]
fn faults_without_number_are_counted() {
    let content = Content {
        tables: (0..300).map(|n| (format!("t{n}"), b"id\n".to_vec())).collect(),
        ..Content::small(1)
    };
    let mut parts = parts(&content.write(Some(&key(1)), None));
    parts.retain(|part| !part.0.starts_with("tables/"));
    let told = faults(&tar(&parts), &trusting(&key(1)));
    assert_eq!(told.lines().count(), 101);
    assert_eq!(told.lines().last(), Some("and 200 more faults"));
}
