//! More turns than one statement takes.

use agentflow_core::{audit::Resource, envelope::SealedEnvelope};
use jiff::SignedDuration;

use super::{
    Conversation, Conversations, NewTurn,
    rows::said,
    turns::{APPEND, Sealed},
};
use crate::{
    error::{Error, Result},
    settle::{settle, settle_with},
    store::Handle,
};

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

impl Conversations {
    /// Says any number of turns, all or none, in one transaction. `part` gives the next of them, about a thousand a call,
    /// until it gives none; an error of it ends everything, and nothing is stored. Returns their envelopes.
    ///
    /// Until the end, others who say something in this conversation wait. For turns that fit into one call,
    /// [`append_to`](Conversations::append_to) takes one round trip.
    pub async fn append_parts<E: From<Error>>(
        &self,
        conversation: &Conversation,
        mut part: impl FnMut() -> Result<Vec<NewTurn>, E> + Send,
    ) -> Result<Vec<SealedEnvelope>, E> {
        let Handle { shared, tenant } = &self.0;
        // Before the transaction has a connection.
        let is_verbose = self.0.policy(APPEND).await?.is_verbose();
        let mut at = shared.now();
        let mut stored = Vec::new();
        let mut tx = self.0.begin(APPEND).await?;
        loop {
            let turns = match part() {
                Ok(turns) if turns.is_empty() => break,
                Ok(turns) => turns,
                Err(error) => {
                    // What went wrong first is what is told.
                    let _ = tx.rollback().await;
                    return Err(error);
                }
            };
            let sealed = Sealed::new(shared, &conversation.into(), &turns, at, "turns");
            let (opened, sealed) = settle_with(tx, sealed.map_err(Error::invalid(APPEND))).await?;
            let rows = sealed.rows(0..turns.len()).map_err(Error::invalid(APPEND));
            let (opened, rows) = settle_with(opened, rows).await?;
            let inserted = rows.insert(&opened, *tenant, Some(conversation.id)).await;
            (tx, _) = settle(APPEND, opened, inserted).await?;
            // The next part goes on where this one ends.
            at = sealed.envelopes.last().map_or(at, |last| {
                let last = last.envelope().ts;
                last.checked_add(MICROSECOND).unwrap_or(last)
            });
            stored.extend(sealed.envelopes);
        }
        if is_verbose && !stored.is_empty() {
            let resource = Resource::new("conversation", conversation.id);
            tx.audit_and_commit(&said("conversation.appended", resource, &stored)).await?;
        } else {
            tx.commit().await?;
        }
        Ok(stored)
    }
}
