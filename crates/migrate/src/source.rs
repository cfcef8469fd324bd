//! Where migrations come from: a folder, or texts built into the program.

use crate::error::Error;
use crate::script::Script;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

/// Number of a migration; at least 1.
pub type Version = i64;

/// One migration: the way up, and usually the way down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Number in front of the file name.
    pub version: Version,
    /// Name between number and direction.
    pub name: String,
    /// What applies it.
    pub up: Script,
    /// What takes it back; missing when nobody wrote one, which matters only when `down` comes to
    /// it.
    pub down: Option<Script>,
}

/// Every known migration, ordered by version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    migrations: Vec<Migration>,
}

impl Source {
    /// Reads `{version}_{name}.up.sql` and `{version}_{name}.down.sql` from a folder.
    ///
    /// Other files, hidden files and sub-folders do not count; a file that ends in `.sql` under any
    /// other name is an error, because it was probably meant to run.
    pub fn dir(path: impl AsRef<Path>) -> Result<Source, Error> {
        let path = path.as_ref();
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| Error::Read { path, source }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unreadable(path))? {
            let entry = entry.map_err(unreadable(path))?;
            let file = path.join(entry.file_name());
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_sql(&name) || !std::fs::metadata(&file).map_err(unreadable(&file))?.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&file).map_err(unreadable(&file))?;
            files.push((name, file.display().to_string(), text));
        }
        // The order of a folder differs between file systems; messages should not.
        files.sort();
        Source::collect(
            files.iter().map(|(name, shown, text)| (name.as_str(), shown.as_str(), text.as_str())),
        )
    }

    /// Takes file names and texts that are part of the program; see [`embed!`](crate::embed).
    pub fn embedded(files: &[(&str, &str)]) -> Result<Source, Error> {
        Source::collect(files.iter().map(|&(name, text)| (name, name, text)))
    }

    /// The migrations, oldest version first.
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }

    /// The newest version; `None` without migrations.
    pub fn newest(&self) -> Option<Version> {
        self.migrations.last().map(|migration| migration.version)
    }

    /// The migration with this version; `None` if it is not known.
    pub fn get(&self, version: Version) -> Option<&Migration> {
        let at =
            self.migrations.binary_search_by_key(&version, |migration| migration.version).ok()?;
        self.migrations.get(at)
    }

    fn collect<'a>(
        files: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> Result<Source, Error> {
        let mut ups = BTreeMap::new();
        let mut downs = BTreeMap::new();
        for (name, shown, text) in files {
            let parsed = FileName::parse(name)
                .map_err(|reason| Error::FileName { file: shown.to_owned(), reason })?;
            let scripts = if parsed.up { &mut ups } else { &mut downs };
            match scripts.entry(parsed.version) {
                Entry::Vacant(entry) => {
                    entry.insert((parsed.name.to_owned(), Script::new(shown, text)));
                }
                Entry::Occupied(entry) => {
                    return Err(Error::Duplicate {
                        version: parsed.version,
                        first: entry.get().1.file.clone(),
                        second: shown.to_owned(),
                    });
                }
            }
        }
        pair(ups, downs)
    }
}

type Scripts = BTreeMap<Version, (String, Script)>;

fn pair(ups: Scripts, mut downs: Scripts) -> Result<Source, Error> {
    let mut migrations = Vec::with_capacity(ups.len());
    for (version, (name, up)) in ups {
        let down = match downs.remove(&version) {
            Some((down_name, down)) if !down_name.eq_ignore_ascii_case(&name) => {
                return Err(Error::Unpaired { up: up.file, down: down.file });
            }
            down => down.map(|(_, script)| script),
        };
        migrations.push(Migration { version, name, up, down });
    }
    match downs.into_values().next() {
        Some((_, down)) => Err(Error::DownWithoutUp { file: down.file }),
        None => Ok(Source { migrations }),
    }
}

fn is_sql(name: &str) -> bool {
    let extension = Path::new(name).extension();
    !name.starts_with('.') && extension.is_some_and(|it| it.eq_ignore_ascii_case("sql"))
}

/// `{version}_{name}.{up|down}.sql`, taken apart.
pub(crate) struct FileName<'a> {
    pub(crate) version: Version,
    pub(crate) digits: usize,
    name: &'a str,
    up: bool,
}

impl<'a> FileName<'a> {
    pub(crate) fn parse(file: &'a str) -> Result<FileName<'a>, &'static str> {
        let (stem, up) = match (file.strip_suffix(".up.sql"), file.strip_suffix(".down.sql")) {
            (Some(stem), _) => (stem, true),
            (_, Some(stem)) => (stem, false),
            _ => return Err("it ends neither in .up.sql nor in .down.sql"),
        };
        let (number, name) = stem.split_once('_').ok_or("there is no _ after the version")?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("it does not begin with a number");
        }
        let version = number.parse().map_err(|_| "the version is too large")?;
        if version == 0 {
            return Err("versions begin at 1");
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err("the name may hold letters a-z, digits, _ and - only");
        }
        Ok(FileName { version, digits: number.len(), name, up })
    }
}

/// Builds files into the program: a folder, as for [`include_str!`], then the file names.
///
/// ```ignore
/// const FILES: &[(&str, &str)] = agentflow_migrate::embed!("../migrations":
///     "000001_users.up.sql",
///     "000001_users.down.sql",
/// );
/// ```
///
/// A test that compares `Source::embedded(FILES)` with `Source::dir("migrations")` catches a
/// forgotten line.
#[macro_export]
macro_rules! embed {
    ($folder:literal: $($file:literal),* $(,)?) => {
        &[$(($file, ::core::include_str!(::core::concat!($folder, "/", $file)))),*]
    };
}
