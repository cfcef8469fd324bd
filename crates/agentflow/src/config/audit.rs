//! Settings of the audit: who signs, whom to trust, and where checkpoints and alerts go.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use agentflow_core::{
    InvalidInput,
    audit::TrustedKeys,
    note::{SigningKey, VerifyingKey},
};
use secrecy::{ExposeSecret, SecretString};

use super::invalid;
use crate::{
    audit::{
        CheckpointSink, FileSink, WebhookSink, WriterSink, load_signing_key, webhook::Webhook,
    },
    error::Result,
};

const SINK_FORMS: &str = "expected stdout, file:PATH, https://… or http://…";
const ALERT_FORMS: &str = "expected log, notify, notify:CHANNEL, https://… or http://…";
/// The channel of `notify` alone.
const CHANNEL: &str = "agentflow_audit";
/// More than any number of keys takes.
const MAX_KEY_FILE_BYTES: u64 = 1024 * 1024;
/// The longest name PostgreSQL lets a channel have.
const MAX_CHANNEL_BYTES: usize = 63;

/// How the audit proves itself.
#[derive(Debug, Clone, Default)]
pub struct AuditSettings {
    /// The file of the key that signs checkpoints. `AF_AUDIT_KEY_FILE`.
    pub key_file: Option<PathBuf>,
    /// The public keys that are trusted, as text, and files that hold some, one a line. `AF_AUDIT_KEYS`, with commas or
    /// blanks in between. Read by [`trusted`](Self::trusted).
    pub trusted_keys: Vec<String>,
    /// Where checkpoints are sent to. `AF_AUDIT_SINKS`, with commas in between.
    pub sinks: Vec<SinkSetting>,
    /// What requests to webhooks are signed with. `AF_AUDIT_WEBHOOK_SECRET`.
    pub webhook_secret: Option<SecretString>,
    /// Who is told when verification finds that something was tampered with. `AF_AUDIT_ALERT`.
    pub alert: Option<AlertSetting>,
}

/// Where checkpoints are sent to.
#[derive(Debug, Clone)]
pub enum SinkSetting {
    /// The standard output: `stdout`.
    Stdout,
    /// A file that they are appended to: `file:PATH`.
    File(PathBuf),
    /// A URL that they are posted to. A secret, for its path often is.
    Webhook(SecretString),
}

/// Who is told that something was tampered with.
#[derive(Debug, Clone)]
pub enum AlertSetting {
    /// The log: `log`.
    Log,
    /// Whoever listens on a channel of PostgreSQL: `notify`, or `notify:CHANNEL`.
    Notify(String),
    /// A URL that it is posted to.
    Webhook(SecretString),
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

impl FromStr for SinkSetting {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match text.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Self::File(path.into())),
            None if text == "stdout" => Ok(Self::Stdout),
            None if is_url(text) => Ok(Self::Webhook(text.into())),
            _ => Err(InvalidInput::new("sink", SINK_FORMS)),
        }
    }
}

impl FromStr for AlertSetting {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refuse = |reason| Err(InvalidInput::new("alert", reason));
        match text.split_once(':') {
            None if text == "log" => Ok(Self::Log),
            None if text == "notify" => Ok(Self::Notify(CHANNEL.to_owned())),
            Some(("notify", channel)) if (1..=MAX_CHANNEL_BYTES).contains(&channel.len()) => {
                Ok(Self::Notify(channel.to_owned()))
            }
            Some(("notify", _)) => refuse("expected a channel of 1 to 63 bytes behind notify:"),
            _ if is_url(text) => Ok(Self::Webhook(text.into())),
            _ => refuse(ALERT_FORMS),
        }
    }
}

impl SinkSetting {
    /// The sink; requests to webhooks are signed with `secret`.
    pub fn open(&self, secret: Option<&SecretString>) -> Result<Arc<dyn CheckpointSink>> {
        Ok(match self {
            Self::Stdout => Arc::new(WriterSink::stdout()),
            Self::File(path) => Arc::new(FileSink::new(path)?),
            Self::Webhook(url) => {
                Arc::new(WebhookSink::new(Webhook::new(url.expose_secret(), secret.cloned())?))
            }
        })
    }
}

impl AuditSettings {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let named = |name: &'static str| move |error: InvalidInput| invalid(name, &error.reason);
        let items = |name: &str, separators: &[char]| -> Vec<String> {
            let text = set(name).unwrap_or_default();
            let items = text.split(separators).map(str::trim).filter(|item| !item.is_empty());
            items.map(ToOwned::to_owned).collect()
        };
        let sinks = items("AF_AUDIT_SINKS", &[',']);
        let sinks: Result<Vec<_>, _> = sinks.iter().map(|sink| sink.parse()).collect();
        let trusted_keys = items("AF_AUDIT_KEYS", &[',', ' ', '\t', '\n', '\r']);
        if trusted_keys.iter().any(|key| key.starts_with("PRIVATE+KEY+")) {
            let reason = "this is a signing key, which is secret; expected the public half of it";
            return Err(invalid("AF_AUDIT_KEYS", reason));
        }
        let alert = set("AF_AUDIT_ALERT").map(|alert| alert.trim().parse()).transpose();
        Ok(Self {
            key_file: set("AF_AUDIT_KEY_FILE").map(PathBuf::from),
            trusted_keys,
            sinks: sinks.map_err(named("AF_AUDIT_SINKS"))?,
            webhook_secret: set("AF_AUDIT_WEBHOOK_SECRET").map(SecretString::from),
            alert: alert.map_err(named("AF_AUDIT_ALERT"))?,
        })
    }

    /// The key that signs. None if no file of one is set.
    pub fn signing_key(&self) -> Result<Option<SigningKey>> {
        self.key_file.as_ref().map(load_signing_key).transpose()
    }

    /// The keys to trust; where none are set, the public half of the key that signs.
    pub fn trusted(&self) -> Result<TrustedKeys> {
        if !self.trusted_keys.is_empty() {
            return read_trusted_keys(&self.trusted_keys);
        }
        let own = self.signing_key()?;
        Ok(TrustedKeys::new(own.map(|key| key.verifying_key().clone())))
    }

    /// The sinks.
    pub fn open_sinks(&self) -> Result<Vec<Arc<dyn CheckpointSink>>> {
        self.sinks.iter().map(|sink| sink.open(self.webhook_secret.as_ref())).collect()
    }
}

/// Public keys from their texts, and from files that hold some, one a line. Empty lines of a file, and those that begin
/// with `#`, are left out. Files are regular ones of at most 1 MiB.
pub fn read_trusted_keys<S: AsRef<str>>(sources: &[S]) -> Result<TrustedKeys> {
    let mut keys: Vec<VerifyingKey> = Vec::new();
    for source in sources {
        let source = source.as_ref();
        // Every key has a plus sign, and few names of files do.
        let as_key = source.parse::<VerifyingKey>();
        if as_key.is_ok() || (source.contains('+') && !Path::new(source).exists()) {
            keys.push(as_key.map_err(|error| invalid("trusted key", &error.reason))?);
            continue;
        }
        let text = read_key_file(source.as_ref()).map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => {
                    format!("{source:?} is neither a key (name+id+base64) nor a file that is there")
                }
                _ => format!("{source}: {error}"),
            };
            invalid("trusted key", &reason)
        })?;
        let before = keys.len();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at =
                |error: InvalidInput| format!("{source}, line {}: {}", number + 1, error.reason);
            keys.push(line.parse().map_err(|error| invalid("trusted key", &at(error)))?);
        }
        if keys.len() == before {
            return Err(invalid("trusted key", &format!("{source} holds none")));
        }
    }
    Ok(TrustedKeys::new(keys))
}

/// Reads a file as a whole, unless it might keep us waiting or never end.
fn read_key_file(path: &Path) -> io::Result<String> {
    let refuse_special = |metadata: Metadata| {
        let special = || io::Error::other("it is not a regular file");
        metadata.is_file().then_some(()).ok_or_else(special)
    };
    // Looked at before it is opened, for opening a pipe would wait; and again, for it may be another since.
    std::fs::metadata(path).and_then(refuse_special)?;
    let file = File::open(path)?;
    file.metadata().and_then(refuse_special)?;
    let mut text = String::new();
    let length = file.take(MAX_KEY_FILE_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(length).is_ok_and(|length| length <= MAX_KEY_FILE_BYTES) {
        Ok(text)
    } else {
        Err(io::Error::other("it is larger than 1 MiB"))
    }
}

#[cfg(test)]
mod tests {
    use agentflow_core::random::Generator;

    use super::*;
    use crate::{Config, audit::store_signing_key};

    fn from(variables: &[(&str, &str)]) -> Result<AuditSettings> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
        let lookup = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        Config::from_lookup(&lookup).map(|config| config.audit)
    }

    fn key(seed: u64) -> SigningKey {
        SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(seed))
    }

    #[test]
    fn nothing_is_set_in_an_empty_environment() {
        let settings = from(&[]).unwrap();
        assert!(settings.key_file.is_none() && settings.sinks.is_empty());
        assert!(settings.alert.is_none() && settings.webhook_secret.is_none());
        assert!(settings.trusted().unwrap().is_empty());
    }

    #[test]
    fn sinks_and_alerts_have_their_forms() {
        let sinks = "stdout, file:/var/log/checkpoints, https://hooks.example.com/secret";
        let settings =
            from(&[("AF_AUDIT_SINKS", sinks), ("AF_AUDIT_ALERT", "notify:ops")]).unwrap();
        assert!(matches!(
            settings.sinks.as_slice(),
            [SinkSetting::Stdout, SinkSetting::File(_), SinkSetting::Webhook(_)]
        ));
        assert!(matches!(settings.alert, Some(AlertSetting::Notify(channel)) if channel == "ops"));
        for (name, value) in [
            ("AF_AUDIT_SINKS", "file:"),
            ("AF_AUDIT_SINKS", "stdout,/tmp/x"),
            ("AF_AUDIT_ALERT", "notify:"),
            ("AF_AUDIT_ALERT", "mail"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("expected"), "{error}");
        }
    }

    #[test]
    fn urls_and_secrets_are_not_shown() {
        let variables = [
            ("AF_AUDIT_SINKS", "https://hooks.example.com/hunter2"),
            ("AF_AUDIT_ALERT", "https://hooks.example.com/hunter2"),
            ("AF_AUDIT_WEBHOOK_SECRET", "hunter2"),
        ];
        let text = format!("{:?}", from(&variables).unwrap());
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn trusted_keys_are_texts_or_files_or_else_our_own() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, private) = (folder.path().join("keys"), folder.path().join("key"));
        let vkey = |seed| key(seed).verifying_key().to_string();
        std::fs::write(&keys, format!("# ours\n\n{}\n{}\n", vkey(2), vkey(3))).unwrap();
        store_signing_key(&private, &key(9)).unwrap();

        let both = format!("{},{}", vkey(1), keys.display());
        let settings = from(&[("AF_AUDIT_KEYS", &both)]).unwrap();
        let expected = [1, 2, 3].map(|seed| key(seed).verifying_key().clone());
        assert_eq!(settings.trusted().unwrap(), TrustedKeys::new(expected));

        let own = from(&[("AF_AUDIT_KEY_FILE", private.to_str().unwrap())]).unwrap();
        let expected = TrustedKeys::new([key(9).verifying_key().clone()]);
        assert_eq!(own.trusted().unwrap(), expected);

        std::fs::write(&keys, format!("{}\n{}x\n", vkey(2), vkey(3))).unwrap();
        let error = settings.trusted().unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        std::fs::write(&keys, "\n").unwrap();
        assert!(settings.trusted().unwrap_err().to_string().contains("holds none"));
        assert!(read_trusted_keys(&["no+such+key"]).is_err());
    }

    #[test]
    fn a_file_of_keys_that_has_no_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let refusal =
            |path: &Path| read_trusted_keys(&[path.to_str().unwrap()]).unwrap_err().to_string();
        std::fs::write(&file, "\n".repeat(1024 * 1024)).unwrap();
        assert!(refusal(&file).contains("holds none"));
        std::fs::write(&file, "\n".repeat(1024 * 1024 + 1)).unwrap();
        assert!(refusal(&file).contains("larger than 1 MiB"));
        assert!(refusal(folder.path()).contains("not a regular file"));
        #[cfg(unix)]
        assert!(refusal(Path::new("/dev/zero")).contains("not a regular file"));
    }
}
