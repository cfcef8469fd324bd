//! What databases are called on their way.

use agentflow::{
    Config,
    core::{InvalidInput, hash::Sha256},
};
use jiff::Timestamp;

use super::OPERATION;
use crate::{Error, Result};

/// The longest name of a database, in bytes.
const MAX_NAME: usize = 63;
const RESTORING: &str = "_restoring_";
const BEFORE: &str = "_before_";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// The database that a backup becomes.
pub(super) fn target(config: &Config, into: Option<&str>) -> Result<String> {
    let name = into.map(str::to_owned).or_else(|| config.database_name());
    let name = name.ok_or(Error::Database(agentflow::Error::NotConfigured))?;
    let refuse =
        |reason: &str| Err(Error::invalid(OPERATION)(InvalidInput::new("database", reason)));
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return refuse("expected a name of 1 to 63 bytes without control characters");
    }
    if into == Some("postgres") {
        return refuse("tools expect the database postgres on every server; name another one");
    }
    if name == "template0" || name == "template1" {
        return refuse("a template of the server is not replaced");
    }
    Ok(name)
}

/// Of the database while it is made.
pub(super) fn restoring(target: &str, random: [u8; 4]) -> String {
    derived(target, &format!("{RESTORING}{:08x}", u32::from_be_bytes(random)))
}

/// What all of those begin with.
pub(super) fn restoring_prefix(target: &str) -> String {
    let mut name = restoring(target, [0; 4]);
    name.truncate(name.len() - 8);
    name
}

/// Whether a name that begins like that goes on as one of those does.
pub(super) fn is_restoring(name: &str, prefix: &str) -> bool {
    let random = name.strip_prefix(prefix).unwrap_or_default();
    random.len() == 8 && random.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Of the database that is replaced.
pub(super) fn before(target: &str, now: Timestamp) -> String {
    derived(target, &format!("{BEFORE}{}", now.strftime(TIME)))
}

/// A name that begins with another one. Where both together would be too long it is cut, and a hash tells it from others that begin
/// the same.
fn derived(target: &str, after: &str) -> String {
    let room = MAX_NAME - after.len();
    if target.len() <= room {
        return format!("{target}{after}");
    }
    let hash = Sha256::of(&[target.as_bytes()]);
    let [a, b, c, d, ..] = hash.0;
    let hash = format!("_{:08x}", u32::from_be_bytes([a, b, c, d]));
    let mut end = room - hash.len();
    while !target.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{hash}{after}", &target[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_names_fit_and_are_cut_between_letters() {
        assert_eq!(restoring("af", [0; 4]), "af_restoring_00000000");
        let at = "2026-11-22T08:00:00Z".parse().unwrap();
        let name = before(&"ü".repeat(31), at);
        assert!(name.len() <= MAX_NAME && name.ends_with("_before_20261122T080000Z"), "{name}");
        assert!(name.starts_with("ü"));
    }

    #[test]
    fn names_of_targets_that_begin_the_same_do_not_meet() {
        let (one, other) = ("x".repeat(62) + "a", "x".repeat(62) + "b");
        let prefix = restoring_prefix(&one);
        assert!(is_restoring(&restoring(&one, [1, 2, 3, 0xff]), &prefix));
        assert!(!is_restoring(&restoring(&other, [1, 2, 3, 0xff]), &prefix));
        assert!(!is_restoring("af_restoring_later", "af_restoring_"));
        assert_eq!(restoring(&one, [0; 4]).len(), MAX_NAME);
    }
}
