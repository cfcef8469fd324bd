use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event},
    hash::Sha256,
    ids::{ApprovalDecisionId, ApprovalRequestId, PrincipalId},
    run::{ApprovalStatus, ApprovalVerdict, changes},
};
use agentflow_sql::queries::approvals as sql;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio_postgres::types::Json;

use super::{ApprovalRequest, Approvals, approvers, events, outcome, rows};
use crate::{
    error::{Error, Result},
    input::check_json,
    scope::TenantTx,
    settle::{settle, settle_with},
};

pub(super) const OPERATION: &str = "decide on a request for approval";

/// The longest reason, in characters.
const MAX_REASON: usize = 4000;

/// What somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// It is all right.
    Approve {
        /// With this instead of what was asked. Only the first to approve may change it: what was approved stays as it is.
        payload: Option<Map<String, Value>>,
    },
    /// It is not, which settles the request: the run fails.
    Reject,
}

/// A decision to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// Who decides.
    pub by: PrincipalId,
    /// What.
    pub choice: Choice,
    /// Why: 1 to 4,000 characters.
    pub reason: Option<String>,
    /// The [`payload_digest`](ApprovalRequest::payload_digest) of what was looked at: the decision is refused if it is
    /// another one by now.
    pub seen: Option<Sha256>,
}

/// A decision that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The id of the decision.
    pub id: ApprovalDecisionId,
    /// Where the request stands now.
    pub status: ApprovalStatus,
    /// How many approved.
    pub approvals: u32,
    /// How many must.
    pub required: u32,
}

impl Decide {
    fn check(&self) -> Result<()> {
        if let Some(reason) = &self.reason
            && (reason.trim().is_empty()
                || reason.contains('\0')
                || reason.chars().count() > MAX_REASON)
        {
            let reason = format!("expected 1 to {MAX_REASON} characters, not only blanks");
            return Err(Error::invalid(OPERATION)(InvalidInput::new("reason", reason)));
        }
        match &self.choice {
            Choice::Approve { payload: Some(payload) } => check_json(OPERATION, "payload", payload),
            Choice::Approve { payload: None } | Choice::Reject => Ok(()),
        }
    }

    fn verdict(&self) -> ApprovalVerdict {
        match self.choice {
            Choice::Approve { .. } => ApprovalVerdict::Approved,
            Choice::Reject => ApprovalVerdict::Rejected,
        }
    }
}

/// What is approved instead of what was asked, and how it differs.
struct Edit<'a> {
    payload: &'a Map<String, Value>,
    changes: Value,
    digest: Sha256,
}

impl Approvals {
    /// Decides for one person. A rejection settles the request and ends the run; the last approval that is needed settles it
    /// too, and a worker goes on with the run. Decisions on one request are made one after the other, so that the number
    /// needed is neither missed nor exceeded.
    ///
    /// Whether whoever calls this *is* that person is for the caller to know.
    ///
    /// Fails with [`Error::NotFound`] when the request is not there; with [`Error::Denied`] when this person may not decide,
    /// which is recorded; with [`Error::Conflict`] when it is settled already or its time is over, when the person has
    /// decided before, when the payload is not the one that was seen, and when it is to be changed after somebody approved
    /// it; and with [`Error::InvalidInput`].
    pub async fn decide(
        &self,
        id: ApprovalRequestId,
        decide: &Decide,
        actor: &Actor,
    ) -> Result<Decided> {
        decide.check()?;
        let deciders = approvers::builtin_deciders(&self.0).await?;
        let tx = self.0.begin(OPERATION).await?;
        let (tx, request) = self.lock(tx, id).await?;
        let (tx, approver) = approvers::find(&self.0, tx, &request, decide.by, &deciders).await?;
        if let Some((reason, event)) = approver.refusal(&request) {
            let denied = tx.refuse(Error::Denied { operation: OPERATION, reason }).await;
            self.0.record(&event).await?;
            return Err(denied);
        }
        let (tx, ()) = settle_with(tx, still_open(&request)).await?;
        let tx = self.refuse_repeated(tx, &request, decide.by).await?;
        let (tx, edit) = settle_with(tx, edit(&request, decide)).await?;
        let decision = ApprovalDecisionId(self.0.shared.next_id());
        let tx = self.insert(tx, decision, &request, decide, edit.as_ref()).await?;
        let (tx, after) = self.read(tx, id).await?;
        let tx = self.follow(tx, &after).await?;
        let decided = Decided {
            id: decision,
            status: after.status,
            approvals: after.approvals,
            required: after.required_approvers,
        };
        tx.audit_many(&told(&after, decide, edit.as_ref(), actor)).await?;
        tx.commit().await?;
        if decided.status == ApprovalStatus::Approved {
            self.0.shared.wake_workers();
        }
        Ok(decided)
    }

    /// The request, whose run nobody else touches before the end of the transaction.
    async fn lock(
        &self,
        tx: TenantTx,
        id: ApprovalRequestId,
    ) -> Result<(TenantTx, ApprovalRequest)> {
        let run =
            sql::lock_approval_run().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, run) = settle(OPERATION, tx, run).await?;
        if run.is_none() {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("request {id}"))).await);
        }
        self.read(tx, id).await
    }

    async fn read(
        &self,
        tx: TenantTx,
        id: ApprovalRequestId,
    ) -> Result<(TenantTx, ApprovalRequest)> {
        let row = sql::get_approval_request()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::request)
            .one()
            .await;
        let (tx, request) = settle(OPERATION, tx, row).await?;
        settle_with(tx, request).await
    }

    /// Nobody decides twice. The database refuses it as well, in words for programs.
    async fn refuse_repeated(
        &self,
        tx: TenantTx,
        request: &ApprovalRequest,
        by: PrincipalId,
    ) -> Result<TenantTx> {
        let decisions = sql::list_approval_decisions()
            .bind(&tx, self.0.tenant.as_uuid(), &vec![request.id.0])
            .all()
            .await;
        let (tx, decisions) = settle(OPERATION, tx, decisions).await?;
        let before = decisions.iter().find(|decision| decision.decided_by == by.0);
        let refused = match before {
            Some(before) => Err(Error::Conflict {
                operation: OPERATION,
                reason: format!(
                    "principal {by} has decided before, at {}: {}",
                    before.decided_at, before.decision
                ),
            }),
            None => Ok(()),
        };
        Ok(settle_with(tx, refused).await?.0)
    }

    async fn insert(
        &self,
        tx: TenantTx,
        id: ApprovalDecisionId,
        request: &ApprovalRequest,
        decide: &Decide,
        edit: Option<&Edit<'_>>,
    ) -> Result<TenantTx> {
        let inserted = sql::insert_approval_decision()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                request.id.as_uuid(),
                decide.by.as_uuid(),
                &decide.verdict().as_str(),
                &decide.reason.as_deref(),
                &edit.map(|edit| Json(edit.payload)),
                &edit.map(|edit| Json(&edit.changes)),
            )
            .one()
            .await;
        Ok(settle(OPERATION, tx, inserted).await?.0)
    }

    /// What follows for the run.
    async fn follow(&self, tx: TenantTx, after: &ApprovalRequest) -> Result<TenantTx> {
        match after.status {
            ApprovalStatus::Approved => {
                outcome::wake_run(OPERATION, &self.0, tx, after.run_id).await
            }
            ApprovalStatus::Rejected => {
                outcome::refuse_run(OPERATION, &self.0, tx, after.run_id, outcome::REJECTED).await
            }
            ApprovalStatus::Requested | ApprovalStatus::Expired | ApprovalStatus::Canceled => {
                Ok(tx)
            }
        }
    }
}

fn still_open(request: &ApprovalRequest) -> Result<()> {
    if request.status == ApprovalStatus::Requested {
        return Ok(());
    }
    let reason = format!("it is settled: {}", request.status);
    Err(Error::Conflict { operation: OPERATION, reason })
}

/// How the payload is changed, if it is. Refuses to decide on another payload than was seen, and to change one that nothing
/// goes on with.
fn edit<'a>(request: &ApprovalRequest, decide: &'a Decide) -> Result<Option<Edit<'a>>> {
    if let Some(seen) = decide.seen
        && seen != request.payload_digest
    {
        let reason = format!(
            "the payload is not the one that was seen: its digest is {}; look at the request again",
            request.payload_digest
        );
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    let Choice::Approve { payload: Some(payload) } = &decide.choice else {
        return Ok(None);
    };
    let digest = rows::digest(request.id.0, payload)?;
    if digest == request.payload_digest {
        return Ok(None);
    }
    if request.step_id.is_none() {
        let reason =
            "a policy asked before the run began, and what the run is given does not change";
        return Err(Error::invalid(OPERATION)(InvalidInput::new("payload", reason)));
    }
    Ok(Some(Edit { payload, changes: changes(&request.payload, payload), digest }))
}

/// What is recorded. The payload is not: its digest tells which one it was.
fn told(
    after: &ApprovalRequest,
    decide: &Decide,
    edit: Option<&Edit<'_>>,
    actor: &Actor,
) -> Vec<Event> {
    let ApprovalRequest { id, workspace_id, run_id, .. } = *after;
    let digest = edit.map_or(after.payload_digest, |edit| edit.digest);
    let decided = events::of_request("approval.decided", id, workspace_id, run_id, actor)
        .with_detail("decided_by", decide.by.to_string())
        .with_detail("decision", decide.verdict().as_str())
        .with_detail("reason", decide.reason.as_deref())
        .with_detail("payload_digest", digest.to_string())
        .with_detail("payload_changed", edit.is_some())
        .with_detail("approvals", after.approvals)
        .with_detail("required_approvers", after.required_approvers)
        .with_detail("status", after.status.as_str());
    let mut events = vec![decided];
    if after.status == ApprovalStatus::Rejected {
        events.push(events::run_failed(workspace_id, run_id, outcome::REJECTED, actor));
    }
    events
}
