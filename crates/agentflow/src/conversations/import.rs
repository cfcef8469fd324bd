//! Import of transcripts: one conversation a line, each in a transaction of its own.

mod line;
mod lines;

use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::{AgentId, PrincipalId, TeamId},
};
use agentflow_sql::queries::conversations as sql;
use serde::Serialize;
use tokio::io::AsyncBufRead;

use self::{
    line::Transcript,
    lines::{Line, Lines},
};
use super::{
    Conversations, NewConversation,
    conversation::event,
    turns::{Place, Sealed},
};
use crate::{
    error::{Error, Result},
    settle::{settle, settle_with},
};

const OPERATION: &str = "import conversations";
/// How many turns are sent at once.
const CHUNK: usize = 1_000;
/// How many lines that failed a report names.
const MAX_NAMED: usize = 10_000;

/// Whose conversations are imported, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The team they belong to.
    pub team_id: TeamId,
    /// The agent who spoke.
    pub agent_id: AgentId,
    /// The person who did.
    pub user_id: PrincipalId,
    /// Whether the first line that fails ends the import. What was imported before it stays.
    pub stop_at_first_error: bool,
}

impl ImportOptions {
    /// Goes on when a line fails.
    pub fn new(team_id: TeamId, agent_id: AgentId, user_id: PrincipalId) -> Self {
        Self { team_id, agent_id, user_id, stop_at_first_error: false }
    }
}

/// What was imported. While an import goes on, what was so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Lines that were read, blank ones as well.
    pub lines: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Conversations that are new.
    pub imported: u64,
    /// Conversations that had been imported before.
    pub skipped: u64,
    /// Turns of the new ones.
    pub turns: u64,
    /// Lines that failed.
    pub failed_total: u64,
    /// The first 10,000 of them: the number of the line, from 1, and what is wrong with which part of it.
    pub failed: Vec<(u64, String)>,
}

impl ImportReport {
    fn fail(&mut self, reason: String) {
        self.failed_total += 1;
        if self.failed.len() < MAX_NAMED {
            self.failed.push((self.lines, reason));
        }
    }
}

impl Conversations {
    /// Imports conversations from JSON lines, each with its turns or not at all.
    ///
    /// A line is an object with `messages`, and optionally `id`, `title`, `created_at` (RFC 3339, or seconds since 1970),
    /// `model` and `metadata`; or the list of messages alone. A message has a `role` and `content`, which is a text or a list
    /// of parts, and may have `tool_calls` (with `function.arguments` as JSON text), `tool_call_id`, `name` and `model`.
    /// Whatever else a line or message says is kept as metadata. A line has at most 64 MB.
    ///
    /// A line is imported once: it is known by its `id`, or by the hash of its text. A line that fails is reported with its
    /// number and the path of what is wrong; fails itself only where the others would fail as well, as without a database or
    /// for an agent that is not there. `progress` is called after each line.
    pub async fn import(
        &self,
        reader: impl AsyncBufRead + Send + Unpin,
        options: &ImportOptions,
        by: &Actor,
        progress: &(dyn Fn(&ImportReport) + Send + Sync),
    ) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let mut lines = Lines::new(reader);
        loop {
            let line = lines.next().await.map_err(|error| {
                let field = format!("line {}", report.lines + 1);
                Error::invalid(OPERATION)(InvalidInput::new(field, error))
            })?;
            let transcript = match line {
                Line::End => return Ok(report),
                Line::TooLong => Some(Err(InvalidInput::new("line", "is longer than 64 MB"))),
                Line::Bytes(bytes) => {
                    let text = bytes.trim_ascii();
                    (!text.is_empty()).then(|| Transcript::read(text))
                }
            };
            report.bytes = lines.bytes();
            report.lines += 1;
            let outcome = match transcript {
                None => continue,
                Some(Ok(transcript)) => self.import_one(transcript, options, by).await,
                Some(Err(input)) => Err(Error::InvalidInput { operation: OPERATION, input }),
            };
            match outcome {
                Ok(Some(turns)) => {
                    report.imported += 1;
                    report.turns += turns;
                }
                Ok(None) => report.skipped += 1,
                Err(Error::InvalidInput { input, .. }) => report.fail(input.to_string()),
                Err(error) => return Err(error),
            }
            progress(&report);
            if options.stop_at_first_error && report.failed_total > 0 {
                return Ok(report);
            }
        }
    }

    /// The number of turns; `None` where the conversation had been imported before.
    async fn import_one(
        &self,
        transcript: Transcript,
        options: &ImportOptions,
        by: &Actor,
    ) -> Result<Option<u64>> {
        let shared = &self.0.shared;
        let at = transcript.created_at.unwrap_or_else(|| shared.now());
        let new = NewConversation {
            team_id: options.team_id,
            agent_id: options.agent_id,
            user_id: options.user_id,
            title: transcript.title,
            metadata: transcript.metadata,
        };
        let key = transcript.key;
        let tx = self.0.begin().await?;
        let known = sql::get_conversation_by_import_key()
            .bind(&tx, self.0.tenant.as_uuid(), &key)
            .opt()
            .await;
        let (tx, known) = settle(OPERATION, tx, known).await?;
        if known.is_some() {
            tx.rollback().await?;
            return Ok(None);
        }
        let (mut tx, conversation) = match self.insert(OPERATION, tx, &new, at, Some(&key)).await {
            Ok(inserted) => inserted,
            // Somebody else imports the same, and was faster.
            Err(Error::AlreadyExists { what, .. }) if what == "import" => return Ok(None),
            Err(error) => return Err(error),
        };
        let place = Place::from(&conversation);
        let sealed = Sealed::new(shared, &place, &transcript.turns, at, transcript.list);
        let sealed = sealed.map_err(Error::invalid(OPERATION));
        let (opened, sealed) = settle_with(tx, sealed).await?;
        tx = opened;
        let count = sealed.envelopes.len();
        for start in (0..count).step_by(CHUNK) {
            let rows = sealed.rows(start..count.min(start + CHUNK));
            let (opened, rows) = settle_with(tx, rows.map_err(Error::invalid(OPERATION))).await?;
            let stored = rows.insert(&opened, self.0.tenant, Some(conversation.id)).await;
            (tx, _) = settle(OPERATION, opened, stored).await?;
        }
        let event = event("conversation.imported", conversation.id, by)
            .with_detail("import_key", key)
            .with_detail("turns", count);
        tx.audit_and_commit(&event).await?;
        Ok(Some(count as u64))
    }
}
