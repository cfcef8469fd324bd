use agentflow_core::audit::{SignedCheckpoint, TrustedKeys};

/// How to verify.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Also check that the ids and the searched fields are what the records say. Several times slower.
    pub deep: bool,
    /// Connections that work at the same time; by default one for each processor.
    pub jobs: usize,
    /// Entries that are asked for at once. Bounds the time between two reports of progress.
    pub segment: i64,
    /// Whose signatures on checkpoints are believed. Without any, what the checkpoints say is checked, and not who says
    /// so.
    pub keys: TrustedKeys,
    /// Copies of checkpoints that were kept outside of the database, of tenants and of the log of all tenants. They need
    /// keys, and every one must be signed by one of them.
    pub outside: Vec<SignedCheckpoint>,
    /// Begin each chain at its last checkpoint whose signature is right and whose last entry is still there, and take its
    /// word for the entries before. Needs keys. A chain without such a checkpoint is verified in full.
    pub since_checkpoint: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            deep: false,
            jobs,
            segment: 20_000,
            keys: TrustedKeys::default(),
            outside: Vec::new(),
            since_checkpoint: false,
        }
    }
}

/// How far verification is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Entries looked at.
    pub done: u64,
    /// Entries to look at, of the chains that were opened so far.
    pub total: u64,
    /// Chains opened so far.
    pub tenants: u64,
}
