use std::time::Duration;

use agentflow::Config;
use agentflow_backup::Location;
use agentflow_postgres::Local;
use agentflow_services::{Folder, Name, Report, Settings, validate};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::table;
use crate::{
    context::Context,
    duration,
    error::{Error, Result},
    exit::Exit,
    progress::Progress,
};

/// Check the environment and the services
///
/// Asks PostgreSQL, pgvector, migrations, Redis, Qdrant, secrets, disk and clock, all at once and for ten seconds at most, and says
/// of each that is down why, and how to start it on this system. Changes nothing. Exits 3 when PostgreSQL or a service that
/// --require names is not available, else 0.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af validate
  af validate --require redis --require qdrant
  af validate --only redis --timeout 500ms --retries 0 --output json | jq -r .services.redis.status

Where Redis is: REDIS_URL, else REDIS_PORT and REDIS_PASSWORD. Where Qdrant is: QDRANT_URL, else QDRANT_PORT; its key is \
QDRANT_API_KEY. Those that are not set are looked for where compose.yaml puts them.")]
pub(crate) struct Args {
    /// A service that must be available; may be given several times, or with commas in between
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = name())]
    require: Vec<Name>,

    /// Look at this service and those that are required, and at nothing else; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = name())]
    only: Vec<Name>,

    /// How long one try may take, 100ms to 8s
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = timeout)]
    timeout: Duration,

    /// How often what may pass is tried again
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=20))]
    retries: u32,
}

fn name() -> impl TypedValueParser<Value = Name> {
    PossibleValuesParser::new(Name::ALL.map(Name::as_str)).try_map(|name| name.parse::<Name>())
}

fn timeout(text: &str) -> Result<Duration, String> {
    let time = duration::duration(text)?;
    let is_possible = (Duration::from_millis(100)..=Duration::from_secs(8)).contains(&time);
    if is_possible { Ok(time) } else { Err("expected 100ms to 8s".to_owned()) }
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let config = context.database_if_any().await?;
    let mut settings =
        Settings::from_lookup(config, &|name| std::env::var(name).ok()).map_err(Error::from)?;
    settings.folders = folders(&settings.config)?;
    settings.timeout = args.timeout;
    settings.retries = args.retries;
    settings.required = args.require.iter().copied().collect();
    if !args.only.is_empty() {
        settings.only = args.only.iter().copied().collect();
    }
    let spinner = Progress::spinner(&context.output, "asking everything at once");
    let report = validate(&settings, &|done| {
        spinner.message(format!("{} is {}, the others …", done.name, done.status.as_str()));
    })
    .await;
    drop(spinner);
    let exit = exit(&report);
    context.output.conclude(&report, exit, |report| table::text(report, &context.output))
}

fn exit(report: &Report) -> Exit {
    if report.is_good() { Exit::Done } else { Exit::Unavailable }
}

/// Where something is written: by `af up`, by backups, and by whatever needs room for a while.
fn folders(config: &Config) -> Result<Vec<Folder>> {
    let mut folders = Vec::new();
    let mut add = |purpose: &str, path| {
        folders.push(Folder { purpose: purpose.to_owned(), path });
    };
    // Without a home folder there is no local server either.
    if let Ok(path) = Local::default_dir() {
        add("the local PostgreSQL", path);
    }
    let location: Location =
        config.backup.dir.parse().map_err(|error: agentflow::core::InvalidInput| {
            Error::from(agentflow::Error::InvalidSetting(agentflow::core::InvalidInput::new(
                "AF_BACKUP_DIR",
                error.reason,
            )))
        })?;
    if let Location::Folder(path) = location {
        add("backups", path);
    }
    add("temporary files", std::env::temp_dir());
    Ok(folders)
}
