//! The file of what is known and accepted.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use agentflow_doctor::{Finding, Report};
use tempfile::NamedTempFile;

use super::{examine::Examined, explain::every_rule};
use crate::{
    error::{Error, Result},
    plain, similar,
};

const HEAD: &str = "\
# What `af doctor` found and somebody accepted: the rule, and the object. Remarks above a line stay with it.
# To renew: af doctor --baseline FILE --write-baseline
";

/// Some ten thousand findings have a MiB.
const MAX_BYTES: usize = 16 << 20;

/// What is known and accepted, with the remarks above each line.
#[derive(Debug)]
pub(super) struct Baseline {
    path: PathBuf,
    /// What stands at the top, until the first blank line.
    head: String,
    entries: BTreeMap<String, Above>,
    /// Remarks behind the last line.
    tail: String,
}

/// What stands above a line.
#[derive(Debug, Default)]
struct Above {
    /// Remarks with a blank line behind them: of a part of the file, which stays when the line goes.
    part: String,
    /// Remarks right above it.
    remarks: String,
}

impl Baseline {
    /// Reads the file. One that is not there has nothing in it if it is `to_be_written`.
    pub(super) fn read(path: &Path, to_be_written: bool) -> Result<Self> {
        match fs::metadata(path) {
            Ok(it) if it.is_dir() => return Err(no_baseline(path, "it is a directory")),
            // To open a pipe would wait, and a device may never end.
            Ok(it) if !it.is_file() => {
                return Err(no_baseline(path, "it is a pipe, socket or device"));
            }
            _ => {}
        }
        match read_bounded(path) {
            Ok(text) if text.len() > MAX_BYTES => {
                Err(no_baseline(path, "it is larger than 16 MiB"))
            }
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && to_be_written => {
                Self::parse(path, "")
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("there is no baseline {}", path.display());
                Err(Error::usage(message).with_hint("--write-baseline makes it"))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(no_baseline(path, "it is not text in UTF-8"))
            }
            Err(error) => Err(Error::io(&format!("read {}", path.display()), &error)),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut baseline = Self {
            path: path.to_owned(),
            head: String::new(),
            entries: BTreeMap::new(),
            tail: String::new(),
        };
        let (mut part, mut remarks) = (String::new(), String::new());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
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
                } else {
                    add(&mut part, &before);
                }
            } else {
                check_line(path, number, line)?;
                let above = baseline.entries.entry(line.to_owned()).or_default();
                add(&mut above.part, &std::mem::take(&mut part));
                above.remarks.push_str(&std::mem::take(&mut remarks));
            }
        }
        add(&mut part, &remarks);
        baseline.tail = part;
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

    /// Writes what was found, and what was not looked at, in place of what is there: all of it, or nothing. A link stays one.
    pub(super) fn renew(mut self, examined: &Examined) -> Result<()> {
        for gone in &examined.gone {
            self.remove(gone);
        }
        for seen in &examined.findings {
            self.entries.entry(entry(&seen.finding)).or_default();
        }
        let fail = |error: io::Error| Error::io(&format!("write {}", self.path.display()), &error);
        let is_link = fs::symlink_metadata(&self.path).is_ok_and(|it| it.is_symlink());
        let path =
            if is_link { fs::canonicalize(&self.path).map_err(fail)? } else { self.path.clone() };
        if fs::metadata(&path).is_ok_and(|it| !it.is_file()) {
            return Err(no_baseline(&self.path, "it is not a file"));
        }
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(fail)?;
        file.write_all(self.text().as_bytes()).map_err(fail)?;
        keep_readable(&file, &path).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&path).map_err(|error| fail(error.error))?;
        Ok(())
    }

    /// Takes out a line with the remarks about it. Those of its part stay, above what comes next.
    fn remove(&mut self, gone: &str) {
        let Some(above) = self.entries.remove(gone) else { return };
        let next = self.entries.range_mut(gone.to_owned()..).next();
        let place = next.map_or(&mut self.tail, |(_, next)| &mut next.part);
        let behind = std::mem::replace(place, above.part);
        add(place, &behind);
    }

    fn text(&self) -> String {
        let mut text = if self.head.is_empty() { HEAD.to_owned() } else { self.head.clone() };
        text.push('\n');
        for (entry, above) in &self.entries {
            set_apart(&mut text, &above.part);
            if !above.part.is_empty() {
                text.push('\n');
            }
            text.push_str(&above.remarks);
            text.push_str(entry);
            text.push('\n');
        }
        set_apart(&mut text, &self.tail);
        text
    }
}

/// Reads a file, and little more of one that is too large.
fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

/// Puts more remarks behind those of a part, with a blank line between them.
fn add(part: &mut String, more: &str) {
    if !part.is_empty() && !more.is_empty() {
        part.push('\n');
    }
    part.push_str(more);
}

/// Puts the remarks of a part into the file, behind a blank line.
fn set_apart(text: &mut String, part: &str) {
    if !part.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str(part);
}

fn no_baseline(path: &Path, why: &str) -> Error {
    Error::usage(format!("{} cannot be a baseline: {why}", path.display()))
}

/// Every line that is no remark is the id of a rule and an object.
fn check_line(path: &Path, number: usize, line: &str) -> Result<()> {
    let place = format!("{}:{number}", path.display());
    let Some((id, _)) = line.split_once(' ').filter(|(id, _)| is_id(id)) else {
        let shown = plain::cell(line);
        let message = format!("{place}: this is not the id of a rule and an object: {shown}");
        return Err(Error::usage(message)
            .with_hint("such as `AF501 public.orders: orders_item_fkey`; remarks begin with #"));
    };
    if every_rule().any(|rule| rule.id == id) {
        return Ok(());
    }
    let hint =
        similar::hint(id, every_rule().map(|rule| rule.id), "`af doctor --list` shows them all");
    Err(Error::usage(format!("{place}: there is no rule {id}")).with_hint(hint))
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

fn entry(finding: &Finding) -> String {
    format!("{} {}", finding.rule, object(&finding.object))
}

/// What something is called, in one line, and so that two that are called differently are not written alike: one may have a line end in
/// its name, and another one what we write for it.
pub(super) fn object(name: &str) -> String {
    let mut shown = plain::word(&name.replace("\\u{", "\\u{5c}u{"));
    // What ends a line is not seen, and not read either.
    if let Some(last) = shown.pop() {
        if last.is_whitespace() {
            shown.extend(last.escape_unicode());
        } else {
            shown.push(last);
        }
    }
    shown
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
    fn remarks_of_a_part_and_at_the_end_stay_also_when_the_line_below_goes() {
        let text = "# ours\n\n# first\n\n# more\n\n# why\nAF101 public.a\nAF102 public.b\n\n# second\n\nAF103 c\n\n# last\n\n# words";
        let mut baseline = Baseline::parse(Path::new("x"), &format!("\u{feff}{text}")).unwrap();
        assert_eq!(baseline.text(), format!("{text}\n"));
        baseline.remove("AF101 public.a");
        let fewer = "# ours\n\n# first\n\n# more\n\nAF102 public.b\n\n# second\n\nAF103 c\n\n# last\n\n# words\n";
        assert_eq!(baseline.text(), fewer);
        baseline.remove("AF103 c");
        let fewer =
            "# ours\n\n# first\n\n# more\n\nAF102 public.b\n\n# second\n\n# last\n\n# words\n";
        assert_eq!(baseline.text(), fewer);
        assert_eq!(Baseline::parse(Path::new("x"), fewer).unwrap().text(), fewer);
    }

    #[test]
    fn two_names_are_never_written_alike() {
        let names = [
            "\"esc\nx\"",
            "\"esc\\u{a}x\"",
            "\"esc\\u{5c}u{a}x\"",
            "end",
            "end ",
            "end\u{20}\n",
            "end\\u{20}",
        ];
        for (at, name) in names.iter().enumerate() {
            let shown = object(name);
            assert!(!shown.contains('\n') && shown.trim() == shown, "{shown}");
            for other in &names[..at] {
                assert_ne!(object(other), shown);
            }
        }
        assert_eq!(object("public.a: USING (b ~ '\\d')"), "public.a: USING (b ~ '\\d')");
    }

    #[test]
    fn a_line_that_is_no_entry_is_named() {
        for text in ["AF101", "AF1 x", "\n\nxx101 y", "AF10a x", "AF100 x", "af101 x"] {
            let Err(Error::Told(report)) = Baseline::parse(Path::new("x"), text) else {
                panic!("{text}")
            };
            assert!(report.message.starts_with("x:"), "{}", report.message);
        }
    }
}
