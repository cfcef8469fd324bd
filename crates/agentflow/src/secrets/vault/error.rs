use reqwest::StatusCode;
use serde::Deserialize;

use crate::error::Error;

/// What the server said was wrong. It is compared with what is known and never repeated, for it may hold what was sent.
#[derive(Deserialize, Default)]
pub(in crate::secrets) struct Complaints {
    #[serde(default)]
    errors: Vec<String>,
}

impl Complaints {
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Whether one of them says so.
    pub(in crate::secrets) fn say(&self, words: &str) -> bool {
        self.errors.iter().any(|it| it.to_ascii_lowercase().contains(words))
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
        403 => Error::Denied {
            operation,
            reason: format!("{answered}: the policies of the token do not allow it"),
        },
        404 if complaints.say("no handler for route") => unavailable(format!(
            "{answered}: nothing is mounted there; check the mount and the namespace"
        )),
        404 => Error::NotFound { operation, what: format!("what was asked for at {place}") },
        503 if complaints.say("sealed") => {
            unavailable(format!("{answered}: it is sealed; unseal it"))
        }
        429 => unavailable(format!("{answered}: a quota is used up")),
        412 | 472 | 473 | 500..=599 => unavailable(format!("{answered}: it cannot serve this now")),
        _ => Error::Conflict {
            operation,
            reason: format!("{answered}: it does not accept the request"),
        },
    }
}
