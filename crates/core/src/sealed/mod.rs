//! Sealed values: what is encrypted in a column, bound to its place.
//!
//! Every value is encrypted with a [`DataKey`] of its own, which is stored beside it, wrapped with a key that never is in the
//! database. Changing that key changes the wrapped data key and not what was encrypted with it.

mod cipher;
mod data_key;
mod key_id;
mod place;
#[cfg(test)]
mod tests;
mod value;
mod wrapping_key;

pub use data_key::DataKey;
pub use key_id::{KeyId, KeyScope};
pub use place::Place;
pub use value::Sealed;
pub use wrapping_key::WrappingKey;

/// Why something that was encrypted is not readable. Tells nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The bytes are not of the form.
    #[error("it does not have the form of a sealed value")]
    Form,
    /// The bytes are of the form, and not what was encrypted with this key for this place.
    #[error("it was changed, belongs to another place, or is encrypted with another key")]
    Forged,
}
