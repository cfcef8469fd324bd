use agentflow_core::{
    audit::Actor,
    budget::{BudgetSpec, unknown_time_zone},
    ids::BudgetId,
};
use agentflow_sql::queries::budgets as sql;

use super::rows::{Budget, recorded, to_micros};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

const SET: &str = "set a budget";

/// How often a budget is set again that others set and delete at once.
const TRIES: usize = 3;

/// The budgets of a tenant: what may be used in a period, reserved before and settled after. Every change of a budget is
/// recorded in the tenant's audit chain, in the same transaction; what changes nothing is not recorded.
///
/// A budget is about all usage that has everything it names, and all budgets that something is about must allow it. Of
/// limits, `None` is none and 0 allows nothing.
#[derive(Debug, Clone)]
pub struct Budgets(pub(super) Handle);

impl Budgets {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Makes a budget, or changes the one with this name.
    ///
    /// What was used and reserved stays, and counts for the new limits at once. Fails with [`Error::InvalidInputs`], which
    /// names every bad field, with [`Error::InvalidInput`] for a time zone that does not exist, with
    /// [`Error::NotFound`] when something that it names is not there, and with [`Error::Conflict`] for another period
    /// or time zone than it has: those never change.
    pub async fn set(&self, spec: BudgetSpec, by: &Actor) -> Result<Budget> {
        spec.validate().map_err(Error::all_invalid(SET))?;
        let mut tries = 1;
        loop {
            match self.try_set(spec.clone(), by).await {
                // Somebody else made it a moment ago: it is there now to be changed.
                Err(Error::AlreadyExists { .. }) if tries < TRIES => tries += 1,
                answer => return answer,
            }
        }
    }

    async fn try_set(&self, spec: BudgetSpec, by: &Actor) -> Result<Budget> {
        let tx = self.0.begin(SET).await?;
        let found =
            sql::lock_budget().bind(&tx, self.0.tenant.as_uuid(), &spec.name.as_str()).opt().await;
        match settle(SET, tx, found).await? {
            (tx, None) => self.create(tx, spec, by).await,
            (tx, Some(id)) => self.change(tx, BudgetId(id), spec, by).await,
        }
    }

    async fn create(&self, tx: TenantTx, spec: BudgetSpec, by: &Actor) -> Result<Budget> {
        let id = BudgetId(self.0.shared.next_id());
        let zone = find_time_zone(&tx, &spec.time_zone).await;
        let (tx, time_zone) = settle_with(tx, zone).await?;
        let spec = BudgetSpec { time_zone, ..spec };
        let columns = Columns::of(&spec);
        let subject = &spec.subject;
        let inserted = sql::insert_budget()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &spec.name.as_str(),
                &subject.workspace_id.map(|id| id.0),
                &subject.principal_id.map(|id| id.0),
                &subject.agent_id.map(|id| id.0),
                &subject.workflow_id.map(|id| id.0),
                &subject.model.as_deref(),
                &spec.enforcement.as_str(),
                &spec.period.as_str(),
                &spec.time_zone.as_str(),
                &columns.tokens,
                &columns.calls,
                &columns.cost_in_cents,
                &columns.thresholds,
                &i16::from(spec.carry_over_percent),
                &to_micros(self.0.shared.now()),
            )
            .await;
        let (tx, _) = settle(SET, tx, inserted).await?;
        let budget = self.read(&tx, SET, id).await;
        let (tx, budget) = settle_with(tx, budget).await?;
        let event = budget.event("budget.created", by).with_detail("after", recorded(&budget.spec));
        tx.audit_and_commit(&event).await?;
        Ok(budget)
    }

    async fn change(
        &self,
        tx: TenantTx,
        id: BudgetId,
        spec: BudgetSpec,
        by: &Actor,
    ) -> Result<Budget> {
        let before = self.read(&tx, SET, id).await.and_then(|before| {
            keeps_its_periods(&before.spec, &spec)?;
            Ok(before)
        });
        let (tx, before) = settle_with(tx, before).await?;
        let spec = BudgetSpec { time_zone: before.spec.time_zone.clone(), ..spec };
        if spec == before.spec {
            tx.rollback().await?;
            return Ok(before);
        }
        // What the next period gets is reckoned with the limits of this one, and this one's with those before.
        let tenant = self.0.tenant.as_uuid();
        let now = to_micros(self.0.shared.now());
        let locked = sql::lock_current_period().bind(&tx, &now, tenant, id.as_uuid()).opt().await;
        let (tx, _) = settle(SET, tx, locked).await?;
        let columns = Columns::of(&spec);
        let subject = &spec.subject;
        let updated = sql::update_budget()
            .bind(
                &tx,
                &subject.workspace_id.map(|id| id.0),
                &subject.principal_id.map(|id| id.0),
                &subject.agent_id.map(|id| id.0),
                &subject.workflow_id.map(|id| id.0),
                &subject.model.as_deref(),
                &spec.enforcement.as_str(),
                &columns.tokens,
                &columns.calls,
                &columns.cost_in_cents,
                &columns.thresholds,
                &i16::from(spec.carry_over_percent),
                &now,
                tenant,
                id.as_uuid(),
            )
            .await;
        let (tx, _) = settle(SET, tx, updated).await?;
        let limited = sql::limit_current_period().bind(&tx, &now, tenant, id.as_uuid()).await;
        let (tx, _) = settle(SET, tx, limited).await?;
        let budget = self.read(&tx, SET, id).await;
        let (tx, budget) = settle_with(tx, budget).await?;
        let event = budget.event("budget.changed", by);
        let event = event.with_detail("before", recorded(&before.spec));
        tx.audit_and_commit(&event.with_detail("after", recorded(&budget.spec))).await?;
        Ok(budget)
    }

    pub(super) async fn read(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        id: BudgetId,
    ) -> Result<Budget> {
        let now = to_micros(self.0.shared.now());
        let row =
            sql::get_budget().bind(tx, &now, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        row.map_err(|error| Error::from_postgres(operation, error))?
            .ok_or_else(|| Error::not_found(operation, format!("budget {id}")))?
            .try_into()
    }

    /// The budget with this id, and its state.
    pub async fn get(&self, id: BudgetId) -> Result<Option<Budget>> {
        let now = to_micros(self.0.shared.now());
        let flight = self.0.flight("get a budget").await?;
        let row = sql::get_budget()
            .bind(&flight, &now, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        flight.land(row).await?.map(Budget::try_from).transpose()
    }

    /// The budget with this name, and its state.
    pub async fn find(&self, name: &str) -> Result<Option<Budget>> {
        if name.contains('\0') {
            return Ok(None);
        }
        let now = to_micros(self.0.shared.now());
        let flight = self.0.flight("find a budget").await?;
        let row = sql::get_budget_by_name()
            .bind(&flight, &now, self.0.tenant.as_uuid(), &name)
            .opt()
            .await;
        flight.land(row).await?.map(Budget::try_from).transpose()
    }

    /// A page of at most `limit` budgets in order of their names, behind `after`, with their states.
    pub async fn list(&self, after: Option<&str>, limit: u16) -> Result<Vec<Budget>> {
        let now = to_micros(self.0.shared.now());
        let flight = self.0.flight("list budgets").await?;
        let rows = sql::list_budgets()
            .bind(&flight, self.0.tenant.as_uuid(), &after, &i64::from(limit), &now)
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Budget::try_from).collect()
    }

    /// Deletes a budget, with everything that is known about its periods. What is reserved stays reserved of others.
    /// Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: BudgetId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a budget";
        let tx = self.0.begin(OPERATION).await?;
        // What is read below is what is deleted, and no older state of it.
        let locked = sql::lock_budget_to_delete()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let before = self.read(&tx, OPERATION, id).await;
        let (tx, before) = settle_with(tx, before).await?;
        let gone =
            sql::delete_budget().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, _) = settle(OPERATION, tx, gone).await?;
        let event = before.event("budget.deleted", by);
        tx.audit_and_commit(&event.with_detail("before", recorded(&before.spec))).await?;
        Ok(())
    }
}

/// What a spec is in columns, where they differ.
struct Columns {
    tokens: Option<i64>,
    calls: Option<i64>,
    cost_in_cents: Option<String>,
    thresholds: Vec<i16>,
}

impl Columns {
    /// Of a spec that is in bounds.
    fn of(spec: &BudgetSpec) -> Self {
        let whole = |limit: Option<u64>| limit.map(|it| i64::try_from(it).unwrap_or(i64::MAX));
        let percent = |percent: &u16| i16::try_from(*percent).unwrap_or(i16::MAX);
        Self {
            tokens: whole(spec.limits.tokens),
            calls: whole(spec.limits.calls),
            cost_in_cents: spec.limits.cost_in_cents.map(|cents| cents.to_string()),
            thresholds: spec.thresholds.iter().map(percent).collect(),
        }
    }
}

fn keeps_its_periods(before: &BudgetSpec, after: &BudgetSpec) -> Result<()> {
    let is_kept =
        before.period == after.period && before.time_zone.eq_ignore_ascii_case(&after.time_zone);
    if is_kept {
        return Ok(());
    }
    let reason = format!(
        "the budget `{}` is by {} in {}, which never changes, because what is used is counted so; delete it and set it anew",
        before.name, before.period, before.time_zone
    );
    Err(Error::Conflict { operation: SET, reason })
}

/// The name as the database writes it.
async fn find_time_zone(tx: &TenantTx, name: &str) -> Result<String> {
    let lost = |error| Error::from_postgres(SET, error);
    if !name.contains('\0') {
        let found = sql::find_time_zone().bind(tx, &name).opt().await.map_err(lost)?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    let known = sql::list_time_zones().bind(tx).all().await.map_err(lost)?;
    Err(Error::invalid(SET)(unknown_time_zone(name, known.iter().map(String::as_str))))
}
