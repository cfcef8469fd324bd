//! TLS against real servers, in all of libpq's modes.

use std::path::Path;

use agentflow::{Config, Error, Store};
use agentflow_postgres::{Ephemeral, EphemeralOptions};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};

use crate::{
    servers::{ServerFolder, postgres_15, skip},
    support::{connect, database},
};

/// An authority, and what it signed.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate and its key, both as PEM.
    fn sign(
        &self,
        name: &str,
        hosts: &[&str],
        purpose: ExtendedKeyUsagePurpose,
    ) -> (String, String) {
        let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// A PostgreSQL that speaks TLS.
struct SecureServer {
    server: Ephemeral,
    /// Files of the server; it must be there as long as the server.
    _own: ServerFolder,
    /// Files of the client.
    files: ServerFolder,
}

/// Who may come in, and how: by password with or without TLS, `mallory` and `carol` by certificate only, `dave` by both.
const HBA: &str = "\
hostssl all carol,mallory 127.0.0.1/32 cert
hostssl all dave 127.0.0.1/32 scram-sha-256 clientcert=verify-full
host all postgres 127.0.0.1/32 scram-sha-256
local all all scram-sha-256
";

impl SecureServer {
    /// Its certificate is good for `hosts`.
    async fn start(hosts: &[&str]) -> Option<Self> {
        let Some(installation) = postgres_15() else {
            skip("PostgreSQL 15");
            return None;
        };
        let (own, files) = (ServerFolder::new(), ServerFolder::new());
        let authority = Authority::new("Good Authority");
        let (cert, key) = authority.sign("server", hosts, ExtendedKeyUsagePurpose::ServerAuth);
        files.write("ca.pem", &authority.pem);
        files.write("stranger.pem", &Authority::new("Stranger").pem);
        files.write("garbage.pem", "this is no certificate\n");
        for user in ["carol", "dave"] {
            let (cert, key) = authority.sign(user, &[], ExtendedKeyUsagePurpose::ClientAuth);
            files.write(&format!("{user}.pem"), &cert);
            files.write(&format!("{user}.key"), &key);
        }
        let settings = [
            ("ssl", "on".into()),
            ("ssl_cert_file", own.write("server.pem", &cert)),
            ("ssl_key_file", own.write("server.key", &key)),
            ("ssl_ca_file", own.write("ca.pem", &authority.pem)),
            ("hba_file", own.write("hba.conf", HBA)),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.display().to_string()));
        let options = EphemeralOptions { settings: settings.to_vec(), ..Default::default() };
        let start = move || Ephemeral::start(&installation, &options).unwrap();
        let server = tokio::task::spawn_blocking(start).await.unwrap();
        let admin = connect(&format!("{}?sslmode=disable", server.url("postgres"))).await;
        let users = "CREATE ROLE carol LOGIN; CREATE ROLE mallory LOGIN; CREATE ROLE dave LOGIN PASSWORD 'dave-secret'";
        admin.batch_execute(users).await.unwrap();
        Some(Self { server, _own: own, files })
    }

    fn file(&self, name: &str) -> String {
        self.files.path(name).display().to_string()
    }

    /// How a connection with these options goes: the version of TLS if there is any, or the error.
    async fn try_as(&self, user: &str, host: &str, options: &str) -> Result<Option<String>, Error> {
        let port = self.server.port();
        let text =
            format!("host={host} hostaddr=127.0.0.1 port={port} dbname=postgres {user} {options}");
        tls_version(&text).await
    }

    async fn try_with(&self, host: &str, options: &str) -> Result<Option<String>, Error> {
        let user = format!("user=postgres password={}", self.server.password());
        let result = self.try_as(&user, host, options).await;
        if let Err(error) = &result {
            let told = format!("{error} {error:?}");
            assert!(!told.contains(self.server.password()), "the password is told: {told}");
        }
        result
    }

    async fn assert_refused(&self, host: &str, options: &str, reason: &str) {
        let error = self.try_with(host, options).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{options}: {error:?}");
        assert!(error.to_string().contains(reason), "{options}: {error}");
    }
}

async fn tls_version(text: &str) -> Result<Option<String>, Error> {
    let store = Store::connect(Config::from_url(text)?)?;
    let client = store.admin().connect().await?;
    let sql = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = client.query_one(sql, &[]).await.unwrap();
    let version: Option<String> = row.get("version");
    assert_eq!(row.get::<_, bool>("ssl"), version.is_some());
    Ok(version)
}

#[tokio::test]
async fn every_mode_checks_what_it_promises() {
    let Some(server) = SecureServer::start(&["localhost", "127.0.0.1"]).await else { return };
    let (good, stranger) = (server.file("ca.pem"), server.file("stranger.pem"));
    let encrypted = Some("TLSv1.3".to_owned());

    assert_eq!(server.try_with("localhost", "sslmode=disable").await.unwrap(), None);
    for options in [
        String::new(),
        "sslmode=prefer".to_owned(),
        format!("sslmode=prefer sslrootcert={stranger}"),
        "sslmode=require".to_owned(),
    ] {
        for host in ["localhost", "wrong.example"] {
            assert_eq!(server.try_with(host, &options).await.unwrap(), encrypted, "{options}");
        }
    }
    // `require` with an authority is `verify-ca`, as in libpq.
    for mode in ["require", "verify-ca"] {
        for host in ["localhost", "wrong.example"] {
            let options = format!("sslmode={mode} sslrootcert={good}");
            assert_eq!(server.try_with(host, &options).await.unwrap(), encrypted, "{options}");
            let options = format!("sslmode={mode} sslrootcert={stranger}");
            server.assert_refused(host, &options, "UnknownIssuer").await;
        }
    }
    for host in ["localhost", "127.0.0.1"] {
        let options = format!("sslmode=verify-full sslrootcert={good}");
        assert_eq!(server.try_with(host, &options).await.unwrap(), encrypted, "{host}");
        let options = format!("sslmode=verify-full sslrootcert={stranger}");
        server.assert_refused(host, &options, "UnknownIssuer").await;
    }
    for host in ["wrong.example", "127.0.0.2", "localhost.wrong.example"] {
        let options = format!("sslmode=verify-full sslrootcert={good}");
        server.assert_refused(host, &options, "not valid for name").await;
    }
    // Trusted by nobody but us; and there are systems that trust nobody at all.
    for mode in ["sslmode=verify-ca", "sslmode=verify-full", "sslrootcert=system"] {
        let error = server.try_with("localhost", mode).await.unwrap_err().to_string();
        assert!(
            error.contains("UnknownIssuer") || error.contains("no trusted authority"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_passes_verify_ca_only() {
    let Some(server) = SecureServer::start(&["db.example"]).await else { return };
    let good = server.file("ca.pem");
    let options = format!("sslmode=verify-ca sslrootcert={good}");
    assert!(server.try_with("127.0.0.1", &options).await.unwrap().is_some());
    let options = format!("sslmode=verify-full sslrootcert={good}");
    assert!(server.try_with("db.example", &options).await.unwrap().is_some());
    for host in ["localhost", "127.0.0.1"] {
        server.assert_refused(host, &options, "not valid for name").await;
    }
}

#[tokio::test]
async fn a_client_certificate_says_who_we_are() {
    let Some(server) = SecureServer::start(&["localhost"]).await else { return };
    let options = |who: &str| {
        format!(
            "sslmode=verify-full sslrootcert={} sslcert={} sslkey={}",
            server.file("ca.pem"),
            server.file(&format!("{who}.pem")),
            server.file(&format!("{who}.key"))
        )
    };
    let carol = options("carol");
    assert!(server.try_as("user=carol", "localhost", &carol).await.unwrap().is_some());
    let dave = "user=dave password=dave-secret";
    assert!(server.try_as(dave, "localhost", &options("dave")).await.unwrap().is_some());

    let none = format!("sslmode=verify-full sslrootcert={}", server.file("ca.pem"));
    for (user, options) in [
        ("user=carol", &none),
        ("user=mallory", &carol),
        (dave, &none),
        (dave, &carol),
        ("user=dave password=wrong-secret", &options("dave")),
    ] {
        let error = server.try_as(user, "localhost", options).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{user}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn unusable_files_are_named_before_anything_connects() {
    let folder = ServerFolder::new();
    let garbage = folder.write("garbage.pem", "this is no certificate\n");
    let authority = Authority::new("Good Authority");
    let (cert, key) = authority.sign("carol", &[], ExtendedKeyUsagePurpose::ClientAuth);
    let cert = folder.write("carol.pem", &cert);
    let key = folder.write("carol.key", &key);
    let absent = folder.path("absent.pem");
    let options =
        |cert: &Path, key: &Path| format!("sslcert={} sslkey={}", cert.display(), key.display());
    for (options, setting, path) in [
        (format!("sslrootcert={}", absent.display()), "sslrootcert", "absent.pem"),
        (format!("sslrootcert={}", garbage.display()), "sslrootcert", "garbage.pem"),
        (options(&absent, &key), "sslcert", "absent.pem"),
        (options(&garbage, &key), "sslcert", "garbage.pem"),
        (options(&cert, &absent), "sslkey", "absent.pem"),
        (options(&cert, &garbage), "sslkey", "garbage.pem"),
        (format!("sslcert={}", cert.display()), "sslcert", "sslkey"),
    ] {
        // Port 1 answers nobody.
        let text = format!("host=127.0.0.1 port=1 password=hunter sslmode=verify-full {options}");
        let error = Store::connect(Config::from_url(&text).unwrap()).unwrap_err();
        let Error::InvalidSetting(input) = &error else { panic!("{options}: {error:?}") };
        assert_eq!(input.field, setting, "{error}");
        assert!(error.to_string().contains(path), "{error}");
        assert!(!error.to_string().contains("hunter"), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_none_only_where_that_is_allowed() {
    let database = database().await;
    let client = connect(database.url()).await;
    let row = client.query_one("SELECT current_setting('ssl')", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "off");
    for options in ["", "?sslmode=disable", "?sslmode=prefer"] {
        let text = format!("{}{options}", database.url());
        assert_eq!(tls_version(&text).await.unwrap(), None, "{options}");
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = tls_version(&format!("{}?sslmode={mode}", database.url())).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{mode}: {error:?}");
        assert!(error.to_string().contains("does not support TLS"), "{mode}: {error}");
    }
}

#[tokio::test]
async fn a_socket_file_needs_no_tls() {
    let Some(server) = SecureServer::start(&["localhost"]).await else { return };
    let admin = connect(&format!("{}?sslmode=disable", server.server.url("postgres"))).await;
    let row = admin.query_one("SELECT current_setting('unix_socket_directories')", &[]).await;
    let folder: String = row.unwrap().get(0);
    if folder.is_empty() {
        return; // the server was started without one
    }
    let text = format!(
        "host={folder} port={} user=postgres password={} dbname=postgres sslmode=require",
        server.server.port(),
        server.server.password()
    );
    assert_eq!(tls_version(&text).await.unwrap(), None);
}
