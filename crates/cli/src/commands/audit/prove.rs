use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Prove that an entry is in the chain
///
/// Writes two files, for whoever is to verify: SEQ.json with the record exactly as it was hashed, and SEQ.tlog-proof with
/// the proof, against the last checkpoint. Existing files are not overwritten.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit prove 4711 --tenant acme --out evidence
  af audit verify-proof evidence/4711.tlog-proof evidence/4711.json --key audit.pub")]
pub(crate) struct Args {
    /// The position of the entry in the chain
    #[arg(value_name = "SEQ", value_parser = clap::value_parser!(i64).range(1..))]
    seq: i64,
    /// The folder for the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let proved = tenant.audit().prove(args.seq).await?;
    let record = args.out.join(format!("{}.json", args.seq));
    let proof = args.out.join(format!("{}.tlog-proof", args.seq));
    let place = |error| Error::io(&format!("make the folder {}", args.out.display()), &error);
    std::fs::create_dir_all(&args.out).map_err(place)?;
    write_new(&record, &proved.record)?;
    write_new(&proof, &proved.proof.to_string())?;
    let checkpoint = proved.proof.checkpoint.checkpoint();
    let told = json!({
        "seq": args.seq,
        "record": record,
        "proof": proof,
        "origin": checkpoint.origin.to_string(),
        "size": checkpoint.size,
    });
    context.output.show(&told, |_| {
        format!(
            "Wrote {} and {}: entry {} is one of {} that {} had.",
            record.display(),
            proof.display(),
            args.seq,
            checkpoint.size,
            checkpoint.origin
        )
    })?;
    Ok(Exit::Done)
}

fn write_new(path: &Path, content: &str) -> Result<()> {
    if path.exists() {
        let message = format!("{} is there already, and is not overwritten", path.display());
        return Err(Error::usage(message));
    }
    let written = std::fs::File::create_new(path).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Error::io(&format!("write {}", path.display()), &error))
}
