//! Connection strings and TLS, with libpq's meaning of `sslmode`.
//!
//! The driver knows three of libpq's six modes and none of the file options, so both are read and removed here first.

use std::{fmt, fs, path::PathBuf, str::FromStr, sync::Arc};

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
use tokio_postgres::config::SslMode as DriverSslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

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

/// A connection string, taken apart. Its Debug form shows no credentials.
#[derive(Clone)]
pub(crate) struct Conninfo {
    pub(crate) driver: tokio_postgres::Config,
    pub(crate) tls: TlsSettings,
}

impl fmt::Debug for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conninfo")
            .field("location", &self.location())
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl Conninfo {
    /// Reads a connection string; `lookup` gives libpq's PG* variables for what it leaves out.
    pub(crate) fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let (rest, mut options) = split_tls_options(text)?;
        let variable = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut take = |option: &str, name: &str| options.remove(option).or_else(|| variable(name));
        let tls = TlsSettings {
            mode: take("sslmode", "PGSSLMODE").map_or(Ok(SslMode::Prefer), |mode| mode.parse())?,
            root_cert: take("sslrootcert", "PGSSLROOTCERT")
                .filter(|path| path != "system")
                .map(PathBuf::from),
            cert: take("sslcert", "PGSSLCERT").map(PathBuf::from),
            key: take("sslkey", "PGSSLKEY").map(PathBuf::from),
        };
        // The driver's message can quote what it could not read, so it is not passed on.
        let mut driver = tokio_postgres::Config::from_str(&rest)
            .map_err(|error| invalid("DATABASE_URL", &describe_parse_error(&error)))?;
        fill_from_variables(&mut driver, &variable)?;
        driver.ssl_mode(match tls.mode {
            SslMode::Disable => DriverSslMode::Disable,
            SslMode::Prefer => DriverSslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => DriverSslMode::Require,
        });
        Ok(Self { driver, tls })
    }

    /// Host, port and database, for people.
    pub(crate) fn location(&self) -> String {
        let host = match self.driver.get_hosts().first() {
            Some(tokio_postgres::config::Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(tokio_postgres::config::Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.driver.get_ports().first().copied().unwrap_or(5432);
        let database = self.driver.get_dbname().or(self.driver.get_user()).unwrap_or("postgres");
        format!("{host}:{port}/{database}")
    }
}

/// Says what kind of thing was wrong, and no more: the value may be a password.
fn describe_parse_error(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match cause.strip_prefix("unknown option `").and_then(|rest| rest.strip_suffix('`')) {
        Some(option) => format!("the option `{option}` is not supported"),
        None => "not a postgres:// URL nor a list of key=value pairs; a `@`, `:`, `/` or `%` inside a user name or \
                 password must be written as %40, %3A, %2F or %25"
            .to_owned(),
    }
}

fn fill_from_variables(
    driver: &mut tokio_postgres::Config,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<()> {
    if driver.get_hosts().is_empty() && driver.get_hostaddrs().is_empty() {
        driver.host(variable("PGHOST").unwrap_or_else(|| "localhost".to_owned()));
    }
    if driver.get_ports().is_empty()
        && let Some(port) = variable("PGPORT")
    {
        driver.port(port.parse().map_err(|_| invalid("PGPORT", "expected a port number"))?);
    }
    if driver.get_user().is_none()
        && let Some(user) = variable("PGUSER").or_else(|| variable("USER"))
    {
        driver.user(user);
    }
    if driver.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        driver.password(password);
    }
    if driver.get_dbname().is_none()
        && let Some(database) = variable("PGDATABASE")
    {
        driver.dbname(database);
    }
    if driver.get_application_name().is_none() {
        driver.application_name(variable("PGAPPNAME").unwrap_or_else(|| "agentflow".to_owned()));
    }
    if driver.get_connect_timeout().is_none() {
        let seconds =
            variable("PGCONNECT_TIMEOUT").and_then(|text| text.parse().ok()).unwrap_or(10);
        driver.connect_timeout(std::time::Duration::from_secs(seconds));
    }
    Ok(())
}

type Options = std::collections::BTreeMap<String, String>;

const TLS_OPTIONS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/// Takes the TLS options out of a connection string.
fn split_tls_options(text: &str) -> Result<(String, Options)> {
    let mut options = Options::new();
    let mut take = |key: &str, value: &str| {
        let ours = TLS_OPTIONS.contains(&key);
        if ours {
            options.insert(key.to_owned(), value.to_owned());
        }
        ours
    };
    let rest = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let kept: Vec<_> = query
            .split('&')
            .filter(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                !pair.is_empty() && !take(key, &percent_decode(value))
            })
            .collect();
        if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
    } else {
        let pairs = key_value_pairs(text)?;
        let kept: Vec<_> = pairs
            .iter()
            .filter(|(key, value)| !take(key, value))
            .map(|(key, value)| {
                format!("{key}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
            })
            .collect();
        kept.join(" ")
    };
    Ok((rest, options))
}

/// libpq's `key=value` form: values may be quoted with `'`, and `\` escapes.
fn key_value_pairs(text: &str) -> Result<Vec<(String, String)>> {
    let malformed = || invalid("DATABASE_URL", "expected a postgres:// URL or key=value pairs");
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(malformed)?;
        let mut value = String::new();
        let mut chars = after.trim_start().chars();
        let quoted = chars.as_str().starts_with('\'');
        if quoted {
            chars.next();
        }
        loop {
            match chars.next() {
                Some('\\') => value.push(chars.next().ok_or_else(malformed)?),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(malformed()),
                None => break,
            }
        }
        pairs.push((key.trim().to_owned(), value));
        rest = chars.as_str().trim_start();
    }
    Ok(pairs)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
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
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                invalid("sslkey", &format!("cannot read {}: {error}", key.display()))
            })?;
            builder
                .with_client_auth_cert(certificates("sslcert", cert)?, key)
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
        let (_, _) =
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| invalid("sslrootcert", &format!("no trusted authority: {error}")))?;
    Ok(if settings.mode == SslMode::VerifyFull { chain } else { Arc::new(AnyHost(chain)) })
}

fn certificates(option: &str, path: &PathBuf) -> Result<Vec<CertificateDer<'static>>> {
    let pem = fs::read(path)
        .map_err(|error| invalid(option, &format!("cannot read {}: {error}", path.display())))?;
    CertificateDer::pem_slice_iter(&pem)
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
