use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use agentflow_core::identity::Permission;
use agentflow_sql::queries::roles as sql;
use jiff::{SignedDuration, Timestamp};

use super::{later, roles::say_unknown};
use crate::{
    error::{Error, Result},
    store::Handle,
};

/// How long it is good for: a migration that changes what built-in roles hold is in force everywhere after that.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Which permissions there are, and which built-in roles hold each. The same for all tenants and written by migrations
/// only, so it is kept between requests: asking for it each time would cost a tenth of the time of a question.
#[derive(Default)]
pub(crate) struct PermissionCatalog(RwLock<Option<Arc<Loaded>>>);

struct Loaded {
    at: Timestamp,
    rows: Vec<sql::ListPermissions>,
    holders: HashMap<Permission, usize>,
}

impl Loaded {
    fn is_good_at(&self, now: Timestamp) -> bool {
        self.at <= now && now < later(self.at, READ_EVERY)
    }
}

impl PermissionCatalog {
    /// The built-in roles that hold `permission`. One that there is not is [`Error::InvalidInput`], said only after a
    /// fresh look: it may have come with a migration just now.
    pub(crate) async fn holders(
        &self,
        operation: &'static str,
        handle: &Handle,
        permission: &Permission,
    ) -> Result<Vec<String>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = kept.filter(|kept| kept.is_good_at(handle.shared.now()));
        if let Some(found) = kept.and_then(|kept| kept.find(permission)) {
            return Ok(found);
        }
        let fresh = Arc::new(load(operation, handle).await?);
        let found = fresh.find(permission);
        let unknown = || say_unknown(permission.as_str(), &fresh.rows);
        let found = found.ok_or_else(|| Error::InvalidInput { operation, input: unknown() });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&fresh));
        found
    }
}

impl Loaded {
    fn find(&self, permission: &Permission) -> Option<Vec<String>> {
        let row = self.rows.get(*self.holders.get(permission)?)?;
        Some(row.builtin_roles.clone())
    }
}

async fn load(operation: &'static str, handle: &Handle) -> Result<Loaded> {
    let at = handle.shared.now();
    let flight = handle.flight(operation).await?;
    let rows = sql::list_permissions().bind(&flight).all().await;
    let rows = flight.land(rows).await?;
    let names = rows.iter().enumerate();
    let holders = names.filter_map(|(index, row)| Some((row.name.parse().ok()?, index))).collect();
    Ok(Loaded { at, rows, holders })
}
