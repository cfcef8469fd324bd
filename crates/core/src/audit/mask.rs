//! Masking: what must not stand in an audit entry is replaced before it is hashed, because afterwards it can never go.
//!
//! A value is known by its key, and never by what it looks like. Keys are compared without regard to case, `_`, `-` and
//! the like: `API_KEY`, `api-key`, `apiKey` and `x.ApiKey2` all hold the words *api key*.
//!
//! Keys that hold one of these as whole words are taken for secrets:
//!
//! - password, passwd, pwd, passphrase, passcode, secret, token, credential, cookie, and their plurals but for tokens;
//! - authorization, bearer, jwt, otp, totp, session, session id, secret id;
//! - api, access, account, auth, encryption, host, license, master, private, secret, session, shared, signing and ssh key,
//!   and their plurals;
//! - access, api, auth, bearer, device, id, refresh and session tokens; backup, MFA, recovery and verification code;
//!   connection string, database URL, DSN, mnemonic, seed phrase;
//! - and words that were written together, such as `dbpassword`, `accesstoken` and `clientsecret`.
//!
//! Most keys about a secret are not secret, and say so by their first or last word. These stay as they are:
//!
//! - counts and costs: `tokens`, `max_tokens`, `prompt_tokens`, `token_count`, `token_budget`, `cost_per_token`;
//! - facts: `has_password`, `password_changed`, `old_password_checked`, `sessions_revoked`, `token_expires_at`;
//! - names: `token_id`, `access_key_id`, `token_type`, `secret_name`, `credential_path`.
//!
//! So are texts that hold a secret somewhere in the middle, and lists of names and values. Whoever records those must mask
//! them.

mod facts;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use facts::{asks_whether, is_attribute, is_measured_by_token};
use serde_json::{Map, Value};

/// What stands in place of a value that was masked.
pub const MASKED: &str = "[masked]";

/// Which values of an event's details are masked.
///
/// ```
/// use agentflow_core::audit::mask::Masking;
/// use serde_json::json;
///
/// let mut details = json!({ "userPassword": "x", "max_tokens": 64, "to": [{ "E-Mail": "a@example.com" }] });
/// Masking::new(true, ["email"]).apply(details.as_object_mut().unwrap());
/// assert_eq!(
///     details,
///     json!({ "userPassword": "[masked]", "max_tokens": 64, "to": [{ "E-Mail": "[masked]" }] })
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masking {
    secrets: bool,
    fields: BTreeSet<String>,
}

impl Default for Masking {
    /// Masks what is named like a secret.
    fn default() -> Self {
        Self { secrets: true, fields: BTreeSet::new() }
    }
}

impl Masking {
    /// Masks what is named like a secret, if `secrets`, and what is named like one of `fields`: the whole key, but for
    /// case and whatever is neither letter nor digit.
    pub fn new(secrets: bool, fields: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let fields = fields.into_iter().map(|field| written_together(field.as_ref()));
        Self { secrets, fields: fields.filter(|field| !field.is_empty()).collect() }
    }

    /// Replaces every value under such a key by `"[masked]"`, of whatever type it is and however deep it stands.
    pub fn apply(&self, details: &mut Map<String, Value>) {
        if !self.secrets && self.fields.is_empty() {
            return;
        }
        // A list and no recursion: a document may be deeper than the stack.
        let mut inside = Vec::new();
        self.mask_members(details, &mut inside);
        while let Some(value) = inside.pop() {
            match value {
                Value::Object(object) => self.mask_members(object, &mut inside),
                Value::Array(items) => inside.extend(items.iter_mut().filter(holds_more)),
                _ => {}
            }
        }
    }

    /// Whether values under this key are masked.
    pub fn masks(&self, key: &str) -> bool {
        (self.secrets && Words::of(key).name_a_secret())
            || (!self.fields.is_empty() && self.fields.contains(&written_together(key)))
    }

    fn mask_members<'a>(
        &self,
        object: &'a mut Map<String, Value>,
        inside: &mut Vec<&'a mut Value>,
    ) {
        for (key, value) in object {
            if self.masks(key) {
                *value = Value::from(MASKED);
            } else if holds_more(&value) {
                inside.push(value);
            }
        }
    }
}

fn holds_more(value: &&mut Value) -> bool {
    value.is_object() || value.is_array()
}

fn written_together(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a key, in lower case, one after the other.
struct Words {
    text: String,
    ends: Vec<usize>,
}

/// The most words that are looked at together: *verification code* has two, and camel case may have cut one more.
const MOST_TOGETHER: usize = 4;

impl Words {
    /// Words end at whatever is no letter, and where camel case begins the next one.
    fn of(key: &str) -> Self {
        let mut words = Self { text: String::with_capacity(key.len()), ends: Vec::new() };
        let mut before = ' ';
        let mut characters = key.chars().peekable();
        while let Some(character) = characters.next() {
            let is_next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = before.is_lowercase() || (before.is_uppercase() && is_next_lower);
            if !character.is_alphabetic() || (character.is_uppercase() && begins) {
                words.end_word();
            }
            if character.is_alphabetic() {
                words.text.extend(character.to_lowercase());
            }
            before = character;
        }
        words.end_word();
        words
    }

    fn end_word(&mut self) {
        if self.text.len() > self.ends.last().copied().unwrap_or(0) {
            self.ends.push(self.text.len());
        }
    }

    /// Some of the words, written together.
    fn run(&self, first: usize, count: usize) -> &str {
        let begin = if first == 0 { 0 } else { self.ends[first - 1] };
        &self.text[begin..self.ends[first + count - 1]]
    }

    fn any_run(&self, is_one: fn(&str) -> bool) -> bool {
        let count = self.ends.len();
        (0..count).any(|first| {
            (1..=MOST_TOGETHER.min(count - first)).any(|together| is_one(self.run(first, together)))
        })
    }

    fn name_a_secret(&self) -> bool {
        let count = self.ends.len();
        (self.any_run(is_secret) || (0..count).any(|at| ends_in_a_secret(self.run(at, 1))))
            && (self.any_run(is_secret_id) || !self.name_a_fact())
    }

    /// Whether the key is about a secret, rather than for one.
    fn name_a_fact(&self) -> bool {
        let count = self.ends.len();
        let (first, last) = (self.run(0, 1), self.run(count - 1, 1));
        count > 1
            && (asks_whether(first)
                || is_attribute(last)
                || is_measured_by_token(self.run(count - 2, 2)))
    }
}

/// What names a secret, words written together and in order.
const SECRETS: &[&str] = &[
    "accesskey",
    "accesskeys",
    "accesstokens",
    "accountkey",
    "accountkeys",
    "apikey",
    "apikeys",
    "apitokens",
    "authheader",
    "authkey",
    "authkeys",
    "authorization",
    "authtokens",
    "backupcode",
    "backupcodes",
    "bearer",
    "bearertokens",
    "connectionstring",
    "connectionstrings",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "databaseurl",
    "dbpass",
    "devicetokens",
    "dsn",
    "encryptionkey",
    "encryptionkeys",
    "hostkey",
    "hostkeys",
    "idtokens",
    "jsessionid",
    "jwt",
    "licensekey",
    "licensekeys",
    "masterkey",
    "masterkeys",
    "mfacode",
    "mfacodes",
    "mnemonic",
    "otp",
    "passcode",
    "passcodes",
    "passphrase",
    "passphrases",
    "passwd",
    "password",
    "passwords",
    "phpsessid",
    "privatekey",
    "privatekeys",
    "pwd",
    "recoverycode",
    "recoverycodes",
    "refreshtokens",
    "secret",
    "secretid",
    "secretids",
    "secretkey",
    "secretkeys",
    "secrets",
    "seedphrase",
    "session",
    "sessionid",
    "sessionids",
    "sessionkey",
    "sessionkeys",
    "sessiontokens",
    "sharedkey",
    "sharedkeys",
    "signingkey",
    "signingkeys",
    "smtppass",
    "sshkey",
    "sshkeys",
    "token",
    "totp",
    "userpass",
    "verificationcode",
    "verificationcodes",
];

/// Ids that open a door: of a session, in most frameworks; of a secret, in Vault.
const SECRET_IDS: &[&str] =
    &["jsessionid", "phpsessid", "secretid", "secretids", "sessionid", "sessionids"];

/// What is as secret with something written before it: `dbpassword`, `clientsecret`.
const SECRET_ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "cookie",
    "credential",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "token",
];

fn is_secret(words: &str) -> bool {
    SECRETS.binary_search(&words).is_ok()
}

fn is_secret_id(words: &str) -> bool {
    SECRET_IDS.contains(&words)
}

/// Whether one word is several that were written together, the last of which is a secret.
fn ends_in_a_secret(word: &str) -> bool {
    let singular = word.strip_suffix('s').filter(|word| !word.ends_with("token")).unwrap_or(word);
    SECRET_ENDS.iter().any(|secret| singular.ends_with(secret))
}
