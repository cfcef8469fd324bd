//! One stretch of a chain: asked of PostgreSQL as a whole, and walked row by row when the answer is not right.

use agentflow_core::{audit::link_hash, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::audit as sql;
use futures::TryStreamExt;
use tokio_postgres::Client;

/// Entries `first` to `last` of a chain, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) tenant: TenantId,
    pub(super) first: i64,
    pub(super) last: i64,
    /// What the first entry must follow, where that is not the entry before it.
    pub(super) start: Option<Sha256>,
}

/// The first entry that is not as it was appended, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) seq: i64,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(seq: i64, reason: impl Into<String>) -> Self {
        Self { seq, reason: reason.into() }
    }
}

/// Counts of a segment, and its first fault.
#[derive(Debug)]
pub(super) struct Verified {
    /// Rows that are there.
    pub(super) present: i64,
    pub(super) fault: Option<Fault>,
}

impl Segment {
    pub(super) async fn verify(
        &self,
        client: &Client,
        deep: bool,
    ) -> Result<Verified, tokio_postgres::Error> {
        let start = self.start.map(|hash| hash.0.to_vec());
        let counts = sql::verify_audit_segment()
            .bind(client, &self.first, &start, self.tenant.as_uuid(), &self.last)
            .one()
            .await?;
        let expected = self.last - self.first + 1;
        let fault = if counts.present == expected && counts.good == expected {
            if deep { self.forged_fields(client).await? } else { None }
        } else {
            Some(self.walk(client).await?)
        };
        Ok(Verified { present: counts.present, fault })
    }

    async fn forged_fields(&self, client: &Client) -> Result<Option<Fault>, tokio_postgres::Error> {
        let tenant = self.tenant.as_uuid();
        let seq =
            sql::first_forged_fields().bind(client, tenant, &self.first, &self.last).one().await?;
        Ok(seq.map(|seq| {
            Fault::new(
                seq,
                format!(
                    "the id or the searched fields of entry {seq} are not what its record says"
                ),
            )
        }))
    }

    /// Reads the rows one by one and computes every hash here, to name the first that is wrong.
    async fn walk(&self, client: &Client) -> Result<Fault, tokio_postgres::Error> {
        let tenant = self.tenant.as_uuid();
        // Unknown when the entry before is gone: then the segment before has the first fault.
        let mut before = if let Some(start) = self.start {
            Some(start)
        } else {
            let hash = sql::get_audit_hash().bind(client, tenant, &(self.first - 1)).opt().await?;
            hash.flatten().and_then(|bytes| Sha256::from_slice(&bytes))
        };
        let mut expected = self.first;
        let statement = sql::read_audit_links();
        let rows = statement.bind(client, tenant, &self.first, &self.last).iter().await?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await? {
            match check(&row, expected, before) {
                Ok(hash) => before = Some(hash),
                Err(fault) => return Ok(fault),
            }
            expected += 1;
        }
        if expected <= self.last {
            return Ok(Fault::new(expected, format!("entry {expected} is missing")));
        }
        let reason = "PostgreSQL and this program disagree about the hashes from here on";
        Ok(Fault::new(self.first, reason))
    }
}

/// The hash of a row that is right.
fn check(
    row: &sql::ReadAuditLinks,
    expected: i64,
    before: Option<Sha256>,
) -> Result<Sha256, Fault> {
    if row.seq < expected {
        return Err(Fault::new(row.seq, format!("entry {} is there twice", row.seq)));
    }
    if row.seq > expected {
        return Err(Fault::new(expected, format!("entry {expected} is missing")));
    }
    let hash_of = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(Sha256::from_slice);
    let fault = |what: &str| Fault::new(expected, format!("entry {expected}: {what}"));
    let prev_hash = hash_of(&row.prev_hash).ok_or_else(|| fault("prev_hash is not a hash"))?;
    if before.is_some_and(|before| before != prev_hash) {
        return Err(fault("prev_hash is not the hash of the entry before"));
    }
    let hash = hash_of(&row.hash).ok_or_else(|| fault("hash is not a hash"))?;
    let record = row.record.as_deref().ok_or_else(|| fault("the record is gone"))?;
    if link_hash(&prev_hash, record) != hash {
        return Err(fault("hash is not the hash of its record"));
    }
    Ok(hash)
}
