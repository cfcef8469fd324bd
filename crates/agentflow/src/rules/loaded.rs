use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use agentflow_core::ids::TenantId;
use tokio::sync::Notify;

use super::{Engine, EngineStatus, RuleStore};
use crate::error::Result;

/// The engines of the tenants that were asked for, each loaded once.
pub(super) struct Loaded<S> {
    engines: RwLock<HashMap<TenantId, Arc<Engine<S>>>>,
    arrived: Notify,
}

impl<S> Default for Loaded<S> {
    fn default() -> Self {
        Self { engines: RwLock::default(), arrived: Notify::new() }
    }
}

impl<S> Loaded<S> {
    /// The engine of a tenant, if it was asked for. It may be about to be loaded, and what it reads may be out of date by then.
    pub(super) fn find(&self, tenant: TenantId) -> Option<Arc<Engine<S>>> {
        self.engines.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned()
    }

    /// The engines of all tenants that were asked for.
    pub(super) fn all(&self) -> Vec<(TenantId, Arc<Engine<S>>)> {
        let all = self.engines.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(tenant, engine)| (*tenant, Arc::clone(engine))).collect()
    }

    /// How the engines are that are loaded.
    pub(super) fn statuses(&self) -> BTreeMap<TenantId, EngineStatus> {
        let loaded = self.all().into_iter().filter(|(_, engine)| engine.is_loaded());
        loaded.map(|(tenant, engine)| (tenant, engine.status())).collect()
    }

    /// Waits until an engine is loaded, unless one was since this was last asked.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Forgets engines whose loads were given up by all who asked, as those of tenants that may not even be there.
    pub(super) fn remove_abandoned(&self) {
        let mut all = self.engines.write().unwrap_or_else(PoisonError::into_inner);
        // Nobody gets hold of another one while this is locked.
        all.retain(|_, engine| {
            engine.is_loaded() || Arc::strong_count(engine) > 1 || !engine.has_begun_nothing()
        });
    }

    /// Forgets the engine of a tenant, and returns it.
    pub(super) fn remove(&self, tenant: TenantId) -> Option<Arc<Engine<S>>> {
        self.engines.write().unwrap_or_else(PoisonError::into_inner).remove(&tenant)
    }

    /// The same if it is this engine and no other that came later.
    pub(super) fn remove_this(&self, tenant: TenantId, engine: &Arc<Engine<S>>) {
        let mut all = self.engines.write().unwrap_or_else(PoisonError::into_inner);
        if all.get(&tenant).is_some_and(|kept| Arc::ptr_eq(kept, engine)) {
            all.remove(&tenant);
        }
    }

    fn find_or(&self, tenant: TenantId, new: impl FnOnce() -> Engine<S>) -> Arc<Engine<S>> {
        if let Some(engine) = self.find(tenant) {
            return engine;
        }
        let mut all = self.engines.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(tenant).or_insert_with(|| Arc::new(new())))
    }
}

impl<S: RuleStore> Loaded<S> {
    /// The engine of a tenant, loaded now if it is not. Those who ask meanwhile wait for the same load, those who ask for
    /// other tenants for none.
    pub(super) async fn get(
        &self,
        tenant: TenantId,
        new: impl Fn() -> Engine<S>,
    ) -> Result<Arc<Engine<S>>> {
        loop {
            let engine = self.find_or(tenant, &new);
            if engine.is_loaded() {
                return Ok(engine);
            }
            if let Err(error) = engine.refresh().await {
                // No room is kept for tenants that are not there.
                self.remove_this(tenant, &engine);
                return Err(error);
            }
            self.arrived.notify_one();
            // One that was forgotten while it was loaded would never be refreshed.
            if self.find(tenant).is_some_and(|kept| Arc::ptr_eq(&kept, &engine)) {
                return Ok(engine);
            }
        }
    }
}
