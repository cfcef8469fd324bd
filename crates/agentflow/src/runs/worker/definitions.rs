use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{
    ids::{TenantId, WorkflowVersionId},
    workflow::WorkflowDefinition,
};
use tokio::sync::OnceCell;

use crate::{
    error::{Error, Result},
    store::Store,
};

/// How many are kept.
const MAX_KEPT: usize = 500;

type Kept = Arc<OnceCell<Arc<WorkflowDefinition>>>;

/// Definitions of workflows, which never change: each is read once.
#[derive(Default)]
pub(super) struct Definitions(Mutex<HashMap<(TenantId, WorkflowVersionId), Kept>>);

impl Definitions {
    pub(super) async fn get(
        &self,
        store: &Store,
        tenant: TenantId,
        version: WorkflowVersionId,
    ) -> Result<Arc<WorkflowDefinition>> {
        let cell = self.cell((tenant, version));
        let read = async || {
            let read = store.tenant(tenant).workflows().get_version(version).await?;
            let missing = || Error::not_found("carry out a run", "the version of its workflow");
            read.map(|version| Arc::new(version.definition)).ok_or_else(missing)
        };
        cell.get_or_try_init(read).await.cloned()
    }

    fn cell(&self, key: (TenantId, WorkflowVersionId)) -> Kept {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(&key) {
            kept.clear();
        }
        Arc::clone(kept.entry(key).or_default())
    }
}
