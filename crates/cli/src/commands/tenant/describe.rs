use agentflow::TenantRow;

use crate::output::facts;

/// A tenant, for people.
pub(super) fn describe(tenant: &TenantRow) -> String {
    let suspended = tenant.suspended_at.map(|since| format!(" since {since:.0}"));
    facts(&[
        ("Slug", tenant.slug.clone()),
        ("Name", tenant.name.clone()),
        ("ID", tenant.id.to_string()),
        ("Tier", tenant.tier.clone()),
        ("Region", tenant.region.to_string()),
        ("Status", format!("{}{}", tenant.status, suspended.unwrap_or_default())),
        ("Created", format!("{:.0}", tenant.created_at)),
    ])
}
