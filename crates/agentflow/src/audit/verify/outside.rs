//! Copies of checkpoints that were kept outside of the database.

use std::collections::{BTreeMap, BTreeSet};

use agentflow_core::{InvalidInput, hash::Sha256, ids::TenantId};

use super::{
    VerifyOptions,
    claims::{Claim, Witness},
};

/// Roots by size: one each, unless somebody was shown another history.
pub(super) type Roots = BTreeMap<i64, BTreeSet<[u8; 32]>>;

/// What the copies say about each log.
#[derive(Debug, Default)]
pub(super) struct Outside {
    pub(super) tenants: BTreeMap<TenantId, Roots>,
    pub(super) tenant_log: Roots,
}

impl Outside {
    /// Checks all signatures. Fails on the first copy that is not signed by a trusted key: it is no evidence of anything.
    pub(super) fn read(options: &VerifyOptions) -> Result<Self, InvalidInput> {
        let refuse = |reason: String| InvalidInput::new("checkpoints", reason);
        if options.keys.is_empty() && !options.outside.is_empty() {
            return Err(refuse("their signatures cannot be checked without a trusted key".into()));
        }
        let mut outside = Self::default();
        for signed in &options.outside {
            let checkpoint = signed.checkpoint();
            let (origin, size) = (&checkpoint.origin, checkpoint.size);
            signed
                .verify(&options.keys)
                .map_err(|error| refuse(format!("{origin} at {size}: {error}")))?;
            let roots = if let Some(tenant) = checkpoint.tenant() {
                outside.tenants.entry(tenant).or_default()
            } else if origin.as_str().ends_with("/tenants") {
                &mut outside.tenant_log
            } else {
                return Err(refuse(format!("{origin} is neither a tenant's log nor that of all")));
            };
            let size = i64::try_from(size)
                .map_err(|_| refuse(format!("{origin}: no log has {size} entries")))?;
            roots.entry(size).or_default().insert(checkpoint.root.0);
        }
        Ok(outside)
    }

    /// What the copies say about the chain of a tenant. An empty chain needs nobody to vouch for it.
    pub(super) fn claims(&self, tenant: TenantId) -> Vec<Claim> {
        let roots = self.tenants.get(&tenant).into_iter().flatten();
        roots
            .filter(|(size, _)| **size > 0)
            .flat_map(|(size, roots)| claims(*size, roots))
            .collect()
    }
}

/// What the copies of one size say.
pub(super) fn claims(size: i64, roots: &BTreeSet<[u8; 32]>) -> impl Iterator<Item = Claim> {
    let by = if roots.len() > 1 { Witness::SplitView } else { Witness::Copy };
    roots.iter().map(move |root| Claim { size, root: Ok(Sha256(*root)), by })
}
