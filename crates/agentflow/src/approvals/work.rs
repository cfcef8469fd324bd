use agentflow_core::audit::Actor;

use super::{Approvals, Glance, HeldGate, Hold, Looked, Telling, Told, gate, look};
use crate::{error::Result, runs::Claim, webhook::Webhook};

/// For workers of one's own; see [`Queue`](crate::runs::Queue).
impl Approvals {
    /// Asks for the approval that a gate needs, which was begun by this claim: its run and its step wait, nobody holds them, and
    /// the claim has ended. What is asked is recorded.
    ///
    /// A gate that runs again because it was approved, or because a worker was lost behind that, has passed.
    pub async fn hold(&self, claim: &Claim, held: &HeldGate<'_>, by: &Actor) -> Result<Hold> {
        gate::hold(&self.0, claim, held, by).await
    }

    /// Looks whether a run that was claimed while it waited still has to: resumes it if it was approved, settles what nobody decided
    /// in time, and tells the hook where there is one and it was not told.
    ///
    /// What the hook answers takes at most a minute, in which the request can be decided and the run can go on with another worker.
    /// A hook that fails is told again by a later claim: after 5 s, and then ever less often, at most 10 min apart. The id of what is
    /// posted is the id of the request.
    pub async fn look(&self, claim: &Claim, hook: Option<&Webhook>, by: &Actor) -> Result<Looked> {
        look::look(&self.0, claim, hook, by).await
    }

    /// The same without telling the hook, which may take long.
    pub(crate) async fn glance(
        &self,
        claim: &Claim,
        telling: Telling,
        by: &Actor,
    ) -> Result<Glance> {
        look::glance(&self.0, claim, telling, by).await
    }

    /// Notes what became of telling the hook.
    pub(crate) async fn note_told(&self, claim: &Claim, told: Told, by: &Actor) -> Result<()> {
        look::note(&self.0, claim, told, by).await
    }
}
