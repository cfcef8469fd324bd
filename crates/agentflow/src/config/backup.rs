//! Settings of backups: where they are, whom they are encrypted for, and what decrypts them.

use std::path::PathBuf;

use super::invalid;
use crate::error::Result;

/// Where backups are where nothing is set.
const DIR: &str = "./backups";

/// Where backups go, and who can read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSettings {
    /// A folder, `file:///…`, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`. `AF_BACKUP_DIR`, by default `./backups`.
    pub dir: String,
    /// Whom they are encrypted for (`age1…`); nobody by default, which leaves them as they are. `AF_BACKUP_RECIPIENTS`, with commas or
    /// blanks in between.
    pub recipients: Vec<String>,
    /// The file of the age identity that decrypts them. `AF_BACKUP_IDENTITY_FILE`.
    pub identity_file: Option<PathBuf>,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { dir: DIR.to_owned(), recipients: Vec::new(), identity_file: None }
    }
}

impl BackupSettings {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let recipients: Vec<_> = set("AF_BACKUP_RECIPIENTS")
            .unwrap_or_default()
            .split([',', ' ', '\t', '\n', '\r'])
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect();
        if recipients.iter().any(|it| it.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-")) {
            let reason =
                "this is an identity, which is secret; expected the public half of it, age1…";
            return Err(invalid("AF_BACKUP_RECIPIENTS", reason));
        }
        Ok(Self {
            dir: set("AF_BACKUP_DIR").unwrap_or_else(|| DIR.to_owned()),
            recipients,
            identity_file: set("AF_BACKUP_IDENTITY_FILE").map(PathBuf::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn from(variables: &[(&str, &str)]) -> Result<BackupSettings> {
        let lookup = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Config::from_lookup(&lookup).map(|config| config.backup)
    }

    #[test]
    fn backups_go_into_a_folder_beside_and_are_not_encrypted_unless_that_is_set() {
        assert_eq!(from(&[("AF_BACKUP_DIR", "")]).unwrap(), BackupSettings::default());
        let settings = from(&[
            ("AF_BACKUP_DIR", "s3://bucket/af"),
            ("AF_BACKUP_RECIPIENTS", "age1a, age1b\nage1c"),
            ("AF_BACKUP_IDENTITY_FILE", "/etc/agentflow/backup.key"),
        ])
        .unwrap();
        assert_eq!(settings.dir, "s3://bucket/af");
        assert_eq!(settings.recipients, ["age1a", "age1b", "age1c"]);
        assert_eq!(settings.identity_file.unwrap(), PathBuf::from("/etc/agentflow/backup.key"));
    }

    #[test]
    fn an_identity_among_the_recipients_is_refused_and_not_shown() {
        let error = from(&[("AF_BACKUP_RECIPIENTS", "age1a,age-secret-key-1HUNTER2")]).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("AF_BACKUP_RECIPIENTS") && !error.contains("HUNTER2"), "{error}");
    }
}
