use std::path::PathBuf;

use agentflow::rules::{Imported, ImportedPart};

use super::file;
use crate::{context::Context, error::Result, exit::Exit, output::counted, plain};

/// Put a whole rule book in force
///
/// The file, YAML or JSON, has any of `schema`, `derived` and `rules`, as `af rules export` writes it. Derived fields and rules are
/// added, or replaced when there is one of the name; what is not in the file stays. What is active afterwards must compile, also
/// what is not in the file; an inactive rule need not. All of it is written in one transaction, or nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af rules import book.yaml --tenant acme

A rule book:
  schema:
    User: { age: int, country: string? }
    Order: { total: float }
  derived:
    - name: is_adult
      expression: User.age >= 18
  rules:
    - name: may buy
      expression: is_adult && Order.total < 100.0
    - name: abroad
      expression: has(User.country) && User.country != \"AT\"
      active: false")]
pub(super) struct Args {
    /// The file, YAML or JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let (book, name) = file::book(&args.file).await?;
    let tenant = context.tenant().await?;
    let rules = tenant.rules();
    // Of what is wrong with the file, only the file knows the line.
    let stored = rules.book().await?;
    let completed = book.clone().completed(&stored.schema, &stored.derived);
    completed.compile().map_err(|problems| file::refused(&name, &problems))?;
    let by = context.actor_in(&tenant).await?;
    let imported = rules.import(book, &by).await?;
    context.output.show(&imported, text)?;
    Ok(Exit::Done)
}

fn text(imported: &Imported) -> String {
    let mut lines = Vec::new();
    if let Some(schema) = &imported.schema {
        lines.push(format!("Version {} of the schema is in force.", schema.version));
    }
    lines.extend(part(&imported.derived, "derived field", "derived fields"));
    lines.extend(part(&imported.rules, "rule", "rules"));
    if lines.is_empty() {
        lines.push("The book is in force already; nothing changed.".to_owned());
    }
    lines.join("\n")
}

fn part(part: &ImportedPart, one: &str, many: &str) -> Vec<String> {
    let named = |done: &str, names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| plain::word(name)).collect();
        let count = counted(names.len(), one, many);
        (!names.is_empty()).then(|| format!("{done} {count}: {}.", names.join(", ")))
    };
    let mut lines: Vec<_> = [named("Added", &part.added), named("Updated", &part.updated)]
        .into_iter()
        .flatten()
        .collect();
    if part.unchanged > 0 && !lines.is_empty() {
        let were = if part.unchanged == 1 { "was" } else { "were" };
        lines.push(format!("{} {were} as before.", counted(part.unchanged, one, many)));
    }
    lines
}
