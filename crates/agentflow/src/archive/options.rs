use std::sync::Arc;

use agentflow_core::{
    audit::TrustedKeys,
    ids::TenantId,
    tenancy::{Region, Slug},
};

use crate::{
    audit::{CheckpointSigner, CheckpointSink},
    secrets::{AgeIdentity, AgeRecipients},
};

/// What becomes of the sealed values of a tenant that is exported.
#[derive(Debug, Clone, Default)]
pub enum SecretsChoice {
    /// A tenant that has any is not exported.
    #[default]
    Refuse,
    /// They stay behind, and with them the rows that are nothing without them.
    LeaveOut,
    /// They are opened, and encrypted for those who may open them where the tenant goes.
    Rewrap(AgeRecipients),
}

/// How to export a tenant.
#[derive(Debug, Clone, Default)]
pub struct ExportArchive<'a> {
    /// Who alone can read the archive. `None` leaves it readable.
    pub recipients: Option<AgeRecipients>,
    /// What becomes of sealed values.
    pub secrets: SecretsChoice,
    /// Who signs the archive, and the checkpoint of the chain that it ends with. Without, the archive is not signed, and the last
    /// checkpoint must be of the whole chain.
    pub signer: Option<CheckpointSigner<'a>>,
    /// Whom the checkpoint is published to.
    pub sinks: Vec<Arc<dyn CheckpointSink>>,
}

/// Whose signature of an archive is believed.
#[derive(Debug, Clone)]
pub enum ArchiveTrust {
    /// One of these must have signed it.
    Keys(TrustedKeys),
    /// Nobody need have signed it: it is believed whatever its hashes agree on.
    Unsigned,
}

/// How to import a tenant.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Debug, Clone)]
pub struct ImportArchive {
    /// Its short name here; by default the one it had.
    pub slug: Option<Slug>,
    /// Its name here; by default the one it had.
    pub name: Option<String>,
    /// Where its data lives from now on; by default where it did. Workspaces that are locked to the region of their tenant follow.
    pub region: Option<Region>,
    /// A tenant that is there and has nothing. By default a new one is made, with a new id.
    pub into: Option<TenantId>,
    /// Whether the tenant is suspended at first. One that was suspended where it came from is, too, unless `resume` says otherwise.
    pub suspended: bool,
    /// Whether the tenant is active at once, also one that was suspended where it came from. Not together with `suspended`.
    pub resume: bool,
    /// What opens an encrypted archive, and the sealed values in one.
    pub identity: Option<AgeIdentity>,
    /// Whether the sealed values in the archive are passed over, and with them the rows that are nothing without them.
    pub leave_out_secrets: bool,
    /// Whether usage is passed over that is older than what this database keeps. Without, an archive that has any is refused.
    pub leave_out_old_usage: bool,
    /// Whose signature is believed.
    pub trust: ArchiveTrust,
    /// Whether all of it is done and then undone.
    pub dry_run: bool,
}

impl ImportArchive {
    /// A new tenant with the names it had.
    pub fn trusting(trust: ArchiveTrust) -> Self {
        Self {
            slug: None,
            name: None,
            region: None,
            into: None,
            suspended: false,
            resume: false,
            identity: None,
            leave_out_secrets: false,
            leave_out_old_usage: false,
            trust,
            dry_run: false,
        }
    }
}
