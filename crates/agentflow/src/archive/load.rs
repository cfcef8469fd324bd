//! Rows on their way in: staged as they are in the archive, and then written for the one tenant.

use std::io;

use futures::SinkExt;
use tokio_postgres::SimpleQueryMessage;

use super::{
    IMPORT, VerifiedArchive,
    months::{self, Months},
    pipe::{self, Pieces},
    plan::TablePlan,
    secrets,
};
use crate::{
    admin::Admin,
    error::{Error, Result},
    scope::TenantTx,
};

const UNSTAGE: &str = include_str!("../../queries/_archive_unstage.sql");

pub(super) struct Loading<'a> {
    pub(super) admin: &'a Admin,
    pub(super) client: &'a TenantTx,
    /// Whether sealed values were staged.
    pub(super) has_sealed: bool,
    pub(super) leave_out_old_usage: bool,
    pub(super) months: &'a Months,
}

impl Loading<'_> {
    /// Loads a table, and says how many of its rows were left out.
    pub(super) async fn table(
        &self,
        archive: VerifiedArchive,
        table: &TablePlan,
        expected: u64,
        tell: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(VerifiedArchive, u64)> {
        let failed = |error| Error::unloadable(IMPORT, &table.name, error);
        self.client.batch(&table.stage).await.map_err(failed)?;
        let archive = self.copy(archive, table, tell).await?;
        self.inspect(table).await?;
        if self.has_sealed {
            secrets::put(self.client, table).await?;
        }
        let mut left_out = 0;
        if self.leave_out_old_usage && months::is_of_usage(&table.name) {
            left_out = months::leave_out_old(self.client, &table.name).await?;
        }
        if table.name == months::TABLE {
            months::refuse_old(self.client).await?;
            self.months.make(self.admin, self.client).await?;
        }
        let written = self.client.batch(&table.load).await.map_err(failed)?;
        let rows = rows_of(&written) + left_out;
        if rows != expected {
            let reason = format!("there are {rows} rows in it, and the manifest says {expected}");
            return Err(corrupt(&table.name, reason));
        }
        self.client.batch(UNSTAGE).await.map_err(failed)?;
        Ok((archive, left_out))
    }

    /// Refuses values that nobody may bring along: what is sealed is for this database to seal, and what the program cannot read
    /// would stop it later on.
    async fn inspect(&self, table: &TablePlan) -> Result<()> {
        let Some(inspect) = &table.inspect else { return Ok(()) };
        let failed = |error| Error::unloadable(IMPORT, &table.name, error);
        let found = self.client.batch(inspect).await.map_err(failed)?;
        let faults: Vec<_> = found.iter().filter_map(fault_of).collect();
        if faults.is_empty() { Ok(()) } else { Err(corrupt(&table.name, faults.join("; "))) }
    }

    async fn copy(
        &self,
        archive: VerifiedArchive,
        table: &TablePlan,
        tell: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<VerifiedArchive> {
        let name = table.name.clone();
        let (mut pieces, reading) = pipe::read(archive, move |archive| {
            let rows = archive.table(&name)?;
            Ok(Box::new(rows))
        });
        let sent = self.send(&mut pieces, table, tell).await;
        // The thread ends when nobody takes its pieces.
        drop(pieces);
        let archive = pipe::read_to_end(reading).await?;
        sent.map(|()| archive)
    }

    async fn send(
        &self,
        pieces: &mut Pieces,
        table: &TablePlan,
        tell: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<()> {
        let failed = |error| Error::unloadable(IMPORT, &table.name, error);
        let sink = self.client.copy_in(&table.copy_in).await.map_err(failed)?;
        let mut sink = std::pin::pin!(sink);
        let mut bytes = 0;
        while let Some(piece) = pieces.next().await.map_err(|error| unread(&table.name, &error))? {
            bytes += piece.len() as u64;
            sink.send(piece).await.map_err(failed)?;
            tell(bytes);
        }
        sink.finish().await.map(drop).map_err(failed)
    }
}

fn fault_of(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some(format!("in {} rows, {}", row.get("rows")?, row.get("fault")?))
}

/// How many rows the last statement wrote.
pub(super) fn rows_of(messages: &[SimpleQueryMessage]) -> u64 {
    messages.iter().fold(0, |rows, message| match message {
        SimpleQueryMessage::CommandComplete(count) => *count,
        _ => rows,
    })
}

pub(super) fn corrupt(table: &str, reason: impl Into<String>) -> Error {
    let what = format!("table {table} of the archive");
    Error::Corrupt { operation: IMPORT, what, reason: reason.into() }
}

/// It was verified before, so the file was changed since, or its disk fails.
fn unread(table: &str, error: &io::Error) -> Error {
    corrupt(table, error.to_string())
}
