use agentflow::core::backup::BackupKind;
use agentflow_backup::{Listed, Summary, list};

use super::{
    place::{self, Place},
    remarks,
};
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{table, thousands},
};

/// List backups, the oldest first
///
/// What their manifests say, which is not verified. Broken ones are shown with the reason, and unfinished ones are not.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup list
  af backup list --dir s3://acme-backups/agentflow --output json")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let store = args.place.store(context)?;
    let listed = list(&store).await?;
    remarks::about_no_backups(&store, context).await?;
    context.output.show(&listed, |listed| {
        if listed.is_empty() {
            return format!("There are no backups in {}.", store.location());
        }
        let header =
            ["ID", "AGE", "KIND", "DATABASE", "TABLES", "ROWS", "SIZE", "ENCRYPTED", "SIGNED BY"];
        let broken: Vec<_> = listed.iter().filter_map(|it| broken(it, context)).collect();
        let sound =
            listed.iter().filter_map(|it| it.summary.as_ref().map(|summary| row(it, summary)));
        [vec![table(&header, sound)], broken].concat().join("\n")
    })?;
    Ok(Exit::Done)
}

fn row(listed: &Listed, summary: &Summary) -> Vec<String> {
    vec![
        listed.id.to_string(),
        place::span(place::age(&listed.id)),
        kind(summary.kind).to_owned(),
        summary.database.clone(),
        summary.tables.to_string(),
        thousands(summary.rows),
        place::size(summary.bytes),
        if summary.encrypted { "yes" } else { "no" }.to_owned(),
        if summary.signed_by.is_empty() {
            "nobody".to_owned()
        } else {
            summary.signed_by.join(", ")
        },
    ]
}

fn broken(listed: &Listed, context: &Context) -> Option<String> {
    let fault = listed.faults.first()?;
    let more = match listed.faults.len() {
        1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    Some(context.output.bad(&format!("✗ {} is broken: {fault}{more}", listed.id)))
}

pub(super) fn kind(kind: BackupKind) -> &'static str {
    match kind {
        BackupKind::Full => "full",
        BackupKind::Schema => "schema",
        BackupKind::Tables => "tables",
    }
}
