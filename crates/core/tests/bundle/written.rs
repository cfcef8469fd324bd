//! What the writer writes, and what it refuses to.

use std::io::Read;

use agentflow_core::audit::{
    MAX_RECORD_BYTES, TrustedKeys,
    bundle::{self, BundleError, Progress, Writer},
};

use crate::samples::{Log, OTHER_TENANT, TENANT, key, sample, trusted, verify};

#[test]
fn every_choice_of_entries_of_every_small_log_verifies() {
    for size in 0..=8_u64 {
        let log = Log::new(TENANT, size);
        for choice in 0..1_u64 << size {
            let keep: Vec<u64> = (1..=size).filter(|seq| choice >> (seq - 1) & 1 == 1).collect();
            let report = verify(log.bundle(&keep).as_bytes()).unwrap();
            assert_eq!(report.is_whole(), keep.len() as u64 == size, "{keep:?}");
            assert_eq!(report.header.count, keep.len() as u64);
            assert_eq!(report.checkpoint.checkpoint(), &log.checkpoint(size));
            let head = (size > 0 && keep.last() == Some(&size)).then(|| log.prev_hash(size + 1));
            assert_eq!(report.head_hash, head, "{keep:?}");
        }
    }
}

#[test]
fn the_text_of_a_bundle_is_the_documented_one() {
    let bundle = sample();
    let log = Log::new(TENANT, 9);
    let hashes = |begin, end| {
        let hashes: Vec<_> = log.range(begin, end).hashes().map(|hash| hash.to_base64()).collect();
        hashes.join(" ")
    };
    let expected = format!(
        "agentflow.dev/audit-bundle@v1\n\
         {{\"count\":3,\"exported_at\":\"2026-11-21T04:41:00.123456Z\",\
         \"filter\":{{\"actor_id\":\"ann\",\"since\":\"2026-11-01T00:00:00Z\"}},\
         \"first_seq\":4,\"last_seq\":7,\"left_out\":6,\"size\":9,\"tenant_id\":\"{TENANT}\"}}\n\
         gap 3 {}\nafter {}\n{}\ngap 1 {}\nafter {}\n{}\n{}\ngap 2 {}\n\n{}",
        hashes(0, 3),
        log.prev_hash(4).to_base64(),
        log.records[3],
        hashes(4, 5),
        log.prev_hash(6).to_base64(),
        log.records[5],
        log.records[6],
        hashes(7, 9),
        log.note(9),
    );
    assert_eq!(bundle, expected);
}

#[test]
fn records_are_handed_over_with_their_positions() {
    let mut seen = Vec::new();
    let mut last = None;
    let report = bundle::verify_records(
        sample().as_bytes(),
        &trusted(),
        &mut |progress| last = Some(progress),
        &mut |seq, record| {
            seen.push((seq, record.to_owned()));
            Ok(())
        },
    )
    .unwrap();
    let log = Log::new(TENANT, 9);
    let expected: Vec<_> =
        [4, 6, 7].map(|seq| (seq as u64, log.records[seq - 1].clone())).into_iter().collect();
    assert_eq!(seen, expected);
    assert_eq!(last, Some(Progress { entries: 9, size: 9 }));
    assert_eq!((report.gaps, report.bytes), (3, sample().len() as u64));

    let full = |_, _: &str| Err(std::io::Error::other("the disk is full"));
    let error = bundle::verify_records(sample().as_bytes(), &trusted(), &mut |_| (), &mut { full });
    assert!(matches!(error, Err(BundleError::Io(_))));
}

#[test]
fn without_a_key_or_with_another_nothing_verifies() {
    for keys in [TrustedKeys::default(), TrustedKeys::new([stranger()])] {
        let error = bundle::verify(sample().as_bytes(), &keys, &mut |_| ()).unwrap_err();
        assert!(matches!(error, BundleError::Untrusted { line: 12, .. }), "{error}");
    }
}

fn stranger() -> agentflow_core::note::VerifyingKey {
    let entropy = agentflow_core::random::Generator::seeded(2);
    let key =
        agentflow_core::note::SigningKey::generate("audit.example.com".parse().unwrap(), &entropy);
    key.verifying_key().clone()
}

#[test]
fn the_writer_refuses_what_would_not_verify() {
    let log = Log::new(TENANT, 9);
    let begin = || Writer::new(Vec::new(), log.header(&[4, 6, 7])).unwrap();
    let line = |result: Result<(), BundleError>| result.unwrap_err().line();

    let mut writer = begin();
    assert_eq!(line(writer.gap(&log.range(1, 3), None)), Some(3), "begins elsewhere");
    assert_eq!(line(writer.gap(&log.range(0, 0), None)), Some(3), "leaves out nothing");
    assert_eq!(line(writer.record("gap 1")), Some(3), "no record");
    assert_eq!(line(writer.record("{\n}")), Some(3), "a line break");
    let too_long = format!("{{{}", "x".repeat(MAX_RECORD_BYTES));
    assert_eq!(line(writer.record(&too_long)), Some(3), "too long");
    writer.gap(&log.range(0, 3), None).unwrap();
    assert_eq!(line(writer.record("{}")), Some(4), "nobody knows the hash before it");
    assert_eq!(line(writer.gap(&log.range(3, 4), None)), Some(4), "a gap after a gap");

    let mut writer = begin();
    for record in &log.records {
        writer.record(record).unwrap();
    }
    assert_eq!(line(writer.record("{}")), Some(12), "more than the header says");
    let error = writer.finish(&log.note(9)).unwrap_err();
    assert_eq!(error.line(), Some(2), "{error}");

    for (note, line) in [
        (log.note(8), Some(13)),
        (Log::new(OTHER_TENANT, 9).note(9), Some(12)),
        (Log::of(TENANT, (0..9).map(|_| "{}".to_owned())).note(9), Some(14)),
        (key().sign("not\na checkpoint\n").unwrap(), Some(12)),
    ] {
        let mut writer = Writer::new(Vec::new(), log.header(&[1, 2, 3, 4, 5, 6, 7, 8, 9])).unwrap();
        log.records.iter().for_each(|record| writer.record(record).unwrap());
        // One line more than records: the first is format, the second the header, and one is empty.
        assert_eq!(writer.finish(&note).unwrap_err().line(), line.map(|line| line + 1), "{note}");
    }
}

#[test]
fn a_header_that_contradicts_itself_is_refused() {
    let log = Log::new(TENANT, 9);
    let whole = log.header(&[4, 6, 7]);
    let filter = |value| Some([("a".to_owned(), value)].into_iter().collect());
    let headers = [
        bundle::Header { size: 1 << 53, left_out: (1 << 53) - 3, ..whole.clone() },
        bundle::Header { left_out: 5, ..whole.clone() },
        bundle::Header { left_out: u64::MAX, ..whole.clone() },
        bundle::Header { first_seq: 0, ..whole.clone() },
        bundle::Header { first_seq: 8, ..whole.clone() },
        bundle::Header { last_seq: 10, ..whole.clone() },
        bundle::Header { last_seq: 5, ..whole.clone() },
        bundle::Header { count: 0, left_out: 9, ..whole.clone() },
        bundle::Header { count: 1, left_out: 8, ..whole.clone() },
        bundle::Header { filter: filter(1.5.into()), ..whole.clone() },
        bundle::Header { filter: filter(serde_json::json!({ "b": 1 })), ..whole.clone() },
        bundle::Header { filter: filter(serde_json::json!([1])), ..whole.clone() },
        bundle::Header { filter: filter("x".repeat(1 << 16).into()), ..whole.clone() },
        bundle::Header { exported_at: "0000-01-01T00:00:00Z".parse().unwrap(), ..whole.clone() },
    ];
    for header in headers {
        assert!(header.to_text().is_err(), "{header:?}");
    }
    let text = whole.to_text().unwrap();
    assert_eq!(bundle::Header::from_text(&text).unwrap().to_text().unwrap(), text);
}

/// Memory is bounded: what never ends is refused after the longest line that may be.
#[test]
fn a_line_that_never_ends_is_refused_after_the_longest_allowed() {
    struct Counting<R>(R, usize);
    impl<R: Read> Read for Counting<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1 += read;
            Ok(read)
        }
    }
    let sample = sample();
    let lines: Vec<_> = sample.split_inclusive('\n').collect();
    for (before, most) in [(0, 1 << 17), (1, 1 << 18), (2, 1 << 21), (4, 1 << 21), (11, 1 << 21)] {
        let begins = lines[..before].concat();
        let endless = begins.as_bytes().chain(std::io::repeat(b'x'));
        let mut counting = Counting(endless, 0);
        let error = bundle::verify(&mut counting, &trusted(), &mut |_| ()).unwrap_err();
        assert_eq!(error.line(), Some(before as u64 + 1), "{error}");
        assert!(counting.1 < most, "{} bytes were read of line {}", counting.1, before + 1);
    }
}

#[test]
fn a_record_of_the_greatest_length_passes() {
    let record = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_RECORD_BYTES - 8));
    assert_eq!(record.len(), MAX_RECORD_BYTES);
    let log = Log::of(TENANT, [record, "{}".to_owned()].into_iter());
    assert!(verify(log.whole().as_bytes()).is_ok());
}
