//! Sealed values on their way in: sealed anew for their place, and put into the rows that are staged.

use std::sync::Arc;

use agentflow_core::{InvalidInput, archive::ArchiveManifest, ids::TenantId};
use agentflow_sql::{client::GenericClient, queries::archive as sql};
use tokio::{sync::mpsc, task};
use uuid::Uuid;

use super::{
    IMPORT, ImportArchive, SealedValue, VerifiedArchive,
    load::{corrupt, rows_of},
    pipe,
    plan::TablePlan,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    secrets::{
        AgeIdentity,
        key_ring::{KeyRing, place_of},
    },
    store::Shared,
};

const STAGE: &str = include_str!("../../queries/_archive_sealed.sql");
const ADD: &str = include_str!("../../queries/_archive_add_sealed.sql");
const COUNT: &str = include_str!("../../queries/_archive_count_sealed.sql");

/// What opens the values of an archive, and seals them for this database.
pub(super) struct Sealer {
    ring: Arc<KeyRing>,
    identity: AgeIdentity,
}

/// Nothing if there are no values, or they are left out. To be asked for before a connection is held: the key ring needs one.
pub(super) async fn sealer(
    shared: &Arc<Shared>,
    manifest: &ArchiveManifest,
    options: &ImportArchive,
    tenant: TenantId,
) -> Result<Option<Sealer>> {
    let Some(sealed) = &manifest.sealed else { return Ok(None) };
    if options.leave_out_secrets {
        return Ok(None);
    }
    let Some(identity) = options.identity.clone() else {
        let reason = format!(
            "the archive has {} secrets, encrypted for {}; give the identity that opens them, or leave them out",
            sealed.count,
            sealed.recipients.join(", ")
        );
        return Err(Error::InvalidInput {
            operation: IMPORT,
            input: InvalidInput::new("identity", reason),
        });
    };
    let ring = shared.key_ring(IMPORT).await?;
    // The first value that is sealed for a tenant may need a connection, too.
    if let Some(place) = place_of(tenant, "teams", "webhook_secret", Uuid::nil()) {
        ring.seal(IMPORT, &place, b"").await?;
    }
    Ok(Some(Sealer { ring, identity }))
}

impl Sealer {
    /// Opens all of them, seals each anew, and keeps them for the rows to come. Returns how many there are.
    pub(super) async fn stage(
        self,
        archive: VerifiedArchive,
        client: &TenantTx,
        tenant: TenantId,
        tables: &[TablePlan],
    ) -> Result<(VerifiedArchive, u64)> {
        client.batch(STAGE).await.map_err(|error| Error::from_postgres(IMPORT, error))?;
        let (mut values, reading) = read(archive, self.identity.clone());
        let staged = async {
            let mut count = 0;
            while let Some(value) = values.recv().await {
                let value = value.map_err(|error| unreadable(&error.to_string()))?;
                self.add(client, tenant, tables, &value).await?;
                count += 1;
            }
            Ok(count)
        };
        let staged = staged.await;
        drop(values);
        let archive = pipe::read_to_end(reading).await?;
        staged.map(|count| (archive, count))
    }

    async fn add(
        &self,
        client: &TenantTx,
        tenant: TenantId,
        tables: &[TablePlan],
        value: &SealedValue,
    ) -> Result<()> {
        let SealedValue { table, column, row, value } = value;
        let is_known = tables.iter().any(|it| it.name == *table && it.sealed.contains(column));
        let place = place_of(tenant, table, column, *row).filter(|_| is_known);
        let place = place.ok_or_else(|| {
            unreadable(&format!("there is one for {table}.{column}, which is no column of secrets"))
        })?;
        let sealed = self.ring.seal(IMPORT, &place, value).await?;
        let added = async {
            let statement = GenericClient::prepare(client, ADD).await?;
            GenericClient::execute(client, &statement, &[table, column, row, &sealed]).await
        };
        added.await.map(drop).map_err(|error| match Error::from_postgres(IMPORT, error) {
            Error::AlreadyExists { .. } => {
                unreadable(&format!("there are two for {table}.{column} of row {row}"))
            }
            other => other,
        })
    }
}

type Values = mpsc::Receiver<std::io::Result<SealedValue>>;

fn read(
    mut archive: VerifiedArchive,
    identity: AgeIdentity,
) -> (Values, task::JoinHandle<Result<VerifiedArchive>>) {
    let (sender, receiver) = mpsc::channel(4);
    let reading = task::spawn_blocking(move || {
        for value in archive.sealed(&identity)?.into_iter().flatten() {
            if sender.blocking_send(value).is_err() {
                break;
            }
        }
        Ok(archive)
    });
    (receiver, reading)
}

/// Puts the values of a table into its staged rows. Each must find one.
pub(super) async fn put(client: &TenantTx, table: &TablePlan) -> Result<()> {
    let failed = |error| Error::from_postgres(IMPORT, error);
    for column in &table.sealed {
        let statement = sql::get_seal_statement().bind(client, &table.name, column).one().await;
        let Some(statement) = statement.map_err(failed)? else { continue };
        let put = rows_of(&client.batch(&statement).await.map_err(failed)?);
        let count = async {
            let count = GenericClient::prepare(client, COUNT).await?;
            GenericClient::query_one(client, &count, &[&table.name, column]).await
        };
        let count: i64 = count.await.and_then(|row| row.try_get(0)).map_err(failed)?;
        let lost = count.unsigned_abs().saturating_sub(put);
        if lost > 0 {
            let reason = format!("{lost} secrets of {column} are of rows that are not there");
            return Err(corrupt(&table.name, reason));
        }
    }
    Ok(())
}

fn unreadable(reason: &str) -> Error {
    let what = "the secrets of the archive".to_owned();
    Error::Corrupt { operation: IMPORT, what, reason: reason.to_owned() }
}
