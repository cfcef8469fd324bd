use std::{fmt, path::PathBuf, str::FromStr};

use agentflow::core::InvalidInput;

const FORMS: &str = "expected a folder, file:///FOLDER, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX";
const FIELD: &str = "backup location";

/// Where backups are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder: a path, or `file:///…`.
    Folder(PathBuf),
    /// An object store of a cloud. How to reach it, and who is asking, is in the usual variables of that cloud.
    Bucket {
        /// Which cloud.
        cloud: Cloud,
        /// The bucket or container.
        bucket: String,
        /// What the names of all objects begin with, without a slash at either end. May be empty.
        prefix: String,
    },
}

/// A cloud, or anything that speaks its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// S3 (`s3://`): `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP` and so on.
    S3,
    /// Google Cloud Storage (`gs://`): `GOOGLE_APPLICATION_CREDENTIALS` and so on.
    Google,
    /// Azure Blob Storage (`az://`): `AZURE_STORAGE_ACCOUNT_NAME`, `AZURE_STORAGE_ACCOUNT_KEY` and so on.
    Azure,
}

impl Cloud {
    /// What locations in it begin with.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }

    /// What names of its variables begin with.
    pub fn variables(self) -> &'static str {
        match self {
            Self::S3 => "AWS_",
            Self::Google => "GOOGLE_",
            Self::Azure => "AZURE_",
        }
    }
}

impl FromStr for Location {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refuse = |reason: &str| Err(InvalidInput::new(FIELD, reason));
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() { refuse(FORMS) } else { Ok(Self::Folder(text.into())) };
        };
        let cloud = match scheme {
            "s3" => Cloud::S3,
            "gs" => Cloud::Google,
            "az" => Cloud::Azure,
            // A host before the path would be another machine's.
            "file" if rest.starts_with('/') => return decoded(rest).map(Self::Folder),
            _ => return refuse(FORMS),
        };
        // Not repeated in the message: it may be a secret.
        if rest.contains(['@', '?', '#', '%', '\\']) || rest.chars().any(char::is_control) {
            return refuse(
                "expected a bucket and a prefix only; credentials belong into the variables of the cloud",
            );
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let is_plain = |segment: &str| !segment.is_empty() && segment != "." && segment != "..";
        if !is_plain(bucket) || bucket.contains(':') {
            return refuse(FORMS);
        }
        if !prefix.is_empty() && !prefix.split('/').all(is_plain) {
            return refuse("expected a prefix without empty segments, `.` and `..`");
        }
        Ok(Self::Bucket { cloud, bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// The path of a URL, in which everything but letters may be written as `%20`.
fn decoded(path: &str) -> Result<PathBuf, InvalidInput> {
    let refuse =
        || InvalidInput::new(FIELD, "expected a URL with two hexadecimal digits after each %");
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = digit().zip(digit()).ok_or_else(refuse)?;
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| refuse())?);
    }
    let path = String::from_utf8(bytes).map_err(|_| refuse())?;
    if path.contains('\0') {
        return Err(InvalidInput::new(FIELD, "expected a path without NUL"));
    }
    Ok(path.into())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket { cloud, bucket, prefix } if prefix.is_empty() => {
                write!(f, "{}://{bucket}", cloud.scheme())
            }
            Self::Bucket { cloud, bucket, prefix } => {
                write!(f, "{}://{bucket}/{prefix}", cloud.scheme())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_folder_or_a_bucket_with_a_prefix() {
        let shown = |text: &str| text.parse::<Location>().map(|it| it.to_string());
        for (text, expected) in [
            ("./backups", "./backups"),
            (r"C:\backups", r"C:\backups"),
            ("file:///var/backups", "/var/backups"),
            ("file:///a%20b/100%25%C3%BC", "/a b/100%ü"),
            ("/a%20b", "/a%20b"),
            ("s3://bucket", "s3://bucket"),
            ("s3://bucket/", "s3://bucket"),
            ("gs://bucket/a/b/", "gs://bucket/a/b"),
            ("az://container/a", "az://container/a"),
        ] {
            assert_eq!(shown(text).unwrap(), expected, "{text}");
        }
        let folder = "file:///var/backups".parse::<Location>().unwrap();
        assert_eq!(folder, Location::Folder("/var/backups".into()));
    }

    #[test]
    fn what_might_be_a_credential_is_refused_and_not_repeated() {
        for text in [
            "s3://KEY:hunter2@bucket/a",
            "s3://bucket:hunter2/a",
            "az://container/a?sig=hunter2",
            "https://hunter2.example.com/a",
            "file://hunter2/a",
            "s3://",
            "s3:///hunter2",
            "s3://bucket/../hunter2",
            "s3://bucket//hunter2",
            "file:///hunter2%2",
            "file:///hunter2%ff",
            "",
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(error.contains("expected") && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
