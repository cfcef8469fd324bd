use agentflow::core::audit::TrustedKeys;

/// Whose backups are believed.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Those that one of these keys signed. Get them from whoever makes the backups, and not along with a backup.
    Keys(TrustedKeys),
    /// Everybody's: who can write to the store can make up a backup. Accidents are found all the same.
    Unsigned,
}

impl Trust {
    /// The keys; none if nobody is asked who signed.
    pub fn keys(&self) -> Option<&TrustedKeys> {
        match self {
            Self::Keys(keys) => Some(keys),
            Self::Unsigned => None,
        }
    }
}
