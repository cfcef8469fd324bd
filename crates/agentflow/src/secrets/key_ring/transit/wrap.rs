use agentflow_core::{
    hash::Sha256,
    sealed::{KeyId, KeyScope},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde::Deserialize;
use vaultrs::api::transit::requests::{DecryptDataRequest, EncryptDataRequest};
use zeroize::{Zeroize, Zeroizing};

use super::{
    super::provider::Wrapping,
    key::{Reply, Transit, erased},
};
use crate::{
    error::{Error, Result},
    secrets::vault::{Answer, Text, request},
};

const WRAP: &str = "wrap a data key";
const UNWRAP: &str = "unwrap a data key";
const DATA_KEY: usize = 32;
/// A data key and the SHA-256 of what it is bound to.
const WRAPPED_TEXT: usize = DATA_KEY + 32;

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: Text,
}

impl Transit {
    pub(super) async fn wrap(
        &self,
        wrapping: Wrapping<'_>,
        data_key: &[u8; DATA_KEY],
    ) -> Result<Vec<u8>> {
        let version = wrapping.key.version;
        if wrapping.key.scope == KeyScope::Tenant && self.is_erased(WRAP, wrapping.tenant).await? {
            return Err(erased(WRAP, wrapping.tenant));
        }
        let mut text = Zeroizing::new([0_u8; WRAPPED_TEXT]);
        text[..DATA_KEY].copy_from_slice(data_key);
        text[DATA_KEY..].copy_from_slice(&digest(wrapping.context));
        let name = self.name(wrapping.key.scope, wrapping.tenant);
        let endpoint = EncryptDataRequest::builder()
            .mount(&self.mount)
            .name(&name)
            .plaintext(STANDARD.encode(&text[..]))
            .associated_data(STANDARD.encode(wrapping.context))
            .key_version(u64::from(version))
            .build();
        let mut endpoint = request(WRAP, endpoint)?;
        let answer = self.client.call(WRAP, &endpoint).await;
        endpoint.plaintext.zeroize();
        let answer = self.used(WRAP, wrapping, answer?)?;
        let wrapped = answer.read::<Reply<Encrypted>>(WRAP)?.data.ciphertext;
        if version_of(&wrapped) != Some(version) {
            return Err(Error::Corrupt {
                operation: WRAP,
                what: format!("the answer of transit key `{name}`"),
                reason: format!("it is not encrypted with version {version}"),
            });
        }
        Ok(wrapped.into_bytes())
    }

    pub(super) async fn unwrap(
        &self,
        wrapping: Wrapping<'_>,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; DATA_KEY]>> {
        let corrupt = |reason: &str| Error::Corrupt {
            operation: UNWRAP,
            what: format!("a data key wrapped with {}", wrapping.key),
            reason: reason.to_owned(),
        };
        let text = std::str::from_utf8(wrapped).ok();
        let Some(text) = text.filter(|it| version_of(it) == Some(wrapping.key.version)) else {
            return Err(corrupt("it was not wrapped by a transit engine with this version"));
        };
        if wrapping.key.scope == KeyScope::Tenant && self.is_erased(UNWRAP, wrapping.tenant).await?
        {
            return Err(erased(UNWRAP, wrapping.tenant));
        }
        let endpoint = DecryptDataRequest::builder()
            .mount(&self.mount)
            .name(self.name(wrapping.key.scope, wrapping.tenant))
            .ciphertext(text)
            .associated_data(STANDARD.encode(wrapping.context))
            .build();
        let answer = self.client.call(UNWRAP, &request(UNWRAP, endpoint)?).await?;
        let answer = self.used(UNWRAP, wrapping, answer)?;
        let plaintext = answer.read::<Reply<Decrypted>>(UNWRAP)?.data.plaintext;
        let plaintext = STANDARD.decode(plaintext.0.expose_secret()).map(Zeroizing::new);
        let plaintext = plaintext.map_err(|_| corrupt("it holds no data key"))?;
        let Some((data_key, bound)) = plaintext.split_first_chunk::<DATA_KEY>() else {
            return Err(corrupt("it holds no data key"));
        };
        verify_slices_are_equal(bound, &digest(wrapping.context))
            .map_err(|_| corrupt("it was wrapped for another place"))?;
        Ok(Zeroizing::new(*data_key))
    }

    /// Reads the refusals of encrypting and decrypting.
    fn used(
        &self,
        operation: &'static str,
        wrapping: Wrapping<'_>,
        answer: Answer,
    ) -> Result<Answer> {
        let complaints = answer.complaints();
        // One of something in between says nothing about the key.
        if answer.status != StatusCode::BAD_REQUEST || !complaints.are_the_servers() {
            return answer.accepted(operation);
        }
        let KeyId { scope, version } = wrapping.key;
        if complaints.say("key not found") {
            return Err(self.missing(operation, &self.name(scope, wrapping.tenant)));
        }
        if complaints.say("version") {
            let what = format!("version {version} of the {} key", scope.as_str());
            return Err(Error::not_found(operation, what));
        }
        if operation == WRAP {
            return answer.accepted_change(operation);
        }
        Err(Error::Corrupt {
            operation,
            what: format!("a data key wrapped with {}", wrapping.key),
            reason: "it is damaged, or was wrapped for another place, or with another key"
                .to_owned(),
        })
    }
}

fn digest(context: &[u8]) -> [u8; 32] {
    Sha256::of(&[context]).0
}

/// The version in `vault:v3:…`, as OpenBao writes it as well.
fn version_of(wrapped: &str) -> Option<u32> {
    let (version, _) = wrapped.strip_prefix("vault:v")?.split_once(':')?;
    version.parse().ok()
}
