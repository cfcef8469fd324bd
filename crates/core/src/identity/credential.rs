//! How API keys and session tokens are written.
//!
//! Both name their tenant, so that no credential is ever looked for across tenants; both end in a checksum (CRC-32/ISO-HDLC
//! over everything before it, as six base62 digits), so that a typing error is known without asking the database.

use std::{fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    InvalidInput,
    hash::Sha256,
    ids::TenantId,
    random::{Entropy, append_base62},
};

const KEY_ID: usize = 12;
const TENANT: usize = 22;
const KEY_SECRET: usize = 32;
const TOKEN_SECRET: usize = 40;
const CHECKSUM: usize = 6;

/// The word in an API key that says what it is for: `live`, `test`. A lower-case letter, then up to 15 lower-case
/// letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyEnvironment(String);

impl KeyEnvironment {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for KeyEnvironment {
    fn default() -> Self {
        Self("live".to_owned())
    }
}

impl FromStr for KeyEnvironment {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_valid = text.len() <= 16
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if is_valid {
            return Ok(Self(text.to_owned()));
        }
        let reason = "expected a lower-case letter and up to 15 more or digits, as in live";
        Err(InvalidInput::new("environment", reason))
    }
}

impl TryFrom<String> for KeyEnvironment {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<KeyEnvironment> for String {
    fn from(environment: KeyEnvironment) -> Self {
        environment.0
    }
}

impl fmt::Display for KeyEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An API key: `af_<environment>_`, then in base62 a key id (12 characters), the tenant (22), a secret (32: 190 bits)
/// and the checksum (6). Its `Debug` form shows the [prefix](ApiKey::prefix) only.
pub struct ApiKey {
    text: SecretString,
    environment: KeyEnvironment,
    key_id: String,
    tenant: TenantId,
}

impl ApiKey {
    /// A new key.
    pub fn generate(tenant: TenantId, environment: &KeyEnvironment, entropy: &dyn Entropy) -> Self {
        let mut text = format!("af_{environment}_");
        let start = text.len();
        text.reserve_exact(KEY_ID + TENANT + KEY_SECRET + CHECKSUM);
        append_base62(&mut text, KEY_ID, entropy);
        let key_id = text[start..].to_owned();
        push_tenant(&mut text, tenant);
        append_base62(&mut text, KEY_SECRET, entropy);
        Self { text: sealed(text), environment: environment.clone(), key_id, tenant }
    }

    /// Reads a key that somebody presented. What is wrong with it is told without repeating any of it.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        const SHAPE: &str = "expected af_, an environment, _ and 72 letters and digits";
        let malformed = || InvalidInput::new("key", SHAPE);
        let (environment, body) =
            text.strip_prefix("af_").and_then(|rest| rest.split_once('_')).ok_or_else(malformed)?;
        let environment: KeyEnvironment = environment.parse().map_err(|_| malformed())?;
        let body = body_of(body, KEY_ID + TENANT + KEY_SECRET + CHECKSUM).ok_or_else(malformed)?;
        check(text).map_err(|reason| InvalidInput::new("key", reason))?;
        let tenant = tenant_of(&body[KEY_ID..KEY_ID + TENANT]).ok_or_else(malformed)?;
        let key_id = body[..KEY_ID].to_owned();
        Ok(Self { text: text.to_owned().into(), environment, key_id, tenant })
    }

    /// The whole key, to be given out once.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The part that may be shown: `af_live_` and the key id.
    pub fn prefix(&self) -> String {
        format!("af_{}_{}", self.environment, self.key_id)
    }

    /// What it is for.
    pub fn environment(&self) -> &KeyEnvironment {
        &self.environment
    }

    /// What it is found by, within its tenant.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The tenant it was issued for.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What is stored of it: SHA-256 of the whole key.
    pub fn hash(&self) -> Sha256 {
        Sha256::of(&[self.expose().as_bytes()])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}…)", self.prefix())
    }
}

/// The token of a session: `afs_`, then in base62 the tenant (22 characters), a secret (40: 238 bits) and the checksum
/// (6). Its `Debug` form shows nothing.
pub struct SessionToken {
    text: SecretString,
    tenant: TenantId,
}

impl SessionToken {
    /// A new token.
    pub fn generate(tenant: TenantId, entropy: &dyn Entropy) -> Self {
        let mut text = String::with_capacity(4 + TENANT + TOKEN_SECRET + CHECKSUM);
        text.push_str("afs_");
        push_tenant(&mut text, tenant);
        append_base62(&mut text, TOKEN_SECRET, entropy);
        Self { text: sealed(text), tenant }
    }

    /// Reads a token that somebody presented. What is wrong with it is told without repeating any of it.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let malformed = || InvalidInput::new("token", "expected afs_ and 68 letters and digits");
        let body = text.strip_prefix("afs_").ok_or_else(malformed)?;
        let body = body_of(body, TENANT + TOKEN_SECRET + CHECKSUM).ok_or_else(malformed)?;
        check(text).map_err(|reason| InvalidInput::new("token", reason))?;
        let tenant = tenant_of(&body[..TENANT]).ok_or_else(malformed)?;
        Ok(Self { text: text.to_owned().into(), tenant })
    }

    /// The whole token, to be given out once.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The tenant it was issued for.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What is stored of it: SHA-256 of the whole token.
    pub fn hash(&self) -> Sha256 {
        Sha256::of(&[self.expose().as_bytes()])
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

fn push_tenant(text: &mut String, tenant: TenantId) {
    let digits = base62::encode(tenant.0.as_u128());
    text.extend(std::iter::repeat_n('0', TENANT - digits.len()));
    text.push_str(&digits);
}

/// `None` for more than 128 bits.
fn tenant_of(digits: &str) -> Option<TenantId> {
    base62::decode(digits).ok().map(|id| TenantId(Uuid::from_u128(id)))
}

fn body_of(body: &str, length: usize) -> Option<&str> {
    (body.len() == length && body.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(body)
}

fn checksum(text: &str) -> String {
    let digits = base62::encode(u128::from(crc32fast::hash(text.as_bytes())));
    format!("{digits:0>CHECKSUM$}")
}

/// Puts the checksum behind the text, which has room for it.
fn sealed(mut text: String) -> SecretString {
    let checksum = checksum(&text);
    text.push_str(&checksum);
    text.into()
}

fn check(text: &str) -> Result<(), &'static str> {
    let (rest, found) = text.split_at(text.len() - CHECKSUM);
    if checksum(rest) == found {
        return Ok(());
    }
    Err("its checksum does not match: it was cut short, mistyped or altered")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Generator;

    fn tenant() -> TenantId {
        TenantId(Uuid::from_u128(0x0199_a1b2_c3d4_7e5f_8123_4567_89ab_cdef))
    }

    #[test]
    fn a_key_reads_back_as_it_was_written() {
        let environment = "test".parse().unwrap();
        let key = ApiKey::generate(tenant(), &environment, &Generator::seeded(1));
        assert_eq!(key.expose().len(), "af_test_".len() + 72);
        let again = ApiKey::parse(key.expose()).unwrap();
        assert_eq!(again.tenant(), tenant());
        assert_eq!((again.key_id(), again.environment()), (key.key_id(), &environment));
        assert_eq!(again.hash(), key.hash());
        assert_eq!(key.prefix(), format!("af_test_{}", key.key_id()));
    }

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = SessionToken::generate(tenant(), &Generator::seeded(1));
        let again = SessionToken::parse(token.expose()).unwrap();
        assert_eq!((again.tenant(), again.hash()), (token.tenant(), token.hash()));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let key = ApiKey::generate(tenant(), &KeyEnvironment::default(), &Generator::seeded(1));
        let token = SessionToken::generate(tenant(), &Generator::seeded(1));
        let secret = &key.expose()[key.prefix().len() + TENANT..];
        assert!(!format!("{key:?}").contains(&secret[..8]));
        assert_eq!(format!("{token:?}"), "SessionToken(…)");
    }

    #[test]
    fn the_smallest_and_the_largest_tenant_fit() {
        for id in [0, u128::MAX] {
            let tenant = TenantId(Uuid::from_u128(id));
            let token = SessionToken::generate(tenant, &Generator::seeded(1));
            assert_eq!(SessionToken::parse(token.expose()).unwrap().tenant(), tenant);
        }
    }

    #[test]
    fn a_tenant_of_more_than_128_bits_is_malformed() {
        let body = format!("afs_{}{}", "z".repeat(TENANT), "0".repeat(TOKEN_SECRET));
        let token = format!("{body}{}", checksum(&body));
        assert!(SessionToken::parse(&token).is_err());
    }

    /// Published check value of CRC-32/ISO-HDLC: 0xCBF43926 for the digits 1 to 9.
    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(checksum("123456789"), format!("{:0>6}", base62::encode(0xCBF4_3926_u32)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_one_wrong_character_is_noticed(seed: u64, at: prop::sample::Index, to in "[0-9A-Za-z_]") {
            let key = ApiKey::generate(tenant(), &KeyEnvironment::default(), &Generator::seeded(seed));
            let at = at.index(key.expose().len());
            let mut typo = key.expose().to_owned();
            typo.replace_range(at..=at, &to);
            prop_assert_eq!(ApiKey::parse(&typo).is_ok(), typo == key.expose());
        }

        #[test]
        fn nothing_that_looks_like_a_credential_gets_through(text in "(af_|afs_|af_live_)?.{0,90}") {
            prop_assert!(ApiKey::parse(&text).is_err() && SessionToken::parse(&text).is_err());
        }
    }
}
