use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

use super::{Envelope, EnvelopeHash, json};
use crate::InvalidInput;

/// An envelope and its hash, which agree: there is no way to make one where they do not.
///
/// As JSON, the contract with `envelope_hash`.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedEnvelope {
    envelope: Envelope,
    hash: EnvelopeHash,
}

impl SealedEnvelope {
    /// Puts together what was kept apart. Fails if the hash is not that of the envelope.
    pub fn new(envelope: Envelope, hash: EnvelopeHash) -> Result<Self, InvalidInput> {
        envelope.verify(&hash)?;
        Ok(Self { envelope, hash })
    }

    /// With a hash that was computed from this envelope.
    pub(super) fn trusted(envelope: Envelope, hash: EnvelopeHash) -> Self {
        Self { envelope, hash }
    }

    /// Reads a contract and checks its form and its hash. A missing, malformed or wrong hash is an error of the field
    /// `envelope_hash`.
    ///
    /// ```
    /// use agentflow_core::envelope::SealedEnvelope;
    ///
    /// let json = r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","from":"a","to":"b","type":"event","ts":"2026-11-21T04:41:00Z"}"#;
    /// let error = SealedEnvelope::open(json).unwrap_err();
    /// assert_eq!(error.to_string(), "envelope_hash: is missing");
    /// ```
    pub fn open(text: &str) -> Result<Self, InvalidInput> {
        let (envelope, hash) = json::from_document(json::read(text)?)?;
        let hash = hash.ok_or_else(|| InvalidInput::new("envelope_hash", "is missing"))?;
        Self::new(envelope, hash)
    }

    /// The envelope.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Its hash.
    pub fn envelope_hash(&self) -> &EnvelopeHash {
        &self.hash
    }

    /// Both, apart.
    pub fn into_parts(self) -> (Envelope, EnvelopeHash) {
        (self.envelope, self.hash)
    }
}

/// Reads JSON by its text, as [`SealedEnvelope::open`] does, and no other format: see [`Envelope`].
impl<'de> Deserialize<'de> for SealedEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Self::open(text.get()).map_err(D::Error::custom)
    }
}

impl Serialize for SealedEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::write(&self.envelope, Some(&self.hash), serializer)
    }
}
