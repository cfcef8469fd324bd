//! Whether memories are embedded, and by what.

use agentflow::{
    Tenant,
    memory::{Memories, embedder_from},
};

use crate::{context::Context, error::Result};

#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// Do not embed it: it is found by its words only
    #[arg(long)]
    no_embedding: bool,
}

impl Choice {
    pub(super) fn memories(&self, context: &Context, tenant: &Tenant) -> Result<Memories> {
        if self.no_embedding { Ok(tenant.memories()) } else { embedded(context, tenant) }
    }
}

/// The memories of a tenant, with the embedder that the settings name.
pub(super) fn embedded(context: &Context, tenant: &Tenant) -> Result<Memories> {
    let embedder = embedder_from(&context.settings()?.embedding)?;
    Ok(tenant.memories().with_embedder(embedder))
}
