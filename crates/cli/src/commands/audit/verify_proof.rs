use std::path::{Path, PathBuf};

use agentflow::core::audit::{EntryProof, ProvenEntry};
use serde_json::json;

use super::trust::Trust;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// The longest of either file: a record has 1 MiB at most, and so has a signed note.
const MAX_BYTES: u64 = 4 << 20;

/// Verify the proof of an entry
///
/// Needs no database: checks that RECORD, byte for byte, is the entry that PROOF is about, and that the log which it is in
/// was signed. Exits 1 if not.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit verify-proof 4711.tlog-proof 4711.json --key audit.pub")]
pub(crate) struct Args {
    /// The proof, a file of C2SP tlog-proof
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// The record, exactly as it was hashed
    #[arg(value_name = "RECORD")]
    record: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<Exit> {
    let keys = args.trust.required(context)?;
    let (proof, record) = (read(&args.proof)?, read(&args.record)?);
    let proof: EntryProof = proof.parse().map_err(|error| refused(&args.proof, &error))?;
    let ProvenEntry { tenant_id, seq, hash } =
        proof.verify(&record, &keys).map_err(|error| refused(&args.proof, &error))?;
    let checkpoint = proof.checkpoint.checkpoint();
    let told = json!({
        "status": "success",
        "tenant_id": tenant_id,
        "seq": seq,
        "hash": hash,
        "origin": checkpoint.origin.to_string(),
        "size": checkpoint.size,
    });
    context.output.show(&told, |_| {
        context.output.good(&format!("✓ the record is entry {seq} of {}", checkpoint.origin))
    })?;
    Ok(Exit::Done)
}

fn refused(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::found("refused", format!("{} proves nothing: {error}", path.display()))
}

fn read(path: &Path) -> Result<String> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::usage(format!("cannot read {}: {error}", path.display()))
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(unreadable(&"it is no file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(unreadable(&"it is too long for a record or a proof"));
    }
    std::fs::read_to_string(path).map_err(|error| unreadable(&error))
}
