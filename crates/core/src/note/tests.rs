use super::*;
use crate::random::Generator;

/// The test vector of c2sp.org/signed-note.
const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

#[test]
fn the_published_note_is_accepted() {
    let key: VerifyingKey = KEY.parse().unwrap();
    let note: SignedNote = NOTE.parse().unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify(std::slice::from_ref(&key)), Ok(()));
    assert_eq!((key.to_string(), note.to_string()), (KEY.to_owned(), NOTE.to_owned()));
}

#[test]
fn what_is_signed_is_verified_and_reads_back() {
    let key = SigningKey::generate("example.com/log".parse().unwrap(), &Generator::seeded(1));
    let note = key.sign("one\n\ntwo\n").unwrap();
    let read: SignedNote = note.to_string().parse().unwrap();
    assert_eq!(read, note);
    assert_eq!(read.verify(&[key.verifying_key().clone()]), Ok(()));
    let again = SigningKey::from_text(&key.to_text()).unwrap();
    assert_eq!(again.verifying_key(), key.verifying_key());
    assert!(!format!("{key:?}").contains("seed"));
}
