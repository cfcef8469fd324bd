//! SQL from blocking code: each call has a thread and a small runtime of its own, so that it works
//! inside and outside of an async runtime alike.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls};

use crate::Error;

/// A server on this machine answers at once or not at all.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Connects to `url` and runs `work` there.
pub(crate) fn blocking<T, F>(url: &str, action: &'static str, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error> + Send + 'static,
{
    let url = url.to_owned();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("start", "an async runtime"))?;
        runtime.block_on(async {
            // The driver limits only how long TCP takes, and something else may listen there.
            let connected = timeout(CONNECT_TIMEOUT, connect(&url)).await;
            let client = connected
                .map_err(|_| silent(action))?
                .map_err(|source| Error::Sql { action, source })?;
            work(&client).await.map_err(|source| Error::Sql { action, source })
        })
    });
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn silent(action: &'static str) -> Error {
    let reason = format!("nothing answered within {} s", CONNECT_TIMEOUT.as_secs());
    Error::Server { action, reason, log: String::new() }
}

/// Connects; the connection ends with the client.
pub(crate) async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let mut config: Config = url.parse()?;
    config.connect_timeout(CONNECT_TIMEOUT);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to the test server ended");
        }
    });
    Ok(client)
}

/// An identifier as it is written in SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
