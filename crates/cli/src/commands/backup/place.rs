//! Where backups are, which of them is meant, whose are believed, and who can read them.

use std::{collections::BTreeSet, path::PathBuf, str::FromStr, time::Duration};

use agentflow::{
    Config,
    core::{
        backup::{BackupId, BackupKind},
        clock::{Clock, SystemClock},
    },
    secrets::{AgeIdentity, AgeRecipients},
};
use agentflow_backup::{
    BackupStore, Listed, Location, Programs, Trust, list_trusted, server_major,
};
use agentflow_postgres::ClientPrograms;

use super::remarks;
use crate::{
    commands::audit::trust,
    context::{Context, blocking},
    error::{Error, Result},
};

/// Where backups are.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// A folder, file:///…, s3://BUCKET/PREFIX, gs://… or az://…; by default AF_BACKUP_DIR, else ./backups
    #[arg(long, value_name = "DIR")]
    dir: Option<String>,
}

impl Place {
    pub(super) fn store(&self, context: &Context) -> Result<BackupStore> {
        Ok(BackupStore::open(&self.location(context)?)?)
    }

    fn location(&self, context: &Context) -> Result<Location> {
        let dir = match &self.dir {
            Some(dir) if dir.trim().is_empty() => return Err(no_dir()),
            Some(dir) => dir.clone(),
            None => context.settings()?.backup.dir,
        };
        dir.parse().map_err(|error: agentflow::core::InvalidInput| Error::usage(error.to_string()))
    }
}

/// An option that is given and empty is a mistake, such as an unset variable of a script; empty in the environment means not set.
pub(super) fn no_dir() -> Error {
    Error::usage("--dir is empty; leave it out to use AF_BACKUP_DIR, or ./backups")
}

/// Which backup is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WhichId {
    /// The newest complete one.
    Latest,
    /// This one.
    Named(BackupId),
}

impl FromStr for WhichId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Self::Latest),
            _ => text.parse().map(Self::Named).map_err(|_| {
                "expected a name such as 20261122T080000Z-7f3a9c21, or `latest`".to_owned()
            }),
        }
    }
}

/// The backup that is meant.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Which one, or `latest`
    #[arg(value_name = "ID")]
    id: WhichId,
}

impl Which {
    /// Tells of what looks like a newer one and is none.
    pub(super) async fn remark(&self, store: &BackupStore, context: &Context) -> Result<()> {
        match &self.id {
            WhichId::Latest => remarks::about_no_backups(store, context).await,
            WhichId::Named(_) => Ok(()),
        }
    }

    /// The one that is named; or the newest of those kinds, of that database, that can be read and is signed by whoever is trusted. Without a database, all
    /// that there are must be of one.
    pub(super) async fn id(
        &self,
        store: &BackupStore,
        (kinds, database): (&[BackupKind], Option<&str>),
        trust: &Trust,
        context: &Context,
    ) -> Result<BackupId> {
        if let WhichId::Named(id) = &self.id {
            return Ok(id.clone());
        }
        let listed = list_trusted(store, trust).await?;
        let fitting: Vec<_> = listed.iter().filter(|it| fits(it, kinds)).collect();
        let databases: BTreeSet<&str> = fitting.iter().filter_map(|it| database_of(it)).collect();
        if database.is_none() && databases.len() > 1 {
            let names = Vec::from_iter(databases).join(", ");
            let message =
                format!("there are backups of several databases in {}: {names}", store.location());
            return Err(Error::usage(message)
                .with_hint("name the backup instead of `latest`; af backup list shows them"));
        }
        let newest = fitting
            .iter()
            .rev()
            .find(|it| database.is_none_or(|database| database_of(it) == Some(database)));
        let is_newer = |it: &&Listed| newest.is_none_or(|newest| it.id > newest.id);
        for passed_over in listed.iter().filter(is_newer) {
            if let Some(fault) = passed_over.faults.first() {
                context.output.warn(&format!("passed over {}: {fault}", passed_over.id));
            }
        }
        newest.map(|it| it.id.clone()).ok_or_else(|| none_such(store, database, &databases))
    }
}

fn fits(listed: &Listed, kinds: &[BackupKind]) -> bool {
    let kind = listed.summary.as_ref().map(|summary| summary.kind);
    listed.faults.is_empty() && kind.is_some_and(|kind| kinds.contains(&kind))
}

fn database_of(listed: &Listed) -> Option<&str> {
    listed.summary.as_ref().map(|summary| summary.database.as_str())
}

fn none_such(store: &BackupStore, database: Option<&str>, others: &BTreeSet<&str>) -> Error {
    let of = database.map(|name| format!(" of the database {name}")).unwrap_or_default();
    let message = format!("there is no such backup{of} in {} yet", store.location());
    let hint = if others.is_empty() {
        "make one: af backup create; --dir or AF_BACKUP_DIR says where they are".to_owned()
    } else {
        let others: Vec<_> = others.iter().copied().collect();
        format!(
            "there are backups of {}: name one instead of `latest` (af backup list), or make one of this database: af backup create",
            others.join(", ")
        )
    };
    Error::found("not_found", message).with_hint(hint)
}

/// How old it may be.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct MaxAge {
    /// Exit 1 if it is older than that, such as 26h: then nobody makes backups any longer
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::duration)]
    max_age: Option<Duration>,
}

impl MaxAge {
    /// What is wrong with that age, if something is.
    pub(super) fn exceeded_by(self, age: u64) -> Option<String> {
        let max = self.max_age.filter(|max| age > max.as_secs())?;
        Some(format!("it is {} old, and may be {} at most", span(age), span(max.as_secs())))
    }
}

/// How long ago a backup was begun, in seconds.
pub(super) fn age(id: &BackupId) -> u64 {
    u64::try_from(SystemClock.now().as_second() - id.begun_at().as_second()).unwrap_or_default()
}

/// The database, and the programs of its server's version. The server is asked by whichever database it has.
pub(super) async fn server(context: &Context) -> Result<(Config, Programs)> {
    let config = context.database().await?;
    let major = server_major(&config).await?;
    let programs = programs(major).await?;
    remarks::about_programs(&programs, context);
    Ok((config, programs))
}

/// The programs of a major version.
pub(super) async fn programs(major: u16) -> Result<Programs> {
    let found = blocking(move || Ok(ClientPrograms::find(major)?)).await?;
    Ok(Programs::new(found.bin_dir, found.version.major, found.version.to_string()))
}

/// How many tables are worked on at once.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Jobs {
    /// How many tables are worked on at once, 1 to 64; by default one for each core, 8 at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: Option<u8>,
}

impl Jobs {
    pub(super) fn count(self) -> usize {
        let cores =
            || std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
        self.jobs.map_or_else(cores, usize::from)
    }
}

/// So many bytes, for people.
pub(super) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// How long ago, or how long, to the unit that matters.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Whose backups are believed.
#[derive(Debug, clap::Args)]
pub(super) struct Believed {
    #[command(flatten)]
    trust: trust::Trust,
    /// Take a backup that nobody signed, or of which nobody knows who did
    #[arg(long, conflicts_with = "keys")]
    allow_unsigned: bool,
}

impl Believed {
    pub(super) fn trust(&self, context: &Context) -> Result<Trust> {
        if !self.allow_unsigned {
            return Ok(Trust::Keys(self.trust.required(context)?));
        }
        context.output.warn(
            "--allow-unsigned: nobody's signature is asked for, so whoever can write to the store could have made this \
             backup up; what was damaged by accident is found all the same",
        );
        Ok(Trust::Unsigned)
    }
}

/// What decrypts backups.
#[derive(Debug, clap::Args)]
pub(super) struct Identity {
    /// The file of the age identity that decrypts it; by default AF_BACKUP_IDENTITY_FILE
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Identity {
    pub(super) async fn load(&self, context: &Context) -> Result<Option<AgeIdentity>> {
        let file = match &self.identity {
            Some(file) => Some(file.clone()),
            None => context.settings()?.backup.identity_file,
        };
        let Some(file) = file else { return Ok(None) };
        let loaded = blocking(move || Ok(AgeIdentity::from_file(&file)?)).await;
        loaded.map(Some).map_err(Error::into_usage)
    }
}

/// Whom a backup is encrypted for.
#[derive(Debug, clap::Args)]
pub(super) struct Recipients {
    /// Encrypt it for this public key of age (age1…), may be repeated; by default AF_BACKUP_RECIPIENTS
    #[arg(long = "encrypt-to", value_name = "RECIPIENT")]
    recipients: Vec<String>,
    /// Do not encrypt it, whatever AF_BACKUP_RECIPIENTS says
    #[arg(long, conflicts_with = "recipients")]
    no_encryption: bool,
}

impl Recipients {
    pub(super) fn parse(&self, context: &Context) -> Result<Option<AgeRecipients>> {
        let recipients = match (&self.recipients[..], self.no_encryption) {
            (_, true) => return Ok(None),
            ([], _) => context.settings()?.backup.recipients,
            (given, _) => given.to_vec(),
        };
        if recipients.is_empty() {
            return Ok(None);
        }
        let parsed = AgeRecipients::parse(&recipients);
        parsed.map(Some).map_err(|error| Error::from(error).into_usage())
    }
}

/// Everything that holds rows or definitions.
pub(super) const ANY: [BackupKind; 3] = [BackupKind::Full, BackupKind::Schema, BackupKind::Tables];
/// What a database can be made of.
pub(super) const WHOLE: [BackupKind; 1] = [BackupKind::Full];
/// What a table can be brought back from.
pub(super) const WITH_ROWS: [BackupKind; 2] = [BackupKind::Full, BackupKind::Tables];
