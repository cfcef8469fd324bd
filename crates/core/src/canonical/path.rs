//! Paths to a place in a document: `payload.items[3].price`.

use std::fmt::Write as _;

/// A key longer than this is cut in messages.
const SHOWN: usize = 80;

/// The step to a member of an object: `.price`. Control characters are escaped, and a very long key is cut.
pub(crate) fn segment(key: &str) -> String {
    let mut step = String::from(".");
    for (count, character) in key.chars().enumerate() {
        if count == SHOWN {
            step.push('…');
            break;
        }
        if character.is_control() {
            let _ = write!(step, "{}", character.escape_debug());
        } else {
            step.push(character);
        }
    }
    step
}

/// A path below `root`. Without a root, a path begins with its first key.
pub(crate) fn joined(root: &str, path: &str) -> String {
    if root.is_empty() {
        path.strip_prefix('.').unwrap_or(path).to_owned()
    } else {
        format!("{root}{path}")
    }
}
