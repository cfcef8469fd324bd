//! From settings to secrets.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use agentflow_core::{
    InvalidInput,
    clock::{Clock, SystemClock},
    secret::AccessRules,
};

use super::{
    AccessLog, AgeIdentity, Alerts, ChainLink, ChainProvider, EnvProvider, FileOptions,
    FileProvider, Secrets, SecretsProvider, VaultOptions, VaultProvider,
    file::{Fault, refuse_open_folder, refuse_special, refuse_writable},
};
use crate::{
    config::{SecretProviderSetting, SecretSettings},
    error::{Error, Result},
    store::Store,
};

const RULES: &str = "AF_SECRETS_RULES";
/// More than rules may have.
const MAX_RULES_BYTES: u64 = 1024 * 1024;

impl Secrets {
    /// Secrets as the settings say: the providers in their order, guarded by `rules`, or else by those of the file that
    /// `AF_SECRETS_RULES` names. Without either it fails: that everybody may have everything is to be said, with
    /// [`AccessRules::allow_all`].
    ///
    /// `store` is for alerts over a channel of PostgreSQL, and else not needed. To be called on a Tokio runtime. A file or a server that
    /// cannot be read yet is no error here.
    pub fn open(
        settings: &SecretSettings,
        rules: Option<AccessRules>,
        log: Arc<dyn AccessLog>,
        store: Option<&Store>,
    ) -> Result<Self> {
        let rules = match rules {
            Some(rules) => rules,
            None => settings.read_rules()?.ok_or_else(|| {
                invalid("it is not set; name a file of rules, or pass AccessRules::allow_all()")
            })?,
        };
        let secret = settings.webhook_secret.as_ref();
        let alerts = Alerts::open(settings.alert.as_ref(), secret, store)?;
        let provider = settings.open_provider(alerts.clone())?;
        Ok(Self::with_alerts(provider, rules, log, alerts))
    }
}

impl SecretSettings {
    /// The providers, without rules: in a chain, so that what one of them said last is good for a while when it cannot be asked.
    pub fn open_provider(&self, alerts: Alerts) -> Result<Arc<dyn SecretsProvider>> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let links: Result<Vec<_>> =
            self.providers.iter().map(|provider| self.link(provider, &clock, &alerts)).collect();
        Ok(Arc::new(ChainProvider::new(links?, self.max_stale, clock, alerts)?))
    }

    fn link(
        &self,
        setting: &SecretProviderSetting,
        clock: &Arc<dyn Clock>,
        alerts: &Alerts,
    ) -> Result<ChainLink> {
        Ok(match setting {
            SecretProviderSetting::Fallback(setting) => {
                ChainLink::fallback(self.provider(setting, clock, alerts)?)
            }
            _ => ChainLink::primary(self.provider(setting, clock, alerts)?),
        })
    }

    fn provider(
        &self,
        setting: &SecretProviderSetting,
        clock: &Arc<dyn Clock>,
        alerts: &Alerts,
    ) -> Result<Arc<dyn SecretsProvider>> {
        Ok(match setting {
            SecretProviderSetting::Fallback(setting) => self.provider(setting, clock, alerts)?,
            SecretProviderSetting::Env => Arc::new(EnvProvider::new(self.prefix.as_str())),
            SecretProviderSetting::File(path) => {
                let options = FileOptions {
                    max_stale: self.max_stale,
                    clock: Arc::clone(clock),
                    // Others need no identity, and are not to fail for one that cannot be read.
                    age: if is_encrypted(path) { self.age_identity()? } else { None },
                    alerts: alerts.clone(),
                    ..FileOptions::default()
                };
                Arc::new(FileProvider::open_later(path, options).map_err(as_setting)?)
            }
            SecretProviderSetting::Vault(url) => {
                let settings = VaultOptions::from_settings(&self.vault, url.as_deref())?;
                Arc::new(VaultProvider::connect(settings, Arc::clone(clock))?)
            }
        })
    }

    fn age_identity(&self) -> Result<Option<AgeIdentity>> {
        let identity = match (&self.age.identity_file, &self.age.identity) {
            (Some(path), _) => AgeIdentity::from_file(path),
            (None, Some(text)) => AgeIdentity::from_text(text),
            (None, None) => return Ok(None),
        };
        let identity = identity.and_then(|it| it.with_recipients(&self.age.recipients.join("\n")));
        identity.map(Some).map_err(as_setting)
    }

    /// The rules of the file that `AF_SECRETS_RULES` names. None if it names none. A file that somebody else may write to, or
    /// replace, is refused.
    pub fn read_rules(&self) -> Result<Option<AccessRules>> {
        let Some(path) = &self.rules else { return Ok(None) };
        let text = read(path)
            .map_err(|fault| invalid(format!("{}: {}", path.display(), fault.reason())))?;
        let rules = AccessRules::parse(&text);
        rules.map(Some).map_err(|error| invalid(format!("{}: {error}", path.display())))
    }
}

/// What cannot be accepted came from a setting.
fn as_setting(error: Error) -> Error {
    match error {
        Error::InvalidInput { input, .. } => Error::InvalidSetting(input),
        other => other,
    }
}

fn invalid(reason: impl std::fmt::Display) -> Error {
    Error::InvalidSetting(InvalidInput::new(RULES, reason))
}

fn is_encrypted(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("age"))
}

/// Whoever may write the rules may have every secret.
fn read(path: &Path) -> Result<String, Fault> {
    // Looked at before it is opened, for opening a pipe would wait; and again, for it may be another since.
    refuse_special(&std::fs::metadata(path).map_err(|error| Fault::of(&error))?)?;
    let file = File::open(path).map_err(|error| Fault::of(&error))?;
    let metadata = file.metadata().map_err(|error| Fault::of(&error))?;
    refuse_special(&metadata)?;
    refuse_writable(&metadata)?;
    refuse_open_folder(path)?;
    let mut text = String::new();
    let length = file
        .take(MAX_RULES_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| Fault::of(&error))?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_RULES_BYTES) {
        return Err(Fault::Corrupt("it is larger than 1 MiB".to_owned()));
    }
    Ok(text)
}
