use age::secrecy::ExposeSecret as _;
use proptest::prelude::*;

use super::*;

fn pair() -> (AgeIdentity, AgeRecipients) {
    let key = x25519::Identity::generate();
    let recipients = AgeRecipients::parse(&[key.to_public().to_string()]).unwrap();
    let text = key.to_string().expose_secret().to_owned();
    (AgeIdentity::from_text(&text.into()).unwrap(), recipients)
}

fn sealed(recipients: &AgeRecipients, plain: &[u8]) -> Vec<u8> {
    let mut writer = recipients.encrypt(Vec::new()).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn opened(identity: &AgeIdentity, sealed: &[u8]) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let mut reader = identity.decrypt(sealed).map_err(|error| error.to_string())?;
    reader.read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

#[test]
fn what_is_encrypted_opens_for_each_recipient_and_nobody_else() {
    let ((first, one), (second, two)) = (pair(), pair());
    let names = [one.names(), two.names(), one.names()].concat();
    let both = AgeRecipients::parse(&names).unwrap();
    assert_eq!(both.names(), names[..2], "repeated ones count once");
    for plain in [0, 1, 64 * 1024, 64 * 1024 + 1, 300_000].map(|length| vec![7; length]) {
        let file = sealed(&both, &plain);
        assert_eq!(opened(&first, &file).unwrap(), plain);
        assert_eq!(opened(&second, &file).unwrap(), plain);
    }
    let refusal = opened(&pair().0, &sealed(&both, b"x")).unwrap_err();
    assert!(refusal.contains("other identities"), "{refusal}");
}

#[test]
fn a_place_in_the_middle_is_read_without_what_is_before_it() {
    let (identity, recipients) = pair();
    let plain: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    let mut reader = identity.decrypt(io::Cursor::new(sealed(&recipients, &plain))).unwrap();
    assert_eq!(reader.seek(SeekFrom::End(0)).unwrap(), 200_000);
    reader.seek(SeekFrom::Start(131_073)).unwrap();
    let mut part = [0; 1000];
    reader.read_exact(&mut part).unwrap();
    assert_eq!(part, plain[131_073..132_073]);
}

#[test]
fn a_file_cut_at_any_place_or_with_any_byte_changed_is_refused() {
    let (identity, recipients) = pair();
    let file = sealed(&recipients, &vec![9; 70_000]);
    let places = (0..400).chain((400..file.len()).step_by(4099)).chain([file.len() - 1]);
    for place in places {
        assert!(opened(&identity, &file[..place]).is_err(), "cut at {place}");
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(opened(&identity, &changed).is_err(), "changed at {place}");
    }
    assert!(opened(&identity, &[file.as_slice(), b"x"].concat()).is_err(), "something behind it");
}

#[test]
fn a_header_without_an_end_is_not_read_to_its_end() {
    let (identity, _) = pair();
    let endless = b"age-encryption.org/v1\n".chain(io::repeat(b'x'));
    let refusal = identity.decrypt(endless).unwrap_err().to_string();
    assert!(refusal.contains("no age file"), "{refusal}");
}

#[test]
fn an_identity_is_no_recipient_and_is_not_repeated() {
    let secret = x25519::Identity::generate().to_string();
    let refusal = AgeRecipients::parse(&[secret.expose_secret()]).unwrap_err().to_string();
    assert!(refusal.contains("number 1 is no X25519 recipient"), "{refusal}");
    assert!(!refusal.contains("AGE-SECRET"), "{refusal}");
    assert!(AgeRecipients::parse::<&str>(&[]).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(noise in proptest::collection::vec(any::<u8>(), 0..400), at in 0..300_usize) {
        let (identity, recipients) = pair();
        let _ = opened(&identity, &noise);
        let mut file = sealed(&recipients, b"plain");
        let at = at.min(file.len());
        file.splice(at..at, noise.iter().copied());
        prop_assert!(noise.is_empty() || opened(&identity, &file).is_err());
    }
}
