use std::{io, path::PathBuf};

use agentflow::{
    TenantTx,
    audit::{Appended, Event},
};
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::lines::event;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    lines::{self, BadLine, Input, Lines},
    output::counted,
    progress::Progress,
};

/// Events that are written at once.
pub(crate) const BATCH: usize = 1_000;
/// A batch of long lines ends earlier, so that memory stays flat whatever is in the file.
const BATCH_BYTES: usize = 4 << 20;
const HINT: &str = "af audit append events.jsonl, or … | af audit append; one event per line, such as \
                    {\"action\":\"run.started\",\"resource_type\":\"run\"}";

/// Append events from JSON lines
///
/// Reads one event per line from a file or stdin, of any size. All of them are stored or, when a line is bad, none: the
/// line is named with the reason. A line has `action` and `resource_type`, and optionally `resource_id`, `actor_type`
/// (user, agent, service, system), `actor_id`, `status` (success, failure), `source`, `details` (an object),
/// `occurred_at` (RFC 3339; now if absent), `workspace_id`, `client_ip` and `user_agent`. While a file is being stored,
/// other appends to this tenant's chain wait.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit append --tenant acme < events.jsonl
  echo '{\"action\":\"run.started\",\"resource_type\":\"run\"}' | af audit append --tenant acme")]
pub(crate) struct Args {
    /// The file; `-` or nothing for stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Report bad lines on stderr and store the others
    #[arg(long)]
    skip_invalid: bool,
}

/// What became of the file.
#[derive(Debug, Default, Serialize)]
struct Stored {
    appended: u64,
    first_seq: Option<i64>,
    last_seq: Option<i64>,
    head_hash: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    skipped: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Stored {
    fn add(&mut self, count: usize, appended: Appended) {
        self.appended += u64::try_from(count).unwrap_or(0);
        self.first_seq.get_or_insert(appended.first_seq);
        self.last_seq = Some(appended.last_seq);
        self.head_hash = Some(appended.head_hash.to_string());
    }

    fn text(&self) -> String {
        let mut text = match (self.first_seq, self.last_seq, &self.head_hash) {
            (Some(first), Some(last), Some(head)) => format!(
                "Appended {}, {first} to {last}. The chain now ends with {head}.",
                counted(self.appended, "entry", "entries"),
            ),
            _ => "There was nothing to append.".to_owned(),
        };
        if self.skipped > 0 {
            let lines = counted(self.skipped, "bad line", "bad lines");
            text = format!("{text} Skipped {lines}.");
        }
        text
    }
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let input = lines::open(args.file.as_deref(), HINT)?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let progress = Progress::counter(&context.output, "events appended:");
    let mut pieces = read_ahead(input, args.skip_invalid);
    let mut stored = Stored::default();
    // Begun with the first events and not before: a transaction must not wait for a slow writer longer than needed.
    let mut begun: Option<TenantTx> = None;
    loop {
        match pieces.recv().await {
            Some(Piece::Events(events)) => {
                let tx = match begun.take() {
                    Some(tx) => tx,
                    None => tenant.begin().await?,
                };
                stored.add(events.len(), tx.audit_many(&events).await?);
                progress.add(u64::try_from(events.len()).unwrap_or(0));
                begun = Some(tx);
            }
            Some(Piece::Bad(bad)) if args.skip_invalid => {
                stored.skipped += 1;
                progress.suspended(|| context.output.warn(&format!("skipped {bad}")));
            }
            Some(Piece::Bad(bad)) => return Err(refused(&bad)),
            Some(Piece::Unreadable(error)) => return Err(Error::io("read the events", &error)),
            Some(Piece::End) => break,
            // Only the end that was told is one: half a file must not be committed.
            None => return Err(Error::io("read the events", &io::Error::other("it stopped"))),
        }
    }
    if let Some(tx) = begun {
        tx.commit().await?;
    }
    drop(progress);
    context.output.show(&stored, Stored::text)?;
    Ok(Exit::Done)
}

fn refused(bad: &BadLine) -> Error {
    Error::found("invalid_input", format!("{bad}; nothing was stored"))
        .with_hint("correct the line, or store the others with --skip-invalid")
}

enum Piece {
    Events(Vec<Event>),
    Bad(BadLine),
    Unreadable(io::Error),
    End,
}

/// Reads and checks on a thread of its own, so that the next batches are ready while one is being written.
///
/// The thread is not waited for: it may be waiting itself, for input that never comes.
fn read_ahead(input: Input, skip_invalid: bool) -> Receiver<Piece> {
    let (sender, receiver) = channel(2);
    std::thread::spawn(move || {
        let mut lines = Lines::new(input);
        // An error means that nobody listens any more.
        let _ = read_all(&mut lines, skip_invalid, &sender);
    });
    receiver
}

fn read_all(
    lines: &mut Lines<Input>,
    skip_invalid: bool,
    sender: &Sender<Piece>,
) -> Result<(), Box<tokio::sync::mpsc::error::SendError<Piece>>> {
    let send = |piece| sender.blocking_send(piece).map_err(Box::new);
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
    loop {
        match lines.next(event) {
            Ok(Some(Ok(event))) => {
                batch.push(event);
                bytes += lines.line_len();
            }
            Ok(Some(Err(bad))) => {
                send(Piece::Bad(bad))?;
                if !skip_invalid {
                    return Ok(());
                }
            }
            Ok(None) => break,
            Err(error) => return send(Piece::Unreadable(error)),
        }
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            send(Piece::Events(full))?;
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        send(Piece::Events(batch))?;
    }
    send(Piece::End)
}
