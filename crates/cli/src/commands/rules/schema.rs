use std::path::PathBuf;

use agentflow::{
    core::rules::read_schema,
    rules::{OnFailure, SchemaChange, SchemaChangeKind, SchemaUpdate, SchemaVersion},
};
use clap::{Subcommand, value_parser};

use super::file;
use crate::{
    commands::agent,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted, facts, table},
};

/// Set and show what facts look like
///
/// A schema names the objects of the facts with their fields and types. It has versions, of which one is in force; rules and
/// derived fields are checked against it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Put a new version of the schema in force
    ///
    /// The file, YAML or JSON, has the objects by name, each with its fields and their types: int, float, string, bool, bytes,
    /// timestamp, duration, any, object, list of T, map of texts to T, and optional T; a question mark makes a type optional. When
    /// active rules or derived fields do not compile under it, it is refused with all of them. The schema in force once more
    /// changes nothing.
    #[command(after_long_help = "\
Examples:
  af rules schema set facts.yaml --tenant acme
  echo 'User: { age: int, country: string?, tags: \"list<string>\" }' | af rules schema set -")]
    Set {
        /// The file, YAML or JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        broken: Broken,
    },
    /// Show the schema in force, or another version
    #[command(after_long_help = "\
Example:
  af rules schema show --version 2")]
    Show {
        /// This version
        #[arg(long, value_name = "N")]
        version: Option<i32>,
    },
    /// Show which versions came into force, the newest first
    History {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Put an earlier version in force again
    #[command(after_long_help = "\
Example:
  af rules schema rollback 2")]
    Rollback {
        /// The version
        version: i32,
        #[command(flatten)]
        broken: Broken,
    },
}

#[derive(Debug, clap::Args)]
struct Broken {
    /// Make inactive what does not compile under it, and do not refuse it
    #[arg(long)]
    deactivate: bool,
}

impl Broken {
    fn on_failure(&self) -> OnFailure {
        if self.deactivate { OnFailure::Deactivate } else { OnFailure::Refuse }
    }
}

fn hinted(error: agentflow::Error) -> Error {
    let is_broken = matches!(error, agentflow::Error::RulesBroken { .. });
    let error = Error::from(error);
    if is_broken {
        error.with_hint("change them first, or make them inactive with --deactivate")
    } else {
        error
    }
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    match args.action {
        Action::Set { file, broken } => {
            context.tenant_name(None)?;
            let document = agent::file::read(&file).await?;
            let definition = read_schema(&document.text)
                .map_err(|problems| file::refused(&document.name, &problems))?;
            let tenant = context.tenant().await?;
            let by = context.actor_in(&tenant).await?;
            let set = tenant.rule_schemas().set(definition, broken.on_failure(), &by).await;
            let update = set.map_err(hinted)?;
            output.show(&update, |it| updated(it, output))?;
        }
        Action::Rollback { version, broken } => {
            let tenant = context.tenant().await?;
            let by = context.actor_in(&tenant).await?;
            let schemas = tenant.rule_schemas();
            let set = schemas.roll_back(version, broken.on_failure(), &by).await;
            let update = set.map_err(hinted)?;
            output.show(&update, |it| updated(it, output))?;
        }
        Action::Show { version } => {
            let schema = find(context, version).await?;
            output.show(&schema, describe)?;
        }
        Action::History { limit } => {
            let schemas = context.tenant().await?.rule_schemas();
            let changes = schemas.history(None, limit).await?;
            output.show(&changes, |it| history(it))?;
        }
    }
    Ok(Exit::Done)
}

async fn find(context: &Context, version: Option<i32>) -> Result<SchemaVersion> {
    let schemas = context.tenant().await?.rule_schemas();
    let (found, message, hint) = match version {
        Some(version) => (
            schemas.get(version).await?,
            format!("there is no version {version} of the schema"),
            "`af rules schema history` shows the versions",
        ),
        None => (
            schemas.active().await?,
            "there is no schema yet".to_owned(),
            "`af rules schema set FILE` sets one",
        ),
    };
    found.ok_or_else(|| Error::found("not_found", message).with_hint(hint))
}

fn describe(schema: &SchemaVersion) -> String {
    let facts = facts(&[
        ("Version", schema.version.to_string()),
        ("In Force", if schema.active { "yes" } else { "no" }.to_owned()),
        ("ID", schema.id.to_string()),
        ("Created", format!("{:.0}", schema.created_at)),
    ]);
    let definition = serde_json::to_string_pretty(&schema.definition).unwrap_or_default();
    format!("{facts}\n\n{definition}")
}

fn updated(update: &SchemaUpdate, output: &Output) -> String {
    let version = update.schema.version;
    if !update.changed {
        return format!("Version {version} was in force already; nothing changed.");
    }
    let report = &update.report;
    let compile = counted(report.recompiled, "rule or derived field", "rules and derived fields");
    let mut lines: Vec<_> =
        report.failed.iter().map(|it| output.bad(&format!("✗ inactive now: {it}"))).collect();
    let good = if report.recompiled == 1 { "compiles" } else { "compile" };
    lines.push(format!("Version {version} of the schema is in force; {compile} {good}."));
    lines.join("\n")
}

fn history(changes: &[SchemaChange]) -> String {
    if changes.is_empty() {
        return "There is no schema yet; `af rules schema set FILE` sets one.".to_owned();
    }
    let rows = changes.iter().map(|change| {
        let how = match change.kind {
            SchemaChangeKind::Created => "set first",
            SchemaChangeKind::Updated => "set",
            SchemaChangeKind::RolledBack => "rolled back to",
        };
        vec![
            change.version.to_string(),
            if change.active { "in force" } else { "" }.to_owned(),
            how.to_owned(),
            change.changed_by.clone(),
            change.report.recompiled.to_string(),
            change.report.failed.len().to_string(),
            format!("{:.0}", change.created_at),
        ]
    });
    table(&["VERSION", "STATUS", "HOW", "BY", "COMPILED", "DEACTIVATED", "WHEN"], rows)
}
