use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use vaultrs::api::{
    auth::approle::requests::LoginWithApproleRequest,
    token::requests::{LookupTokenSelfRequest, RenewTokenSelfRequest},
};

use super::{
    client::{Answer, Inner},
    session::{Lease, Session},
    settings::VaultAuth,
    text::Text,
};
use crate::error::{Error, Result};

pub(super) const LOG_IN: &str = "log in to Vault";
pub(super) const RENEW: &str = "renew the token of Vault";

/// What a login and a renewal answer.
#[derive(Deserialize)]
struct LoggedIn {
    auth: Option<Granted>,
}

#[derive(Deserialize)]
struct Granted {
    client_token: Text,
    lease_duration: u64,
    renewable: bool,
}

/// What is known about a token.
#[derive(Deserialize)]
struct LookedUp {
    data: Token,
}

#[derive(Deserialize)]
struct Token {
    ttl: u64,
    #[serde(default)]
    renewable: bool,
}

impl Inner {
    /// Logs in.
    pub(super) async fn log_in(&self, operation: &'static str, number: u64) -> Result<Session> {
        let (token, lease) = match &self.auth {
            VaultAuth::Token(token) => {
                let answer = self.look_up(operation, token).await?;
                // A token may be good for something without being allowed to ask about itself.
                let lease = if answer.status == StatusCode::FORBIDDEN {
                    None
                } else {
                    let token = answer.accepted(operation)?.read::<LookedUp>(operation)?.data;
                    Lease::new(self.clock.now(), token.ttl, token.renewable)
                };
                (token.clone(), lease)
            }
            VaultAuth::AppRole { role_id, secret_id, mount } => {
                let granted = self.use_role(role_id, secret_id, mount).await?;
                let now = self.clock.now();
                let lease = Lease::new(now, granted.lease_duration, granted.renewable);
                (granted.client_token.0, lease)
            }
        };
        Ok(Session { token, number, since: self.clock.now(), lease })
    }

    async fn use_role(&self, role: &str, secret_id: &SecretString, mount: &str) -> Result<Granted> {
        let request = LoginWithApproleRequest::builder()
            .mount(mount)
            .role_id(role)
            .secret_id(secret_id.expose_secret())
            .build();
        let request = super::request(LOG_IN, request)?;
        let answer = self.send(LOG_IN, &request, None).await?;
        // 400 as well, whatever is wrong with the two, if it is the server that says so.
        let is_refused = answer.status == StatusCode::FORBIDDEN
            || answer.status == StatusCode::BAD_REQUEST && answer.complaints().are_the_servers();
        if is_refused {
            let reason = format!(
                "{} does not accept the role with this secret id; it may have expired, or be used up",
                answer.place()
            );
            return Err(Error::Denied { operation: LOG_IN, reason });
        }
        granted(LOG_IN, &answer.accepted(LOG_IN)?)
    }

    /// `None` when it is good for nothing more: the token does not last longer than before.
    pub(super) async fn renew(&self, token: &SecretString, before: Lease) -> Result<Option<Lease>> {
        let request = super::request(RENEW, RenewTokenSelfRequest::builder().build())?;
        let answer = self.send(RENEW, &request, Some(token)).await?;
        if answer.status == StatusCode::BAD_REQUEST && answer.complaints().are_the_servers() {
            return Ok(self.at_its_end(before));
        }
        let granted = granted(RENEW, &answer.accepted(RENEW)?)?;
        let lease = Lease::new(self.clock.now(), granted.lease_duration, granted.renewable);
        Ok(match lease {
            // At its longest life, a renewal answers what is left.
            Some(lease) if lease.expires <= before.expires => self.at_its_end(before),
            lease => lease,
        })
    }

    /// A token that is at the end of its longest life: a role logs in again, a token is used until it ends.
    fn at_its_end(&self, lease: Lease) -> Option<Lease> {
        matches!(self.auth, VaultAuth::Token(_)).then_some(Lease {
            renew_at: lease.expires,
            renewable: false,
            ..lease
        })
    }

    /// Asks about a token.
    pub(super) async fn look_up(
        &self,
        operation: &'static str,
        token: &SecretString,
    ) -> Result<Answer> {
        let request = super::request(operation, LookupTokenSelfRequest::builder().build())?;
        self.send(operation, &request, Some(token)).await
    }
}

fn granted(operation: &'static str, answer: &Answer) -> Result<Granted> {
    answer.read::<LoggedIn>(operation)?.auth.ok_or_else(|| Error::Corrupt {
        operation,
        what: format!("the answer of {}", answer.place()),
        reason: "it holds no token".to_owned(),
    })
}
