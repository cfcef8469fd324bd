use std::io::{Seek, SeekFrom};

use proptest::prelude::*;

use super::*;

/// Changes a file in place and back, which is faster than to make one for each of thousands of cases.
fn with_byte(file: &mut File, at: usize, byte: u8) {
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

fn refuses(file: &File, trust: &ArchiveTrust) -> bool {
    let archive = ArchiveReader::open(file.try_clone().unwrap(), None);
    archive.and_then(|archive| archive.verify(trust, &|_| ())).is_err()
}

#[test]
fn every_byte_that_is_changed_is_noticed() {
    let bytes = Content::small(1).write(Some(&key(1)), None);
    let trust = trusting(&key(1));
    let mut file = file(&bytes);
    assert!(!refuses(&file, &trust));
    for (at, byte) in bytes.iter().enumerate() {
        with_byte(&mut file, at, byte ^ (1 << (at % 8)));
        assert!(refuses(&file, &trust), "byte {at}");
        with_byte(&mut file, at, *byte);
    }
    assert!(!refuses(&file, &trust));
}

#[test]
fn every_byte_that_is_cut_off_is_noticed() {
    let bytes = Content::small(1).write(Some(&key(1)), None);
    let (file, trust) = (file(&bytes), trusting(&key(1)));
    for length in (0..bytes.len()).rev() {
        file.set_len(length as u64).unwrap();
        assert!(refuses(&file, &trust), "{length} bytes");
    }
}

#[test]
fn what_follows_the_end_is_noticed() {
    let bytes = Content::small(1).write(Some(&key(1)), None);
    for more in [vec![0], vec![0; BLOCK], vec![1; 3], bytes.clone()] {
        let told = faults(&[bytes.as_slice(), &more].concat(), &trusting(&key(1)));
        assert_eq!(told, "something follows its end");
    }
}

#[test]
fn every_fault_is_named() {
    let mut parts = parts(&Content::small(1).write(Some(&key(1)), None));
    let agents = part(&mut parts, "tables/agents.csv.zst");
    agents[5] ^= 1;
    part(&mut parts, "chain.bundle.zst").push(0);
    parts.retain(|part| part.0 != "tables/provider_keys.csv.zst");
    let told = faults(&tar(&parts), &trusting(&key(1)));
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("tables/agents.csv.zst: it has another hash"), "{told}");
    assert_eq!(lines[1], "tables/provider_keys.csv.zst: it is missing");
    assert!(lines[2].starts_with("chain.bundle.zst: it has"), "{told}");
}

fn any_damage(length: usize) -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    // Where, how many bytes go, and what comes in their place.
    let splice = (0..length, 0..600_usize, proptest::collection::vec(any::<u8>(), 0..600));
    proptest::collection::vec(splice, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_read_makes_it_panic(damage in any_damage(9000), is_encrypted: bool, is_signed: bool) {
        let recipients = is_encrypted.then(recipients);
        let whole = Content::small(1).write(Some(&key(1)), recipients.as_ref());
        let mut bytes = whole.clone();
        for (at, gone, come) in damage {
            let at = at.min(bytes.len());
            let end = (at + gone).min(bytes.len());
            bytes.splice(at..end, come);
        }
        let trust = if is_signed { trusting(&key(1)) } else { ArchiveTrust::Unsigned };
        let identity = identity();
        let read = ArchiveReader::open(file(&bytes), Some(&identity));
        let read = read.and_then(|it| it.verify(&trust, &|_| ()));
        prop_assert_eq!(read.is_ok(), bytes == whole);
    }

    #[test]
    fn no_file_of_any_bytes_is_an_archive(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
        let archive = ArchiveReader::open(file(&bytes), None).unwrap();
        prop_assert!(archive.verify(&ArchiveTrust::Unsigned, &|_| ()).is_err());
    }
}
