use reqwest::StatusCode;
use serde::Deserialize;

use crate::error::Error;

/// What the server said was wrong. It is compared with what is known and never repeated, for it may hold what was sent.
#[derive(Deserialize)]
struct Said {
    errors: Vec<String>,
}

/// The complaints of an answer; none at all when it is not of the server, but of something in between.
pub(in crate::secrets) struct Complaints(Option<Vec<String>>);

impl Complaints {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(serde_json::from_slice::<Said>(body).ok().map(|it| it.errors))
    }

    /// Whether one of them says so.
    pub(in crate::secrets) fn say(&self, words: &str) -> bool {
        let said = self.0.as_deref().unwrap_or_default();
        said.iter().any(|it| it.to_ascii_lowercase().contains(words))
    }

    /// Whether the server itself answered, as the API promises: with a list of complaints, which may be empty.
    pub(in crate::secrets) fn are_the_servers(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the server itself answered, and has nothing to complain about.
    pub(super) fn are_none(&self) -> bool {
        self.0.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The error of an answer that is neither 2xx nor one that the caller knows. `place` is where it came from.
pub(super) fn refusal(
    operation: &'static str,
    place: &str,
    status: StatusCode,
    complaints: &Complaints,
) -> Error {
    let unavailable = |reason: String| Error::Unavailable { operation, reason, source: None };
    let answered = format!("{place} answered {}", status.as_u16());
    match status.as_u16() {
        300..=399 => unavailable(format!(
            "{answered}: it sends elsewhere, which is not followed; give the address of the active server, or of a load \
             balancer before it"
        )),
        401 | 403 => Error::Denied {
            operation,
            reason: format!("{answered}: the policies of the token do not allow it"),
        },
        404 if complaints.say("no handler for route") => unavailable(format!(
            "{answered}: nothing is mounted there; check the mount and the namespace"
        )),
        404 if complaints.are_none() => {
            Error::NotFound { operation, what: format!("what was asked for at {place}") }
        }
        404 => unavailable(format!(
            "{answered}, which does not say that there is no such thing; check the address, the mount, and what is in between"
        )),
        503 if complaints.say("sealed") => {
            unavailable(format!("{answered}: it is sealed; unseal it"))
        }
        429 => unavailable(format!("{answered}: a quota is used up")),
        412 | 472 | 473 | 500..=599 => unavailable(format!("{answered}: it cannot serve this now")),
        _ => unavailable(format!("{answered}, which is not expected of it")),
    }
}
