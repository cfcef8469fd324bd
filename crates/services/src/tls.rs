//! Our own TLS, so that there is one provider and one set of roots.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::fault::{Fault, Kind};

/// Trusts those whom the system trusts.
pub(crate) fn with_roots() -> Result<ClientConfig, Fault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Fault::new(Kind::Tls, "the system has no trusted roots, which TLS needs"));
    }
    config(roots)
}

/// Trusts nobody: for what is not encrypted.
pub(crate) fn without_roots() -> Result<ClientConfig, Fault> {
    config(RootCertStore::empty())
}

fn config(roots: RootCertStore) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new(Kind::Tls, error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
