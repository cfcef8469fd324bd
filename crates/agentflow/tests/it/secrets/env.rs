//! Secrets in variables of the environment.

use std::{collections::BTreeMap, ffi::OsString};

use agentflow::{
    Error,
    secrets::{EnvProvider, SecretsProvider, VersionSelector},
};
use secrecy::{ExposeSecret, SecretString};

use super::{get, key, names};

fn variables(pairs: &[(&str, &str)]) -> EnvProvider {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value)));
    EnvProvider::with_variables("AF_SECRET_", pairs.collect::<BTreeMap<_, _>>())
}

#[tokio::test]
async fn a_name_is_a_variable_in_upper_case_behind_the_prefix() {
    let env = variables(&[("AF_SECRET_STRIPE_KEY", "sk_1"), ("STRIPE_KEY", "other")]);
    assert_eq!(env.name(), "env");
    for name in ["stripe_key", "stripe-key", "STRIPE_KEY", "Stripe-Key"] {
        assert_eq!(env.variable(&key(name)), "AF_SECRET_STRIPE_KEY");
        let value = env.get(&key(name), VersionSelector::Latest).await.unwrap();
        assert_eq!(value.value.expose_secret(), "sk_1");
        assert_eq!((value.provider.as_str(), value.version), ("env", None));
        assert_eq!((value.not_after, value.stale_since), (None, None));
    }
    let missing = env.get(&key("other"), VersionSelector::Latest).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }));
    assert_eq!(
        missing.to_string(),
        "failed to get a secret: secret other (AF_SECRET_OTHER) not found"
    );
    let pinned = env.get(&key("stripe_key"), VersionSelector::Pinned(1)).await.unwrap_err();
    assert!(matches!(pinned, Error::Unsupported { .. }), "{pinned}");
}

#[tokio::test]
async fn what_is_listed_is_what_is_found() {
    let env = variables(&[
        ("AF_SECRET_B", "2"),
        ("AF_SECRET_A_1", "1"),
        ("AF_SECRET_EMPTY", ""),
        ("AF_SECRET_lower", "no name leads here"),
        ("AF_SECRET_", "no name"),
        ("AF_SECRET_A.B", "no valid name"),
        ("AF_SECRET_A-1", "no name leads here"),
        ("PATH", "/bin"),
    ]);
    assert_eq!(names(&env).await, ["a_1", "b"]);
    for name in env.list().await.unwrap() {
        env.get(&name, VersionSelector::Latest).await.unwrap();
    }
    let empty = env.get(&key("empty"), VersionSelector::Latest).await.unwrap_err();
    assert!(matches!(empty, Error::NotFound { .. }), "{empty}");
}

#[tokio::test]
async fn a_change_is_for_this_provider_alone() {
    let env = variables(&[("AF_SECRET_A", "1")]);
    let capabilities = env.capabilities();
    assert!(capabilities.writable && !capabilities.durable && !capabilities.rotatable);
    let mut changes = env.watch().unwrap();
    let clone = env.clone();

    env.set(&key("new-one"), SecretString::from("n")).await.unwrap();
    env.delete(&key("a")).await.unwrap();
    assert!(changes.has_changed().unwrap());
    assert_eq!(*changes.borrow_and_update(), 2);
    assert_eq!(names(&clone).await, ["new_one"]);
    assert_eq!(get(&clone, "NEW_ONE").await, "n");
    let gone = clone.get(&key("a"), VersionSelector::Latest).await.unwrap_err();
    assert!(matches!(gone, Error::NotFound { .. }));
    let again = env.delete(&key("a")).await.unwrap_err();
    assert!(matches!(again, Error::NotFound { .. }), "{again}");
    env.set(&key("a"), SecretString::from("2")).await.unwrap();
    assert_eq!(get(&env, "a").await, "2");

    for bad in ["", "a\0b"] {
        let refused = env.set(&key("a"), SecretString::from(bad)).await.unwrap_err();
        assert!(matches!(refused, Error::InvalidInput { .. }), "{refused}");
    }
    assert_eq!(get(&env, "a").await, "2");
    assert!(std::env::var_os("AF_SECRET_NEW_ONE").is_none());
}

#[tokio::test]
async fn the_environment_is_not_rotated() {
    let env = variables(&[("AF_SECRET_A", "1")]);
    let refused = env.rotate(&key("a")).await.unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }));
    assert!(refused.to_string().contains("set the variable and restart"), "{refused}");
    let missing = env.rotate(&key("b")).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
    assert_eq!(get(&env, "a").await, "1");
}

#[cfg(unix)]
#[tokio::test]
async fn a_value_that_is_no_text_is_an_error_that_does_not_show_it() {
    use std::os::unix::ffi::OsStringExt;

    let raw = OsString::from_vec(b"p@ss\xffw0rd".to_vec());
    let env = EnvProvider::with_variables("X_", BTreeMap::from([("X_A".to_owned(), raw)]));
    let error = env.get(&key("a"), VersionSelector::Latest).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }));
    assert!(error.to_string().contains("X_A"), "{error}");
    assert!(!format!("{error}{error:?}{env:?}").contains("p@ss"));
    assert_eq!(names(&env).await, ["a"]);
}

#[tokio::test]
async fn the_process_itself_is_read() {
    // The environment of a process cannot be changed safely in a test, and has PATH.
    let env = EnvProvider::new("");
    assert_eq!(get(&env, "path").await, std::env::var("PATH").unwrap());
    assert!(names(&env).await.contains(&"path".to_owned()));
    assert_eq!(EnvProvider::default().variable(&key("a")), "AF_SECRET_A");
}
