//! Files of secrets that are encrypted with age.

use std::{fs, path::Path};

use age::{secrecy::ExposeSecret as _, x25519};
use agentflow::{
    Error,
    secrets::{AgeIdentity, FileOptions, FileProvider, SecretsProvider},
};
use secrecy::SecretString;

#[cfg(unix)]
use super::file::set_mode;
use super::{
    file::{Folder, write_private},
    get, key, names,
};

fn text_of(identity: &x25519::Identity) -> SecretString {
    SecretString::from(identity.to_string().expose_secret())
}

fn options(identity: &x25519::Identity) -> FileOptions {
    with(AgeIdentity::from_text(&text_of(identity)).unwrap())
}

fn with(identity: AgeIdentity) -> FileOptions {
    FileOptions { age: Some(identity), ..FileOptions::default() }
}

fn encrypted(identity: &x25519::Identity, content: &str) -> Vec<u8> {
    age::encrypt(&identity.to_public(), content.as_bytes()).unwrap()
}

fn decrypted(identity: &x25519::Identity, path: &Path) -> String {
    String::from_utf8(age::decrypt(identity, &fs::read(path).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn an_encrypted_file_of_every_form_is_read_and_written() {
    let identity = x25519::Identity::generate();
    for (name, content) in
        [("s.json.age", "{\"a\": \"p@ss!\"}"), ("s.yaml.age", "a: p@ss!"), (".env.age", "a=p@ss!")]
    {
        let folder = Folder::new();
        let path = folder.path(name);
        write_private(&path, &encrypted(&identity, content));
        let file = FileProvider::open(&path, options(&identity)).unwrap();
        assert_eq!(get(&file, "a").await, "p@ss!");
        file.set(&key("b"), SecretString::from("two")).await.unwrap();
        file.rotate(&key("a")).await.unwrap();
        let rotated = get(&file, "a").await;
        let stored = fs::read(&path).unwrap();
        for plain in [rotated.as_str(), "p@ss!", "two"] {
            assert!(!stored.windows(plain.len()).any(|it| it == plain.as_bytes()), "{name}");
        }
        let text = decrypted(&identity, &path);
        assert!(text.contains(&rotated) && text.contains("two"), "{name}");
        let again = FileProvider::open(&path, options(&identity)).unwrap();
        assert_eq!(names(&again).await, ["a", "b"]);
    }
}

#[tokio::test]
async fn armor_stays_armor() {
    let identity = x25519::Identity::generate();
    let folder = Folder::new();
    let path = folder.path("s.json.age");
    let armored = age::encrypt_and_armor(&identity.to_public(), b"{\"a\": \"1\"}").unwrap();
    write_private(&path, armored.as_bytes());
    let file = FileProvider::open(&path, options(&identity)).unwrap();
    file.set(&key("a"), SecretString::from("2")).await.unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
    assert_eq!(get(&FileProvider::open(&path, options(&identity)).unwrap(), "a").await, "2");
}

#[tokio::test]
async fn a_file_is_made_for_the_identity_and_the_recipients() {
    let [ours, other, stranger] = [(); 3].map(|()| x25519::Identity::generate());
    let folder = Folder::new();
    let path = folder.path("s.json.age");
    let recipients = format!("# the operators\n{}, {}\n", other.to_public(), ours.to_public());
    let identity = AgeIdentity::from_text(&text_of(&ours)).unwrap();
    let identity = identity.with_recipients(&recipients).unwrap();
    let file = FileProvider::create(&path, with(identity)).unwrap();
    file.set(&key("a"), SecretString::from("1")).await.unwrap();
    for identity in [&ours, &other] {
        assert!(decrypted(identity, &path).contains("\"1\""));
        assert_eq!(get(&FileProvider::open(&path, options(identity)).unwrap(), "a").await, "1");
    }
    let error = FileProvider::open(&path, options(&stranger)).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }));
    assert!(error.to_string().contains("other identities"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_is_left_as_it_is() {
    let identity = x25519::Identity::generate();
    let folder = Folder::new();
    let path = folder.path("s.json.age");
    let good = encrypted(&identity, "{\"a\": \"p@ss!\"}");
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let passphrase = {
        let mut recipient = age::scrypt::Recipient::new("a passphrase".to_owned().into());
        recipient.set_work_factor(2);
        age::encrypt(&recipient, b"{}").unwrap()
    };
    let cases = [
        (good[..good.len() - 1].to_vec(), "cut off or changed"),
        (good[..100].to_vec(), "no age file, or was cut off"),
        (flipped, "cut off or changed"),
        (b"{\"a\": \"p@ss!\"}".to_vec(), "no age file"),
        (Vec::new(), "no age file"),
        (encrypted(&identity, "{\"a\": \"p@ss!\""), "ends too early"),
        (encrypted(&identity, ""), "it is empty"),
        (passphrase, "encrypted with a passphrase"),
    ];
    for (content, reason) in cases {
        write_private(&path, &content);
        let error = FileProvider::open(&path, options(&identity)).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error:?}").contains("p@ss!"));
        let file = FileProvider::open_later(&path, options(&identity)).unwrap();
        let error = file.set(&key("a"), SecretString::from("new")).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn an_encrypted_file_needs_an_identity() {
    let error = FileProvider::open("secrets.json.age", FileOptions::default()).unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }));
    assert!(error.to_string().contains("AF_SECRETS_AGE_IDENTITY_FILE"), "{error}");
}

#[test]
fn identities_are_read_from_a_private_file() {
    let identity = x25519::Identity::generate();
    let text = format!("# made today\n\n{}\n", identity.to_string().expose_secret());
    let (_folder, path) = Folder::with("identity.txt", &text);
    let read = AgeIdentity::from_file(&path).unwrap();
    let shown = format!("{read:?}");
    assert!(shown.contains(&identity.to_public().to_string()), "{shown}");
    assert!(!shown.contains("AGE-SECRET-KEY"), "{shown}");
    #[cfg(unix)]
    {
        set_mode(&path, 0o640);
        let error = AgeIdentity::from_file(&path).unwrap_err();
        assert!(matches!(error, Error::Denied { .. }));
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn what_is_no_identity_is_refused_and_not_shown() {
    let good = x25519::Identity::generate();
    let good = good.to_string().expose_secret().to_owned();
    for (text, reason) in [
        ("p@ss!".to_owned(), "line 1: it is no X25519 identity"),
        (format!("{good}\n{}", &good[..40]), "line 2: it is no X25519 identity"),
        ("AGE-PLUGIN-YUBIKEY-1P@SS!".to_owned(), "plugins"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), "SSH"),
        ("# nothing\n".to_owned(), "no identity in it"),
        (String::new(), "no identity in it"),
    ] {
        let error = AgeIdentity::from_text(&SecretString::from(text.as_str())).unwrap_err();
        let shown = format!("{error}{error:?}");
        assert!(shown.contains(reason), "{shown}");
        assert!(!shown.to_lowercase().contains("p@ss!") && !shown.contains(&good[..40]), "{shown}");
    }
    let identity = AgeIdentity::from_text(&SecretString::from(good.as_str())).unwrap();
    let error = identity.with_recipients(&good).unwrap_err();
    assert!(error.to_string().contains("number 1 is no X25519 recipient"), "{error}");
    assert!(!error.to_string().contains(&good), "{error}");
}
