use std::path::{Path, PathBuf};

use agentflow::archive::{ArchiveReport, ExportArchive, SecretsChoice};
use serde::Serialize;

use super::{
    archive::{LEFT_OUT, progress, recipients},
    which::{Which, refuse_principal},
};
use crate::{
    commands::audit::trust::{EarlierKeys, Signer},
    context::Context,
    error::{Error, Result},
    exit::Exit,
    new_file::{NewFile, Stdout},
    output::{counted, facts, thousands},
    tenant::find,
};

/// Export a tenant: everything it has, in one file that proves itself
///
/// All tables are read as they are at one moment, whatever is written meanwhile. The file has every row, the audit chain as a bundle
/// with a checkpoint of its end, and a signed manifest with the hash of each part. The same data makes the same bytes, unless
/// they are encrypted. Secrets are opened with the key ring and encrypted anew for who is to have them, or left out. Everything else
/// can be read in an archive that is not encrypted, also the hashes of passwords and of API keys, and the URLs of webhooks. The export
/// is recorded in the tenant's chain afterwards.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af tenant export acme --out acme.aftenant --leave-out-secrets
  af tenant export acme --out acme.aftenant --encrypt-to age1… --secrets-to age1…
  af tenant export acme --out - --encrypt-to age1… | ssh backup 'cat > acme.aftenant'")]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// The file; `-` for stdout. An existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Encrypt the archive for this public key of age (age1…), may be repeated. Otherwise whoever has the file can read it
    #[arg(long = "encrypt-to", value_name = "RECIPIENT")]
    encrypt_to: Vec<String>,
    /// Open the secrets, and encrypt them for this public key of age (age1…), may be repeated
    #[arg(long = "secrets-to", value_name = "RECIPIENT")]
    secrets_to: Vec<String>,
    /// Leave the secrets out, and the rows that are nothing without them
    #[arg(long, conflicts_with = "secrets_to")]
    leave_out_secrets: bool,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    earlier: EarlierKeys,
    /// Do not sign the archive; the last checkpoint must be of the end of the chain
    #[arg(long, conflicts_with_all = ["key_file", "keys"])]
    unsigned: bool,
}

impl Args {
    fn secrets(&self) -> Result<SecretsChoice> {
        if self.leave_out_secrets {
            return Ok(SecretsChoice::LeaveOut);
        }
        Ok(recipients(&self.secrets_to)?.map_or(SecretsChoice::Refuse, SecretsChoice::Rewrap))
    }
}

/// What was exported, and where to.
#[derive(Debug, Serialize)]
struct Exported<'a> {
    file: &'a Path,
    #[serde(flatten)]
    report: &'a ArchiveReport,
    secrets_left_out: bool,
    encrypted: bool,
    signed_by: Option<String>,
}

/// What is in an archive is for whoever has it.
const READABLE: &str = "the archive is not encrypted: whoever has it can read all of it, also hashes of passwords and of API keys, and URLs of \
                        webhooks; --encrypt-to age1… encrypts it";

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let name = args.which.name(context)?;
    refuse_principal(context)?;
    let (recipients, secrets) = (recipients(&args.encrypt_to)?, args.secrets()?);
    let key = if args.unsigned { None } else { Some(args.signer.key(context).map_err(unsigned)?) };
    let sinks = match &key {
        Some(_) => context.settings()?.audit.open_sinks()?,
        None => Vec::new(),
    };
    let signer = key.as_ref().map(|key| key.signer(&args.earlier));
    let options = ExportArchive { recipients, secrets, signer, sinks };
    let to_stdout = args.out == Path::new("-");
    // Before the database is asked, and long before all of it was read.
    let file = if to_stdout { None } else { Some(NewFile::private(&args.out)?) };
    let store = context.store().await?;
    let tenant = find(&store, name).await?.id;
    let (admin, by) = (store.admin(), context.actor());
    let seen = progress(&context.output, "exporting");
    let report = if let Some(file) = file {
        let writer = file.writer();
        let report = admin.archives().export(tenant, &options, &by, writer, &seen).await?;
        file.keep()?;
        report
    } else {
        let stdout = Stdout::default();
        let writer = stdout.clone();
        let report = admin.archives().export(tenant, &options, &by, writer, &seen).await;
        report.map_err(|error| stdout.blame(error))?
    };
    drop(seen);
    let exported = Exported {
        file: &args.out,
        report: &report,
        secrets_left_out: args.leave_out_secrets,
        encrypted: options.recipients.is_some(),
        signed_by: key.as_ref().map(|key| key.key.verifying_key().name().to_string()),
    };
    if to_stdout {
        context.output.note(&text(&exported));
    } else {
        context.output.show(&exported, text)?;
    }
    if !exported.encrypted {
        context.output.note(READABLE);
    }
    Ok(Exit::Done)
}

fn unsigned(error: Error) -> Error {
    match &error {
        Error::Told(report) if report.message.contains("no key to sign with") => error.with_hint(
            "make one with `af audit keygen audit.example.com --out audit.key`, and name it with --key-file or \
             AF_AUDIT_KEY_FILE; or give --unsigned",
        ),
        _ => error,
    }
}

fn text(exported: &Exported<'_>) -> String {
    let report = exported.report;
    let rows = counted(report.rows, "row", "rows");
    let tables = counted(report.tables.len(), "table", "tables");
    facts(&[
        ("Exported", format!("{rows} of {tables} to {}", exported.file.display())),
        ("Length", format!("{} bytes", thousands(report.bytes))),
        ("Audit entries", thousands(report.chain_size)),
        ("Secrets", secrets(exported)),
        ("Encrypted", if exported.encrypted { "yes" } else { "no" }.to_owned()),
        ("Signed by", exported.signed_by.clone().unwrap_or_else(|| "nobody".to_owned())),
        ("SHA-256", report.sha256.to_string()),
    ])
}

fn secrets(exported: &Exported<'_>) -> String {
    match exported.report.sealed {
        _ if exported.secrets_left_out => LEFT_OUT.to_owned(),
        0 => "none".to_owned(),
        count => format!("{}, encrypted for who is to have them", thousands(count)),
    }
}
