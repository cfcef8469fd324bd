//! Texts in sealed columns.

use agentflow_core::{InvalidInput, sealed::Place};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    error::{Error, Result},
    store::Handle,
};

/// The longest secret, in bytes.
const LONGEST: usize = 64 * 1024;

/// What no secret is, whatever it is for.
pub(crate) fn check_secret(
    operation: &'static str,
    field: &'static str,
    value: &SecretString,
) -> Result<()> {
    let text = value.expose_secret();
    let reason = match text.len() {
        0 => "there is none",
        length if length > LONGEST => "expected at most 65536 bytes",
        _ if text.contains('\0') => "the character U+0000 is not allowed",
        _ => return Ok(()),
    };
    Err(Error::InvalidInput { operation, input: InvalidInput::new(field, reason) })
}

/// Seals a text for its place.
pub(crate) async fn seal(
    operation: &'static str,
    handle: &Handle,
    place: &Place,
    value: &SecretString,
) -> Result<Vec<u8>> {
    let ring = handle.shared.key_ring(operation).await?;
    ring.seal(operation, place, value.expose_secret().as_bytes()).await
}

/// Opens the text of a place.
pub(crate) async fn open(
    operation: &'static str,
    handle: &Handle,
    place: &Place,
    sealed: &[u8],
) -> Result<SecretString> {
    let ring = handle.shared.key_ring(operation).await?;
    let bytes = ring.open(operation, place, sealed).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::Corrupt {
        operation,
        what: format!("{}.{} of row {}", place.table, place.column, place.row),
        reason: "it is not valid UTF-8".to_owned(),
    })?;
    Ok(SecretString::from(text))
}

/// Opens what is in one place and seals it for another.
pub(crate) async fn move_sealed(
    operation: &'static str,
    handle: &Handle,
    from: &Place,
    to: &Place,
    sealed: &[u8],
) -> Result<Vec<u8>> {
    let ring = handle.shared.key_ring(operation).await?;
    let value = ring.open(operation, from, sealed).await?;
    ring.seal(operation, to, &value).await
}
