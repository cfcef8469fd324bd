//! Finding what is named.

use agentflow::{
    Tenant,
    policies::{PolicyId, PolicyVersion},
    workflows::SemVer,
};

use crate::{
    error::{Error, Result},
    similar::hint,
};

/// Which version of which policy.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The policy, by name, or one version by its id
    policy: String,
    /// The version; not with an id
    version: Option<SemVer>,
}

pub(super) async fn policy(tenant: &Tenant, which: &Which) -> Result<PolicyVersion> {
    let policies = tenant.policies();
    let Which { policy, version } = which;
    let found = match (policy.parse::<PolicyId>(), version) {
        (Ok(id), None) => policies.get(id).await?,
        (_, Some(version)) => policies.find(policy, version).await?,
        (Err(_), None) => {
            return Err(Error::usage(format!(
                "say which version of {policy}: `af policy list {policy}` shows them"
            )));
        }
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let known = policies.list(None).await?;
    let versions: Vec<_> =
        known.iter().filter(|it| it.name == *policy).map(|it| it.version.to_string()).collect();
    let what =
        version.as_ref().map_or_else(|| policy.clone(), |version| format!("{policy} {version}"));
    let error = Error::found("not_found", format!("there is no policy `{what}`"));
    if !versions.is_empty() {
        return Err(error.with_hint(format!("its versions are {}", versions.join(", "))));
    }
    let names = known.iter().map(|it| it.name.as_str());
    Err(error.with_hint(hint(policy, names, "`af policy list` shows all of them")))
}
