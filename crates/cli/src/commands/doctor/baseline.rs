//! The file of what is known and accepted.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use agentflow_doctor::{Finding, Report};
use tempfile::NamedTempFile;

use super::examine::Examined;
use crate::{
    error::{Error, Result},
    plain,
};

const HEAD: &str = "\
# What `af doctor` found and somebody accepted: the rule, and the object. Remarks above a line stay with it.
# To renew: af doctor --baseline FILE --write-baseline
";

/// What is known and accepted, with the remarks above each line.
#[derive(Debug)]
pub(super) struct Baseline {
    path: PathBuf,
    /// What stands at the top, until the first blank line.
    head: String,
    entries: BTreeMap<String, String>,
}

impl Baseline {
    /// Reads the file. One that is not there has nothing in it if it is `to_be_written`.
    pub(super) fn read(path: &Path, to_be_written: bool) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && to_be_written => String::new(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("there is no baseline {}", path.display());
                return Err(Error::usage(message).with_hint("--write-baseline makes it"));
            }
            Err(error) => return Err(Error::io(&format!("read {}", path.display()), &error)),
        };
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut baseline =
            Self { path: path.to_owned(), head: String::new(), entries: BTreeMap::new() };
        let mut remarks = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.starts_with('#') {
                remarks.push_str(line);
                remarks.push('\n');
            } else if line.is_empty() {
                let is_head = baseline.entries.is_empty() && baseline.head.is_empty();
                let before = std::mem::take(&mut remarks);
                if is_head {
                    baseline.head = before;
                }
            } else if line.split_once(' ').is_some_and(|(id, _)| is_id(id)) {
                baseline.entries.insert(line.to_owned(), std::mem::take(&mut remarks));
            } else {
                let message = format!(
                    "{}:{number}: this is not the id of a rule and an object: {}",
                    path.display(),
                    plain::cell(line)
                );
                return Err(Error::usage(message).with_hint(
                    "such as `AF501 public.orders: orders_item_fkey`; remarks begin with #",
                ));
            }
        }
        Ok(baseline)
    }

    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.entries.contains_key(&entry(finding))
    }

    /// Entries of the rules that were looked at, for which nothing was found.
    pub(super) fn gone(&self, report: &Report) -> Vec<String> {
        let was_looked_at = |id: &str| report.rules_run.contains(&id);
        let is_found = |text: &str| report.findings.iter().any(|it| entry(it) == text);
        let entries = self.entries.keys().filter(|text| {
            text.split_once(' ').is_some_and(|(id, _)| was_looked_at(id)) && !is_found(text)
        });
        entries.cloned().collect()
    }

    /// Writes what was found, and what was not looked at, in place of what is there: all of it, or nothing.
    pub(super) fn renew(mut self, examined: &Examined) -> Result<()> {
        for gone in &examined.gone {
            self.entries.remove(gone);
        }
        for seen in &examined.findings {
            self.entries.entry(entry(&seen.finding)).or_default();
        }
        let fail = |error: io::Error| Error::io(&format!("write {}", self.path.display()), &error);
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(fail)?;
        file.write_all(self.text().as_bytes()).map_err(fail)?;
        keep_readable(&file, &self.path).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&self.path).map_err(|error| fail(error.error))?;
        Ok(())
    }

    fn text(&self) -> String {
        let head = if self.head.is_empty() { HEAD } else { &self.head };
        let lines = self.entries.iter().map(|(entry, remarks)| format!("{remarks}{entry}\n"));
        format!("{head}\n{}", lines.collect::<String>())
    }
}

/// It is a file of a project, which everybody reads who works on it; a temporary one is its owner's alone.
#[cfg(unix)]
fn keep_readable(file: &NamedTempFile, before: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(before).map_or(0o644, |it| it.permissions().mode() & 0o777);
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn keep_readable(_: &NamedTempFile, _: &Path) -> io::Result<()> {
    Ok(())
}

/// One line, whatever the object is called.
fn entry(finding: &Finding) -> String {
    format!("{} {}", finding.rule, plain::word(&finding.object))
}

fn is_id(text: &str) -> bool {
    text.strip_prefix("AF")
        .is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_stay_with_their_lines_and_those_at_the_top_at_the_top() {
        let text = "# ours\n\n# why\nAF501 public.b: c d\nAF101 public.a\n";
        let baseline = Baseline::parse(Path::new("x"), text).unwrap();
        let sorted = "# ours\n\nAF101 public.a\n# why\nAF501 public.b: c d\n";
        assert_eq!(baseline.text(), sorted);
        assert_eq!(Baseline::parse(Path::new("x"), sorted).unwrap().text(), sorted);
    }

    #[test]
    fn a_line_that_is_no_entry_is_named() {
        for text in ["AF101", "AF1 x", "\n\nxx101 y", "AF10a x"] {
            let Err(Error::Told(report)) = Baseline::parse(Path::new("x"), text) else {
                panic!("{text}")
            };
            assert!(report.message.starts_with("x:"), "{}", report.message);
        }
    }
}
