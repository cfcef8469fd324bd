//! TLS, with libpq's meaning of `sslmode`.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use agentflow_core::InvalidInput;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    error::{Error, Result},
    plain_file,
};

/// The bundles of whole systems have some hundred KiB.
const MAX_FILE: usize = 16 << 20;
/// Names the trusted authorities of the system.
const SYSTEM_ROOTS: &str = "SSL_CERT_FILE";

/// How much TLS must prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS if the server offers it. Stops nobody who is in between.
    Prefer,
    /// TLS, with whatever certificate; with `sslrootcert` the same as `verify-ca`, as in libpq.
    Require,
    /// TLS with a certificate from a trusted authority.
    VerifyCa,
    /// TLS with a certificate from a trusted authority, for this very host name.
    VerifyFull,
}

/// The TLS part of a connection string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// How much TLS must prove.
    pub mode: SslMode,
    /// Trusted authorities (PEM); the system's own if absent.
    pub root_cert: Option<PathBuf>,
    /// Our certificate (PEM).
    pub cert: Option<PathBuf>,
    /// Its key (PEM).
    pub key: Option<PathBuf>,
}

impl FromStr for SslMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "disable" => Ok(Self::Disable),
            // `allow` tries without TLS first; nobody should want that where TLS can be had.
            "allow" | "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(invalid(
                "sslmode",
                "expected disable, prefer, require, verify-ca or verify-full",
            )),
        }
    }
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

/// The connector for these settings; `None` for no TLS.
pub(crate) fn connector(settings: &TlsSettings) -> Result<Option<MakeRustlsConnect>> {
    if settings.mode == SslMode::Disable {
        return Ok(None);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid("sslmode", &error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier(settings, provider)?);
    let config = match (&settings.cert, &settings.key) {
        (Some(cert), Some(key)) => {
            let chain = certificates("sslcert", cert)?;
            let key = PrivateKeyDer::from_pem_slice(&read("sslkey", key)?).map_err(|error| {
                invalid("sslkey", &format!("cannot read {}: {error}", key.display()))
            })?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| invalid("sslcert", &error.to_string()))?
        }
        (None, None) => builder.with_no_client_auth(),
        _ => return Err(invalid("sslcert", "sslcert and sslkey go together")),
    };
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn verifier(
    settings: &TlsSettings,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let checks_chain = match settings.mode {
        SslMode::Disable | SslMode::Prefer => false,
        SslMode::Require => settings.root_cert.is_some(),
        SslMode::VerifyCa | SslMode::VerifyFull => true,
    };
    if !checks_chain {
        return Ok(Arc::new(AnyCertificate(provider)));
    }
    let mut roots = RootCertStore::empty();
    if let Some(path) = &settings.root_cert {
        for certificate in certificates("sslrootcert", path)? {
            roots.add(certificate).map_err(|error| {
                invalid(
                    "sslrootcert",
                    &format!("{} holds an unusable certificate: {error}", path.display()),
                )
            })?;
        }
    } else {
        if let Some(path) = std::env::var_os(SYSTEM_ROOTS).map(PathBuf::from) {
            refuse_endless(SYSTEM_ROOTS, &path)?;
        }
        let (_, _) =
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| invalid("sslrootcert", &format!("no trusted authority: {error}")))?;
    Ok(if settings.mode == SslMode::VerifyFull { chain } else { Arc::new(AnyHost(chain)) })
}

/// Whoever reads what never ends waits for ever, and so does whoever waits for them.
fn read(option: &str, path: &Path) -> Result<Vec<u8>> {
    plain_file::read(path, MAX_FILE).map_err(|reason| unreadable(option, path, &reason))
}

/// The same for what others read, who pass over what is not there.
fn refuse_endless(option: &str, path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    plain_file::check(path).map_err(|reason| unreadable(option, path, &reason))
}

fn unreadable(option: &str, path: &Path, reason: &str) -> Error {
    invalid(option, &format!("cannot read {}: {reason}", path.display()))
}

fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(&read(option, path)?)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| invalid(option, &format!("{} holds no PEM certificate", path.display())))
}

/// `prefer` and `require`: the connection is encrypted, and the server may be anyone.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

/// `verify-ca`: the certificate must be trusted, for whatever host it was made.
#[derive(Debug)]
struct AnyHost(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for AnyHost {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::{CertificateError, Error};

        // The chain is checked before the name, so a complaint about the name means that the chain is right.
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    /// What is said of settings; nothing where nothing is said for long.
    fn refusal(settings: TlsSettings) -> Option<String> {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || connector(&settings).err().map(|error| tell.send(error.to_string())));
        told.recv_timeout(Duration::from_secs(20)).ok()
    }

    #[test]
    fn a_file_that_never_ends_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let cert = folder.path().join("cert.pem");
        std::fs::write(&cert, made.cert.pem()).unwrap();
        let none = TlsSettings { mode: SslMode::Require, root_cert: None, cert: None, key: None };
        for path in [pipe, "/dev/zero".into(), folder.path().to_owned()] {
            let some = Some(path.clone());
            let pair = |key| TlsSettings { cert: Some(cert.clone()), key, ..none.clone() };
            for (option, settings) in [
                ("sslrootcert", TlsSettings { root_cert: some.clone(), ..none.clone() }),
                (
                    "sslcert",
                    TlsSettings { cert: some.clone(), key: Some(cert.clone()), ..none.clone() },
                ),
                ("sslkey", pair(some.clone())),
            ] {
                let said = refusal(settings).unwrap_or_else(|| panic!("{option} {path:?}"));
                let place = format!("{option}: cannot read {}: it is a ", path.display());
                assert!(said.contains(&place), "{said}");
                assert!(said.ends_with("and a plain file was expected"), "{said}");
            }
        }
    }
}
