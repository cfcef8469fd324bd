//! Changed and random texts: no reader panics, reads what it would not write, or believes what nobody signed.

use std::sync::LazyLock;

use agentflow_core::{
    audit::{
        Checkpoint, EntryProof, SignedCheckpoint, TenantLogEntry, TornEnd, TrustedKeys,
        read_checkpoints,
    },
    hash::Sha256,
    note::{SignedNote, SigningKey, VerifyingKey},
};
use proptest::prelude::*;
use secrecy::SecretString;

use crate::{
    edits::{cases, edited, edited_text, edits},
    peers::{their_note, they_believe},
    samples::{Log, key, public, secret_text, signing_key, tenant, trusted},
};

/// What all inputs begin as, made once.
struct Originals {
    log: Log,
    key: Vec<VerifyingKey>,
    trusted: TrustedKeys,
    notes: [String; 2],
    checkpoints: [String; 2],
    proofs: [String; 2],
    keys: [String; 2],
    file: String,
    entries: [String; 2],
}

static ORIGINALS: LazyLock<Originals> = LazyLock::new(|| {
    let log = Log::of(11);
    let witness = signing_key("witness.example/w1", 2).sign("one\n\ntwo é\n").unwrap().to_string();
    let cosignature = witness.rsplit_once("\n\n").unwrap().1;
    let note = format!("{}{cosignature}", key().sign("one\n\ntwo é\n").unwrap());
    let (head_hash, root_hash) = (Sha256([9; 32]), Sha256([8; 32]));
    let taken = TenantLogEntry::Checkpoint { tenant_id: tenant(), size: 12, root_hash, head_hash };
    let deleted = TenantLogEntry::Deleted { tenant_id: tenant(), size: 12, head_hash };
    Originals {
        key: public(&key()),
        trusted: trusted(&key()),
        notes: [note, key().sign("other\n").unwrap().to_string()],
        checkpoints: [5, 11].map(|size| log.checkpoint(size).to_string()),
        proofs: [(3, 11), (0, 5)].map(|(index, size)| log.proof(index, size).to_string()),
        keys: [key(), signing_key("b.example/t/1", 4)].map(|key| key.verifying_key().to_string()),
        file: [2, 5, 11].map(|size| log.signed(size).note().to_string()).join("\n"),
        entries: [taken, deleted].map(|entry| entry.to_text().unwrap()),
        log,
    }
});

/// What holds for any text that is read as a note.
fn check_note(text: &str) {
    let read = text.parse::<SignedNote>();
    let theirs = their_note(text);
    let Ok(note) = read else { return };
    assert_eq!(note.to_string(), text, "what was read is written otherwise");
    assert!(theirs.is_some(), "only we read it: {text:?}");
    if note.verify(&ORIGINALS.key).is_ok() {
        assert!(["one\n\ntwo é\n", "other\n"].contains(&note.text()), "nobody signed {text:?}");
        assert!(they_believe(text, &ORIGINALS.key), "only we believe it: {text:?}");
    }
}

fn check_checkpoint(text: &str) {
    let Ok(checkpoint) = text.parse::<Checkpoint>() else { return };
    let written = checkpoint.to_string();
    assert!(text.starts_with(&written), "{text:?} is written as {written:?}");
    let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(theirs.origin(), checkpoint.origin.as_str());
    assert_eq!((theirs.size(), theirs.hash().0), (checkpoint.size, checkpoint.root.0));
    assert_eq!(theirs.extension(), &text[written.len()..]);
    if let Some(tenant) = checkpoint.tenant() {
        assert!(checkpoint.origin.as_str().ends_with(&format!("/t/{tenant}")));
    }
}

fn check_proof(text: &str, record: &str) {
    let Ok(proof) = text.parse::<EntryProof>() else { return };
    assert_eq!(proof.to_string(), text, "what was read is written otherwise");
    let Ok(proven) = proof.verify(record, &ORIGINALS.trusted) else { return };
    let index = usize::try_from(proof.index).unwrap();
    let size = usize::try_from(proof.checkpoint.checkpoint().size).unwrap();
    let genuine = ORIGINALS.log.proof(index, size);
    assert_eq!((proven.tenant_id, proven.seq), (tenant(), proof.index + 1));
    assert_eq!(record, ORIGINALS.log.records[index], "nobody logged it");
    assert_eq!((proof.prev_hash, &proof.hashes), (genuine.prev_hash, &genuine.hashes));
    assert_eq!(proof.checkpoint.note().text(), genuine.checkpoint.note().text());
}

fn check_key(text: &str) {
    let Ok(key) = text.parse::<VerifyingKey>() else { return };
    assert_eq!(key.to_string(), text, "what was read is written otherwise");
    let known = ORIGINALS.keys.iter().any(|known| known == text);
    assert!(known, "a key nobody made: {text}");
}

fn check_file(bytes: &[u8]) {
    for torn in [TornEnd::Ignore, TornEnd::Refuse] {
        let mut checkpoints = read_checkpoints(bytes, torn);
        for checkpoint in checkpoints.by_ref() {
            let Ok(checkpoint) = checkpoint else { break };
            let note = checkpoint.note().to_string();
            let is_there = bytes.windows(note.len()).any(|part| part == note.as_bytes());
            assert!(is_there, "the file does not hold {note}");
            if checkpoint.verify(&ORIGINALS.trusted).is_ok() {
                let text = checkpoint.note().text();
                assert!(ORIGINALS.file.contains(text), "nobody signed {text}");
            }
        }
        assert!(checkpoints.next().is_none());
        assert!(checkpoints.whole_bytes() <= bytes.len() as u64);
    }
}

/// Lines as they are in all these formats, some of them, in any order.
fn jumble() -> impl Strategy<Value = String> {
    let originals = &*ORIGINALS;
    let lines = [&originals.notes[..], &originals.proofs[..], &originals.checkpoints[..]].concat();
    let lines: Vec<String> =
        lines.iter().flat_map(|text| text.split('\n')).map(str::to_owned).collect();
    let line = prop_oneof![
        6 => proptest::sample::select(lines),
        2 => Just(String::new()),
        1 => "[ -~é—+=\n]{0,20}",
        1 => any::<String>(),
    ];
    (prop::collection::vec(line, 0..9), any::<bool>())
        .prop_map(|(lines, ends)| lines.join("\n") + if ends { "\n" } else { "" })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_changed_note_is_refused_or_says_what_was_signed(which in 0..2_usize, edits in edits()) {
        let [text, other] = [&ORIGINALS.notes[which], &ORIGINALS.notes[1 - which]];
        check_note(&edited_text(text, other, &edits));
    }

    #[test]
    fn a_changed_checkpoint_reads_alike_everywhere(which in 0..2_usize, edits in edits()) {
        let [text, other] = [&ORIGINALS.checkpoints[which], &ORIGINALS.checkpoints[1 - which]];
        check_checkpoint(&edited_text(text, other, &edits));
    }

    #[test]
    fn a_changed_proof_proves_only_what_is_in_the_log(
        which in 0..2_usize, edits in edits(), record_edits in prop::option::weighted(0.3, edits()), entry in 0..11_usize
    ) {
        let [text, other] = [&ORIGINALS.proofs[which], &ORIGINALS.proofs[1 - which]];
        let own = if which == 0 { 3 } else { 0 };
        let records = &ORIGINALS.log.records;
        let record = record_edits.map_or_else(
            || records[own].clone(),
            |edits| edited_text(&records[own], &records[entry], &edits),
        );
        check_proof(text, &record);
        let changed = edited_text(text, other, &edits);
        check_proof(&changed, &records[own]);
        check_proof(&changed, &record);
    }

    #[test]
    fn a_changed_key_is_refused(which in 0..2_usize, edits in edits()) {
        let [text, other] = [&ORIGINALS.keys[which], &ORIGINALS.keys[1 - which]];
        check_key(&edited_text(text, other, &edits));
        let secret = secret_text(&key());
        let changed = edited_text(&secret, text, &edits);
        let read = SigningKey::from_text(&SecretString::from(changed.clone()));
        prop_assert!(read.is_err() || changed.trim() == secret);
    }

    #[test]
    fn a_changed_file_of_checkpoints_holds_no_others(edits in edits()) {
        check_file(&edited(&ORIGINALS.file, &ORIGINALS.proofs[0], &edits));
    }

    #[test]
    fn a_changed_entry_of_the_log_of_tenants_has_one_text(which in 0..2_usize, edits in edits()) {
        let [text, other] = [&ORIGINALS.entries[which], &ORIGINALS.entries[1 - which]];
        let changed = edited_text(text, other, &edits);
        if let Ok(entry) = TenantLogEntry::from_text(&changed) {
            prop_assert_eq!(entry.to_text().unwrap(), changed);
        }
    }

    #[test]
    fn a_jumble_of_lines_is_read_by_nobody_as_more_than_it_is(text in jumble()) {
        check_note(&text);
        check_checkpoint(&text);
        check_proof(&text, &ORIGINALS.log.records[3]);
        check_key(&text);
        check_file(text.as_bytes());
        if let Ok(checkpoint) = SignedCheckpoint::read(&text) {
            prop_assert_eq!(checkpoint.note().to_string(), text);
        }
    }
}
