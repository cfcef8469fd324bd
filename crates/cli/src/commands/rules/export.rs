use agentflow::core::rules::{Book, BookRule};

use crate::{context::Context, error::Result, exit::Exit, output::counted};

/// Export the rule book of the tenant
///
/// Prints it as JSON, which is YAML as well: the schema in force, the active derived fields, and all rules with their ids.
/// `af rules import` and --book read it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules export --tenant acme > book.json
  af rules export --tenant acme | af rules import - --tenant globex")]
pub(super) struct Args {}

pub(super) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let stored = tenant.rules().book().await?;
    let fields = tenant.derived_fields().list().await?;
    let left_out = fields.iter().filter(|field| !field.active).count();
    if left_out > 0 {
        let fields = counted(left_out, "derived field is", "derived fields are");
        context.output.note(&format!("{fields} inactive and left out."));
    }
    let rules = stored.rules.into_iter();
    let rules = rules.map(|rule| BookRule { id: Some(rule.id), spec: rule.spec });
    let book = Book::new(stored.schema, stored.derived, rules.collect());
    context.output.json(&book.to_json())?;
    Ok(Exit::Done)
}
