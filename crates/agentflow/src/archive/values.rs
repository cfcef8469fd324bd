use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
};

use age::stream::StreamWriter;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    EXPORT,
    spool::{Summing, Sums},
};
use crate::{
    error::{Error, Result},
    secrets::{AgeReader, AgeRecipients},
};

/// The longest line of a secret there may be, in bytes. A secret is never so long.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A secret of a tenant that moves, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// The table it is in.
    pub table: String,
    /// The column it is in.
    pub column: String,
    /// The id of its row.
    pub row: Uuid,
    /// The secret itself.
    pub value: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for SealedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, row, .. } = self;
        write!(f, "SealedValue({table}.{column} of {row})")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    table: &'a str,
    column: &'a str,
    row: Uuid,
    value: &'a str,
}

/// Takes secrets: encrypts them into a temporary file that has no name. Nothing of them is written anywhere else.
pub struct SealedSpool {
    stream: StreamWriter<Summing<File>>,
    recipients: Vec<String>,
    count: u64,
}

/// What a spool of secrets holds.
pub(super) struct SpooledValues {
    pub(super) file: File,
    pub(super) stored: Sums,
    pub(super) recipients: Vec<String>,
    pub(super) count: u64,
}

impl fmt::Debug for SealedSpool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSpool").field("count", &self.count).finish_non_exhaustive()
    }
}

impl SealedSpool {
    /// An empty one, for those who may open the secrets.
    pub fn new(recipients: &AgeRecipients) -> Result<Self> {
        let file = tempfile::tempfile().map(Summing::new);
        let stream = file.and_then(|file| recipients.encrypt(file)).map_err(unspooled)?;
        Ok(Self { stream, recipients: recipients.names(), count: 0 })
    }

    /// Adds a secret.
    pub fn push(&mut self, value: &SealedValue) -> Result<()> {
        // With room for all of it: a buffer that grew would leave its content behind in memory.
        let room = value.value.len().div_ceil(3) * 4;
        let mut text = Zeroizing::new(String::with_capacity(room));
        STANDARD.encode_string(&*value.value, &mut text);
        let mut line = Zeroizing::new(Vec::with_capacity(room + 512));
        let SealedValue { table, column, row, .. } = value;
        let written =
            serde_json::to_writer(&mut *line, &Line { table, column, row: *row, value: &text });
        written.map_err(io::Error::from).map_err(unspooled)?;
        line.push(b'\n');
        if line.len() > MAX_LINE_BYTES {
            let reason = format!("the secret {table}.{column} of {row} is too long");
            return Err(Error::Unsupported { operation: EXPORT, reason });
        }
        self.count += 1;
        self.stream.write_all(&line).map_err(unspooled)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn finish(self) -> Result<SpooledValues> {
        let finish = || {
            let (mut file, stored) = self.stream.finish()?.finish();
            file.seek(SeekFrom::Start(0))?;
            Ok((file, stored))
        };
        let (file, stored) = finish().map_err(unspooled)?;
        Ok(SpooledValues { file, stored, recipients: self.recipients, count: self.count })
    }
}

/// The secrets in an archive, one after the other. What cannot be read is an error of kind [`io::ErrorKind::InvalidData`] or
/// [`io::ErrorKind::UnexpectedEof`], and ends them.
pub struct SealedValues<R> {
    lines: BufReader<AgeReader<R>>,
    left: u64,
    is_over: bool,
}

impl<R> fmt::Debug for SealedValues<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedValues").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<R: Read> SealedValues<R> {
    pub(super) fn new(reader: AgeReader<R>, count: u64) -> Self {
        Self { lines: BufReader::new(reader), left: count, is_over: false }
    }

    fn read(&mut self) -> io::Result<Option<SealedValue>> {
        let mut line = Zeroizing::new(Vec::with_capacity(64 * 1024));
        let limit = MAX_LINE_BYTES as u64;
        self.lines.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return if self.left == 0 { Ok(None) } else { Err(invalid("secrets are missing")) };
        }
        if self.left == 0 {
            return Err(invalid("there are more secrets than the manifest says"));
        }
        self.left -= 1;
        if line.pop() != Some(b'\n') {
            return Err(invalid("a line of the secrets does not end"));
        }
        // What serde says could quote a part of it.
        let malformed = || invalid("a line of the secrets is none");
        let read: Line<'_> = serde_json::from_slice(&line).map_err(|_| malformed())?;
        let mut value = Zeroizing::new(Vec::with_capacity(read.value.len()));
        STANDARD.decode_vec(read.value, &mut value).map_err(|_| malformed())?;
        let (table, column) = (read.table.to_owned(), read.column.to_owned());
        Ok(Some(SealedValue { table, column, row: read.row, value }))
    }
}

impl<R: Read> Iterator for SealedValues<R> {
    type Item = io::Result<SealedValue>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn unspooled(error: io::Error) -> Error {
    let reason = format!("the secrets cannot be written to a temporary file: {error}");
    Error::Unavailable { operation: EXPORT, reason, source: Some(std::sync::Arc::new(error)) }
}
