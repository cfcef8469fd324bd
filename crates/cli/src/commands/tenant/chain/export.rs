use std::path::{Path, PathBuf};

use agentflow::archive::ImportedChain;
use serde_json::json;
use uuid::Uuid;

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    new_file::{NewFile, Stdout},
    output::counted,
};

/// Give one back as the bundle it is
///
/// `af audit verify-bundle` verifies it, without a database and with the key of where it came from.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af tenant chain export 01998a5d-… --tenant acme --out before.bundle
  af audit verify-bundle before.bundle --key audit.pub")]
pub(crate) struct Args {
    /// Which one, as `af tenant chain list` names it
    #[arg(value_name = "ID")]
    id: Uuid,
    /// The file; `-` for stdout. An existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    if args.out == Path::new("-") {
        let chains = context.tenant().await?.imported_chains();
        let stdout = Stdout::default();
        let chain = chains.export(args.id, stdout.clone()).await;
        let chain = chain.map_err(|error| stdout.blame(error))?;
        context.output.note(&text(&chain, &args.out));
        return Ok(Exit::Done);
    }
    let file = NewFile::create(&args.out)?;
    let chain = context.tenant().await?.imported_chains().export(args.id, file.writer()).await?;
    file.keep()?;
    let told = json!({ "file": args.out, "chain": chain });
    context.output.show(&told, |_| text(&chain, &args.out))?;
    Ok(Exit::Done)
}

fn text(chain: &ImportedChain, out: &Path) -> String {
    let entries = counted(chain.size, "entry", "entries");
    let (tenant, name) = (chain.source_tenant_id, out.display());
    format!("Exported {entries} of tenant {tenant} to {name}.\nSHA-256: {}", chain.bundle_sha256)
}
