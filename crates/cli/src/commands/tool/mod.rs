//! Tools.

mod read;
mod readable;

use std::path::PathBuf;

use agentflow::{
    Tenant, ToolId,
    agents::Tool,
    core::{InvalidInputs, canonical, tool::ToolSchema},
};
use clap::Subcommand;
use serde::Serialize;
use serde_json::{Map, Value};

use self::readable::{Listed, Readable, id, name, unreadable, way_out};
use super::agent::file::{self, Finding};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, facts, table},
    pages::{PAGE, all},
    similar::hint,
};

/// Register and manage the tools that agents may call
///
/// A tool has a name, a description for the model, and a JSON Schema that says which arguments it takes. It is named by
/// name or id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af tool register search.json --tenant acme
  echo '{\"query\":\"weather\"}' | af tool check search --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Register a tool from a file
    ///
    /// A JSON object with `name` and `schema` (JSON Schema, draft 2020-12 or draft-07), and optionally `description`,
    /// `permissions` and `cost_model` (objects). A tool of the same name is replaced and keeps its id.
    #[command(after_long_help = "\
Examples:
  af tool register search.json
  echo '{\"name\":\"now\",\"schema\":{\"type\":\"object\"}}' | af tool register -")]
    Register {
        /// The file, JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the tools, in order of their registration
    ///
    /// One whose row cannot be read is listed with what is wrong, and can be registered anew or deleted.
    List,
    /// Show one tool, with its schema
    Show(Which),
    /// Check the arguments of a call, JSON on stdin
    ///
    /// Every bad argument is named by its path. Exits 1 when something is wrong.
    #[command(after_long_help = "\
Example:
  echo '{\"query\":\"weather\"}' | af tool check search")]
    Check(Which),
    /// Delete a tool
    #[command(after_long_help = "\
Example:
  af tool delete search --yes")]
    Delete(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The tool, by name or id
    tool: String,
}

/// What is to be said about arguments.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    errors: Vec<Finding>,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    match args.action {
        Action::Register { file } => register(file, context).await?,
        Action::List => {
            let tools = context.tenant().await?.tools();
            let tools = all(id, async |after| tools.list_any(after, PAGE).await).await?;
            for bad in tools.iter().filter_map(|it| it.as_ref().err()) {
                let way_out = way_out(bad);
                output.warn(&format!("warning: tool {}: {}; {way_out}", bad.name, bad.error));
            }
            let tools: Vec<_> = tools.into_iter().map(Listed::from).collect();
            output.show(&tools, |it| list(it))?;
        }
        Action::Show(which) => {
            let tool = find(&context.tenant().await?, &which.tool).await?.map_err(unreadable)?;
            output.show(&tool, describe)?;
        }
        Action::Check(which) => return check(&which, context).await,
        Action::Delete(which) => {
            let tenant = context.tenant().await?;
            let tool = find(&tenant, &which.tool).await?;
            let (id, name) = (id(&tool), name(&tool).to_owned());
            confirm(context, &format!("Delete tool {name}?")).await?;
            tenant.tools().delete(id, &context.actor_in(&tenant).await?).await?;
            output.show(&Listed::from(tool), |_| format!("Deleted tool {name} ({id})."))?;
        }
    }
    Ok(Exit::Done)
}

async fn register(file: PathBuf, context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    let document = file::read(&file).await?;
    let spec = read::tool(&document.text).map_err(|faults| document.refused(&faults))?;
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    context.output.show(&tenant.tools().register(spec, &by).await?, describe)
}

async fn check(which: &Which, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let document = file::read("-".as_ref()).await?;
    let arguments = canonical::from_str(&document.text, "arguments")
        .map_err(|fault| file::refused("what is on stdin", &fault.into()))?;
    let tool = find(&context.tenant().await?, &which.tool).await?.map_err(unreadable)?;
    let faults = match ToolSchema::new(&tool.spec.schema) {
        Ok(schema) => schema.check_arguments(&arguments).err(),
        // Somebody wrote the row by SQL.
        Err(fault) => Some(InvalidInputs::from(fault)),
    };
    let errors: Vec<_> = faults.into_iter().flat_map(|it| it.0).map(Finding::from).collect();
    let checked = Checked { valid: errors.is_empty(), errors };
    let output = &context.output;
    let exit = if checked.valid { Exit::Done } else { Exit::Found };
    output.conclude(&checked, exit, |checked| verdict(checked, &tool, output))
}

fn verdict(checked: &Checked, tool: &Tool, output: &Output) -> String {
    if checked.valid {
        return output.good(&format!("✓ {} takes these arguments", tool.spec.name));
    }
    let lines: Vec<_> = checked.errors.iter().map(|it| output.bad(&format!("✗ {it}"))).collect();
    lines.join("\n")
}

async fn find(tenant: &Tenant, called: &str) -> Result<Readable> {
    let tools = tenant.tools();
    let found = match called.parse::<ToolId>() {
        Ok(id) => tools.get_any(id).await?,
        Err(_) => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => tools.find_any(called).await?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let known = all(id, async |after| tools.list_any(after, PAGE).await).await?;
    let hint = hint(called, known.iter().map(name), "`af tool list` shows all of them");
    Err(Error::found("not_found", format!("there is no tool `{called}`")).with_hint(hint))
}

fn describe(tool: &Tool) -> String {
    let spec = &tool.spec;
    let object = |it: &Map<String, Value>| {
        if it.is_empty() { String::new() } else { serde_json::to_string(it).unwrap_or_default() }
    };
    let facts = facts(&[
        ("Tool", spec.name.clone()),
        ("Does", spec.description.clone()),
        ("ID", tool.id.to_string()),
        ("Permissions", object(&spec.permissions)),
        ("Costs", object(&spec.cost_model)),
        ("Created", format!("{:.0}", tool.created_at)),
        ("Updated", format!("{:.0}", tool.updated_at)),
    ]);
    let schema = serde_json::to_string_pretty(&spec.schema).unwrap_or_default();
    format!("{facts}\n\n{schema}")
}

fn list(tools: &[Listed]) -> String {
    if tools.is_empty() {
        return "There is no tool yet; `af tool register FILE` makes one.".to_owned();
    }
    let rows = tools.iter().map(|tool| match tool {
        Listed::Tool(tool) => vec![
            tool.spec.name.clone(),
            tool.spec.description.clone(),
            format!("{:.0}", tool.created_at),
            tool.id.to_string(),
        ],
        Listed::Unreadable { id, name, .. } => {
            vec![name.clone(), "(unreadable)".to_owned(), String::new(), id.to_string()]
        }
    });
    table(&["TOOL", "DOES", "CREATED", "ID"], rows)
}
