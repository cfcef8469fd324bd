use agentflow::secrets::key_ring::{KeyRingStatus, SealedCounts};

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{facts, table},
};

/// Show the versions of the shared key, and what is sealed with which key
///
/// Exits 1 when the key ring is not the one of this database.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    let status = store.admin().key_ring().status().await?;
    let exit = if status.fault.is_some() { Exit::Found } else { Exit::Done };
    context.output.conclude(&status, exit, text)
}

fn text(status: &KeyRingStatus) -> String {
    let mut parts = vec![facts(&[
        ("Key ring", status.ring.clone()),
        ("Current", status.current.to_string()),
        ("Fault", status.fault.clone().unwrap_or_default()),
    ])];
    let shown = |at: Option<jiff::Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
    let versions = status.versions.iter().map(|it| {
        vec![
            it.version.to_string(),
            it.state.as_str().to_owned(),
            shown(it.created_at),
            it.created_by.clone().unwrap_or_default(),
            shown(it.retired_at),
            it.retired_by.clone().unwrap_or_default(),
            counts(&it.sealed),
        ]
    });
    parts.push(table(
        &["VERSION", "STATE", "IN USE SINCE", "BY", "RETIRED", "BY", "SEALED"],
        versions,
    ));
    if !status.tenants.is_empty() {
        let tenants = status.tenants.iter().map(|it| {
            let versions: Vec<_> = it.versions.iter().map(ToString::to_string).collect();
            let state = match (it.deleted, it.erased_at) {
                (true, _) => "deleted".to_owned(),
                (false, Some(at)) => format!("erased {at:.0}"),
                (false, None) => String::new(),
            };
            vec![it.tenant_id.to_string(), versions.join(", "), state, counts(&it.sealed)]
        });
        parts.push(table(&["TENANT", "VERSIONS OF ITS OWN", "STATE", "SEALED"], tenants));
    }
    parts.join("\n\n")
}

fn counts(counts: &SealedCounts) -> String {
    let counts: Vec<_> = counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
    counts.join(", ")
}
