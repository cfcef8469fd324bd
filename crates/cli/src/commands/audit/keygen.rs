use std::path::PathBuf;

use agentflow::{
    audit::store_signing_key,
    core::{
        note::{KeyName, SigningKey},
        random::Generator,
    },
};
use serde_json::json;

use crate::{context::Context, error::Result, exit::Exit};

/// Make a key that signs checkpoints
///
/// Writes the secret half to a new file that only you can read, and prints the public half, which others need to verify.
/// NAME says whose log it is, as in audit.example.com. An existing file is never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit keygen audit.example.com --out audit.key > audit.pub")]
pub(crate) struct Args {
    /// The name of the log, by habit a URL without `https://`
    #[arg(value_name = "NAME", value_parser = |text: &str| text.parse::<KeyName>().map_err(|error| error.reason))]
    name: KeyName,
    /// Where the secret half goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<Exit> {
    let key = SigningKey::generate(args.name.clone(), &Generator::from_os());
    store_signing_key(&args.out, &key)?;
    let public = key.verifying_key().to_string();
    context.output.show(&json!({ "key": public, "file": args.out }), |_| public.clone())?;
    context.output.note(&format!(
        "The secret half is in {}: keep it, and a copy, where nobody else reads it.",
        args.out.display()
    ));
    Ok(Exit::Done)
}
