//! Keys of tenants for the providers of models, sealed.
//!
//! A key is added, found to be good, activated, replaced with a time in which both are given out, and revoked. Who manages keys
//! never gets to see one: only a service that a key is granted to opens it, and each opening is recorded.

mod activate;
mod add;
mod grants;
mod keys;
mod rotate;
mod rows;
mod sealed;
mod unseal;
mod validate;

pub use add::NewProviderKey;
pub use keys::{ProviderKeyFilter, ProviderKeys};
pub use rows::{KeyCheck, ProviderKey};
pub use unseal::ProviderSecret;
pub use validate::{ValidateOptions, Validated};
