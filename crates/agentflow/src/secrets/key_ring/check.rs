//! Whether the key ring can be used, without a look at what is sealed with it.

use super::admin::{KeyRingAdmin, newest_and_current};
use crate::error::Result;

const CHECK: &str = "check the key ring";

impl KeyRingAdmin<'_> {
    /// Opens the key ring, whatever the database knows of it, and without asking the database. Returns the version of the
    /// shared key that is in use.
    pub async fn open(&self) -> Result<u32> {
        let shared = &self.0.shared;
        let provider = shared.key_ring.provider(shared).await?;
        newest_and_current(&**provider).await.map(|(_, current)| current)
    }

    /// Fails where values could not be sealed: the key ring does not open, or is not the one of this database.
    pub async fn check(&self) -> Result<()> {
        self.0.shared.key_ring(CHECK).await.map(drop)
    }
}
