use serde::{Deserialize, Serialize};

/// What a database is besides what is in it: a restored one is made the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseProperties {
    /// The role that owns it.
    pub owner: String,
    /// How texts are stored, such as `UTF8`.
    pub encoding: String,
    /// Who compares texts: `libc`, `icu` or `builtin`.
    pub locale_provider: String,
    /// How texts are sorted (`LC_COLLATE`).
    pub collate: String,
    /// What is a letter (`LC_CTYPE`).
    pub ctype: String,
    /// The locale of ICU or of the built-in provider.
    pub locale: Option<String>,
    /// Rules of its own by which ICU sorts.
    pub icu_rules: Option<String>,
    /// How many connections it allows; -1 for any number.
    pub connection_limit: i64,
    /// Its comment.
    pub comment: Option<String>,
    /// Settings of its sessions.
    pub settings: Vec<DatabaseSetting>,
    /// Who may do what with it; none where that was never changed.
    pub grants: Option<Vec<DatabaseGrant>>,
}

/// A setting of the sessions in a database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSetting {
    /// Whose sessions; everybody's if none.
    pub role: Option<String>,
    /// The name of the setting.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A right on a database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseGrant {
    /// Who has it; everybody if none.
    pub role: Option<String>,
    /// `CONNECT`, `CREATE` or `TEMPORARY`.
    pub privilege: String,
    /// Whether it may be passed on.
    pub grantable: bool,
}
