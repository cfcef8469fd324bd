use std::path::{Path, PathBuf};

use agentflow::{
    audit::{ExportOptions, ExportProgress, ExportReport},
    core::clock::{Clock, SystemClock},
};
use serde_json::json;

use super::filter::Filter;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    new_file::{NewFile, Stdout},
    output::{counted, thousands},
    progress::Progress,
};

/// Export entries as a bundle that proves itself
///
/// A bundle is one file with the records exactly as they were hashed, what is needed to recompute the root of the tree, and
/// the signed checkpoint with that root. Whoever has the public key verifies it without the database: `af audit
/// verify-bundle`, or the program of docs/verify-bundle.py. Entries up to the last checkpoint are exported; those that a
/// filter leaves out are counted in the bundle.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit export --tenant acme --out acme.bundle
  af audit export --tenant acme --action run.failed --since 2026-11-01 --out failures.bundle
  af audit export --tenant acme --out - | zstd > acme.bundle.zst")]
pub(crate) struct Args {
    /// The file; `-` for stdout. By default TENANT-TIME.bundle in the folder that `af audit config` names, if exports are
    /// enabled there. An existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// Only this entry and later ones
    #[arg(long, value_name = "SEQ")]
    from: Option<i64>,
    /// Only this entry and earlier ones
    #[arg(long, value_name = "SEQ")]
    to: Option<i64>,
    /// Prove it with the checkpoint of this size, and not with the last one
    #[arg(long, value_name = "SIZE")]
    checkpoint: Option<i64>,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let out = match args.out {
        Some(out) => out,
        None => destination(&tenant.audit().config().await?, &tenant.id().to_string())?,
    };
    let options = ExportOptions {
        filter: args.filter.into(),
        from_seq: args.from,
        to_seq: args.to,
        checkpoint: args.checkpoint,
    };
    let by = context.actor_in(&tenant).await?;
    let progress = Progress::bar(&context.output, "exporting");
    let advance = |seen: ExportProgress| progress.reached(seen.done, seen.total);
    if out == Path::new("-") {
        let stdout = Stdout::default();
        let report = tenant.audit().export(&options, &by, stdout.clone(), &advance).await;
        drop(progress);
        let report = report.map_err(|error| stdout.blame(error))?;
        context.output.note(&text(&report, &out));
        return Ok(Exit::Done);
    }
    let file = NewFile::create(&out)?;
    let report = tenant.audit().export(&options, &by, file.writer(), &advance).await?;
    drop(progress);
    file.keep()?;
    let told = json!({
        "file": out,
        "count": report.count,
        "first_seq": report.first_seq,
        "last_seq": report.last_seq,
        "left_out": report.left_out,
        "size": report.checkpoint.checkpoint().size,
        "bytes": report.bytes,
        "sha256": report.sha256,
    });
    context.output.show(&told, |_| text(&report, &out))?;
    Ok(Exit::Done)
}

fn destination(config: &agentflow::audit::AuditConfig, name: &str) -> Result<PathBuf> {
    match &config.export_destination {
        Some(folder) if config.export_enabled => {
            let now = SystemClock.now().strftime("%Y%m%dT%H%M%SZ");
            Ok(Path::new(folder).join(format!("{name}-{now}.bundle")))
        }
        _ => Err(Error::usage("where should the bundle go?")
            .with_hint("--out FILE, or set a folder with `af audit config set --export-to DIR`")),
    }
}

fn text(report: &ExportReport, out: &Path) -> String {
    let entries = counted(report.count, "entry", "entries");
    let left_out = match report.left_out {
        0 => "none left out".to_owned(),
        count => format!("{} left out", thousands(count)),
    };
    let size = thousands(report.checkpoint.checkpoint().size);
    let name = out.display();
    format!("Exported {entries} of {size} to {name}, {left_out}.\nSHA-256: {}", report.sha256)
}
