//! What is wrong with the live database.

mod baseline;
mod examine;
mod explain;
mod own;
mod show;

use std::{path::PathBuf, time::Duration};

use agentflow_doctor::{Level, Options};
use clap::{ValueEnum, builder::NonEmptyStringValueParser};

use crate::{context::Context, duration::duration, error::Result, exit::Exit};

const NAMES: &str = "What things are called";

/// Tables of AgentFlow that belong to no tenant, a line for each.
const GLOBAL_TABLES: &str = include_str!("global_tables.txt");

/// Look for what is wrong with the live database
///
/// Row-level security that does not hold, keys that tell tenants about each other, rights that are too wide, indexes that are missing,
/// versions with known leaks: each rule is one read-only query over the catalog, and none reads a row of a table. Also enters
/// two made-up tenants, who must not see each other, and compares the migrations with those of this program. Exits 1 when there is an
/// error that is not in the baseline.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af doctor
  af doctor --level error --output json
  af doctor --explain AF203
  af doctor --baseline doctor.txt --write-baseline
  af doctor --schema shop --tenant-column account_id --setting shop.account --app-role shop_app")]
pub(crate) struct Args {
    #[command(flatten)]
    names: Names,
    /// Only this rule, by id or name; may be given several times
    #[arg(long = "rule", value_name = "RULE", value_parser = some())]
    rules: Vec<String>,
    /// Only what is at least so bad
    #[arg(long, value_enum, default_value_t = Least::Info)]
    level: Least,
    /// A file with what is known and accepted: a line for each, the id of the rule and the object
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now into the baseline, and drop what is found no more
    #[arg(long, requires = "baseline", conflicts_with_all = ["rules", "level"])]
    write_baseline: bool,
    /// How long the query of one rule may take, such as 500ms or 10s
    #[arg(long, value_name = "TIME", value_parser = timeout, default_value = "10s")]
    timeout: Duration,
    /// Explain a rule: what it finds, why that matters, what to do, and its query; needs no database
    #[arg(long, value_name = "RULE", conflicts_with_all = ["rules", "level", "baseline", "list"])]
    explain: Option<String>,
    /// Show all rules; needs no database
    #[arg(long, conflicts_with_all = ["rules", "baseline"])]
    list: bool,
}

#[derive(Debug, clap::Args)]
struct Names {
    /// A schema to look at; may be given several times
    #[arg(long = "schema", help_heading = NAMES, value_name = "NAME", default_value = "public", value_parser = some())]
    schemas: Vec<String>,
    /// The column that says which tenant a row belongs to
    #[arg(long, help_heading = NAMES, value_name = "NAME", default_value = "tenant_id", value_parser = some())]
    tenant_column: String,
    /// The setting that says which tenant a transaction is for
    #[arg(long, help_heading = NAMES, value_name = "NAME", default_value = "app.tenant_id", value_parser = some())]
    setting: String,
    /// The role that the application works as
    #[arg(long, help_heading = NAMES, value_name = "NAME", default_value = "af_app", value_parser = some())]
    app_role: String,
    /// A table that belongs to no tenant, besides those of AgentFlow, as `schema.table` or by a name that counts in each schema; may be
    /// given several times
    #[arg(long = "global", help_heading = NAMES, value_name = "TABLE", value_parser = some())]
    global_tables: Vec<String>,
}

/// How bad something has to be to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Least {
    /// Tenants can be reached or data can be lost as it is
    Error,
    /// And what will cost something some day
    Warning,
    /// And what may well be on purpose
    Info,
}

impl From<Least> for Level {
    fn from(least: Least) -> Self {
        match least {
            Least::Error => Self::Error,
            Least::Warning => Self::Warning,
            Least::Info => Self::Info,
        }
    }
}

/// A name that is empty is a variable of a script that was not set: nothing is called so, and nothing would be found.
fn some() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// One that is zero would be none.
fn timeout(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time.is_zero() { Err("expected more than no time".to_owned()) } else { Ok(time) }
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let options = args.names.options(args.timeout);
    if let Some(rule) = &args.explain {
        return explain::one(rule, &options, context);
    }
    if args.list {
        return explain::all(args.level.into(), context);
    }
    examine::run(args, options, context).await
}

impl Names {
    fn options(&self, timeout: Duration) -> Options {
        let ours = GLOBAL_TABLES.lines().map(str::to_owned);
        Options {
            schemas: self.schemas.clone(),
            tenant_column: self.tenant_column.clone(),
            app_role: self.app_role.clone(),
            setting: self.setting.clone(),
            global_tables: ours.chain(self.global_tables.iter().cloned()).collect(),
            timeout,
        }
    }
}
