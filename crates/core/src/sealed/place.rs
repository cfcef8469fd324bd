use uuid::Uuid;

use super::KeyId;
use crate::ids::TenantId;

/// Where a sealed value is. It is authenticated with the value, so a value that was moved does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The tenant of the row.
    pub tenant: TenantId,
    /// The id of the row.
    pub row: Uuid,
}

impl Place {
    /// What the content is authenticated with: each part behind its length, so that no two places look the same.
    pub fn content_context(&self) -> Vec<u8> {
        self.context("agentflow/sealed/v1", &[])
    }

    /// What the wrapped data key is authenticated with: the place, and the key that wraps it.
    pub fn key_context(&self, key: KeyId) -> Vec<u8> {
        self.context("agentflow/wrapped-key/v1", key.to_string().as_bytes())
    }

    fn context(&self, purpose: &str, key: &[u8]) -> Vec<u8> {
        let parts: [&[u8]; 6] = [
            purpose.as_bytes(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.tenant.as_uuid().as_bytes(),
            self.row.as_bytes(),
            key,
        ];
        let mut context = Vec::with_capacity(128);
        for part in parts {
            // Never longer than a name of a table, so the length fits.
            context.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            context.extend(part);
        }
        context
    }
}
