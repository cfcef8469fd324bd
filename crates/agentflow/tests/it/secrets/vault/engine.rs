//! A transit engine for as many requests as come, which answers as the recorded exchanges do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

#[derive(Default)]
pub(super) struct Engine {
    /// The versions of each key.
    keys: BTreeMap<String, u32>,
    wrapped: Vec<Wrapped>,
}

/// What was encrypted.
struct Wrapped {
    key: String,
    version: u32,
    plaintext: Value,
    associated_data: Value,
}

impl Engine {
    /// With a key that an operator made.
    pub(super) fn with_key(name: &str) -> Self {
        Self { keys: BTreeMap::from([(name.to_owned(), 1)]), wrapped: Vec::new() }
    }

    /// `None` for what it does not know.
    pub(super) fn answer(&mut self, method: &str, path: &str, body: &Value) -> Option<Value> {
        if (method, path) == ("GET", "/v1/auth/token/lookup-self") {
            return Some(json!({"status": 200, "body": {"data": {"ttl": 0, "renewable": false}}}));
        }
        let path: Vec<_> = path.strip_prefix("/v1/transit/")?.split('/').collect();
        match (method, path.as_slice()) {
            ("GET", ["keys", name]) => Some(self.read(name)),
            ("POST", ["keys", name]) => {
                self.keys.entry((*name).to_owned()).or_insert(1);
                Some(self.read(name))
            }
            ("POST", ["keys", name, "rotate"]) => {
                *self.keys.get_mut(*name)? += 1;
                Some(self.read(name))
            }
            ("POST", ["encrypt", name]) => self.encrypt(name, body),
            ("POST", ["decrypt", name]) => Some(self.decrypt(name, body)),
            _ => None,
        }
    }

    fn read(&self, name: &str) -> Value {
        let Some(latest) = self.keys.get(name) else {
            return json!({"status": 404, "body": {"errors": []}});
        };
        let keys: BTreeMap<_, _> = (1..=*latest).map(|it| (it.to_string(), 0)).collect();
        json!({"status": 200, "body": {"data": {
            "type": "aes256-gcm96", "derived": false, "keys": keys, "min_decryption_version": 1,
        }}})
    }

    fn encrypt(&mut self, name: &str, body: &Value) -> Option<Value> {
        let version = u32::try_from(body["key_version"].as_u64()?).ok()?;
        if self.keys.get(name).is_none_or(|latest| version > *latest) {
            return Some(
                json!({"status": 400, "body": {"errors": ["requested version is too new"]}}),
            );
        }
        let ciphertext = format!("vault:v{version}:{}", self.wrapped.len());
        self.wrapped.push(Wrapped {
            key: name.to_owned(),
            version,
            plaintext: body["plaintext"].clone(),
            associated_data: body["associated_data"].clone(),
        });
        Some(json!({"status": 200, "body": {"data": {"ciphertext": ciphertext}}}))
    }

    fn decrypt(&self, name: &str, body: &Value) -> Value {
        let ciphertext = body["ciphertext"].as_str().unwrap_or_default();
        let found = self.wrapped.iter().enumerate().find(|(at, it)| {
            format!("vault:v{}:{at}", it.version) == ciphertext
                && it.key == name
                && it.associated_data == body["associated_data"]
        });
        match found {
            Some((_, it)) => json!({"status": 200, "body": {"data": {"plaintext": it.plaintext}}}),
            None => {
                json!({"status": 400, "body": {"errors": ["cipher: message authentication failed"]}})
            }
        }
    }
}
