//! Which memories a command is about.

use agentflow::{
    Tenant,
    memory::{MemoryFilter, MemoryStatus, MemoryTier, MemoryType},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{scope::Scope, values::object};
use crate::{error::Result, instant::past};

/// Those that pass all of it.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    #[command(flatten)]
    scope: Scope,
    /// Only these types; several with commas
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<MemoryType>,
    /// Only these tiers: hot, warm, cold
    #[arg(long = "tier", value_name = "TIER", value_delimiter = ',')]
    tiers: Vec<MemoryTier>,
    /// Only what has all of these tags
    #[arg(long = "tag", value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,
    /// Only what matters at least so much, 1 to 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    min_importance: Option<u8>,
    /// Only what was made then or later: a time, a day, or how long ago, such as 30d
    #[arg(long, value_name = "TIME", value_parser = past)]
    since: Option<Timestamp>,
    /// Only what was made earlier
    #[arg(long, value_name = "TIME", value_parser = past)]
    until: Option<Timestamp>,
    /// Only what has all of this in its metadata, a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Map<String, Value>>,
    /// Only what this SQL/JSON path finds something in, in its metadata: '$.price ? (@ > 5)'
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
}

impl Filter {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<MemoryFilter> {
        let whose = self.scope.find(tenant).await?;
        let mut filter = MemoryFilter::of_team(whose.team.id);
        filter.agent = whose.agent;
        filter.user = whose.user;
        filter.types.clone_from(&self.types);
        filter.tiers.clone_from(&self.tiers);
        filter.tags.clone_from(&self.tags);
        filter.min_importance = self.min_importance;
        filter.created_from = self.since;
        filter.created_until = self.until;
        filter.metadata.clone_from(&self.metadata);
        filter.metadata_path.clone_from(&self.path);
        Ok(filter)
    }

    /// The same, of these statuses.
    pub(super) async fn find_of(
        &self,
        tenant: &Tenant,
        statuses: &[MemoryStatus],
    ) -> Result<MemoryFilter> {
        let mut filter = self.find(tenant).await?;
        statuses.clone_into(&mut filter.statuses);
        Ok(filter)
    }
}
