use std::{error::Error as _, io};

use super::folder::READ;
use crate::{
    error::{Error, Fault, Result},
    location::Cloud,
};

/// What stands between these is what an object store says for people. Nothing else of its answer is shown: it may repeat what was sent.
const SAID: [(&str, &str); 2] = [("<Code>", "</Code>"), ("<Message>", "</Message>")];
/// How clouds say that there is no such bucket; that there is no such object is said otherwise.
const NO_BUCKET: [&str; 4] =
    ["NoSuchBucket", "ContainerNotFound", "bucket does not exist", "bucket_not_found"];
/// How they say that they refuse access; the client tells it as such for some requests only.
const REFUSED: [&str; 2] = ["status code: 403", "status code: 401"];
const REFUSED_CODES: [&str; 4] =
    ["AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthenticationFailed"];
const MAX_SAID: usize = 300;
/// Where machines of a cloud ask who they are, if nobody told them.
const METADATA_SERVICES: [&str; 3] =
    ["169.254.169.254", "169.254.170.2", "metadata.google.internal"];

/// What an error is about.
#[derive(Debug, Clone)]
pub(super) struct Where {
    pub(super) location: String,
    pub(super) bucket: String,
    pub(super) cloud: Cloud,
}

/// A file that is longer than anything of its kind.
pub(super) fn refuse_longer(name: &str, length: usize, limit: u64) -> Result<()> {
    if u64::try_from(length).is_ok_and(|length| length <= limit) {
        return Ok(());
    }
    let (what, place) = name.split_once('/').unwrap_or((name, name));
    let faults = vec![Fault::new(
        place,
        format_args!("it has more than {limit} bytes, which no such file has"),
    )];
    Err(Error::Corrupt { operation: READ, what: format!("backup {what}"), faults })
}

/// Whether the bucket is missing, and not only something in it.
pub(super) fn is_bucket_missing(error: &object_store::Error) -> bool {
    let text = error.to_string();
    NO_BUCKET.iter().any(|it| text.contains(it))
}

/// Reads an error of the client of object stores, whose texts may hold addresses with signatures in them.
pub(super) fn error(operation: &'static str, place: &Where, error: &object_store::Error) -> Error {
    let Where { location, bucket, cloud } = place;
    let variables = cloud.variables();
    if is_bucket_missing(error) {
        return Error::NotFound { operation, what: format!("bucket {bucket} of {location}") };
    }
    let text = error.to_string();
    if METADATA_SERVICES.iter().any(|it| text.contains(it)) {
        let reason = format!(
            "there are no credentials for {location}: none are set in the variables of the cloud ({variables}…), and no \
             metadata service of a cloud answers"
        );
        return Error::Denied { operation, reason };
    }
    let said = said(&text);
    if is_refused(error, &text, said.as_deref()) {
        let reason = format!(
            "{location} refuses access{}; check the credentials in the variables of the cloud ({variables}…)",
            in_words(said.as_deref())
        );
        return Error::Denied { operation, reason };
    }
    match error {
        object_store::Error::NotFound { .. } => {
            Error::NotFound { operation, what: location.clone() }
        }
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            Error::Conflict { operation, reason: format!("{location} cannot do that") }
        }
        object_store::Error::UnknownConfigurationKey { key, .. } => {
            let input =
                agentflow::core::InvalidInput::new(key.as_str(), "it is no setting of the cloud");
            Error::InvalidInput { operation, input }
        }
        other => {
            let why = said.or_else(|| connection(other)).unwrap_or_else(|| settings(other));
            Error::Unavailable { operation, reason: format!("{location}: {why}") }
        }
    }
}

fn is_refused(error: &object_store::Error, text: &str, said: Option<&str>) -> bool {
    matches!(
        error,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
    ) || REFUSED.iter().any(|it| text.contains(it))
        || said.is_some_and(|said| REFUSED_CODES.iter().any(|code| said.starts_with(code)))
}

fn in_words(said: Option<&str>) -> String {
    said.map(|said| format!(" ({said})")).unwrap_or_default()
}

/// What the server said for people.
fn said(text: &str) -> Option<String> {
    let parts: Vec<_> = SAID
        .iter()
        .filter_map(|(begin, end)| {
            let (_, rest) = text.split_once(begin)?;
            let (said, _) = rest.split_once(end)?;
            Some(said.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect::<String>())
        })
        .collect();
    if !parts.is_empty() {
        return Some(parts.join(": "));
    }
    // The status alone, and not the body behind it.
    let (_, status) = text.split_once("status code: ")?;
    let status = status.split(':').next()?.trim();
    Some(format!("it answers {}", status.chars().take(60).collect::<String>()))
}

/// Why nothing came back: what the system said is the innermost error.
fn connection(error: &object_store::Error) -> Option<String> {
    let mut source = error.source();
    let mut innermost = None;
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<object_store::client::HttpError>() {
            innermost = Some(format!("{:?}", http.kind()).to_lowercase());
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(format!("it cannot be reached: {io}"));
        }
        source = error.source();
    }
    innermost.map(|kind| format!("it cannot be reached ({kind} failed)"))
}

/// Settings that are missing or do not fit: the text of the client, without addresses.
fn settings(error: &object_store::Error) -> String {
    let text = match error {
        object_store::Error::Generic { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    let words =
        text.split_whitespace().map(|word| if word.contains("://") { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_SAID).collect()
}
