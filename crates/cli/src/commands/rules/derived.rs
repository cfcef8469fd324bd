use agentflow::{
    core::rules::DerivedSpec,
    rules::{DerivedField, DerivedFields},
};
use clap::Subcommand;

use super::{describe, file};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::table,
    similar::hint,
};

/// Set and list derived fields
///
/// A derived field is a value that is computed once from the facts of a set, and that rules and other derived fields read by
/// its name.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a derived field, or replace the one of this name
    ///
    /// What it reads is found out from the expression. Refused when it does not compile, when derived fields would depend on
    /// each other in a circle, or when active rules that read it would no longer compile.
    #[command(after_long_help = "\
Examples:
  af rules derived set is_adult 'User.age >= 18'
  af rules derived set total 'Order.items.map(i, i.price).sum()' --depends-on Order.items")]
    Set {
        /// Its name: letters, digits and `_`
        name: String,
        /// What it is, in CEL; `-` for stdin
        #[arg(value_name = "EXPRESSION")]
        expression: String,
        /// What it reads, to be checked: paths of facts and names of derived fields
        #[arg(long, value_name = "PATH", num_args = 1..)]
        depends_on: Option<Vec<String>>,
    },
    /// List the derived fields, in order of creation
    List,
    /// Delete a derived field
    ///
    /// Refused while active rules or other derived fields read it.
    #[command(
        name = "rm",
        after_long_help = "\
Example:
  af rules derived rm is_adult --yes"
    )]
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    match args.action {
        Action::Set { name, expression, depends_on } => {
            context.tenant_name(None)?;
            let expression = file::expression(&expression).await?;
            let spec = DerivedSpec { name, expression, dependencies: depends_on };
            let tenant = context.tenant().await?;
            let by = context.actor_in(&tenant).await?;
            let field = tenant.derived_fields().set(spec, &by).await?;
            output.show(&field, |field| {
                let reads =
                    describe::listed(field.spec.dependencies.as_deref().unwrap_or_default());
                format!(
                    "Set derived field {} ({}), which reads {reads}.",
                    field.spec.name, field.id
                )
            })?;
        }
        Action::List => {
            let fields = context.tenant().await?.derived_fields().list().await?;
            output.show(&fields, |it| list(it))?;
        }
        Action::Remove { name } => {
            let tenant = context.tenant().await?;
            let fields = tenant.derived_fields();
            let field = find(&fields, &name).await?;
            confirm(context, &format!("Delete derived field {name}?")).await?;
            fields.delete(&name, &context.actor_in(&tenant).await?).await?;
            output.show(&field, |field| {
                format!("Deleted derived field {} ({}).", field.spec.name, field.id)
            })?;
        }
    }
    Ok(Exit::Done)
}

async fn find(fields: &DerivedFields, name: &str) -> Result<DerivedField> {
    let known = fields.list().await?;
    let hint = hint(
        name,
        known.iter().map(|field| field.spec.name.as_str()),
        "`af rules derived list` shows all of them",
    );
    let found = known.into_iter().find(|field| field.spec.name == name);
    found.ok_or_else(|| {
        Error::found("not_found", format!("there is no derived field `{name}`")).with_hint(hint)
    })
}

fn list(fields: &[DerivedField]) -> String {
    if fields.is_empty() {
        return "There is no derived field yet; `af rules derived set NAME EXPRESSION` adds one."
            .to_owned();
    }
    let rows = fields.iter().map(|field| {
        vec![
            field.spec.name.clone(),
            describe::activity(field.active).to_owned(),
            describe::in_one_line(&field.spec.expression),
            describe::listed(field.spec.dependencies.as_deref().unwrap_or_default()),
        ]
    });
    table(&["DERIVED FIELD", "STATUS", "EXPRESSION", "READS"], rows)
}
