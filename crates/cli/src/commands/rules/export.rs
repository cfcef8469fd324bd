use agentflow::core::rules::{Book, BookRule, FactSchema};

use crate::{context::Context, error::Result, exit::Exit, output::counted};

/// Export the rule book of the tenant
///
/// Prints it as JSON, which is YAML as well: the schema in force, the active derived fields, and all rules with their ids, also
/// inactive ones, which need not compile. `af rules import` and --book read it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules export --tenant acme > book.json
  af rules export --tenant acme | af rules import - --tenant globex")]
pub(super) struct Args {}

pub(super) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    // Asked first: what came into force in between is in the book, and there is no way back to none.
    let has_schema = tenant.rule_schemas().active().await?.is_some();
    let stored = tenant.rules().book().await?;
    let fields = tenant.derived_fields().list().await?;
    let left_out = fields.iter().filter(|field| !field.active).count();
    if left_out > 0 {
        let fields = counted(left_out, "derived field is", "derived fields are");
        context.output.note(&format!("{fields} inactive and left out."));
    }
    let rules = stored.rules.into_iter();
    let rules = rules.map(|rule| BookRule { id: Some(rule.id), spec: rule.spec });
    // Who imports the book keeps a schema that it does not say; an empty one would replace it.
    let schema =
        Some(stored.schema).filter(|schema| has_schema || *schema != FactSchema::default());
    let book = Book::new(schema, stored.derived, rules.collect());
    context.output.json(&book.to_json())?;
    Ok(Exit::Done)
}
