use std::time::Duration;

use agentflow_core::{
    audit::{Actor, Event},
    ids::WorkspaceId,
    run::{ApprovalStatus, RunStatus},
};
use agentflow_sql::queries::{approvals as sql, runs};

use super::{
    events,
    gate::PassedGate,
    hook::{self, Notice},
    outcome,
    rows::{self, Latest},
};
use crate::{
    error::Result,
    input::known,
    runs::Claim,
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
    webhook::Webhook,
};

const OPERATION: &str = "look at a run that waits for approval";

/// How long others leave the run alone while the hook is told. Longer than [`hook::tell`] takes.
pub(crate) const TELLING: Duration = Duration::from_secs(120);
/// The shortest and the longest time between two attempts to tell the hook.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(600));

/// What a worker found when it looked at a run that waits for approval.
#[derive(Debug, Clone, PartialEq)]
pub enum Looked {
    /// It was approved, and the run is running and held by the claim.
    Passed {
        /// The gate that asked, which runs again and is to be finished; none if a policy did. Either way
        /// [`Queue::begin`](crate::runs::Queue::begin) gives the step to go on with.
        gate: Option<PassedGate>,
    },
    /// The run has ended.
    Ended,
    /// It still waits, and the claim has ended.
    Waiting,
    /// The claim is lost.
    Lost,
}

/// What became of telling the hook.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// It knows.
    Yes,
    /// It could not be told, and is to be left alone for so long at least.
    No { pause: Duration },
    /// Nobody tried. Somebody may in so long.
    NotTried { pause: Duration },
}

/// What is to be done about the hook.
#[derive(Clone, Copy)]
pub(crate) enum Telling {
    /// There is none.
    Nobody,
    /// It is to be told if it was not.
    Due,
    /// This became of it, or is to wait.
    Is(Told),
}

/// What is to be done next.
pub(crate) enum Glance {
    Done(Looked),
    /// The hook is to be told, and that is to be [noted](note) within [`TELLING`].
    Tell(Notice),
}

/// See [`Approvals::look`](super::Approvals::look).
pub(super) async fn look(
    handle: &Handle,
    claim: &Claim,
    hook: Option<&Webhook>,
    by: &Actor,
) -> Result<Looked> {
    let telling = if hook.is_some() { Telling::Due } else { Telling::Nobody };
    let (notice, hook) = match (glance(handle, claim, telling, by).await?, hook) {
        (Glance::Done(looked), _) => return Ok(looked),
        (Glance::Tell(notice), Some(hook)) => (notice, hook),
        // Nobody is told without a hook.
        (Glance::Tell(_), None) => return Ok(Looked::Waiting),
    };
    let told = if hook::tell(hook, &notice).await {
        Told::Yes
    } else {
        Told::No { pause: Duration::ZERO }
    };
    match glance(handle, claim, Telling::Is(told), by).await? {
        Glance::Done(looked) => Ok(looked),
        Glance::Tell(_) => Ok(Looked::Waiting),
    }
}

/// One transaction, which holds the run before it reads the request: whoever decides waits, or was faster and is seen.
pub(super) async fn glance(
    handle: &Handle,
    claim: &Claim,
    telling: Telling,
    by: &Actor,
) -> Result<Glance> {
    let (tx, waiting, latest) = match Waiting::hold(handle, claim, by).await? {
        Ok(held) => held,
        Err(looked) => return Ok(Glance::Done(looked)),
    };
    match latest {
        Some(latest) if latest.status != ApprovalStatus::Requested => {
            waiting.follow(tx, &latest, None).await
        }
        Some(latest) if latest.is_past => waiting.expire(tx, latest).await,
        Some(latest) => waiting.rest(tx, latest, telling).await,
        // Nobody could ever decide.
        None => waiting.refuse(tx, "nobody was asked for the approval it waits for", None).await,
    }
}

/// Notes what became of telling the hook, and nothing else: what was settled meanwhile is due, and left to whoever claims it.
pub(super) async fn note(handle: &Handle, claim: &Claim, told: Told, by: &Actor) -> Result<()> {
    let Ok((tx, waiting, latest)) = Waiting::hold(handle, claim, by).await? else { return Ok(()) };
    match latest {
        Some(latest) if latest.status == ApprovalStatus::Requested && !latest.is_past => {
            waiting.rest(tx, latest, Telling::Is(told)).await.map(drop)
        }
        _ => tx.rollback().await,
    }
}

/// A run that waits, held by a transaction.
struct Waiting<'a> {
    handle: &'a Handle,
    claim: &'a Claim,
    workspace: WorkspaceId,
    by: &'a Actor,
}

impl<'a> Waiting<'a> {
    /// With the latest request of the run; or else what there is to say of it.
    async fn hold(
        handle: &'a Handle,
        claim: &'a Claim,
        by: &'a Actor,
    ) -> Result<std::result::Result<(TenantTx, Self, Option<Latest>), Looked>> {
        let tx = handle.begin(OPERATION).await?;
        let run =
            runs::lock_run().bind(&tx, handle.tenant.as_uuid(), claim.run_id.as_uuid()).opt().await;
        let (tx, run) = settle(OPERATION, tx, run).await?;
        let Some(run) = run.filter(|run| run.fencing == claim.fencing) else {
            tx.rollback().await?;
            return Ok(Err(Looked::Lost));
        };
        let status = known::<RunStatus>("runs", "status", claim.run_id, &run.status);
        let (tx, status) = settle_with(tx, status).await?;
        if status != RunStatus::WaitingApproval {
            tx.rollback().await?;
            return Ok(Err(Looked::Ended));
        }
        let (tx, latest) = rows::latest(OPERATION, handle, tx, claim.run_id).await?;
        let workspace = WorkspaceId(run.workspace_id);
        Ok(Ok((tx, Self { handle, claim, workspace, by }, latest)))
    }

    /// Nobody decided in time.
    async fn expire(&self, tx: TenantTx, mut latest: Latest) -> Result<Glance> {
        let expired = sql::expire_approval_request()
            .bind(&tx, self.handle.tenant.as_uuid(), latest.id.as_uuid())
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, expired).await?;
        latest.status = ApprovalStatus::Expired;
        let event = events::of_request(
            "approval.expired",
            latest.id,
            self.workspace,
            self.claim.run_id,
            self.by,
        )
        .with_detail("on_expiry", latest.on_expiry.as_str())
        .with_detail("approvals", latest.approved_by.len())
        .with_detail("required_approvers", latest.required_approvers);
        self.follow(tx, &latest, Some(event)).await
    }

    /// What follows from a request that is settled.
    async fn follow(&self, tx: TenantTx, latest: &Latest, event: Option<Event>) -> Result<Glance> {
        if latest.is_passed() {
            return self.resume(tx, latest, event).await;
        }
        let message = match latest.status {
            ApprovalStatus::Expired => outcome::EXPIRED,
            ApprovalStatus::Rejected => outcome::REJECTED,
            _ => "the request for its approval was canceled",
        };
        self.refuse(tx, message, event).await
    }

    async fn resume(&self, tx: TenantTx, latest: &Latest, event: Option<Event>) -> Result<Glance> {
        let resumed = runs::resume_run()
            .bind(
                &tx,
                self.handle.tenant.as_uuid(),
                self.claim.run_id.as_uuid(),
                &self.claim.fencing,
            )
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, resumed).await?;
        match event {
            Some(event) => tx.audit_and_commit(&event).await.map(drop)?,
            None => tx.commit().await?,
        }
        Ok(Glance::Done(Looked::Passed { gate: PassedGate::of(latest) }))
    }

    async fn refuse(&self, tx: TenantTx, message: &str, event: Option<Event>) -> Result<Glance> {
        let run = self.claim.run_id;
        let tx = outcome::refuse_run(OPERATION, self.handle, tx, run, message).await?;
        let mut events: Vec<_> = event.into_iter().collect();
        events.push(events::run_failed(self.workspace, run, message, self.by));
        tx.audit_many(&events).await?;
        tx.commit().await?;
        Ok(Glance::Done(Looked::Ended))
    }

    /// Puts the run back until somebody decides, the time is over, or the hook is to be told.
    async fn rest(&self, tx: TenantTx, latest: Latest, telling: Telling) -> Result<Glance> {
        let is_to_be_told = matches!(telling, Telling::Due) && !latest.is_told;
        let (tx, wait) = match telling {
            Telling::Due if is_to_be_told => (tx, Some(TELLING)),
            Telling::Is(Told::Yes) => (self.note_told(tx, &latest).await?, None),
            Telling::Is(Told::No { pause }) if !latest.is_told => {
                (tx, Some(patience(latest.age).max(pause)))
            }
            Telling::Is(Told::NotTried { pause }) if !latest.is_told => (tx, Some(pause)),
            Telling::Is(_) | Telling::Due | Telling::Nobody => (tx, None),
        };
        let millis = wait.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let rested = runs::rest_run()
            .bind(
                &tx,
                &millis,
                &latest.expires_at,
                self.handle.tenant.as_uuid(),
                self.claim.run_id.as_uuid(),
                &self.claim.fencing,
            )
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, rested).await?;
        tx.commit().await?;
        if is_to_be_told {
            return Ok(Glance::Tell(Notice::new(self.handle.tenant, self.claim.run_id, &latest)));
        }
        Ok(Glance::Done(Looked::Waiting))
    }

    async fn note_told(&self, tx: TenantTx, latest: &Latest) -> Result<TenantTx> {
        let noted =
            sql::mark_notified().bind(&tx, self.handle.tenant.as_uuid(), latest.id.as_uuid()).await;
        Ok(settle(OPERATION, tx, noted).await?.0)
    }
}

/// How long to leave a hook alone that could not be told: as long again as the request is old.
fn patience(age: Duration) -> Duration {
    age.clamp(PATIENCE.0, PATIENCE.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_fails_is_told_ever_less_often() {
        let seconds = |age| patience(Duration::from_secs(age)).as_secs();
        assert_eq!([0, 5, 60, 600, 86_400].map(seconds), [5, 5, 60, 600, 600]);
    }
}
