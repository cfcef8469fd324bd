//! From settings to secrets.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use agentflow_core::{
    InvalidInput,
    clock::{Clock, SystemClock},
    secret::AccessRules,
};

use super::{
    AccessLog, AgeIdentity, Alerts, ChainProvider, EnvProvider, FileOptions, FileProvider, Secrets,
    SecretsProvider, VaultOptions, VaultProvider,
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
        Ok(Self::new(settings.open_provider(alerts)?, rules, log))
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
        provider: &SecretProviderSetting,
        clock: &Arc<dyn Clock>,
        alerts: &Alerts,
    ) -> Result<Arc<dyn SecretsProvider>> {
        Ok(match provider {
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
                Arc::new(FileProvider::open_later(path, options)?)
            }
            SecretProviderSetting::Vault(url) => {
                let settings = VaultOptions::from_settings(&self.vault, url.as_deref())?;
                Arc::new(VaultProvider::connect(settings, Arc::clone(clock))?)
            }
        })
    }

    fn age_identity(&self) -> Result<Option<AgeIdentity>> {
        let identity = match (&self.age.identity_file, &self.age.identity) {
            (Some(path), _) => AgeIdentity::from_file(path)?,
            (None, Some(text)) => AgeIdentity::from_text(text)?,
            (None, None) => return Ok(None),
        };
        identity.with_recipients(&self.age.recipients.join("\n")).map(Some)
    }

    /// The rules of the file that `AF_SECRETS_RULES` names. None if it names none. A file that everybody or its group may write to is
    /// refused.
    pub fn read_rules(&self) -> Result<Option<AccessRules>> {
        let Some(path) = &self.rules else { return Ok(None) };
        let text = read(path).map_err(|error| invalid(format!("{}: {error}", path.display())))?;
        let rules = AccessRules::parse(&text);
        rules.map(Some).map_err(|error| invalid(format!("{}: {error}", path.display())))
    }
}

fn invalid(reason: impl std::fmt::Display) -> Error {
    Error::InvalidSetting(InvalidInput::new(RULES, reason))
}

fn is_encrypted(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("age"))
}

fn read(path: &Path) -> io::Result<String> {
    // Looked at before it is opened, for opening a pipe would wait; and again, for it may be another since.
    check(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    check(&file.metadata()?)?;
    let mut text = String::new();
    let length = file.take(MAX_RULES_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_RULES_BYTES) {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

/// Whoever may write the rules may have every secret.
fn check(metadata: &Metadata) -> io::Result<()> {
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o022 != 0 {
            let reason =
                format!("others may write to it (its mode is {mode:04o}); use `chmod go-w`");
            return Err(io::Error::other(reason));
        }
    }
    Ok(())
}
