//! The two places where rules are kept, behind one face, so that one suite of tests runs on both.

use std::sync::Arc;

use agentflow::{
    Error, Tenant,
    core::{
        clock::{Clock, ManualClock},
        ids::RandomIds,
        rules::DerivedSpec,
    },
    rules::{DerivedField, MemoryRules, OnFailure, RuleStore, Rules, SchemaUpdate, SchemaVersion},
};
use jiff::SignedDuration;
use serde_json::Value;

use super::ann;
use crate::support::World;

type Result<T> = std::result::Result<T, Error>;

/// Runs each of these functions of the module as a test in PostgreSQL and as one in memory.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(&crate::rules::place::Postgres::new().await).await;
            })*
        }

        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(&crate::rules::place::Memory::new()).await;
            })*
        }
    };
}
pub(super) use on_both;

pub trait Place {
    type Rules: RuleStore;

    fn rules(&self) -> &Self::Rules;

    async fn set_schema(&self, definition: Value, on: OnFailure) -> Result<SchemaUpdate>;
    async fn roll_back(&self, version: i32, on: OnFailure) -> Result<SchemaUpdate>;
    async fn schema(&self) -> Option<SchemaVersion>;
    async fn set_derived(&self, spec: DerivedSpec) -> Result<DerivedField>;
    async fn derived(&self) -> Vec<DerivedField>;
    async fn delete_derived(&self, name: &str) -> Result<()>;

    /// Makes what is added from here on younger than what is there.
    fn later(&self);

    /// Makes all rules as old as each other.
    async fn level(&self);
}

pub struct Postgres {
    pub world: World,
    pub tenant: Tenant,
    rules: Rules,
}

impl Postgres {
    pub async fn new() -> Self {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        Self { rules: tenant.rules(), world, tenant }
    }

    /// As superuser, past everything that the library checks.
    pub async fn run(&self, sql: &str) -> std::result::Result<(), tokio_postgres::Error> {
        self.world.superuser().await.batch_execute(sql).await
    }
}

impl Place for Postgres {
    type Rules = Rules;

    fn rules(&self) -> &Rules {
        &self.rules
    }

    async fn set_schema(&self, definition: Value, on: OnFailure) -> Result<SchemaUpdate> {
        self.tenant.rule_schemas().set(definition, on, &ann()).await
    }

    async fn roll_back(&self, version: i32, on: OnFailure) -> Result<SchemaUpdate> {
        self.tenant.rule_schemas().roll_back(version, on, &ann()).await
    }

    async fn schema(&self) -> Option<SchemaVersion> {
        self.tenant.rule_schemas().active().await.unwrap()
    }

    async fn set_derived(&self, spec: DerivedSpec) -> Result<DerivedField> {
        self.tenant.derived_fields().set(spec, &ann()).await
    }

    async fn derived(&self) -> Vec<DerivedField> {
        self.tenant.derived_fields().list().await.unwrap()
    }

    async fn delete_derived(&self, name: &str) -> Result<()> {
        self.tenant.derived_fields().delete(name, &ann()).await
    }

    fn later(&self) {}

    async fn level(&self) {
        self.run("UPDATE rules SET created_at = '2026-01-01T00:00:00Z'").await.unwrap();
    }
}

pub struct Memory {
    rules: MemoryRules,
    clock: Arc<ManualClock>,
}

impl Memory {
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        Self { rules: MemoryRules::new(clock.clone(), Arc::new(RandomIds::seeded(1))), clock }
    }
}

impl Place for Memory {
    type Rules = MemoryRules;

    fn rules(&self) -> &MemoryRules {
        &self.rules
    }

    async fn set_schema(&self, definition: Value, on: OnFailure) -> Result<SchemaUpdate> {
        self.rules.set_schema(definition, on)
    }

    async fn roll_back(&self, version: i32, on: OnFailure) -> Result<SchemaUpdate> {
        self.rules.roll_back_schema(version, on)
    }

    async fn schema(&self) -> Option<SchemaVersion> {
        self.rules.schema()
    }

    async fn set_derived(&self, spec: DerivedSpec) -> Result<DerivedField> {
        self.rules.set_derived_field(spec)
    }

    async fn derived(&self) -> Vec<DerivedField> {
        self.rules.derived_fields()
    }

    async fn delete_derived(&self, name: &str) -> Result<()> {
        self.rules.delete_derived_field(name)
    }

    fn later(&self) {
        self.clock.set(self.clock.now() + SignedDuration::from_secs(1));
    }

    async fn level(&self) {}
}
