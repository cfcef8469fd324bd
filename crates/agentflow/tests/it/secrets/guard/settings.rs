//! What settings make of the guard.

use std::{sync::Arc, time::Duration};

use agentflow::{
    Error, SecretProviderSetting, SecretSettings,
    secrets::{AccessRules, Caller, Secrets},
};

use super::{LATEST, billing};
use crate::secrets::stub::Remembered;

#[cfg(unix)]
#[tokio::test]
async fn settings_lead_to_guarded_secrets() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (file, rules) = (folder.path().join("secrets.json"), folder.path().join("rules.yaml"));
    let write = |path: &std::path::Path, text: &str, mode: u32| {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    write(&file, r#"{"stripe_key": "planted-value-5b1f"}"#, 0o600);
    let yaml = "rules: [{ principal: '*', keys: [stripe_*, path], verbs: [get] }]";
    write(&rules, yaml, 0o644);
    let log = Arc::new(Remembered::default());
    let settings = SecretSettings {
        providers: vec![SecretProviderSetting::File(file.clone()), SecretProviderSetting::Env],
        prefix: "CARGO_".to_owned(),
        rules: Some(rules.clone()),
        max_stale: Duration::from_secs(60),
        ..SecretSettings::default()
    };
    let open = |settings: &SecretSettings| Secrets::open(settings, None, log.clone(), None);
    let secrets = open(&settings).unwrap();
    let access = secrets.for_caller(Caller::without_tenant(billing()));
    let got = access.get("stripe_key", LATEST).await.unwrap();
    assert_eq!(got.provider, format!("file:{}", file.display()));
    assert!(matches!(access.get("manifest_dir", LATEST).await, Err(Error::Denied { .. })));
    log.lines();

    // Nobody gets everything by leaving the rules out.
    let without = SecretSettings { rules: None, ..settings.clone() };
    assert!(open(&without).unwrap_err().to_string().contains("AF_SECRETS_RULES"));
    let all = Secrets::open(&without, Some(AccessRules::allow_all()), log.clone(), None).unwrap();
    let access = all.for_caller(Caller::without_tenant(billing()));
    let got = access.get("manifest_dir", LATEST).await.unwrap();
    assert_eq!((got.provider.as_str(), log.lines().len()), ("env", 1));

    // Rules that others may write, and rules that are none.
    write(&rules, yaml, 0o664);
    assert!(open(&settings).unwrap_err().to_string().contains("chmod go-w"));
    write(&rules, "rules: [{ principal: '*', keys: ['*'], verbs: [all] }]", 0o600);
    let error = open(&settings).unwrap_err().to_string();
    assert!(error.contains("rules.yaml") && error.contains("line 1"), "{error}");
    std::fs::remove_file(&rules).unwrap();
    assert!(open(&settings).unwrap_err().to_string().contains("rules.yaml"));

    // A file of secrets that the group may read is refused when it is used, and that is logged.
    write(&file, r#"{"stripe_key": "planted-value-5b1f"}"#, 0o640);
    let shared =
        Secrets::open(&without, Some(AccessRules::allow_all()), log.clone(), None).unwrap();
    let access = shared.for_caller(Caller::without_tenant(billing()));
    let error = access.get("stripe_key", LATEST).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("chmod 600") && !text.contains("planted"), "{text}");
    assert_eq!(log.lines(), ["get stripe_key: denied"]);
}

#[cfg(unix)]
#[tokio::test]
async fn rules_that_somebody_else_may_replace_are_refused() {
    use std::os::unix::fs::{PermissionsExt, chown};

    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.yaml");
    std::fs::write(&rules, "rules: []").unwrap();
    std::fs::set_permissions(&rules, std::fs::Permissions::from_mode(0o644)).unwrap();
    let settings = SecretSettings { rules: Some(rules.clone()), ..SecretSettings::default() };
    let read = || settings.read_rules().map(drop).map_err(|error| error.to_string());
    read().unwrap();
    let set_mode = |mode| {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(0o777);
    assert!(read().unwrap_err().contains("its mode is 0777"));
    set_mode(0o755);
    if chown(&rules, Some(12_345), None).is_err() {
        eprintln!("skipped: only root may give files away");
        return;
    }
    assert!(read().unwrap_err().contains("it belongs to user 12345"));
    chown(&rules, Some(0), None).unwrap();
    chown(folder.path(), Some(12_345), None).unwrap();
    assert!(read().unwrap_err().contains("its folder"));
}

#[tokio::test]
async fn what_settings_name_and_cannot_be_used_is_an_invalid_setting() {
    for path in ["s.txt", "s.json.age"] {
        let providers = vec![SecretProviderSetting::File(path.into())];
        let settings = SecretSettings { providers, ..SecretSettings::default() };
        let rules = Some(AccessRules::allow_all());
        let error = Secrets::open(&settings, rules, Arc::new(Remembered::default()), None);
        let error = error.unwrap_err();
        assert!(matches!(error, Error::InvalidSetting(_)), "{error}");
        assert!(error.to_string().contains(path), "{error}");
    }
}
