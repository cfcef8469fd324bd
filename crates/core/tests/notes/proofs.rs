//! Proofs that an entry is in the log of its tenant.

use agentflow_core::{
    audit::{
        Checkpoint, EntryProof, ProofError, ProvenEntry, SignedCheckpoint, TrustedKeys, link_hash,
        tenant_log_origin,
    },
    hash::Sha256,
    note::NoteError,
};

use crate::samples::{Log, key, public, signed, signing_key, tenant, trusted};

#[test]
fn every_entry_is_proved_at_every_size() {
    let log = Log::of(20);
    for size in 1..=20 {
        for index in 0..size {
            let proof = log.proof(index, size);
            let read: EntryProof = proof.to_string().parse().unwrap();
            assert_eq!(read, proof);
            let seq = index as u64 + 1;
            let hash = link_hash(&proof.prev_hash, &log.records[index]);
            let proven = ProvenEntry { tenant_id: tenant(), seq, hash };
            assert_eq!(read.verify(&log.records[index], &trusted(&key())), Ok(proven));
            let other = &log.records[(index + 1) % 20];
            let origin = proof.checkpoint.checkpoint().origin.clone();
            let error = Err(ProofError::NotInTree { seq, origin });
            assert_eq!(read.verify(other, &trusted(&key())), error);
        }
    }
}

#[test]
fn a_proof_is_written_as_the_specification_says() {
    let log = Log::of(3);
    let proof = log.proof(1, 3);
    let note = proof.checkpoint.note();
    let [sibling, rest] = &proof.hashes[..] else { panic!("{proof}") };
    let expected = format!(
        "c2sp.org/tlog-proof@v1\nextra {}\nindex 1\n{}\n{}\n\n{note}",
        proof.prev_hash.to_base64(),
        sibling.to_base64(),
        rest.to_base64(),
    );
    assert_eq!(proof.to_string(), expected);
    assert!(Log::of(1).proof(0, 1).to_string().contains("\nindex 0\n\naudit.example.com/t/"));
}

#[test]
fn each_way_to_fail_has_its_name() {
    let log = Log::of(5);
    let proof = log.proof(2, 5);
    let record = &log.records[2];
    let (ours, stranger) = (trusted(&key()), signing_key("audit.example.com", 9));
    let origin = proof.checkpoint.checkpoint().origin.clone();

    let unknown = Err(ProofError::Note(NoteError::UnknownKeys(vec![origin.clone()])));
    assert_eq!(proof.verify(record, &TrustedKeys::default()), unknown);
    assert_eq!(proof.verify(record, &trusted(&stranger)), unknown, "the name, and another key");
    assert_eq!(proof.verify(record, &trusted(&signing_key("b.example", 1))), unknown);
    assert!(
        proof
            .verify(record, &TrustedKeys::new([public(&stranger), public(&key())].concat()))
            .is_ok()
    );

    let other = log.signed(4).note().to_string().replace("\n4\n", "\n5\n");
    let wrong = EntryProof { checkpoint: SignedCheckpoint::read(&other).unwrap(), ..proof.clone() };
    let error = Err(ProofError::Note(NoteError::WrongSignature(origin.clone())));
    assert_eq!(wrong.verify(record, &ours), error);

    let not_in_tree = |seq| Err(ProofError::NotInTree { seq, origin: origin.clone() });
    let changed = |edit: &dyn Fn(&mut EntryProof)| {
        let mut proof = proof.clone();
        edit(&mut proof);
        proof.verify(record, &ours)
    };
    assert_eq!(changed(&|it| it.prev_hash.0[31] ^= 1), not_in_tree(3));
    assert_eq!(changed(&|it| it.index = 3), not_in_tree(4));
    assert_eq!(changed(&|it| it.checkpoint = log.signed(4)), not_in_tree(3));
    assert_eq!(changed(&|it| it.hashes.swap(0, 1)), not_in_tree(3));
    assert_eq!(changed(&|it| it.hashes.truncate(1)), not_in_tree(3));
    assert_eq!(changed(&|it| it.hashes.push(Sha256([0; 32]))), not_in_tree(3));
    let beyond = |index| Err(ProofError::NoSuchEntry { index, size: 5 });
    assert_eq!(changed(&|it| it.index = 5), beyond(5));
    assert_eq!(changed(&|it| it.index = u64::MAX), beyond(u64::MAX));
}

#[test]
fn a_checkpoint_of_another_log_proves_nothing() {
    let log = Log::of(5);
    let (proof, ours) = (log.proof(2, 5), trusted(&key()));
    // The same tree, signed as the log of all tenants.
    let origin = tenant_log_origin(key().verifying_key().name()).unwrap();
    let checkpoint = Checkpoint { origin: origin.clone(), ..log.checkpoint(5) };
    let elsewhere = EntryProof { checkpoint: signed(&checkpoint), ..proof };
    assert_eq!(elsewhere.verify(&log.records[2], &ours), Err(ProofError::AnotherLog(origin)));
}

#[test]
fn a_proof_is_read_in_one_form_only() {
    let log = Log::of(6);
    let text = log.proof(1, 6).to_string();
    let head: Vec<_> = text.split_once("\n\n").unwrap().0.split('\n').collect();
    let [format, extra, index, first, ..] = head[..] else { panic!("{text}") };
    assert!(text.parse::<EntryProof>().is_ok());
    let without = |line: &str| text.replacen(&format!("{line}\n"), "", 1);
    let cases = [
        String::new(),
        without(format),
        without(extra),
        without(index),
        text.replace("@v1", "@v2"),
        text.replace("@v1\n", "@v1 \n"),
        text.replace("extra ", "extra  "),
        text.replace("extra ", "Extra "),
        text.replacen(extra, "extra", 1),
        text.replacen(extra, "extra ", 1),
        text.replacen(extra, "extra AAAA", 1),
        text.replacen(extra, &format!("{extra}\n{extra}"), 1),
        text.replacen(&format!("{extra}\n{index}"), &format!("{index}\n{extra}"), 1),
        text.replace("index 1", "index 01"),
        text.replace("index 1", "index +1"),
        text.replace("index 1", "index -1"),
        text.replace("index 1", "index  1"),
        text.replace("index 1", "index 18446744073709551616"),
        text.replace("index 1", "index"),
        text.replacen(first, &first[..43], 1),
        text.replacen(first, "AAAA", 1),
        text.replacen(first, &format!("{first} "), 1),
        text.replacen(first, &format!("{first}\n"), 1),
        text.replacen("\n\n", "\n\n\n", 1),
        text.replacen("\n\n", "\n", 1),
        text.replace('\n', "\r\n"),
        format!("\n{text}"),
        format!("{text}\n"),
        text.trim_end().to_owned(),
    ];
    for case in cases {
        assert!(case.parse::<EntryProof>().is_err(), "{case}");
    }
}

#[test]
fn at_most_63_hashes_are_read_and_nothing_that_is_longer_than_a_proof() {
    let log = Log::of(6);
    let text = log.proof(1, 6).to_string();
    let hash = format!("{}\n", log.proof(1, 6).hashes[0].to_base64());
    let with =
        |count: usize| text.replacen("index 1\n", &format!("index 1\n{}", hash.repeat(count)), 1);
    let own = log.proof(1, 6).hashes.len();
    let most: EntryProof = with(63 - own).parse().unwrap();
    assert_eq!(most.hashes.len(), 63);
    assert!(most.verify(&log.records[1], &trusted(&key())).is_err());
    assert!(with(64 - own).parse::<EntryProof>().unwrap_err().reason.contains("63"));
    let error = "x".repeat(2_000_000).parse::<EntryProof>().unwrap_err();
    assert!(error.reason.contains("fewer bytes"), "{error}");
}
