//! The bytes of an archive, whether it is encrypted or not.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use agentflow_core::{InvalidInput, hash::Sha256};

use super::{INSPECT, reader::unreadable, spool::sums_of};
use crate::{
    error::{Error, Result},
    secrets::{AgeIdentity, AgeReader},
};

/// What every file that age encrypted begins with.
const AGE: &[u8] = b"age-encryption.org/v1\n";
/// What is passed over is read in pieces of this length.
const PIECE: usize = 64 * 1024;

/// A file that is read from front to back, and again where that is needed.
pub(super) struct Source {
    file: File,
    bytes: u64,
    identity: Option<AgeIdentity>,
    /// None for a file that is not encrypted.
    opened: Option<AgeReader<File>>,
    position: u64,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Source {
    pub(super) fn open(mut file: File, identity: Option<&AgeIdentity>) -> Result<Self> {
        let mut look = || {
            let bytes = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(0))?;
            let mut begin = Vec::with_capacity(AGE.len());
            (&file).take(AGE.len() as u64).read_to_end(&mut begin)?;
            Ok((bytes, begin == AGE))
        };
        let (bytes, is_encrypted) = look().map_err(|error| unreadable(&error))?;
        if is_encrypted && identity.is_none() {
            let reason = "the archive is encrypted, and none is given that opens it";
            let input = InvalidInput::new("identity", reason);
            return Err(Error::InvalidInput { operation: INSPECT, input });
        }
        let identity = identity.filter(|_| is_encrypted).cloned();
        let mut source = Self { file, bytes, identity, opened: None, position: 0 };
        source.rewind()?;
        Ok(source)
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.identity.is_some()
    }

    /// The length of the file; never less than that of what is in it.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the next byte is read, in what is in the file.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The hash of the file as it is. What was read until now is read again afterwards.
    pub(super) fn sha256(&mut self) -> Result<Sha256> {
        let mut sum = || {
            self.file.seek(SeekFrom::Start(0))?;
            sums_of(&self.file)
        };
        let sums = sum().map_err(|error| unreadable(&error))?;
        self.rewind()?;
        Ok(sums.sha256)
    }

    pub(super) fn rewind(&mut self) -> Result<()> {
        self.file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
        self.position = 0;
        if let Some(identity) = &self.identity {
            let file = self.file.try_clone().map_err(|error| unreadable(&error))?;
            self.opened = Some(identity.decrypt(file)?);
        }
        Ok(())
    }

    /// Goes to a place. An encrypted file is read up to there: it is authenticated from front to back, and so is its length.
    pub(super) fn go_to(&mut self, position: u64) -> Result<()> {
        if self.opened.is_none() {
            let sought = self.file.seek(SeekFrom::Start(position));
            self.position = sought.map_err(|error| unreadable(&error))?;
            return Ok(());
        }
        if position < self.position {
            self.rewind()?;
        }
        let ahead = position - self.position;
        let passed = io::copy(&mut self.take(ahead), &mut io::sink());
        match passed.map_err(|error| unreadable(&error))? {
            count if count == ahead => Ok(()),
            _ => Err(unreadable(&io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The part of it that begins here and has that many bytes.
    pub(super) fn section(&mut self, offset: u64, bytes: u64) -> Result<Section<'_>> {
        self.go_to(offset)?;
        Ok(Section { source: self, left: bytes })
    }

    /// Reads until the buffer is full or nothing is left.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Reads that many bytes, in pieces.
    pub(super) fn pieces(&mut self, bytes: u64, each: &mut dyn FnMut(&[u8])) -> io::Result<u64> {
        let mut piece = vec![0; PIECE];
        let mut left = bytes;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let count = self.fill(&mut piece[..room])?;
            if count == 0 {
                break;
            }
            each(&piece[..count]);
            left -= count as u64;
        }
        Ok(bytes - left)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.opened {
            Some(opened) => opened.read(buffer)?,
            None => self.file.read(buffer)?,
        };
        self.position += count as u64;
        Ok(count)
    }
}

/// One part as it is stored, and nothing behind it.
#[derive(Debug)]
pub struct Section<'a> {
    source: &'a mut Source,
    left: u64,
}

impl Section<'_> {
    pub(super) fn left(&self) -> u64 {
        self.left
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if room == 0 {
            return Ok(0);
        }
        let count = self.source.read(&mut buffer[..room])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Whether it is the file that cannot be read, and not what is in it that is wrong. Only the system gives its errors numbers.
pub(super) fn is_of_the_system(error: &io::Error) -> bool {
    error.raw_os_error().is_some()
}
