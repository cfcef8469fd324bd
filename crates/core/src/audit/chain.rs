use crate::{hash::Sha256, ids::TenantId};

/// Names the format of the chain. A chain of another format begins with another text, so none passes for this one.
const FORMAT: &[u8] = b"agentflow/audit/v1\n";

/// What stands in for the hash before a tenant's first entry. Binds the chain to its tenant.
///
/// ```
/// use agentflow_core::{audit, ids::TenantId};
///
/// let tenant: TenantId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
/// let first = audit::link_hash(&audit::genesis_hash(tenant), r#"{"action":"tenant.created"}"#);
/// assert_eq!(first.to_string().len(), 64);
/// ```
pub fn genesis_hash(tenant: TenantId) -> Sha256 {
    Sha256::of(&[FORMAT, tenant.as_uuid().as_bytes()])
}

/// The hash of an entry: of the hash before it, then of its record.
pub fn link_hash(prev_hash: &Sha256, record: &str) -> Sha256 {
    Sha256::of(&[prev_hash.as_bytes(), record.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart from this code, with coreutils:
    /// `(printf 'agentflow/audit/v1\n'; printf '01890a5dac96774bbcceb302099a8057' | xxd -r -p) | sha256sum`
    #[test]
    fn the_genesis_hash_is_the_published_formula() {
        let tenant = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(genesis_hash(tenant).to_string(), GENESIS);
        assert_eq!(link_hash(&genesis_hash(tenant), "{}").to_string(), FIRST);
    }

    const GENESIS: &str = "3cb2895bcde8c25d86e1be9fe9967059a071ac1225f0d5ac1655b948688b2a42";
    const FIRST: &str = "b57882611eb76df2bfcf1c97b6c6b486072a3d9aa6c5d12b861890e44127f906";
}
