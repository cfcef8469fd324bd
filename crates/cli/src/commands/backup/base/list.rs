use agentflow_backup::base::ListedBase;
use serde_json::{Value, json};

use super::place::Place;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{table, thousands},
};

/// List base backups
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base list")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let listed = folder.list()?;
    for name in folder.strangers()? {
        context.output.warn(&format!("{name} is not the name of a base backup, and is left alone"));
    }
    let values = listed.iter().map(value).collect::<Result<Vec<_>>>()?;
    context.output.show(&values, |_| {
        if listed.is_empty() {
            return "There are no base backups.".to_owned();
        }
        table(
            &["ID", "KIND", "BUILDS UPON", "POSTGRESQL", "BYTES", "NEEDED BY"],
            listed.iter().map(row),
        )
    })?;
    Ok(Exit::Done)
}

fn value(listed: &ListedBase) -> Result<Value> {
    let mut value = match &listed.backup {
        Ok(backup) => {
            serde_json::to_value(backup).map_err(|error| Error::io("write JSON", &error.into()))?
        }
        Err(reason) => json!({ "id": listed.id, "error_message": reason }),
    };
    value["needed_by"] = json!(listed.needed_by);
    Ok(value)
}

fn row(listed: &ListedBase) -> Vec<String> {
    let needed_by = match listed.needed_by.len() {
        0 => String::new(),
        count => count.to_string(),
    };
    match &listed.backup {
        Ok(backup) => vec![
            listed.id.to_string(),
            backup.kind.as_str().to_owned(),
            backup.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            backup.postgres_version.clone(),
            thousands(backup.bytes),
            needed_by,
        ],
        Err(reason) => vec![listed.id.to_string(), format!("broken: {reason}")],
    }
}
