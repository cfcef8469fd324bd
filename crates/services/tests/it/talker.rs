//! A server that says the same to everybody.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What is said, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    /// This is waited for; empty for whatever comes.
    pub(crate) after: &'static [u8],
    /// Then this is said.
    pub(crate) says: &'static [u8],
    /// And this without end; empty for nothing.
    pub(crate) on_and_on: &'static [u8],
}

impl Script {
    /// To whatever is asked.
    pub(crate) const fn answers(says: &'static [u8]) -> Self {
        Self { after: b"", says, on_and_on: b"" }
    }
}

pub(crate) struct Talker {
    pub(crate) port: u16,
    /// The most that anybody took, in bytes.
    pub(crate) taken: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Talker {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, script, Arc::clone(&counter)));
            }
        });
        Self { port, taken, server }
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn talk(mut stream: TcpStream, script: Script, taken: Arc<AtomicUsize>) {
    let mut heard = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        heard.extend_from_slice(&buffer[..length]);
        let is_due = heard.windows(script.after.len().max(1)).any(|it| it.ends_with(script.after));
        if !is_due {
            continue;
        }
        heard.clear();
        if stream.write_all(script.says).await.is_err() {
            return;
        }
        let mut total = 0;
        while !script.on_and_on.is_empty() {
            let Ok(length @ 1..) = stream.write(script.on_and_on).await else { return };
            total += length;
            taken.fetch_max(total, Ordering::SeqCst);
        }
    }
}
