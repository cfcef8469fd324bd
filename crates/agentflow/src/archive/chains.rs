use std::io::Write;

use agentflow_core::{hash::Sha256, ids::TenantId};
use agentflow_sql::queries::archive as sql;
use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use serde::Serialize;
use tokio_util::bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::{IMPORT, VerifiedArchive, pipe, spool::digest};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    store::Handle,
};

const LIST: &str = "list imported chains";
const READ: &str = "export an imported chain";
/// The longest part of a bundle, in bytes.
const PART: usize = 1 << 20;

/// The audit chain that a tenant had where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedChain {
    /// Its id.
    pub id: Uuid,
    /// The tenant whose chain it is.
    pub source_tenant_id: TenantId,
    /// How many entries it has.
    pub size: u64,
    /// The hash of the last of them.
    pub head_hash: Sha256,
    /// The hash of the bundle.
    pub bundle_sha256: Sha256,
    /// The length of the bundle.
    pub bytes: u64,
    /// When it was imported here.
    pub imported_at: Timestamp,
}

impl TryFrom<sql::ImportedChain> for ImportedChain {
    type Error = Error;

    fn try_from(row: sql::ImportedChain) -> Result<Self> {
        let unknown = |column| {
            move || Error::Inconsistent {
                table: "imported_chains",
                column,
                row: row.id.to_string(),
            }
        };
        Ok(Self {
            id: row.id,
            source_tenant_id: TenantId(row.source_tenant_id),
            size: row.size.unsigned_abs(),
            head_hash: Sha256::from_slice(&row.head_hash).ok_or_else(unknown("head_hash"))?,
            bundle_sha256: Sha256::from_slice(&row.bundle_sha256)
                .ok_or_else(unknown("bundle_sha256"))?,
            bytes: row.bytes.unsigned_abs(),
            imported_at: row.imported_at,
        })
    }
}

/// The audit chains that a tenant had where it came from: bundles, as they were exported there, byte for byte.
#[derive(Debug)]
pub struct ImportedChains(Handle);

impl ImportedChains {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// All of them, in the order in which they were imported.
    pub async fn list(&self) -> Result<Vec<ImportedChain>> {
        let flight = self.0.flight(LIST).await?;
        let rows = sql::list_imported_chains().bind(&flight, self.0.tenant.as_uuid()).all().await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(ImportedChain::try_from).collect()
    }

    /// Writes the bundle of one, part by part. Its hash is checked on the way: after [`Error::Tampered`], what was written is of no
    /// use. It verifies with [`agentflow_core::audit::bundle`], or `af audit verify-bundle`. Flushes `writer`, which blocks this task
    /// while it writes.
    pub async fn export<W: Write + Send>(&self, id: Uuid, mut writer: W) -> Result<ImportedChain> {
        let (tenant, not_there) = (self.0.tenant, || format!("the imported chain {id}"));
        let flight = self.0.flight(READ).await?;
        let row = sql::get_imported_chain().bind(&flight, tenant.as_uuid(), &id).opt().await;
        let missing = || Error::not_found(READ, not_there());
        let chain = flight.land_found(row, missing).await?;
        let chain = ImportedChain::try_from(chain)?;
        let (mut hash, mut bytes, mut part) = (Context::new(&SHA256), 0, 0);
        while bytes < chain.bytes {
            part += 1;
            let flight = self.0.flight(READ).await?;
            let content = sql::read_imported_chain_part();
            let content = content.bind(&flight, tenant.as_uuid(), &id, &part).opt().await;
            let Some(content) = flight.land(content).await? else { break };
            hash.update(&content);
            bytes += content.len() as u64;
            writer.write_all(&content).map_err(unwritable)?;
        }
        if bytes != chain.bytes || digest(hash) != chain.bundle_sha256 {
            let fault =
                format!("the imported chain {id} of tenant {tenant} is not what its hash says");
            return Err(Error::Tampered { faults: vec![fault] });
        }
        writer.flush().map_err(unwritable)?;
        Ok(chain)
    }
}

fn unwritable(error: std::io::Error) -> Error {
    let reason = format!("the bundle cannot be written: {error}");
    Error::Unavailable { operation: READ, reason, source: Some(std::sync::Arc::new(error)) }
}

/// Keeps the chain of an archive, byte for byte.
pub(super) async fn keep(
    archive: VerifiedArchive,
    client: &TenantTx,
    tenant: TenantId,
    source: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<VerifiedArchive> {
    let failed = |error| Error::from_postgres(IMPORT, error);
    let chain = archive.manifest().chain.clone();
    let (size, bytes) = (signed(chain.size), signed(chain.bytes));
    let (head, sha256) = (chain.head_hash, chain.bundle_sha256);
    sql::insert_imported_chain()
        .bind(
            client,
            tenant.as_uuid(),
            &id,
            source.as_uuid(),
            &size,
            &head.as_bytes(),
            &sha256.as_bytes(),
            &bytes,
            &now,
        )
        .await
        .map_err(failed)?;
    let (mut pieces, reading) = pipe::read(archive, |archive| Ok(Box::new(archive.chain()?)));
    let kept = async {
        let mut parts = Parts { client, tenant, id, part: 0 };
        let mut gathered = BytesMut::new();
        while let Some(piece) = pieces.next().await.map_err(|error| unread(&error))? {
            gathered.extend_from_slice(&piece);
            while gathered.len() >= PART {
                parts.add(gathered.split_to(PART).freeze()).await?;
            }
        }
        if gathered.is_empty() { Ok(()) } else { parts.add(gathered.freeze()).await }
    };
    let kept = kept.await;
    drop(pieces);
    let archive = pipe::read_to_end(reading).await?;
    kept.map(|()| archive)
}

struct Parts<'a> {
    client: &'a TenantTx,
    tenant: TenantId,
    id: Uuid,
    part: i32,
}

impl Parts<'_> {
    async fn add(&mut self, content: Bytes) -> Result<()> {
        self.part += 1;
        let (tenant, part) = (self.tenant.as_uuid(), &self.part);
        let added = sql::insert_imported_chain_part();
        let added = added.bind(self.client, tenant, &self.id, part, &&content[..]).await;
        added.map(drop).map_err(|error| Error::from_postgres(IMPORT, error))
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unread(error: &std::io::Error) -> Error {
    let what = "the chain of the archive".to_owned();
    Error::Corrupt { operation: IMPORT, what, reason: error.to_string() }
}
