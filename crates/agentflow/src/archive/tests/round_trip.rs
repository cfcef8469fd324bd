use proptest::{collection::vec, prelude::*};

use super::*;

/// The hash of the archive that [`Content::small`] makes, signed with the first key.
const GOLDEN: &str = "5c6e5be9bd2d36caf2eb659e16347782ec483aeb539ef987a63ffc0799f060e6";

fn any_content() -> impl Strategy<Value = Content> {
    // Letters that CSV has a meaning for are frequent.
    let byte = prop_oneof![Just(b'"'), Just(b'\n'), Just(b','), any::<u8>()];
    let csv = vec(byte, 1..3000).prop_map(|rows| [b"id\n".as_slice(), &rows].concat());
    vec(csv, 0..5).prop_map(|rows| Content {
        tenant: tenant(7),
        tables: rows.into_iter().enumerate().map(|(n, csv)| (format!("table_{n}"), csv)).collect(),
        secrets: Vec::new(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read_in_any_order(content in any_content(), is_encrypted: bool) {
        let recipients = is_encrypted.then(recipients);
        let identity = identity();
        let bytes = content.write(Some(&key(1)), recipients.as_ref());
        let mut archive = verified(&bytes, is_encrypted.then_some(&identity)).unwrap();
        prop_assert_eq!(archive.sha256(), sha256(&bytes));
        prop_assert_eq!(archive.signed_by(), Some("audit.example.com"));
        for (name, csv) in content.tables.iter().rev().chain(&content.tables) {
            prop_assert_eq!(&all(archive.table(name).unwrap()), csv);
        }
        prop_assert_eq!(all(archive.chain().unwrap()), chain(content.tenant, &key(1)).0);
        prop_assert_eq!(&archive.manifest().source, &source(content.tenant));
    }

    #[test]
    fn the_same_data_makes_the_same_bytes_however_it_is_written(csv in vec(any::<u8>(), 1..400_000), step in 1..70_000_usize) {
        let csv = [b"id\n".as_slice(), &csv].concat();
        let at_once = Content { tables: vec![("t".to_owned(), csv.clone())], ..Content::small(1) };
        let mut bytes = Vec::new();
        let mut writer = ArchiveWriter::new(&mut bytes, None).unwrap();
        let mut spool = Spool::new().unwrap();
        csv.chunks(step).for_each(|chunk| spool.write_all(chunk).unwrap());
        let columns = vec!["id".to_owned()];
        let (class, rows) = (TableClass::Data, records(&csv) - 1);
        writer.table(TableHead { name: "t".to_owned(), class, columns, rows }, spool).unwrap();
        let (chain, head) = chain(at_once.tenant, &key(1));
        writer.chain(head, self::spool(&chain)).unwrap();
        writer.finish(source(at_once.tenant), 12, Some(&key(1))).unwrap();
        prop_assert_eq!(sha256(&bytes), sha256(&at_once.write(Some(&key(1)), None)));
    }
}

#[test]
fn an_archive_is_a_tar_for_whoever_has_tar() {
    let bytes = Content::small(1).write(Some(&key(1)), None);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let names: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(
        names,
        [
            "tables/agents.csv.zst",
            "tables/provider_keys.csv.zst",
            "chain.bundle.zst",
            "manifest.json",
            "manifest.note",
        ]
    );
}

#[test]
fn the_bytes_of_an_archive_are_what_they_were() {
    // Fails when the format changes, or the compressor makes something else of the same rows: then the release notes must say so.
    let bytes = Content::small(1).write(Some(&key(1)), None);
    assert_eq!(bytes.len() % BLOCK, 0);
    assert_eq!(sha256(&bytes).to_string(), GOLDEN);
}

#[test]
fn rows_that_postgresql_did_not_count_are_not_written() {
    let mut writer = ArchiveWriter::new(Vec::new(), None).unwrap();
    let head = |rows| TableHead {
        name: "t".to_owned(),
        class: TableClass::Data,
        columns: vec!["id".to_owned()],
        rows,
    };
    assert!(writer.table(head(2), spool(b"id\n1\n")).is_err());
    assert!(writer.table(head(0), spool(b"")).is_err());
    assert!(writer.table(head(1), spool(b"id\n1\n")).is_ok());
}

#[test]
fn a_name_that_could_leave_the_folder_is_not_written() {
    for name in ["../x", "a/b", "", "a\\b", "a\0b", &"x".repeat(64)] {
        let mut content = Content::small(1);
        content.tables[0].0 = name.to_owned();
        assert!(content.write_to(None, None).is_err(), "{name:?}");
    }
}

#[test]
fn rows_of_tables_of_many_gigabytes_have_a_header() {
    let header = layout::header("tables/t.csv.zst", 1 << 40).unwrap();
    let read = layout::read_header(&header).unwrap();
    assert_eq!(read, ("tables/t.csv.zst".to_owned(), 1 << 40));
}
