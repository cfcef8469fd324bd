//! What a program of PostgreSQL says while it works: kept in a file as long as it may be needed.

use std::{
    collections::VecDeque,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use tokio::process::Command;

use crate::{Error, Result, base::run, parts};

const LAST_LINES: usize = 5;

/// The log of a program: removed in the end, unless the program failed. Then it goes to where it is kept.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    keep_as: PathBuf,
    file: Option<File>,
    last: VecDeque<String>,
    errors: VecDeque<String>,
    is_hiding: bool,
    is_kept: bool,
}

impl Log {
    pub(crate) fn create(operation: &'static str, path: PathBuf, keep_as: PathBuf) -> Result<Self> {
        let file = parts::create(&path).map_err(Error::io(operation, &path))?;
        Ok(Self {
            path,
            keep_as,
            file: Some(file),
            last: VecDeque::new(),
            errors: VecDeque::new(),
            is_hiding: false,
            is_kept: false,
        })
    }

    /// Runs a program that must succeed. It ends when this is dropped.
    pub(crate) async fn run(
        &mut self,
        operation: &'static str,
        command: Command,
        mut on_line: impl FnMut(&str),
    ) -> Result<()> {
        let program = Path::new(command.as_std().get_program());
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let ended = run::run(command, |line| {
            if self.write(line) {
                on_line(line);
            }
        })
        .await?;
        if ended.status.success() {
            Ok(())
        } else {
            Err(self.failure(operation, name, ended.status))
        }
    }

    fn failure(&mut self, operation: &'static str, name: String, status: ExitStatus) -> Error {
        self.file = None;
        self.is_kept = true;
        if std::fs::rename(&self.path, &self.keep_as).is_ok() {
            self.path.clone_from(&self.keep_as);
        }
        let lines = if self.errors.is_empty() { &mut self.last } else { &mut self.errors };
        let mut last_lines: Vec<String> = lines.drain(..).collect();
        if last_lines.is_empty() {
            last_lines.push(status.to_string());
        }
        Error::Program { operation, name, log: Some(self.path.clone()), last_lines }
    }

    /// Writes a line down, unless it may quote a row. Whether it did.
    fn write(&mut self, line: &str) -> bool {
        // What follows such a line belongs to it, until the program or the server begins to speak again.
        let quotes_rows = ["DETAIL:", "CONTEXT:", "QUERY:"].iter().any(|it| line.starts_with(it));
        let speaks = line.starts_with("pg_")
            || line.starts_with("HINT:")
            || line.starts_with("Command was:");
        self.is_hiding = quotes_rows || (self.is_hiding && !speaks);
        if self.is_hiding {
            return false;
        }
        if let Some(file) = &mut self.file
            && writeln!(file, "{line}").is_err()
        {
            // No room for a log is no reason to give up what it is about.
            self.file = None;
        }
        keep(&mut self.last, line);
        if line.contains("error:") || line.contains("fatal:") || line.starts_with("HINT:") {
            keep(&mut self.errors, line);
        }
        true
    }
}

fn keep(lines: &mut VecDeque<String>, line: &str) {
    lines.push_back(line.to_owned());
    if lines.len() > LAST_LINES {
        lines.pop_front();
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_quote_a_row_is_in_no_log_and_no_message() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut log = Log::create("test", path.clone(), path.clone()).unwrap();
        for line in [
            "pg_restore: error: COPY failed for table \"t\": ERROR:  duplicate key",
            "DETAIL:  Key (email)=(ada@example.com) already exists.",
            "CONTEXT:  COPY t, line 1: \"ada@example.com",
            "more of ada's row\"",
            "HINT:  look elsewhere",
            "Command was: CREATE TABLE t (",
            "    a int",
            "pg_restore: error: gave up",
        ] {
            log.write(line);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            !text.contains("ada") && text.contains("a int") && text.contains("gave up"),
            "{text}"
        );
        assert!(log.errors.iter().all(|line| !line.contains("ada")));
        assert_eq!(log.errors.len(), 3);
        drop(log);
        assert!(!path.exists());
    }
}
