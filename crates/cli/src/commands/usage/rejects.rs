//! The file with what was refused.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::read_ahead::Bad;
use crate::error::{Error, Result};

/// Made with the first line that is refused, and never over something that is there.
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Rejects {
    /// Checks that the file can be made, and makes nothing. `input` is the file that is read, if it is not stdin.
    pub(super) fn new(path: &Path, input: Option<&Path>) -> Result<Self> {
        if path == Path::new("-") {
            let message = "--rejects needs the name of a file; stdout tells how many were refused";
            return Err(Error::usage(message));
        }
        let name = path.display();
        if is_input(path, input) {
            return Err(Error::usage(format!("{name} is the file that is read"))
                .with_hint("choose another name for --rejects"));
        }
        // A link that leads nowhere is there, too.
        if path.symlink_metadata().is_ok() {
            return Err(Error::usage(format!("{name} is there already"))
                .with_hint("remove it or choose another name for --rejects"));
        }
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = fs::metadata(folder.unwrap_or(Path::new(".")));
        let fault = match folder {
            Err(error) => error.to_string(),
            Ok(it) if !it.is_dir() => "what it is to be in is no folder".to_owned(),
            Ok(it) if it.permissions().readonly() => "its folder is read-only".to_owned(),
            Ok(_) if path.file_name().is_none() => "that is no name of a file".to_owned(),
            Ok(_) => return Ok(Self { path: path.to_owned(), file: None }),
        };
        Err(Error::usage(format!("cannot write {name}: {fault}")))
    }

    pub(super) fn write(&mut self, bad: &Bad) -> Result<()> {
        let value = json!({ "line": bad.line.number, "reason": bad.reason, "text": bad.line.text });
        let path = &self.path;
        let written = match &mut self.file {
            Some(file) => writeln!(file, "{value}"),
            none => File::create_new(path)
                .map(|file| none.insert(BufWriter::new(file)))
                .and_then(|file| writeln!(file, "{value}")),
        };
        written.map_err(|error| self.failed(&error))
    }

    pub(super) fn close(mut self) -> Result<()> {
        let flushed = self.file.as_mut().map_or(Ok(()), BufWriter::flush);
        flushed.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::io(&format!("write what was refused to {}", self.path.display()), error)
    }
}

/// Whether it is the file that is read: by whatever name, and also where the shell opened it.
#[cfg(unix)]
fn is_input(path: &Path, input: Option<&Path>) -> bool {
    use std::os::{fd::AsFd, unix::fs::MetadataExt};

    let read = match input.filter(|path| *path != Path::new("-")) {
        Some(input) => fs::metadata(input),
        None => io::stdin().as_fd().try_clone_to_owned().and_then(|it| File::from(it).metadata()),
    };
    let identity = |it: fs::Metadata| (it.dev(), it.ino());
    let (read, written) = (read.map(identity), fs::metadata(path).map(identity));
    read.is_ok_and(|read| written.is_ok_and(|written| read == written))
}

#[cfg(not(unix))]
fn is_input(path: &Path, input: Option<&Path>) -> bool {
    let same = |input: &Path| Some(fs::canonicalize(input).ok()? == fs::canonicalize(path).ok()?);
    input.and_then(same).unwrap_or(false)
}
