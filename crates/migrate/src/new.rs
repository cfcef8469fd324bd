//! Files for a new migration.

use crate::error::Error;
use crate::source::{FileName, Source, Version};
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Digits of a version in a folder that has no migration yet.
const DIGITS: usize = 6;

/// The files of a new migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewFiles {
    /// Its version.
    pub version: Version,
    /// The up script.
    pub up: PathBuf,
    /// The down script.
    pub down: PathBuf,
}

/// Creates empty scripts for the next version in a folder, and the folder if it is not there. The
/// name becomes lower-case words joined by `_`.
pub fn new_migration(dir: impl AsRef<Path>, name: &str) -> Result<NewFiles, Error> {
    let dir = dir.as_ref();
    let name = slug(name).ok_or_else(|| Error::EmptyName { name: name.to_owned() })?;
    std::fs::create_dir_all(dir).map_err(|source| unwritable(dir, source))?;
    let source = Source::dir(dir)?;
    let version = source.newest().unwrap_or(0) + 1;
    let digits = digits(dir)?;
    let path = |direction: &str| dir.join(format!("{version:0digits$}_{name}.{direction}.sql"));
    let files = NewFiles { version, up: path("up"), down: path("down") };
    create(
        &files.up,
        &format!(
            "-- {name}: what changes, and why.\n\
         --\n\
         -- This script runs in one transaction, unless its first line is `-- no-transaction`.\n\n"
        ),
    )?;
    create(&files.down, &format!("-- {name}: takes back what the up script did.\n\n"))?;
    Ok(files)
}

fn create(path: &Path, text: &str) -> Result<(), Error> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| unwritable(path, source))
}

fn unwritable(path: &Path, source: std::io::Error) -> Error {
    Error::Read { path: path.display().to_string(), source }
}

/// The widest version in the folder.
fn digits(dir: &Path) -> Result<usize, Error> {
    let entries = std::fs::read_dir(dir).map_err(|source| unwritable(dir, source))?;
    let widths = entries.flatten().filter_map(|entry| {
        FileName::parse(&entry.file_name().to_string_lossy()).ok().map(|name| name.digits)
    });
    Ok(widths.max().unwrap_or(DIGITS))
}

fn slug(name: &str) -> Option<String> {
    let words: Vec<String> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    (!words.is_empty()).then(|| words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_become_lower_case_words() {
        assert_eq!(slug(" Add users' e-mail; ").as_deref(), Some("add_users_e_mail"));
        assert_eq!(slug("../../etc"), Some("etc".to_owned()));
        assert_eq!(slug("…"), None);
    }
}
