//! Entries that are not read: those that retention removed, and those before a checkpoint that is believed.

use agentflow_core::{audit::TrustedKeys, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::audit as sql;
use futures::TryStreamExt;
use tokio_postgres::Client;

use super::claims::{Checkpoint, Claim, entries};
use crate::audit::segment::Fault;

/// How many checkpoints are tried before the chain is read in full.
const ATTEMPTS: i64 = 10;

/// One checkpoint of a chain, or what is wrong with it. None if it is not there.
pub(in crate::audit) async fn read_checkpoint(
    client: &Client,
    tenant: TenantId,
    seq: i64,
    keys: &TrustedKeys,
) -> Result<Option<Result<Checkpoint, String>>, tokio_postgres::Error> {
    let rows = sql::read_checkpoints().bind(client, tenant.as_uuid(), &seq, &seq).all().await?;
    Ok(rows.first().map(|row| Checkpoint::read(row, tenant, keys)))
}

/// The last checkpoint that is signed, that fits the entry it ends with, and that no claim about the entries before
/// contradicts. None if there is none, which is no fault: then everything is read.
pub(in crate::audit) async fn find_resume_point(
    client: &Client,
    tenant: TenantId,
    (first, last): (i64, i64),
    keys: &TrustedKeys,
    claims: &[Claim],
) -> Result<Option<Checkpoint>, tokio_postgres::Error> {
    let id = tenant.as_uuid();
    let rows = sql::read_last_checkpoints().bind(client, id, &last, &ATTEMPTS).all().await?;
    for row in rows.iter().filter(|row| row.seq >= first) {
        let Ok(checkpoint) = Checkpoint::read(row, tenant, keys) else { continue };
        let hash = sql::get_audit_hash().bind(client, id, &row.seq).opt().await?.flatten();
        if hash.as_deref().and_then(Sha256::from_slice) == Some(checkpoint.head_hash)
            && agree(client, tenant, row.seq, claims).await?
        {
            return Ok(Some(checkpoint));
        }
    }
    Ok(None)
}

/// Whether every claim about the entries up to `seq` is also made by a checkpoint.
async fn agree(
    client: &Client,
    tenant: TenantId,
    seq: i64,
    claims: &[Claim],
) -> Result<bool, tokio_postgres::Error> {
    let claims = &claims[..claims.partition_point(|claim| claim.size <= seq)];
    if claims.is_empty() {
        return Ok(true);
    }
    let sizes: Vec<_> = claims.iter().map(|claim| claim.size).collect();
    let rows = sql::read_checkpoint_roots().bind(client, tenant.as_uuid(), &sizes).all().await?;
    Ok(claims.iter().all(|claim| {
        let mut of_size = rows.iter().filter(|row| row.seq == claim.size).peekable();
        let root = claim.root.as_ref().ok().map(Sha256::as_bytes);
        of_size.peek().is_some() && of_size.all(|row| row.root_hash.as_deref() == root)
    }))
}

/// Checks what is said about entries that retention removed, up to `pruned`: nobody can compute their tree any more, but
/// all who speak about it must say the same, and the checkpoints in the database must be there.
pub(in crate::audit) async fn check_pruned(
    client: &Client,
    tenant: TenantId,
    pruned: i64,
    keys: &TrustedKeys,
    claims: &[Claim],
) -> Result<Option<Fault>, tokio_postgres::Error> {
    let mut claims =
        claims[..claims.partition_point(|claim| claim.size <= pruned)].iter().peekable();
    let mut agreed = 0;
    let statement = sql::read_checkpoints();
    let rows = statement.bind(client, tenant.as_uuid(), &1, &pruned).iter().await?;
    let mut rows = std::pin::pin!(rows);
    while let Some(row) = rows.try_next().await? {
        if let Some(claim) = claims.next_if(|claim| claim.size < row.seq) {
            return Ok(Some(gone(agreed, claim)));
        }
        let checkpoint = match Checkpoint::read(&row, tenant, keys) {
            Ok(checkpoint) => checkpoint,
            Err(reason) => return Ok(Some(Fault::new(agreed + 1, reason))),
        };
        while let Some(claim) = claims.next_if(|claim| claim.size == checkpoint.seq) {
            if claim.root != Ok(checkpoint.root) {
                return Ok(Some(Fault::new(agreed + 1, claim.refute(agreed))));
            }
        }
        agreed = row.seq;
    }
    Ok(claims.next().map(|claim| gone(agreed, claim)))
}

fn gone(agreed: i64, claim: &Claim) -> Fault {
    let entries = entries(agreed + 1, claim.size);
    let reason = format!(
        "{entries} gone, and so is the checkpoint that was signed of them at {}",
        claim.size
    );
    Fault::new(agreed + 1, reason)
}
