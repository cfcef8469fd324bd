//! Masking: what must not stand in an audit entry is replaced before it is hashed, because afterwards it can never go.
//!
//! A value is known by its key, and hardly by what it looks like. Keys are compared without regard to case, `_`, `-` and
//! the like: `API_KEY`, `api-key`, `apiKey` and `x.ApiKey2` all hold the words *api key*.
//!
//! What stands under a key that holds one of these as whole words is a secret, of whatever type it is:
//!
//! - password, passwd, pwd, passphrase, passcode, secret, token, credential, cookie, and their plurals but for tokens;
//! - authorization, bearer, jwt, otp, totp, session, session id, secret id, hmac, signature, CVV, CVC, mnemonic, DSN, PEM;
//! - access, account, AES, api, auth, AWS, cert, certificate, client, deploy, encryption, GPG, HMAC, host, license, master,
//!   PGP, priv, private, RSA, secret, service, session, shared, signing, SSH, SSL, stream and TLS key, and their plurals;
//!   key pair, key material, secret key base;
//! - access, api, auth, bearer, device, id, refresh and session tokens; access, auth, authorization, backup, MFA, recovery
//!   and verification code; seed phrase;
//! - connection string, URI and URL (also conn and str), database URI and URL (also db), and the URL or URI of AMQP, a
//!   broker, JDBC, MongoDB, MySQL, PostgreSQL and Redis;
//! - and words that were written together, such as `dbpassword`, `accesstoken`, `clientsecret` and `pgpass`.
//!
//! These are secrets only where a key ends with them, or goes on with a word such as code, data, hash, json or value:
//! auth, csrf, pass, pat, pin, service account, xsrf. `true`, `false` and null stay under them. So `x-auth`, `pin_code` and
//! `service_account_json` are masked, and `auth_provider`, `pass_through` and `service_account_email` stay.
//!
//! Many keys about a secret are not secret, and say so by their first or last word. That word excuses only what can be an
//! answer to it:
//!
//! - counts, durations, questions and states excuse numbers, `true`, `false`, null and lists of those: `token_count`,
//!   `cost_per_token`, `pass_rate`, `session_duration_ms`, `has_password`, `password_changed`, `token_valid`. Texts and
//!   objects under them are masked: `"password_policy": "..."`, `"apiKey_version": "..."`;
//! - points in time excuse times and dates as texts as well: `token_expires_at`;
//! - tokens in plural are counted, and excuse objects of numbers as well: `tokens`, `max_tokens`,
//!   `completion_tokens_details`. Texts are masked: `"userTokens": ["..."]`;
//! - names, ids, types, paths and the like tell which secret is meant and excuse everything: `token_id`, `access_key_id`,
//!   `token_type`, `secret_name`, `credential_path`. A secret under such a name is not seen; a session id and a secret id
//!   are masked all the same.
//!
//! Nor are these seen: secrets inside of texts, such as URLs and JSON (`webhook_url` stays, though some have a secret in
//! their path), lists of names and values (`{"name": "password", "value": "..."}`), secrets that are keys themselves, and
//! what goes by a name that is not listed (`key`, `code`, `sig`). Whoever records those must mask them, or the tenant
//! adds their names to [its fields](Masking::new).

mod facts;
mod secrets;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

use facts::Fact;
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};
use words::{Meaning, meaning};

/// What stands in place of a value that was masked.
pub const MASKED: &str = "[masked]";

/// Which values of an event's details are masked.
///
/// The list of secrets, of what stays, and the limits are in the [module](self). A tenant can add names to the list and
/// exempt none from it; it can only do without the list.
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

    /// Replaces every such value by `"[masked]"`, however deep it stands.
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

    /// Whether this value under this key is masked, as a whole.
    pub fn masks(&self, key: &str, value: &Value) -> bool {
        (self.secrets && self.is_secret(meaning(key), value))
            || (!self.fields.is_empty() && self.fields.contains(&written_together(key)))
    }

    /// Whether a value is a secret under a key that means this.
    fn is_secret(&self, meaning: Meaning, value: &Value) -> bool {
        match meaning {
            Meaning::Other => false,
            Meaning::Secret => true,
            Meaning::SecretOrSwitch => !matches!(value, Value::Null | Value::Bool(_)),
            Meaning::Fact(fact) => !self.can_state(value, fact),
        }
    }

    /// Whether a value can be a fact about a secret. Nearly everything else can be the secret.
    fn can_state(&self, value: &Value, fact: Fact) -> bool {
        match value {
            Value::String(text) => fact == Fact::Time && is_time(text),
            Value::Array(items) => items.iter().all(is_plain),
            // Usage is told by kind: `"completion_tokens_details": {"reasoning_tokens": 5}`. One that has something to
            // mask goes as a whole, or else masking it again would.
            Value::Object(kinds) => {
                let is_count = |value: &Value| value.is_number() || value.is_null();
                fact == Fact::Tokens
                    && kinds.iter().all(|(key, value)| is_count(value) && !self.masks(key, value))
            }
            plain => is_plain(plain),
        }
    }

    fn mask_members<'a>(
        &self,
        object: &'a mut Map<String, Value>,
        inside: &mut Vec<&'a mut Value>,
    ) {
        for (key, value) in object {
            if self.masks(key, value) {
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

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_))
}

fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok()
}

fn written_together(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
