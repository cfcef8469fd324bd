use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

use agentflow_core::InvalidInput;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

const TIMEOUT: Duration = Duration::from_secs(10);
const MOUNT: &str = "secret";
const APPROLE: &str = "approle";
/// The longest path of a mount, a namespace or a prefix, in bytes.
const MAX_PATH: usize = 500;

/// How to log in.
#[derive(Clone)]
pub enum VaultAuth {
    /// With a token, which is renewed as long as the server allows it.
    Token(SecretString),
    /// With a role and its secret id. The token that comes of it is renewed, and replaced when it cannot be.
    AppRole {
        /// The id of the role.
        role_id: String,
        /// Its secret id; empty for a role that needs none.
        secret_id: SecretString,
        /// Where the auth method is mounted, usually `approle`.
        mount: String,
    },
}

impl fmt::Debug for VaultAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.debug_tuple("Token").finish_non_exhaustive(),
            Self::AppRole { mount, .. } => {
                f.debug_struct("AppRole").field("mount", mount).finish_non_exhaustive()
            }
        }
    }
}

/// Where a Vault or OpenBao server is, how to log in, and where the secrets are in it.
#[derive(Debug, Clone)]
pub struct VaultOptions {
    /// `https://HOST:PORT`; `http` only for a loopback address.
    pub address: String,
    /// The namespace, for servers that have namespaces.
    pub namespace: Option<String>,
    /// A file with the roots to trust (PEM), instead of those of the system.
    pub ca_cert: Option<PathBuf>,
    /// How to log in.
    pub auth: VaultAuth,
    /// Where the KV engine is mounted.
    pub mount: String,
    /// The folder of the secrets in it; empty for the top. Without slashes at the ends.
    pub prefix: String,
    /// How long the server may take to answer.
    pub timeout: Duration,
}

impl VaultOptions {
    /// From the variables `VAULT_ADDR`, `VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_TOKEN` or `VAULT_ROLE_ID` with
    /// `VAULT_SECRET_ID`, `AF_VAULT_MOUNT` (`secret`) and `AF_VAULT_PREFIX`. `url` goes before `VAULT_ADDR`. The server may
    /// take 10 s.
    ///
    /// Errors: [`Error::InvalidSetting`], which holds no credential.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>, url: Option<&str>) -> Result<Self> {
        let set = |name: &str| lookup(name).filter(|it| !it.is_empty());
        let address = url.map(str::to_owned).or_else(|| set("VAULT_ADDR"));
        let token = set("VAULT_TOKEN").map(SecretString::from);
        let secret_id = set("VAULT_SECRET_ID").map(SecretString::from);
        let settings = Self {
            address: address.ok_or_else(|| invalid("VAULT_ADDR", "it is not set"))?,
            namespace: set("VAULT_NAMESPACE"),
            ca_cert: set("VAULT_CACERT").map(PathBuf::from),
            auth: auth(token, set("VAULT_ROLE_ID"), secret_id)?,
            mount: set("AF_VAULT_MOUNT").unwrap_or_else(|| MOUNT.to_owned()),
            prefix: set("AF_VAULT_PREFIX").unwrap_or_default(),
            timeout: TIMEOUT,
        };
        settings.check()?;
        Ok(settings)
    }

    /// From the settings of the program. `url` goes before the address in them.
    ///
    /// Errors: [`Error::InvalidSetting`], which holds no credential.
    pub fn from_settings(settings: &crate::VaultSettings, url: Option<&str>) -> Result<Self> {
        let address = url.or(settings.address.as_deref());
        let settings = Self {
            address: address.ok_or_else(|| invalid("VAULT_ADDR", "it is not set"))?.to_owned(),
            namespace: settings.namespace.clone(),
            ca_cert: settings.ca_cert.clone(),
            auth: auth(
                settings.token.clone(),
                settings.role_id.clone(),
                settings.secret_id.clone(),
            )?,
            mount: settings.mount.clone(),
            prefix: settings.prefix.clone().unwrap_or_default(),
            timeout: TIMEOUT,
        };
        settings.check()?;
        Ok(settings)
    }

    /// Whether requests can be made of it.
    pub(super) fn check(&self) -> Result<()> {
        self.url()?;
        if self.namespace.as_deref().is_some_and(|it| !is_path(it)) {
            return Err(invalid("VAULT_NAMESPACE", PATH));
        }
        if !is_path(&self.mount) {
            return Err(invalid("AF_VAULT_MOUNT", PATH));
        }
        if !self.prefix.is_empty() && !is_path(&self.prefix) {
            return Err(invalid("AF_VAULT_PREFIX", PATH));
        }
        match &self.auth {
            VaultAuth::Token(token) if !is_header(token.expose_secret()) => {
                Err(invalid("VAULT_TOKEN", "expected visible ASCII characters without blanks"))
            }
            VaultAuth::AppRole { role_id, .. } if role_id.is_empty() => {
                Err(invalid("VAULT_ROLE_ID", "it is empty"))
            }
            VaultAuth::AppRole { mount, .. } if !is_path(mount) => {
                Err(invalid("vault auth mount", PATH))
            }
            VaultAuth::Token(_) | VaultAuth::AppRole { .. } => Ok(()),
        }
    }

    /// The address: scheme, host and port. What is wrong is told without it, for it may hold a password.
    pub(super) fn url(&self) -> Result<Url> {
        const NAME: &str = "VAULT_ADDR";
        let url: Url = self
            .address
            .parse()
            .map_err(|error| invalid(NAME, format!("the URL is malformed: {error}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(invalid(NAME, "expected a URL that begins with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(NAME, "a user name or password does not belong in the URL"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid(
                NAME,
                "expected a URL without a path, as https://vault.example.com:8200",
            ));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            let reason = "without TLS, whoever is in between reads the token and the secrets; use https (http is only for \
                          loopback addresses)";
            return Err(invalid(NAME, reason));
        }
        Ok(url)
    }
}

const PATH: &str = "expected names of letters, digits, `_`, `.` and `-`, with a slash in between and none at the ends";

fn auth(
    token: Option<SecretString>,
    role_id: Option<String>,
    secret_id: Option<SecretString>,
) -> Result<VaultAuth> {
    match (token, role_id) {
        (Some(_), Some(_)) => {
            Err(invalid("VAULT_TOKEN", "VAULT_ROLE_ID is set as well; unset one of them"))
        }
        (Some(token), None) => Ok(VaultAuth::Token(token)),
        (None, Some(role_id)) => Ok(VaultAuth::AppRole {
            role_id,
            secret_id: secret_id.unwrap_or_default(),
            mount: APPROLE.to_owned(),
        }),
        (None, None) => {
            let reason = "it is not set; set it, or VAULT_ROLE_ID and VAULT_SECRET_ID";
            Err(invalid("VAULT_TOKEN", reason))
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|it| it.is_loopback())
}

/// Whether it can be part of the path of a request as it is.
pub(in crate::secrets) fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        !matches!(name, "" | "." | "..")
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-'))
    };
    text.len() <= MAX_PATH && text.split('/').all(is_name)
}

fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic())
}

pub(in crate::secrets) fn invalid(name: &str, reason: impl fmt::Display) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<VaultOptions> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        VaultOptions::from_lookup(&lookup, None)
    }

    const ADDRESS: (&str, &str) = ("VAULT_ADDR", "https://vault.example.com:8200");
    const TOKEN: (&str, &str) = ("VAULT_TOKEN", "hvs.planted");

    #[test]
    fn a_token_or_a_role_logs_in_and_the_rest_has_defaults() {
        let settings = read(&[ADDRESS, TOKEN]).unwrap();
        assert!(matches!(settings.auth, VaultAuth::Token(_)));
        assert_eq!((settings.mount.as_str(), settings.prefix.as_str()), ("secret", ""));

        let role = [ADDRESS, ("VAULT_ROLE_ID", "r"), ("VAULT_SECRET_ID", "planted")];
        let settings = read(&role).unwrap();
        assert!(matches!(&settings.auth, VaultAuth::AppRole { role_id, mount, .. }
            if role_id == "r" && mount == "approle"));
        assert!(!format!("{settings:?}").contains("planted"));
    }

    #[test]
    fn what_no_request_can_be_made_of_is_refused_without_repeating_it() {
        let cases = [
            vec![TOKEN],
            vec![ADDRESS],
            vec![ADDRESS, TOKEN, ("VAULT_ROLE_ID", "r")],
            vec![ADDRESS, ("VAULT_TOKEN", "planted\n")],
            vec![TOKEN, ("VAULT_ADDR", "https://ann:planted@vault:8200")],
            vec![TOKEN, ("VAULT_ADDR", "https://vault:8200/planted")],
            vec![TOKEN, ("VAULT_ADDR", "ftp://vault/planted")],
            vec![TOKEN, ("VAULT_ADDR", "planted")],
            vec![ADDRESS, TOKEN, ("AF_VAULT_MOUNT", "/planted")],
            vec![ADDRESS, TOKEN, ("AF_VAULT_PREFIX", "planted/../x")],
            vec![ADDRESS, TOKEN, ("AF_VAULT_PREFIX", "planted?version=1")],
            vec![ADDRESS, TOKEN, ("VAULT_NAMESPACE", "planted x")],
        ];
        for variables in cases {
            let error = read(&variables).unwrap_err();
            assert!(matches!(error, Error::InvalidSetting(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
        }
    }

    #[test]
    fn without_tls_only_this_machine_is_spoken_to() {
        for address in ["http://127.0.0.1:8200", "http://localhost:8200", "http://[::1]:8200"] {
            assert!(read(&[("VAULT_ADDR", address), TOKEN]).is_ok(), "{address}");
        }
        for address in ["http://vault:8200", "http://10.0.0.1:8200", "http://localhost.example.com"]
        {
            let error = read(&[("VAULT_ADDR", address), TOKEN]).unwrap_err().to_string();
            assert!(error.contains("use https"), "{error}");
        }
    }
}
