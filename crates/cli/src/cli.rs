use clap::{ArgAction, Args, Parser, ValueEnum};

use crate::commands::Command;

const GLOBAL: &str = "Global options";

const AFTER_HELP: &str = "\
See the whole product at work on a fresh database:
  af demo

Start a database that stays, and use it:
  af up
  af tenant create \"Acme Corp\"
  af audit append --tenant acme-corp < events.jsonl
  af audit verify

Which database: --database-url, else DATABASE_URL (the environment, then .env), else libpq's PG* variables, else the \
local server of `af up`.

Exit codes: 0 done; 1 a check found something (tampered, pending, invalid, not found); 2 wrong usage; 3 a needed service \
is unavailable; 4 anything else; 130 interrupted.";

/// The PostgreSQL data layer of multi-tenant AI-agent platforms, from the command line
///
/// Tenants are isolated by construction, and history can be proved by anyone.
#[derive(Debug, Parser)]
#[command(name = "af", version, after_long_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct GlobalOptions {
    /// The database, as a postgres:// URL or libpq's key=value form
    #[arg(
        long,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        global = true,
        help_heading = GLOBAL
    )]
    pub(crate) database_url: Option<String>,

    /// Text for people, or one JSON value
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true,
        help_heading = GLOBAL
    )]
    pub(crate) output: Format,

    /// The tenant, by slug or id
    #[arg(
        long,
        value_name = "TENANT",
        env = "AF_TENANT",
        hide_env_values = true,
        global = true,
        help_heading = GLOBAL
    )]
    pub(crate) tenant: Option<String>,

    /// The same, if it stands on the command line, and not in the environment only.
    #[arg(skip)]
    pub(crate) given_tenant: Option<String>,

    /// Who does it, for the audit chain: a principal of the tenant, by id, e-mail or name of a service
    #[arg(
        long = "as",
        value_name = "PRINCIPAL",
        env = "AF_ACTOR",
        hide_env_values = true,
        global = true,
        help_heading = GLOBAL
    )]
    pub(crate) acts_as: Option<String>,

    /// Whether that stands on the command line, and not in the environment only.
    #[arg(skip)]
    pub(crate) acts_as_given: bool,

    /// Do not ask before something is destroyed
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) yes: bool,

    /// No progress and no remarks, only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GLOBAL)]
    pub(crate) quiet: bool,

    /// More of the log on stderr; twice for all of it (AF_LOG sets it in detail)
    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = GLOBAL)]
    pub(crate) verbose: u8,
}

/// The form of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text and tables
    #[default]
    Human,
    /// Exactly one JSON value on stdout, also for errors
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }
}
