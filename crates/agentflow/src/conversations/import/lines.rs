use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line.
const MAX_BYTES: usize = 64 << 20;

/// What comes next.
pub(super) enum Line<'a> {
    /// A line, without its end.
    Bytes(&'a [u8]),
    /// A line that is too long; it was skipped.
    TooLong,
    /// Nothing more.
    End,
}

/// The lines of a reader, one in memory at a time.
pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    bytes: u64,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), bytes: 0 }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) async fn next(&mut self) -> io::Result<Line<'_>> {
        self.line.clear();
        let (mut began, mut too_long) = (false, false);
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                break;
            }
            began = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            too_long |= self.line.len() + part.len() > MAX_BYTES;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.bytes += used as u64;
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(match (began, too_long) {
            (false, _) => Line::End,
            (true, true) => Line::TooLong,
            (true, false) => Line::Bytes(&self.line),
        })
    }
}
