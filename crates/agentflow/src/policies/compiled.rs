use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{hash::Sha256, policy::Policy, rules::Problems};

/// How many are kept.
const MAX_KEPT: usize = 256;

/// Compiled policies, by the digest of their text: compiling takes longer than asking.
#[derive(Clone, Default)]
pub(crate) struct CompiledPolicies(Arc<Mutex<HashMap<Sha256, Arc<Policy>>>>);

impl fmt::Debug for CompiledPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CompiledPolicies(..)")
    }
}

impl CompiledPolicies {
    /// Compiles, and blocks meanwhile: not for a thread that serves others.
    pub(super) fn get(&self, name: &str, text: &str) -> Result<Arc<Policy>, Problems> {
        let digest = Sha256::of(&[text.as_bytes()]);
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = kept().get(&digest) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(Policy::compile(name, text)?);
        let mut kept = kept();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(digest, Arc::clone(&policy));
        Ok(policy)
    }
}
