//! What listens in the place of a PostgreSQL, seen without the driver: that takes the first bytes of anything for the length of a message,
//! which it waits for and keeps.

use std::{io, time::Duration};

use agentflow::Config;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    fault::{Fault, Kind},
    foreign::kind_of,
};

/// Asks for TLS. A PostgreSQL answers with one letter, also one that has no TLS.
const QUESTION: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// What waits for the end of a line gets one.
const END_OF_LINE: &[u8] = b"\r\n\r\n";

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// That something else than PostgreSQL answers; none where it is one, and where it cannot be told.
pub(super) async fn foreign(config: &Config, patience: Duration) -> Option<Fault> {
    let look = async {
        let mut stream = open(config).await.ok()?;
        stream.write_all(&QUESTION).await.ok()?;
        foreign_in(&read(&mut *stream).await?)
    };
    timeout(patience, look).await.ok().flatten()
}

/// What keeps the driver waiting, which has led to this `fault`: a PostgreSQL that hangs or is slow, another program, or nothing at all.
pub(super) async fn silent(config: &Config, patience: Duration, fault: Fault) -> Fault {
    let Ok(Ok(mut stream)) = timeout(patience, open(config)).await else {
        return Fault::unreachable(patience);
    };
    let look = async {
        stream.write_all(&QUESTION).await.ok()?;
        stream.write_all(END_OF_LINE).await.ok()?;
        read(&mut *stream).await
    };
    match timeout(patience, look).await.ok().flatten() {
        None => fault,
        Some(answer) => foreign_in(&answer).unwrap_or_else(|| fault.made_slow()),
    }
}

async fn open(config: &Config) -> io::Result<Box<dyn Stream>> {
    let (host, port) = config.address().ok_or(io::ErrorKind::NotFound)?;
    #[cfg(unix)]
    if host.starts_with('/') {
        let path = format!("{host}/.s.PGSQL.{port}");
        return Ok(Box::new(tokio::net::UnixStream::connect(path).await?));
    }
    Ok(Box::new(TcpStream::connect((host.as_str(), port)).await?))
}

/// How the answer begins. What closes tells nothing.
async fn read(stream: &mut dyn Stream) -> Option<Vec<u8>> {
    let mut answer = [0; 16];
    let length = stream.read(&mut answer).await.ok()?;
    (length > 0).then(|| answer[..length].to_vec())
}

fn foreign_in(answer: &[u8]) -> Option<Fault> {
    match answer {
        // One letter.
        [] | [b'S' | b'N'] => None,
        [b'E', ..] => Some(Fault::new(
            Kind::Full,
            "refuses before anybody said who it is: it has no process or no memory for another connection",
        )),
        other => {
            let said = format!("what answers there is no PostgreSQL: {}", kind_of(other));
            Some(Fault::new(Kind::Foreign, said))
        }
    }
}
