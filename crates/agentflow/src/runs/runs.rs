use agentflow_core::ids::{RunId, WorkflowId, WorkspaceId};
use agentflow_core::run::RunStatus;
use agentflow_sql::queries::runs as sql;
use jiff::Timestamp;

use super::{Run, rows};
use crate::{error::Result, store::Handle};

/// Which runs to list. By default all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunFilter {
    /// Only those of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Only those of this workflow, in any version.
    pub workflow: Option<WorkflowId>,
    /// Only those that stand there.
    pub status: Option<RunStatus>,
}

/// The last run of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunCursor {
    /// When it was accepted.
    pub created_at: Timestamp,
    /// Its id.
    pub id: RunId,
}

impl From<&Run> for RunCursor {
    fn from(run: &Run) -> Self {
        Self { created_at: run.created_at, id: run.id }
    }
}

/// The runs of a tenant. Their starts and ends are recorded in the tenant's audit chain, in the same transaction; their steps are
/// in their [`timeline`](Self::timeline).
#[derive(Debug, Clone)]
pub struct Runs(pub(super) Handle);

impl Runs {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The run with this id.
    pub async fn get(&self, id: RunId) -> Result<Option<Run>> {
        let flight = self.0.flight("get a run").await?;
        let row = sql::get_run()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::run)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` runs, newest first, behind `after`. Of inputs and outputs it has sizes and hashes only: [`get`](Self::get)
    /// has the contents.
    pub async fn list(
        &self,
        filter: RunFilter,
        after: Option<RunCursor>,
        limit: u16,
    ) -> Result<Vec<Run>> {
        let flight = self.0.flight("list runs").await?;
        let rows = sql::list_runs()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.workspace.map(|id| id.0),
                &filter.workflow.map(|id| id.0),
                &filter.status.map(RunStatus::as_str),
                &after.map(|cursor| cursor.id.0),
                &after.map(|cursor| cursor.created_at),
                &i64::from(limit),
            )
            .map(rows::run)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }
}
