//! Import of transcripts: one conversation a line, each in a transaction of its own.

mod line;
mod lines;

use std::collections::HashSet;

use agentflow_core::{
    InvalidInput,
    audit::Actor,
    hash::Sha256,
    ids::{AgentId, ConversationId, PrincipalId, TeamId},
};
use agentflow_sql::{client::GenericClient, queries::conversations as sql};
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
    /// Conversations that had been imported before, with the same content.
    pub skipped: u64,
    /// Lines that say the same as an earlier line of this import, id and all.
    pub repeated: u64,
    /// Turns of the new ones.
    pub turns: u64,
    /// Lines that failed because another conversation had been imported under the same id, as one does that went on since.
    /// Nothing of it is changed.
    pub different: u64,
    /// Lines that failed, with those that are `different`.
    pub failed_total: u64,
    /// The first 10,000 of them: the number of the line, from 1, and what is wrong with which part of it.
    pub failed: Vec<(u64, String)>,
}

/// What makes a conversation the same when it comes again, for one team, agent and user.
#[derive(Debug)]
pub(super) struct ImportKey {
    /// Its id, typed, or its digest where it has none.
    pub(super) key: String,
    /// The hash of all it says.
    pub(super) digest: Sha256,
}

impl ImportKey {
    fn unnamed(digest: Sha256) -> Self {
        Self { key: format!("sha256:{digest}"), digest }
    }

    /// Enough of the digest to tell lines of one file apart, where a mistake would only be in a count.
    fn fingerprint(&self) -> u64 {
        self.digest.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

/// What became of a line.
enum Outcome {
    /// It is a new conversation with so many turns.
    Imported(u64),
    /// It is this one, which was imported before.
    Known,
    /// This one was imported under its id, and says something else.
    Different(ConversationId),
}

impl ImportReport {
    fn count(&mut self, outcome: &Outcome, is_repeated: bool) {
        match outcome {
            Outcome::Imported(turns) => {
                self.imported += 1;
                self.turns += turns;
            }
            Outcome::Known if is_repeated => self.repeated += 1,
            Outcome::Known => self.skipped += 1,
            Outcome::Different(known) => {
                self.different += 1;
                self.fail(format!(
                    "id: conversation {known} was imported under it and says something else; delete that one first, or \
                     give this one another id"
                ));
            }
        }
    }

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
    /// A line is imported once for the same team, agent and user. It is known by its `id`, of which 7 and `"7"` are two, or
    /// by the hash of all it says; so a line without an id that comes twice in a file is one conversation, and the second is
    /// counted as repeated. Where what was imported under its `id` says something else, as when a transcript grew, the line
    /// fails, and nothing is changed.
    ///
    /// A line that fails is reported with its number and the path of what is wrong; fails itself only where the others would
    /// fail as well, as without a database or for an agent that is not there. `progress` is called after each line.
    pub async fn import(
        &self,
        reader: impl AsyncBufRead + Send + Unpin,
        options: &ImportOptions,
        by: &Actor,
        progress: &(dyn Fn(&ImportReport) + Send + Sync),
    ) -> Result<ImportReport> {
        let (mut report, mut seen) = (ImportReport::default(), HashSet::new());
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
            match transcript {
                None => continue,
                Some(Ok(transcript)) => {
                    let fingerprint = transcript.key.fingerprint();
                    match self.import_one(transcript, options, by).await {
                        Ok(outcome) => report.count(&outcome, !seen.insert(fingerprint)),
                        Err(Error::InvalidInput { input, .. }) => report.fail(input.to_string()),
                        Err(error) => return Err(error),
                    }
                }
                Some(Err(input)) => report.fail(input.to_string()),
            }
            progress(&report);
            if options.stop_at_first_error && report.failed_total > 0 {
                return Ok(report);
            }
        }
    }

    async fn import_one(
        &self,
        transcript: Transcript,
        options: &ImportOptions,
        by: &Actor,
    ) -> Result<Outcome> {
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
        let tx = self.0.begin(OPERATION).await?;
        let known = self.known(&tx, &key, options).await;
        let (tx, known) = settle(OPERATION, tx, known).await?;
        if let Some(known) = known {
            tx.rollback().await?;
            return Ok(known);
        }
        let (mut tx, conversation) = match self.insert(OPERATION, tx, &new, at, Some(&key)).await {
            Ok(inserted) => inserted,
            // Somebody else imports under the same key, and was faster.
            Err(Error::AlreadyExists { what, .. }) if what == "import" => {
                let flight = self.0.flight(OPERATION).await?;
                let known = self.known(&flight, &key, options).await;
                let gone = || Error::Conflict {
                    operation: OPERATION,
                    reason: "another import was in the way; try again".to_owned(),
                };
                return flight.land_found(known, gone).await;
            }
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
            .with_detail("import_key", key.key)
            .with_detail("turns", count);
        tx.audit_and_commit(&event).await?;
        Ok(Outcome::Imported(count as u64))
    }

    /// What was imported under a key, if anything was: this, or something else.
    async fn known<C: GenericClient>(
        &self,
        client: &C,
        import: &ImportKey,
        options: &ImportOptions,
    ) -> Result<Option<Outcome>, tokio_postgres::Error> {
        let row = sql::get_import()
            .bind(
                client,
                self.0.tenant.as_uuid(),
                &import.key,
                options.team_id.as_uuid(),
                options.agent_id.as_uuid(),
                options.user_id.as_uuid(),
            )
            .opt()
            .await?;
        Ok(row.map(|row| {
            let is_same = row.import_digest.as_deref() == Some(import.digest.0.as_slice());
            if is_same { Outcome::Known } else { Outcome::Different(ConversationId(row.id)) }
        }))
    }
}
