//! HashiCorp Vault and OpenBao: secrets of a KV engine (version 2), and the connection that the transit engine is used over as well.
//!
//! The requests are those of `vaultrs`. They are sent by a client of our own, which follows no redirects (the token would go
//! along), uses no proxies, trusts one set of roots, logs nothing of what it carries, and wipes answers once they are read.
//! What the HTTP library keeps in its own buffers is not wiped.

mod auth;
mod client;
mod error;
mod kv;
mod poll;
mod provider;
mod replies;
mod session;
mod settings;
mod text;

pub use provider::VaultProvider;
pub use settings::{VaultAuth, VaultOptions};

pub(in crate::secrets) use client::{Answer, Client};
pub(in crate::secrets) use settings::{invalid, is_path};
pub(in crate::secrets) use text::Text;

/// The error of a request that could not be made of valid settings, which does not happen.
pub(in crate::secrets) fn request<R, E: std::fmt::Display>(
    operation: &'static str,
    built: std::result::Result<R, E>,
) -> crate::error::Result<R> {
    built.map_err(|error| super::provider::unsupported(operation, error.to_string()))
}
