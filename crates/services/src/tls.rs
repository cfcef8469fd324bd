//! Our own TLS, so that there is one provider and one set of roots.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::fault::{Fault, Kind};

/// Trusts those whom the system trusts. Where they are read from may be anything that `SSL_CERT_FILE` names, also what never ends: it is
/// read beside, so that whoever waits for this can give up.
pub(crate) async fn with_roots() -> Result<ClientConfig, Fault> {
    let read = tokio::task::spawn_blocking(|| rustls_native_certs::load_native_certs().certs).await;
    let certificates = read.map_err(|error| Fault::new(Kind::Tls, error.to_string()))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
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
