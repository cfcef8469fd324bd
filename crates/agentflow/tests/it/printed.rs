//! What was printed and what is stored, for tests that look for secrets in it.

use std::{
    fmt::{Debug, Display},
    io::{self, Write},
    sync::{Arc, Mutex},
};

use agentflow::Error;
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio_postgres::Client;
use tracing_subscriber::util::SubscriberInitExt;

/// Everything that was printed, by the logs or by us.
#[derive(Clone, Default)]
pub struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Printed {
    /// Catches all logs of this thread, those of the driver too, which come another way, until the guard is dropped.
    pub fn catching() -> (Self, impl Drop) {
        let printed = Self::default();
        let log = printed.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || log.clone())
            .finish();
        let guard = subscriber.set_default();
        tracing::trace!("the log is caught");
        (printed, guard)
    }

    pub fn value(&mut self, value: &impl Debug) {
        writeln!(self, "{value:?} {value:#?}").unwrap();
    }

    pub fn error<T: Debug>(&mut self, result: Result<T, Error>) {
        let error = result.unwrap_err();
        self.value(&error);
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(cause) = source {
            writeln!(self, "{}", cause as &dyn Display).unwrap();
            source = cause.source();
        }
    }

    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        assert!(
            text.contains("the log is caught") && text.contains("executing"),
            "no log was caught"
        );
        text
    }
}

/// Every row of every table, as text.
pub async fn stored(client: &Client) -> String {
    let sql = "SELECT relname::text FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')";
    let mut text = String::new();
    for table in client.query(sql, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client.query(&format!("SELECT t::text FROM {table} AS t"), &[]).await.unwrap() {
            text.push_str(row.get(0));
            text.push('\n');
        }
    }
    text
}

/// Panics if half of a secret is somewhere in a text: as it is, as PostgreSQL shows bytes, as bytes in a list, or in base64.
pub fn assert_absent(secret: &str, place: &str, text: &str) {
    // Half of one is too much. A multiple of three, so that the base64 of it begins the base64 of all.
    let half = &secret[..(secret.len() / 2).next_multiple_of(3).min(secret.len())];
    let hex = half.bytes().fold(String::new(), |hex, it| hex + &format!("{it:02x}"));
    let list = half.bytes().map(|it| it.to_string()).collect::<Vec<_>>().join(", ");
    for form in [half.to_owned(), hex, list, STANDARD.encode(half)] {
        let line = text.lines().find(|line| line.contains(&form));
        assert!(line.is_none(), "{form} is {place}: {}", line.unwrap_or_default());
    }
}
