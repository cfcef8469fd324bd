//! Keys and their names.

use agentflow_core::note::{KeyName, SigningKey, VerifyingKey};
use secrecy::SecretString;

use crate::samples::{key, secret_text, signing_key};

fn refused(text: &str) -> String {
    text.parse::<VerifyingKey>().unwrap_err().reason
}

#[test]
fn a_name_has_no_spaces_no_plus_and_no_control_characters() {
    for name in [
        "",
        " ",
        "a b",
        "a+b",
        "+",
        "a\n",
        "a\tb",
        "a\u{a0}b",
        "a\u{2003}",
        "a\u{85}",
        "\u{7f}",
        "a\0",
    ] {
        assert!(name.parse::<KeyName>().is_err(), "{name:?}");
    }
    assert!("x".repeat(256).parse::<KeyName>().is_err());
    for name in
        ["a", "audit.example.com/t/1", "é.example", "https://x:1/?a=b&c#d", &"x".repeat(255)]
    {
        assert_eq!(name.parse::<KeyName>().unwrap().as_str(), name);
    }
    let name: KeyName = "x".repeat(250).parse().unwrap();
    assert!(name.below("tenants").is_err());
    assert!(name.below("a b").is_err());
}

#[test]
fn another_name_is_another_key_id() {
    let (key, other) = (key(), key().named("audit.example.com/tenants".parse().unwrap()));
    assert_ne!(key.verifying_key().id(), other.verifying_key().id());
    assert_eq!(
        other.verifying_key().named(key.verifying_key().name().clone()),
        *key.verifying_key()
    );
}

#[test]
fn a_verifying_key_that_was_changed_is_refused() {
    let text = key().verifying_key().to_string();
    let [name, id, base64] = text.splitn(3, '+').collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(text.parse::<VerifyingKey>().is_ok());

    let wrong_id = format!("{name}+{:08x}+{base64}", u32::from_str_radix(id, 16).unwrap() ^ 1);
    assert!(refused(&wrong_id).contains("its id"));
    assert!(refused(&format!("other.example+{id}+{base64}")).contains("its id"));
    for text in [
        String::new(),
        name.to_owned(),
        format!("{name}+{id}"),
        format!("{name}+{id}+"),
        format!("+{id}+{base64}"),
        format!("a b+{id}+{base64}"),
        format!("a+b+{id}+{base64}"),
        format!("{name}+{}+{base64}", &id[1..]),
        format!("{name}+0{id}+{base64}"),
        format!("{name}++{}+{base64}", &id[1..]),
        format!("{name}+{}+{base64}", id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")),
        format!("{name}+{id}+{}", &base64[4..]),
        format!("{name}+{id}+{base64}AAAA"),
        format!("{name}+{id}+{}", base64.replace('+', "-").replace('/', "_") + "="),
        format!("{name}+{id}+{base64}\n"),
        format!(" {name}+{id}+{base64}"),
    ] {
        assert!(text.parse::<VerifyingKey>().is_err(), "{text:?}");
    }
}

#[test]
fn keys_of_other_types_are_named_as_such() {
    // The id does not matter: the type comes first. 0x04 is a cosigner's Ed25519, 0x06 ML-DSA-44.
    for kind in [0x00, 0x02, 0x04, 0x06, 0xff_u8] {
        let base64 = base64_of(kind);
        let reason = refused(&format!("audit.example.com+00000000+{base64}"));
        assert!(reason.contains(&format!("{kind:#04x}")), "{reason}");
    }
}

/// A key of 32 zero bytes with a type before it: 33 bytes, which is no padding.
fn base64_of(kind: u8) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = [LETTERS[usize::from(kind >> 2)], LETTERS[usize::from((kind & 3) << 4)]];
    String::from_utf8(letters.to_vec()).unwrap() + &"A".repeat(42)
}

#[test]
fn the_two_halves_of_a_key_are_not_taken_for_each_other() {
    let secret = secret_text(&key());
    let error = secret.parse::<VerifyingKey>().unwrap_err();
    assert!(error.reason.contains("secret"), "{error}");
    let key_part = secret.rsplit_once('+').unwrap().1;
    assert!(!error.to_string().contains(key_part), "the message holds the key");
    // Without what marks it, the id still tells.
    let bare = secret.strip_prefix("PRIVATE+KEY+").unwrap();
    assert!(refused(bare).contains("its id"));

    let public = key().verifying_key().to_string();
    for text in
        [public.clone(), format!("PRIVATE+KEY+{public}"), String::new(), "PRIVATE+KEY+".into()]
    {
        let error = SigningKey::from_text(&SecretString::from(text)).unwrap_err();
        assert_eq!(error.field, "signing key");
    }
}

#[test]
fn a_signing_key_is_not_shown() {
    let (key, secret) =
        (signing_key("audit.example.com", 7), secret_text(&signing_key("audit.example.com", 7)));
    let hidden = secret.rsplit_once('+').unwrap().1;
    assert!(!format!("{key:?}").contains(&hidden[4..20]));
    let broken = format!("{}AAAA", &secret[..secret.len() - 4]);
    let error = SigningKey::from_text(&SecretString::from(broken)).unwrap_err();
    assert!(!error.to_string().contains(&hidden[4..20]), "{error}");
}
