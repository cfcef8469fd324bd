use std::{fmt, str::FromStr};

use crate::InvalidInput;

/// Where the parts of a backup are.
pub const DATA_FOLDER: &str = "data";

/// The longest name, in bytes.
const MAX_BYTES: usize = 200;
/// The most folders and files in a row.
const MAX_SEGMENTS: usize = 4;
/// What Windows takes for a device, whatever ending it has.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Where a part is below its backup: `data/4021.dat.zst.age`. Whatever a manifest says, such a name leads nowhere else, on any
/// system and in any object store.
///
/// At most 200 bytes; 2 to 4 segments with `/` between them, of which the first is `data`; in each the letters `a-z A-Z`, digits,
/// `.`, `_` and `-`, beginning with a letter, digit or `_`, and ending in anything but `.`; no name of a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartName(String);

impl PartName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a file in the folder of the data.
    pub fn of_data(file: &str) -> Result<Self, InvalidInput> {
        format!("{DATA_FOLDER}/{file}").parse()
    }

    /// What two names have in common that a file system may take for one: not every one tells upper from lower case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for PartName {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refuse = |reason: &str| {
            // Shown escaped, for it may hold anything.
            let shown: String = text.chars().take(80).flat_map(char::escape_default).collect();
            Err(InvalidInput::new("part name", format_args!("{reason}, found \"{shown}\"")))
        };
        if text.len() > MAX_BYTES {
            return refuse("expected at most 200 bytes");
        }
        let segments: Vec<_> = text.split('/').collect();
        if segments[0] != DATA_FOLDER || !(2..=MAX_SEGMENTS).contains(&segments.len()) {
            return refuse("expected a name such as data/4021.dat");
        }
        for segment in segments {
            if let Some(reason) = fault_of(segment) {
                return refuse(reason);
            }
        }
        Ok(Self(text.to_owned()))
    }
}

fn fault_of(segment: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let (Some(first), Some(last)) = (segment.bytes().next(), segment.bytes().last()) else {
        return Some("expected no empty segment");
    };
    if !segment.bytes().all(is_allowed) {
        return Some("expected letters of ASCII, digits, `.`, `_` and `-` between its slashes");
    }
    if matches!(first, b'.' | b'-') || last == b'.' {
        return Some("expected no segment that begins with `.` or `-`, or ends with `.`");
    }
    let stem = segment.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_numbered = |device: &&str| {
        let rest = stem.strip_prefix(*device);
        rest.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_device = DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(is_numbered);
    is_device.then_some("expected no name of a device of Windows")
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for PartName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
