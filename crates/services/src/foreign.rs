//! What answers in the place of a service.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// No answer that is asked for here is as long as this, in bytes.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;
/// So many bytes tell what kind of program it is.
const FIRST: usize = 16;

/// Tells the kind of program by how its answer begins. Nothing of the answer itself is shown, which may hold anything.
pub(crate) fn kind_of(answer: &[u8]) -> &'static str {
    match answer {
        [b'H', b'T', b'T', b'P', b'/', ..] | [b'<', ..] => "it speaks HTTP",
        [b'S', b'S', b'H', b'-', ..] => "it is a server of SSH",
        [0x14..=0x17, 3, ..] => "it speaks TLS and nothing else",
        [_, _, _, 0, 10 | 0xff, ..] => "it speaks like MySQL or MariaDB",
        [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => {
            "it speaks like a server of mail or files (SMTP, FTP)"
        }
        [b'+' | b'-' | b'$' | b'*', b'A'..=b'Z' | b'0'..=b'9' | b'-', ..] => "it speaks like Redis",
        _ => "it sends what makes no sense there",
    }
}

/// What came over a connection so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How it began, as far as [`kind_of`] looks.
    first: Vec<u8>,
    length: usize,
}

impl Seen {
    /// Whether more came than is an answer.
    pub(crate) fn is_too_much(&self) -> bool {
        self.length > MAX_ANSWER
    }

    /// What kind of program it is; none where it said nothing.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        (self.length > 0).then(|| kind_of(&self.first))
    }
}

/// What came so far.
pub(crate) fn look(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection that ends when more than [`MAX_ANSWER`] came over it: what fills the memory is no service of ours.
pub(crate) struct Limited<S> {
    stream: S,
    seen: Arc<Mutex<Seen>>,
}

impl<S> Limited<S> {
    /// What comes over it is noted in `seen`.
    pub(crate) fn new(stream: S, seen: &Arc<Mutex<Seen>>) -> Self {
        Self { stream, seen: Arc::clone(seen) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let came = &buffer.filled()[before..];
        let mut seen = look(&self.seen);
        let room = FIRST.saturating_sub(seen.first.len()).min(came.len());
        seen.first.extend_from_slice(&came[..room]);
        seen.length += came.len();
        if seen.is_too_much() {
            // Whoever gets an error expects nothing with it.
            buffer.set_filled(before);
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::InvalidData)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[test]
    fn programs_are_told_apart_by_how_they_begin() {
        for (answer, kind) in [
            (b"HTTP/1.1 400 Bad Request".as_slice(), "HTTP"),
            (b"<!DOCTYPE HTML>", "HTTP"),
            (b"SSH-2.0-OpenSSH_9.2", "SSH"),
            (b"\x15\x03\x01\0\x02\x02\x46", "TLS"),
            (b"\x4a\0\0\0\x0a8.0.36", "MySQL"),
            (b"220 mail.example ESMTP", "SMTP"),
            (b"-ERR unknown command", "Redis"),
            (b"y\ny\n", "makes no sense"),
        ] {
            assert!(kind_of(answer).contains(kind), "{answer:?}: {}", kind_of(answer));
        }
    }

    #[tokio::test]
    async fn what_never_ends_is_not_read_to_the_end() {
        let seen = Arc::default();
        let mut limited = Limited::new(tokio::io::repeat(b'<'), &seen);
        let mut all = Vec::new();
        assert!(limited.read_to_end(&mut all).await.is_err());
        assert!(all.len() <= 2 * MAX_ANSWER, "{}", all.len());
        let seen = look(&seen);
        assert!(seen.is_too_much());
        assert_eq!(seen.kind(), Some("it speaks HTTP"));
    }
}
