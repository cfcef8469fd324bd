//! Budgets: never exceeded, whoever reserves at once and whoever never comes back.

mod alerts;
mod changes;
mod concurrency;
mod limits;
mod model;
mod periods;
mod recorded;
mod reserve;

use std::sync::Arc;

use agentflow::{
    Store, Tenant,
    audit::Actor,
    budgets::{
        Amounts, Budget, BudgetPeriod, BudgetRefusal, BudgetSpec, Budgets, Decision, Enforcement,
        Limits, Reservation, ReserveRequest, Subject,
    },
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::{World, config};

const BEGINNING: &str = "2026-11-18T12:00:00Z";

fn ann() -> Actor {
    Actor::user("ann")
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn cents(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A hard budget by month in UTC about everything.
fn budget(name: &str, limits: Limits) -> BudgetSpec {
    BudgetSpec {
        name: name.to_owned(),
        subject: Subject::default(),
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Month,
        time_zone: "UTC".to_owned(),
        limits,
        thresholds: vec![80, 100],
        carry_over_percent: 0,
    }
}

fn tokens(limit: u64) -> Limits {
    Limits { tokens: Some(limit), ..Limits::default() }
}

fn of_model(model: &str) -> Subject {
    Subject { model: Some(model.to_owned()), ..Subject::default() }
}

/// A tenant whose clock stands still until it is moved.
struct Bank {
    world: World,
    clock: Arc<ManualClock>,
    tenant: Tenant,
}

impl Bank {
    async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at(at(BEGINNING)));
        let id = world.new_tenant("Acme").await.id;
        let tenant = store(&world, &clock).tenant(id);
        Self { world, clock, tenant }
    }

    fn budgets(&self) -> Budgets {
        self.tenant.budgets()
    }

    /// The same tenant in another store, as another process has it.
    fn elsewhere(&self) -> Tenant {
        store(&self.world, &self.clock).tenant(self.tenant.id())
    }

    async fn set(&self, spec: BudgetSpec) -> Budget {
        self.budgets().set(spec, &ann()).await.unwrap()
    }

    async fn state(&self, name: &str) -> Budget {
        self.budgets().find(name).await.unwrap().unwrap()
    }

    /// Tokens that are spent and reserved.
    async fn used(&self, name: &str) -> (u64, u64) {
        let tokens = self.state(name).await.state.tokens;
        (tokens.spent.try_into().unwrap(), tokens.reserved.try_into().unwrap())
    }

    async fn reserve(&self, subject: Subject, amounts: Amounts) -> Decision {
        self.budgets().reserve(ReserveRequest::new(subject, amounts)).await.unwrap()
    }

    async fn reserved(&self, amounts: Amounts) -> Reservation {
        self.reserve(Subject::default(), amounts).await.reserved().unwrap()
    }

    async fn refused(&self, subject: Subject, amounts: Amounts) -> Vec<BudgetRefusal> {
        match self.reserve(subject, amounts).await {
            Decision::Refused(refusals) => refusals,
            Decision::Reserved(reservation) => panic!("{reservation:?}"),
        }
    }

    fn pass(&self, duration: SignedDuration) {
        use agentflow::core::clock::Clock;
        self.clock.set(self.clock.now() + duration);
    }

    /// Action and details of the entries about budgets, in order.
    async fn recorded(&self) -> Vec<(String, Value)> {
        let superuser = self.world.superuser().await;
        let rows = superuser
            .query(
                "SELECT record ->> 'action', record -> 'details' FROM (
                     SELECT seq, record::jsonb AS record FROM audits WHERE tenant_id = $1
                 ) AS it WHERE record ->> 'action' LIKE 'budget.%' ORDER BY seq",
                &[&self.tenant.id().0],
            )
            .await
            .unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

fn store(world: &World, clock: &Arc<ManualClock>) -> Store {
    Store::with_sources(
        config(&world.database),
        Arc::clone(clock) as _,
        Arc::new(RandomIds::from_os()),
        Arc::new(Generator::from_os()),
    )
    .unwrap()
}

/// Numbers that are random enough, and the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
