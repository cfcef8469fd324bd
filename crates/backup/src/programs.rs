use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use agentflow::core::InvalidInput;

use crate::{Error, Result, base::run};

const PROBE: &str = "ask pg_dump how it can compress";

/// PostgreSQL's client programs, of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    bin_dir: PathBuf,
    major: u16,
    version: String,
}

impl Programs {
    /// The programs in a folder, which are of this version: its major number, and as text (`18.6`).
    pub fn new(bin_dir: impl Into<PathBuf>, major: u16, version: impl Into<String>) -> Self {
        Self { bin_dir: bin_dir.into(), major, version: version.into() }
    }

    /// The major version, which is the format of what they write.
    pub fn major(&self) -> u16 {
        self.major
    }

    /// The version as text, such as `18.6`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder they are in.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The path of one of them, such as `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// What is taken where nobody chose: `zstd:3` if this `pg_dump` was built with it, else `gzip:6`.
    pub async fn default_compression(&self) -> Result<Compression> {
        let zstd = Compression::Zstd(3);
        Ok(if self.compresses(zstd).await? { zstd } else { Compression::Gzip(6) })
    }

    /// Fails if this `pg_dump` cannot compress so, and says how it can.
    pub async fn require_compression(&self, wanted: Compression) -> Result<()> {
        if self.compresses(wanted).await? {
            return Ok(());
        }
        let mut others = vec!["none", "gzip:1 to gzip:9"];
        for (other, name) in
            [(Compression::Lz4(1), "lz4:1 to lz4:12"), (Compression::Zstd(3), "zstd:1 to zstd:22")]
        {
            if self.compresses(other).await? {
                others.push(name);
            }
        }
        let reason = format!(
            "the pg_dump of PostgreSQL {} in {} cannot compress with {wanted}; it can: {}",
            self.version,
            self.bin_dir.display(),
            others.join(", ")
        );
        Err(Error::invalid("create a backup")(InvalidInput::new("compression", reason)))
    }

    /// Whether this `pg_dump` can compress so. It was built with some methods and without others, and only tells when it is tried:
    /// it is, with a server that is not there.
    async fn compresses(&self, compression: Compression) -> Result<bool> {
        match compression {
            Compression::None | Compression::Gzip(_) => return Ok(true),
            Compression::Lz4(_) | Compression::Zstd(_) if self.major < 16 => return Ok(false),
            _ => {}
        }
        let nowhere = tempfile::tempdir().map_err(Error::io(PROBE, std::env::temp_dir()))?;
        let mut command = run::command(&self.program("pg_dump"));
        command.args([
            "--format=custom",
            &format!("--compress={compression}"),
            "--no-password",
            "--file",
        ]);
        command.arg(nowhere.path().join("probe"));
        command.env("PGHOST", nowhere.path()).env("PGCONNECT_TIMEOUT", "2");
        let ended = run::run(command, |_| {}).await?;
        Ok(!ended.last_lines.iter().any(|line| line.contains("ompression")))
    }
}

/// How the rows of a backup are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// 1 to 9.
    Gzip(u8),
    /// 1 to 12. PostgreSQL 16 and later.
    Lz4(u8),
    /// 1 to 22. PostgreSQL 16 and later.
    Zstd(u8),
}

impl Compression {
    /// What `pg_dump` of this major version is told.
    pub(crate) fn argument(self, major: u16) -> String {
        match self {
            Self::None if major < 16 => "--compress=0".to_owned(),
            Self::Gzip(level) if major < 16 => format!("--compress={level}"),
            other => format!("--compress={other}"),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Gzip(level) => write!(f, "gzip:{level}"),
            Self::Lz4(level) => write!(f, "lz4:{level}"),
            Self::Zstd(level) => write!(f, "zstd:{level}"),
        }
    }
}

impl FromStr for Compression {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let (method, level) = text.split_once(':').map_or((text, None), |(m, l)| (m, Some(l)));
        let level = |default: u8, most: u8| match level {
            None => Some(default),
            Some(level) => level.parse().ok().filter(|level| (1..=most).contains(level)),
        };
        let parsed = match method {
            "none" if !text.contains(':') => Some(Self::None),
            "gzip" => level(6, 9).map(Self::Gzip),
            "lz4" => level(1, 12).map(Self::Lz4),
            "zstd" => level(3, 22).map(Self::Zstd),
            _ => None,
        };
        parsed.ok_or_else(|| {
            let reason = "expected none, gzip:1 to gzip:9, lz4:1 to lz4:12, or zstd:1 to zstd:22";
            InvalidInput::new("compression", reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_may_do_without_a_level_and_no_level_is_out_of_range() {
        for (text, expected) in [
            ("none", "none"),
            ("gzip", "gzip:6"),
            ("gzip:9", "gzip:9"),
            ("lz4", "lz4:1"),
            ("zstd", "zstd:3"),
            ("zstd:22", "zstd:22"),
        ] {
            assert_eq!(text.parse::<Compression>().unwrap().to_string(), expected);
        }
        for text in ["", "none:1", "gzip:0", "gzip:10", "zstd:23", "zstd:3,long", "xz", "9"] {
            assert!(text.parse::<Compression>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_older_pg_dump_is_told_in_its_own_words() {
        assert_eq!(Compression::Gzip(6).argument(15), "--compress=6");
        assert_eq!(Compression::None.argument(15), "--compress=0");
        assert_eq!(Compression::Gzip(6).argument(16), "--compress=gzip:6");
        assert_eq!(Compression::Zstd(3).argument(18), "--compress=zstd:3");
    }
}
