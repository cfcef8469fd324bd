use std::{fs::File, path::PathBuf};

use agentflow::core::audit::bundle::{self, BundleError, BundleReport, Progress as Seen};
use serde::Serialize;

use super::trust::Trust;
use crate::{
    context::{Context, blocking},
    error::{Error, Result},
    exit::Exit,
    output::{counted, facts, thousands},
    progress::Progress,
};

/// Verify exported bundles
///
/// Needs no database: recomputes every hash from the first record to the signed root, and checks the signature. Exits 1
/// when a bundle does not prove what it says. What it says of a filter cannot be proved: entries that were left out are
/// counted, and what they say is not known.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit verify-bundle acme.bundle --key audit.pub
  af audit verify-bundle *.bundle --key audit.example.com+1a2b3c4d+AY… --output json")]
pub(crate) struct Args {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: Trust,
}

/// What became of one file.
#[derive(Debug, Serialize)]
struct Verified {
    file: PathBuf,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

impl Verified {
    fn new(file: PathBuf, result: &Result<BundleReport, BundleError>) -> Self {
        let proved = result.as_ref().ok();
        let header = proved.map(|report| &report.header);
        let error = result.as_ref().err();
        Self {
            file,
            status: if error.is_none() { "success" } else { "refused" },
            tenant_id: header.map(|header| header.tenant_id.to_string()),
            count: header.map(|header| header.count),
            first_seq: header.map(|header| header.first_seq),
            last_seq: header.map(|header| header.last_seq),
            left_out: header.map(|header| header.left_out),
            size: header.map(|header| header.size),
            origin: proved.map(|report| report.checkpoint.checkpoint().origin.to_string()),
            line: error.and_then(BundleError::line),
            error_message: error.map(ToString::to_string),
        }
    }

    fn text(&self, context: &Context) -> String {
        let file = self.file.display().to_string();
        if let Some(message) = &self.error_message {
            return context.output.bad(&format!("✗ {file}: {message}"));
        }
        let number = |value: Option<u64>| thousands(value.unwrap_or_default());
        let facts = facts(&[
            ("Log", self.origin.clone().unwrap_or_default()),
            (
                "Entries",
                format!(
                    "{}, numbered {} to {}",
                    number(self.count),
                    number(self.first_seq),
                    number(self.last_seq)
                ),
            ),
            ("Left Out", format!("{} of {}", number(self.left_out), number(self.size))),
        ]);
        let entries = counted(self.count.unwrap_or_default(), "entry", "entries");
        format!("{facts}\n{}", context.output.good(&format!("✓ {file}: {entries} proved")))
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let keys = args.trust.required(context)?;
    let mut verified = Vec::new();
    for path in args.files {
        let file = File::open(&path)
            .map_err(|error| Error::usage(format!("cannot read {}: {error}", path.display())))?;
        let progress = Progress::bar(&context.output, "verifying");
        let keys = keys.clone();
        let result = blocking(move || {
            let mut seen = |seen: Seen| progress.reached(seen.entries, seen.size);
            Ok(bundle::verify(file, &keys, &mut seen))
        });
        verified.push(Verified::new(path, &result.await?));
    }
    let is_refused = verified.iter().any(|it| it.error_message.is_some());
    let exit = if is_refused { Exit::Found } else { Exit::Done };
    context.output.conclude(&verified, exit, |verified| {
        let texts: Vec<_> = verified.iter().map(|it| it.text(context)).collect();
        texts.join("\n\n")
    })
}
