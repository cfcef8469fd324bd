//! What fails while connecting and not in the driver, as an error of the driver, which is what the pool takes.

use std::{io, pin::Pin, sync::Arc, task};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{Config, NoTls, config::SslMode};

/// What happened here and not in the driver, in the clothes of an error of the driver.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Own(Arc<io::Error>);

/// What happened, where it is an error of ours.
pub(crate) fn own_cause(error: &tokio_postgres::Error) -> Option<Arc<io::Error>> {
    let cause: &io::Error = std::error::Error::source(error)?.downcast_ref()?;
    let Own(cause) = cause.get_ref()?.downcast_ref()?;
    Some(Arc::clone(cause))
}

/// An error of the driver, which nobody else can make: it meets it on a wire that has it.
#[expect(clippy::expect_used, reason = "nobody answers over a wire that is broken")]
pub(super) async fn failure(error: io::Error) -> tokio_postgres::Error {
    let mut config = Config::new();
    config.user("nobody").ssl_mode(SslMode::Disable);
    let wire = BrokenWire(Some(io::Error::new(error.kind(), Own(Arc::new(error)))));
    config.connect_raw(wire, NoTls).await.err().expect("a broken wire leads nowhere")
}

/// Fails with its error at once.
struct BrokenWire(Option<io::Error>);

impl BrokenWire {
    fn fail<T>(&mut self) -> task::Poll<io::Result<T>> {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        task::Poll::Ready(Err(self.0.take().unwrap_or_else(broken)))
    }
}

impl AsyncRead for BrokenWire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> task::Poll<io::Result<()>> {
        self.fail()
    }
}

impl AsyncWrite for BrokenWire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
        _: &[u8],
    ) -> task::Poll<io::Result<usize>> {
        self.fail()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
    ) -> task::Poll<io::Result<()>> {
        self.fail()
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
    ) -> task::Poll<io::Result<()>> {
        self.fail()
    }
}
