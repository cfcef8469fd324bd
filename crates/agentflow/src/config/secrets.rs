//! Settings of secrets: which providers are asked, in which order, and who is told when one cannot be.

use std::{path::PathBuf, str::FromStr, time::Duration};

use agentflow_core::{InvalidInput, workflow::Timespan};
use secrecy::SecretString;

use super::{AlertSetting, invalid};
use crate::error::Result;

const PROVIDER_FORMS: &str = "expected env, file:PATH or vault:URL, with commas in between; fallback: before one that is asked also when those before it cannot be";
/// What variables of the environment provider begin with, unless it is set.
const PREFIX: &str = "AF_SECRET_";
const MAX_PREFIX: usize = 100;
/// The channel of `notify` alone.
const CHANNEL: &str = "agentflow_secrets";
const MAX_STALE: Duration = Duration::from_secs(3_600);

/// Where secrets come from.
#[derive(Debug, Clone)]
pub struct SecretSettings {
    /// The providers; the first that has a secret gives it. `AF_SECRETS`, with commas in between; by default `env`.
    pub providers: Vec<SecretProviderSetting>,
    /// What the variables of the environment provider begin with. `AF_SECRETS_PREFIX`, by default `AF_SECRET_`.
    pub prefix: String,
    /// The file of the rules that say who may do what with which secret. `AF_SECRETS_RULES`.
    pub rules: Option<PathBuf>,
    /// How long what a provider said last is given while it cannot be asked. `AF_SECRETS_MAX_STALE`, by default an hour.
    pub max_stale: Duration,
    /// Who is told, besides the log, when a provider cannot be asked. `AF_SECRETS_ALERT`.
    pub alert: Option<AlertSetting>,
    /// What posts to a webhook of [`alert`](Self::alert) are signed with. `AF_SECRETS_WEBHOOK_SECRET`.
    pub webhook_secret: Option<SecretString>,
    /// What decrypts files that are encrypted with age.
    pub age: AgeSettings,
    /// The Vault or OpenBao server.
    pub vault: VaultSettings,
}

impl Default for SecretSettings {
    fn default() -> Self {
        Self {
            providers: vec![SecretProviderSetting::Env],
            prefix: PREFIX.to_owned(),
            rules: None,
            max_stale: MAX_STALE,
            alert: None,
            webhook_secret: None,
            age: AgeSettings::default(),
            vault: VaultSettings::default(),
        }
    }
}

/// A provider of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretProviderSetting {
    /// The environment of the process: `env`.
    Env,
    /// A file: `file:PATH`.
    File(PathBuf),
    /// HashiCorp Vault or OpenBao at a URL: `vault:URL`, or `vault` for the one of `VAULT_ADDR`.
    Vault(Option<String>),
    /// Another one, which is asked also when those before it cannot be: `fallback:file:PATH`.
    Fallback(Box<SecretProviderSetting>),
}

impl SecretProviderSetting {
    /// The provider itself, whenever it is asked.
    fn provider(&self) -> &Self {
        match self {
            Self::Fallback(provider) => provider,
            _ => self,
        }
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

impl FromStr for SecretProviderSetting {
    type Err = InvalidInput;

    /// What is wrong is told without the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match text.split_once(':') {
            None if text == "env" => Ok(Self::Env),
            None if text == "vault" => Ok(Self::Vault(None)),
            Some(("fallback", text)) => match text.parse()? {
                Self::Fallback(_) => Err(InvalidInput::new("secrets", PROVIDER_FORMS)),
                provider => Ok(Self::Fallback(Box::new(provider))),
            },
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            // A user name or password does not belong in the URL, for it is the name of the provider.
            Some(("vault", url)) if is_url(url) && !url.contains('@') => {
                Ok(Self::Vault(Some(url.to_owned())))
            }
            _ => Err(InvalidInput::new("secrets", PROVIDER_FORMS)),
        }
    }
}

/// What decrypts files that are encrypted with age, and whom they are encrypted to.
#[derive(Debug, Clone, Default)]
pub struct AgeSettings {
    /// The file of the identity, which nobody else may read. `AF_SECRETS_AGE_IDENTITY_FILE`.
    pub identity_file: Option<PathBuf>,
    /// The identity itself, `AGE-SECRET-KEY-1…`. `AF_SECRETS_AGE_IDENTITY`.
    pub identity: Option<SecretString>,
    /// Whom files are encrypted to besides the identity, `age1…`. `AF_SECRETS_AGE_RECIPIENTS`, with commas or blanks in between.
    pub recipients: Vec<String>,
}

/// Where HashiCorp Vault or OpenBao is, and how to log in there: with a token, or with a role and its secret id (AppRole).
#[derive(Debug, Clone)]
pub struct VaultSettings {
    /// The URL. `VAULT_ADDR`.
    pub address: Option<String>,
    /// The token. `VAULT_TOKEN`.
    pub token: Option<SecretString>,
    /// The namespace. `VAULT_NAMESPACE`.
    pub namespace: Option<String>,
    /// The file of the authorities that are trusted (PEM), instead of those of the system. `VAULT_CACERT`.
    pub ca_cert: Option<PathBuf>,
    /// The id of the role. `VAULT_ROLE_ID`.
    pub role_id: Option<String>,
    /// The secret id of the role. `VAULT_SECRET_ID`.
    pub secret_id: Option<SecretString>,
    /// Where the KV engine (version 2) is mounted. `AF_VAULT_MOUNT`, by default `secret`.
    pub mount: String,
    /// What stands before the names of secrets, as a path: `billing/prod`. `AF_VAULT_PREFIX`.
    pub prefix: Option<String>,
}

impl Default for VaultSettings {
    fn default() -> Self {
        Self {
            address: None,
            token: None,
            namespace: None,
            ca_cert: None,
            role_id: None,
            secret_id: None,
            mount: "secret".to_owned(),
            prefix: None,
        }
    }
}

impl SecretSettings {
    /// `lookup` gives variables as they are, empty ones as well.
    pub(super) fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let set = &|name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut settings = Self::default();
        if let Some(text) = set("AF_SECRETS") {
            settings.providers = providers(&text)?;
        }
        if let Some(prefix) = set("AF_SECRETS_PREFIX") {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if prefix.len() > MAX_PREFIX || !prefix.bytes().all(is_name) {
                let reason = "expected 1 to 100 ASCII letters, digits and `_`";
                return Err(invalid("AF_SECRETS_PREFIX", reason));
            }
            settings.prefix = prefix;
        }
        settings.rules = match lookup("AF_SECRETS_RULES") {
            Some(path) if path.trim().is_empty() => {
                let reason = "it is set, and empty: without rules everything could be allowed; name a file, or unset it";
                return Err(invalid("AF_SECRETS_RULES", reason));
            }
            path => path.map(PathBuf::from),
        };
        if let Some(text) = set("AF_SECRETS_MAX_STALE") {
            let span = text.trim().parse::<Timespan>();
            let expected = "expected a time from 1ms to 366 days, such as 90s or 1h30m";
            settings.max_stale =
                span.map_err(|_| invalid("AF_SECRETS_MAX_STALE", expected))?.into();
        }
        settings.alert = set("AF_SECRETS_ALERT").map(|text| alert(&text)).transpose()?;
        settings.webhook_secret = set("AF_SECRETS_WEBHOOK_SECRET").map(SecretString::from);
        settings.age = age(set)?;
        settings.vault = vault(set)?;
        Ok(settings)
    }
}

fn providers(text: &str) -> Result<Vec<SecretProviderSetting>> {
    let mut providers = Vec::new();
    for item in text.split(',').map(str::trim) {
        let provider: SecretProviderSetting =
            item.parse().map_err(|error: InvalidInput| invalid("AF_SECRETS", &error.reason))?;
        let is_same = |other: &SecretProviderSetting| other.provider() == provider.provider();
        if providers.iter().any(is_same) {
            return Err(invalid("AF_SECRETS", "the same provider is there twice"));
        }
        if providers.is_empty() && provider != *provider.provider() {
            let reason = "the first provider is no fallback, for there is none before it";
            return Err(invalid("AF_SECRETS", reason));
        }
        providers.push(provider);
    }
    Ok(providers)
}

fn alert(text: &str) -> Result<AlertSetting> {
    if text.trim() == "notify" {
        return Ok(AlertSetting::Notify(CHANNEL.to_owned()));
    }
    let parsed = text.trim().parse();
    parsed.map_err(|error: InvalidInput| invalid("AF_SECRETS_ALERT", &error.reason))
}

fn age(set: &dyn Fn(&str) -> Option<String>) -> Result<AgeSettings> {
    let age = AgeSettings {
        identity_file: set("AF_SECRETS_AGE_IDENTITY_FILE").map(PathBuf::from),
        identity: set("AF_SECRETS_AGE_IDENTITY").map(SecretString::from),
        recipients: set("AF_SECRETS_AGE_RECIPIENTS")
            .unwrap_or_default()
            .split([',', ' ', '\t', '\n', '\r'])
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    if age.identity_file.is_some() && age.identity.is_some() {
        let reason = "AF_SECRETS_AGE_IDENTITY_FILE is set as well; set one of them";
        return Err(invalid("AF_SECRETS_AGE_IDENTITY", reason));
    }
    if age.recipients.iter().any(|it| it.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-")) {
        let reason = "this is an identity, which is secret; expected the public half of it, age1…";
        return Err(invalid("AF_SECRETS_AGE_RECIPIENTS", reason));
    }
    Ok(age)
}

fn vault(set: &dyn Fn(&str) -> Option<String>) -> Result<VaultSettings> {
    let path = |name: &str| -> Result<Option<String>> {
        let Some(text) = set(name) else { return Ok(None) };
        let text = text.trim_matches('/');
        let is_part = |part: &str| !part.is_empty() && !matches!(part, "." | "..");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
        if text.bytes().all(is_plain) && text.split('/').all(is_part) {
            Ok(Some(text.to_owned()))
        } else {
            Err(invalid(name, "expected a path of ASCII letters, digits, `_`, `-` and `.`"))
        }
    };
    Ok(VaultSettings {
        address: set("VAULT_ADDR"),
        token: set("VAULT_TOKEN").map(SecretString::from),
        namespace: set("VAULT_NAMESPACE"),
        ca_cert: set("VAULT_CACERT").map(PathBuf::from),
        role_id: set("VAULT_ROLE_ID"),
        secret_id: set("VAULT_SECRET_ID").map(SecretString::from),
        mount: path("AF_VAULT_MOUNT")?.unwrap_or_else(|| VaultSettings::default().mount),
        prefix: path("AF_VAULT_PREFIX")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn from(variables: &[(&str, &str)]) -> Result<SecretSettings> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
        let lookup = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        Config::from_lookup(&lookup).map(|config| config.secrets)
    }

    #[test]
    fn the_environment_is_asked_unless_others_are_named() {
        let settings = from(&[]).unwrap();
        assert_eq!(settings.providers, [SecretProviderSetting::Env]);
        assert_eq!(
            (settings.prefix.as_str(), settings.vault.mount.as_str()),
            ("AF_SECRET_", "secret")
        );
        assert_eq!(settings.max_stale, Duration::from_secs(3_600));
        assert!(settings.rules.is_none() && settings.alert.is_none());
    }

    #[test]
    fn providers_stand_in_their_order() {
        let text = "vault:https://vault.example.com:8200, file:/etc/agentflow/secrets.json,env";
        let settings = from(&[("AF_SECRETS", text), ("AF_SECRETS_MAX_STALE", "90s")]).unwrap();
        assert_eq!(
            settings.providers,
            [
                SecretProviderSetting::Vault(Some("https://vault.example.com:8200".to_owned())),
                SecretProviderSetting::File("/etc/agentflow/secrets.json".into()),
                SecretProviderSetting::Env,
            ]
        );
        assert_eq!(settings.max_stale, Duration::from_secs(90));
    }

    #[test]
    fn a_fallback_stands_behind_what_it_is_asked_instead_of() {
        let settings = from(&[("AF_SECRETS", "vault,fallback:file:/s.json")]).unwrap();
        let file = SecretProviderSetting::File("/s.json".into());
        let expected =
            [SecretProviderSetting::Vault(None), SecretProviderSetting::Fallback(Box::new(file))];
        assert_eq!(settings.providers, expected);
        for text in ["fallback:env", "env,fallback:env", "env,fallback:fallback:vault"] {
            assert!(from(&[("AF_SECRETS", text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn rules_that_are_set_to_nothing_do_not_allow_everything() {
        for empty in ["", " "] {
            let error = from(&[("AF_SECRETS_RULES", empty)]).unwrap_err().to_string();
            assert!(error.contains("AF_SECRETS_RULES") && error.contains("empty"), "{error}");
        }
        assert!(from(&[]).unwrap().rules.is_none());
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_value() {
        for (name, value) in [
            ("AF_SECRETS", "hunter2"),
            ("AF_SECRETS", "file:"),
            ("AF_SECRETS", "vault:hunter2"),
            ("AF_SECRETS", "vault:https://ann:hunter2@vault.example.com"),
            ("AF_SECRETS", "env,,file:hunter2"),
            ("AF_SECRETS", "env,env"),
            ("AF_SECRETS_PREFIX", "hunter2="),
            ("AF_SECRETS_MAX_STALE", "hunter2"),
            ("AF_SECRETS_ALERT", "hunter2"),
            ("AF_SECRETS_AGE_RECIPIENTS", "AGE-SECRET-KEY-1hunter2"),
            ("AF_VAULT_MOUNT", "a/../hunter2"),
            ("AF_VAULT_PREFIX", "hunter2?x=y"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("hunter2"), "{error}");
        }
        let both = [("AF_SECRETS_AGE_IDENTITY", "a"), ("AF_SECRETS_AGE_IDENTITY_FILE", "b")];
        assert!(from(&both).is_err());
    }

    #[test]
    fn credentials_are_not_shown() {
        let variables = [
            "AF_SECRETS_WEBHOOK_SECRET",
            "AF_SECRETS_AGE_IDENTITY",
            "VAULT_TOKEN",
            "VAULT_SECRET_ID",
        ];
        let variables = variables.map(|name| (name, "hunter2"));
        let alert = [("AF_SECRETS_ALERT", "https://hooks.example.com/hunter2")];
        let text = format!("{:?}", from(&[&variables[..], &alert[..]].concat()).unwrap());
        assert!(!text.contains("hunter2"), "{text}");
    }
}
