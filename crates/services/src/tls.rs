//! Our own TLS, so that there is one provider and one set of roots.

use std::{env, error::Error as StdError, fs, io, path::PathBuf, sync::Arc};

use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::fault::{Fault, Kind};

/// Names the file of those who are trusted.
const ROOTS: &str = "SSL_CERT_FILE";

/// Trusts those whom the system trusts. They are read beside, so that whoever waits for this can give up.
pub(crate) async fn with_roots() -> Result<ClientConfig, Fault> {
    refuse_special(env::var_os(ROOTS).map(PathBuf::from))?;
    let read = tokio::task::spawn_blocking(|| rustls_native_certs::load_native_certs().certs).await;
    let certificates = read.map_err(|error| Fault::new(Kind::Tls, error.to_string()))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(Fault::new(Kind::Tls, "the system has no trusted roots, which TLS needs"));
    }
    config(roots)
}

/// Opening a pipe would wait, and a device may never end; it would be the server that is blamed.
fn refuse_special(path: Option<PathBuf>) -> Result<(), Fault> {
    let Some(metadata) = path.and_then(|path| fs::metadata(path).ok()) else { return Ok(()) };
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "a folder" } else { "a pipe, socket or device" };
    let said = format!("it takes TLS, and {ROOTS} names {what} where a plain file was expected");
    Err(Fault::new(Kind::Tls, said))
}

/// Why TLS failed, wherever among the causes that is told.
pub(crate) fn reason(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(in_words(tls));
        }
        // What an error of the system holds is not among its sources, and may be one of the system again.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(reason) = inner.and_then(|inner| reason(inner)) {
            return Some(reason);
        }
        cause = error.source();
    }
    None
}

fn in_words(error: &rustls::Error) -> String {
    use CertificateError as C;

    let rustls::Error::InvalidCertificate(certificate) = error else { return error.to_string() };
    let said = match certificate {
        C::UnknownIssuer => "it is from an authority that this system does not trust, or from none",
        C::NotValidForName | C::NotValidForNameContext { .. } => "it is for another host",
        C::Expired | C::ExpiredContext { .. } => "its time is over",
        C::NotValidYet | C::NotValidYetContext { .. } => "its time has not come yet",
        C::Other(_) => "it is that of an authority itself, or has a form that is not taken",
        other => return format!("invalid peer certificate: {other}"),
    };
    format!("invalid peer certificate: {said}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_never_end_are_refused_before_they_are_read() {
        assert_eq!(refuse_special(None), Ok(()));
        assert_eq!(refuse_special(Some("/no/such/file".into())), Ok(()));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roots.pem");
        fs::write(&file, "").unwrap();
        assert_eq!(refuse_special(Some(file)), Ok(()));
        let fault = refuse_special(Some(folder.path().to_owned())).unwrap_err();
        assert!(fault.said.contains("SSL_CERT_FILE names a folder"), "{fault:?}");
        #[cfg(unix)]
        {
            let fault = refuse_special(Some("/dev/zero".into())).unwrap_err();
            assert!(fault.said.contains("a pipe, socket or device"), "{fault:?}");
        }
    }
}
