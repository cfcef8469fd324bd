//! The crates `signed_note` and `tlog_tiles`, which are not ours: they read what we write, and we read what they write.

use agentflow_core::{
    audit::{Checkpoint, SignedCheckpoint},
    note::{SignedNote, SigningKey, VerifyingKey},
};
use proptest::prelude::*;
use secrecy::SecretString;
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{Hash, check_record, record_hash};

use crate::samples::{Log, key, public, secret_text, signing_key, tenant, trusted};

/// The example in the documentation of `signed_note`, which is that of Go's note package.
const THEIR_KEY: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const THEIR_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

pub(crate) fn their_note(text: &str) -> Option<Note> {
    Note::from_bytes(text.as_bytes()).ok()
}

/// Whether they read the note and find it signed by these keys.
pub(crate) fn they_believe(note: &str, keys: &[VerifyingKey]) -> bool {
    let verifier = |key: &VerifyingKey| {
        Box::new(StandardVerifier::new(&key.to_string()).unwrap()) as Box<dyn Verifier>
    };
    let keys = VerifierList::new(keys.iter().map(verifier).collect());
    their_note(note).is_some_and(|note| note.verify(&keys).is_ok())
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.-]{1,20}(/[a-z0-9-]{1,36}){0,3}",
        "[^\\s+\\p{C}]{1,40}",
        Just(format!("audit.example.com/t/{}", tenant())),
    ]
}

fn texts() -> impl Strategy<Value = String> {
    let line = prop_oneof![3 => "[ -~]{0,40}", 1 => "[^\\x00-\\x1f]{0,20}", 1 => Just("\u{2014} x AAAAAAA=".into())];
    prop::collection::vec(line, 1..6).prop_map(|lines: Vec<String>| lines.join("\n") + "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn they_read_and_verify_our_notes_and_keys(name in names(), seed: u64, text in texts()) {
        let key = signing_key(&name, seed);
        let note = key.sign(text.as_str()).unwrap().to_string();
        let theirs = their_note(&note).unwrap();
        prop_assert_eq!(theirs.text(), text.as_bytes());
        prop_assert_eq!(theirs.to_bytes(), note.as_bytes());
        prop_assert!(they_believe(&note, &public(&key)));
        prop_assert!(!they_believe(&note.replacen('\n', " \n", 1), &public(&key)));
        let verifier = StandardVerifier::new(&key.verifying_key().to_string()).unwrap();
        prop_assert_eq!((verifier.name(), verifier.key_id()), (name.as_str(), key.verifying_key().id()));
    }

    #[test]
    fn we_read_and_verify_their_notes(name in names(), seed: u64, text in texts()) {
        // Our secret key as they read it: they sign to the byte what we sign.
        let key = signing_key(&name, seed);
        let signer = StandardSigner::new(&secret_text(&key)).unwrap();
        let mut theirs = Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&signer]).unwrap();
        let theirs = String::from_utf8(theirs.to_bytes()).unwrap();
        let note: SignedNote = theirs.parse().unwrap();
        prop_assert_eq!(note.verify(&public(&key)), Ok(()));
        prop_assert_eq!(note.to_string(), theirs.as_str());
        prop_assert_eq!(key.sign(text).unwrap().to_string(), theirs);
    }

    #[test]
    fn we_read_their_checkpoints_and_they_read_ours(
        name in names(), size: u64, root: [u8; 32], extension in "([a-z ]{1,9}\n){0,3}"
    ) {
        let theirs = tlog_tiles::Checkpoint::new(&name, size, Hash(root), &extension).unwrap();
        let text = String::from_utf8(theirs.to_bytes()).unwrap();
        let ours: Checkpoint = text.parse().unwrap();
        prop_assert_eq!((ours.origin.as_str(), ours.size, ours.root.0), (name.as_str(), size, root));
        // Signed with a key under the name of the origin.
        let note = ours.sign(&key()).unwrap();
        let back = tlog_tiles::Checkpoint::from_bytes(their_note(&note.to_string()).unwrap().text()).unwrap();
        prop_assert_eq!((back.origin(), back.size(), back.hash().0), (name.as_str(), size, root));
        let named = key().named(ours.origin.clone());
        prop_assert!(they_believe(&note.to_string(), &public(&named)));
        prop_assert!(!they_believe(&note.to_string(), &public(&key())));
    }
}

#[test]
fn their_published_note_is_believed() {
    let key = SigningKey::from_text(&SecretString::from(THEIR_KEY)).unwrap();
    let note: SignedNote = THEIR_NOTE.parse().unwrap();
    assert_eq!(note.verify(&public(&key)), Ok(()));
    assert_eq!(key.sign(note.text()).unwrap(), note);
    assert!(they_believe(THEIR_NOTE, &public(&key)));
}

#[test]
fn a_witness_that_uses_their_code_can_sign_along() {
    let log = Log::of(7);
    let mut note = their_note(&log.signed(7).note().to_string()).unwrap();
    let (first, second) = (StandardSigner::new(THEIR_KEY).unwrap(), signing_key("w.example/2", 5));
    let second = StandardSigner::new(&secret_text(&second)).unwrap();
    note.add_sigs(&[&first, &second]).unwrap();
    let note = String::from_utf8(note.to_bytes()).unwrap();

    let checkpoint = SignedCheckpoint::read(&note).unwrap();
    assert_eq!(checkpoint.checkpoint(), &log.checkpoint(7));
    assert_eq!(checkpoint.verify(&trusted(&key())), Ok(()));
    assert_eq!(checkpoint.note().to_string(), note, "all signatures are kept");
    let witness: VerifyingKey =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    assert_eq!((witness.id(), witness.name().as_str()), (first.key_id(), first.name()));
    assert_eq!(checkpoint.note().verify(&[witness]), Ok(()));
}

#[test]
fn a_key_id_is_what_they_compute() {
    let key = key();
    let text = key.verifying_key().to_string();
    for origin in ["audit.example.com/tenants", "audit.example.com/t/01890a5d", "é"] {
        let named = key.verifying_key().named(origin.parse().unwrap());
        let verifier = StandardVerifier::new(&named.to_string()).unwrap();
        assert_eq!((verifier.name(), verifier.key_id()), (origin, named.id()));
        assert_ne!(named.to_string(), text);
    }
}

/// A verifier that has nothing of ours: it takes the proof apart by its lines and asks the two crates.
#[test]
fn our_proofs_convince_somebody_who_uses_none_of_our_code() {
    let log = Log::of(29);
    let origin = log.checkpoint(29).origin;
    let vkey = key().verifying_key().named(origin);
    for index in 0..29 {
        let proof = log.proof(index, 29).to_string();
        let (head, note) = proof.split_once("\n\n").unwrap();
        let lines: Vec<_> = head.split('\n').collect();
        assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
        let prev_hash = Hash::parse_hash(lines[1].strip_prefix("extra ").unwrap()).unwrap();
        let index: usize = lines[2].strip_prefix("index ").unwrap().parse().unwrap();
        let path = lines[3..].iter().map(|line| Hash::parse_hash(line).unwrap()).collect();

        assert!(they_believe(note, std::slice::from_ref(&vkey)));
        let text = their_note(note).unwrap();
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(text.text()).unwrap();
        let entry = [&prev_hash.0, log.records[index].as_bytes()].concat();
        let entry_hash = agentflow_core::hash::Sha256::of(&[&entry]);
        let leaf = record_hash(entry_hash.as_bytes());
        let check =
            |index, leaf| check_record(&path, checkpoint.size(), *checkpoint.hash(), index, leaf);
        check(index as u64, leaf).unwrap();
        assert!(check(index as u64, record_hash(b"other")).is_err());
        assert!(check((index as u64 + 1) % 29, leaf).is_err());
    }
}
