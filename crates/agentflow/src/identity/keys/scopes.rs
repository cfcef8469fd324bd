use std::collections::HashSet;

use agentflow_core::{InvalidInput, identity::Permission};

const MAX_SCOPES: usize = 100;

/// Names each permission once, and refuses none or too many.
pub(super) fn check(scopes: &mut Vec<Permission>) -> Result<(), InvalidInput> {
    let mut seen = HashSet::new();
    scopes.retain(|scope| seen.insert(scope.clone()));
    if scopes.is_empty() {
        let reason = "expected at least one permission; leave it out for all of the principal's";
        return Err(InvalidInput::new("scopes", reason));
    }
    if scopes.len() > MAX_SCOPES {
        return Err(InvalidInput::new("scopes", "expected at most 100 permissions"));
    }
    Ok(())
}
