use std::sync::Arc;

use agentflow_core::{audit::Record, ids::TenantId};

use super::append::{APPEND, Appended, append_records};
use crate::{
    error::Result,
    group::{Groups, Work},
    store::Shared,
};

/// Appends to the chain of a tenant, one record each.
pub(crate) struct Appends;

impl Work for Appends {
    type Call = Record;
    type Answer = Appended;
    const OPERATION: &'static str = APPEND;

    fn groups(shared: &Shared) -> &Groups<Self> {
        &shared.appenders
    }

    fn size(record: &Record) -> usize {
        record.text().len() / 1024 + 1
    }

    /// Gives every caller the position of its own entry.
    async fn run(
        shared: &Arc<Shared>,
        tenant: TenantId,
        records: &[Record],
    ) -> Result<Vec<Appended>> {
        let group = append_records(shared, tenant, records).await?;
        let seqs = group.first_seq..=group.last_seq;
        let each = |seq| Appended { first_seq: seq, last_seq: seq, head_hash: group.head_hash };
        Ok(seqs.map(each).collect())
    }
}
