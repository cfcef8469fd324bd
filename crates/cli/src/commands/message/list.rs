use std::{num::NonZeroU64, ops::ControlFlow};

use agentflow::conversations::{ReplayOptions, StoredMessage};

use super::{
    contract::{self, Contract},
    which::Which,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, table},
    remark::human_report,
};

/// People get so many rows under one header: columns are as wide as what is in them, which must be known first.
const ROWS: usize = 1_000;
/// JSON is written when so many bytes of it are there.
const WRITTEN_AT: usize = 64 << 10;

/// List messages in the order in which they were sent
///
/// JSON has the ten keys of the contract and `envelope_hash`, one message a line, and can be checked by programs that know
/// nothing of AgentFlow: payload, metadata and cost are the text that is stored. A message that is not what was hashed is
/// listed as well, and `fault` says why. All is written as it is read; an array without its end is not all.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message list --trace 4bf92f3577b34da6a3ce929d0e0e4736
  af message list --since 2026-11-01 --limit 100
  af message list --since 2026-11-01 --output json > messages.json
  python3 docs/verify-envelope.py messages.json")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// At most so many; all if absent
    #[arg(long, value_name = "N")]
    limit: Option<NonZeroU64>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let what = args.which.find(&tenant).await?;
    let mut options = ReplayOptions::default();
    let limit = args.limit.map_or(u64::MAX, NonZeroU64::get);
    options.page = options.page.min(u32::try_from(limit).unwrap_or(u32::MAX));

    let output = &context.output;
    let mut list = List::new(output);
    let (mut seen, mut failed) = (0, None);
    let each = |message: &StoredMessage| {
        seen += 1;
        failed = list.add(message).err();
        if failed.is_some() || seen == limit {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let visited = tenant.messages().visit(&what, &options, each).await;
    let done = match (failed, visited) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(_)) => list.end(),
    };
    match done {
        // Behind half a list, an error would be neither JSON nor seen.
        Err(Error::Told(report)) if list.has_begun => {
            output.warn(&human_report(&report));
            Ok(report.exit)
        }
        Err(error) => Err(error),
        Ok(()) => {
            if seen == limit && !output.is_json() {
                output.note("There may be more than these; without --limit all are listed.");
            }
            Ok(Exit::Done)
        }
    }
}

/// A list that is written as it comes, and never held whole.
struct List<'a> {
    output: &'a Output,
    rows: Vec<Vec<String>>,
    json: String,
    /// Whether there was a message.
    is_empty: bool,
    /// Whether something was written.
    has_begun: bool,
}

impl<'a> List<'a> {
    fn new(output: &'a Output) -> Self {
        Self { output, rows: Vec::new(), json: "[".to_owned(), is_empty: true, has_begun: false }
    }

    fn add(&mut self, message: &StoredMessage) -> Result<()> {
        if !self.output.is_json() {
            self.is_empty = false;
            self.rows.push(contract::row(message));
            return if self.rows.len() == ROWS { self.write_rows() } else { Ok(()) };
        }
        self.json.push_str(if self.is_empty { "\n" } else { ",\n" });
        self.is_empty = false;
        if self.json.len() >= WRITTEN_AT {
            self.write_json()?;
        }
        let line = serde_json::to_string(&Contract::from(message))
            .map_err(|error| Error::io("write JSON", &error.into()))?;
        self.json.push_str(&line);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if self.output.is_json() {
            self.json.push_str(if self.is_empty { "]" } else { "\n]" });
            return self.write_json();
        }
        if self.is_empty {
            return self.output.line("There is no such message.");
        }
        if self.rows.is_empty() { Ok(()) } else { self.write_rows() }
    }

    fn write_rows(&mut self) -> Result<()> {
        self.has_begun = true;
        self.output.line(&table(&contract::HEADER, self.rows.drain(..)))
    }

    /// Whole lines.
    fn write_json(&mut self) -> Result<()> {
        self.has_begun = true;
        let json = std::mem::take(&mut self.json);
        self.output.raw(&json)
    }
}
