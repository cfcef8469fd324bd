//! The PostgreSQL data layer of multi-tenant AI-agent platforms.
//!
//! Tenants are isolated by construction, history can be proved by anyone, and neither costs noticeable speed.
//!
//! Start with [`Store`]: `store.tenant(id)` gives the handle of a [`Tenant`], whose every call runs in that tenant's
//! scope in one round trip; `store.admin()` is for what concerns no tenant or all of them. The audit chain is in
//! [`audit`], who acts and what they may do in [`identity`], agents and their tools in [`agents`]. What needs no database
//! is in [`agentflow_core`], re-exported as [`core`].

pub mod admin;
pub mod agents;
pub mod approvals;
pub mod archive;
pub mod audit;
pub mod budgets;
mod config;
mod connect;
mod conninfo;
pub mod conversations;
mod error;
mod group;
pub mod identity;
mod input;
mod listen;
pub mod memory;
pub mod metering;
pub mod migrations;
pub mod observe;
mod plain_file;
pub mod policies;
mod pool;
pub mod rules;
pub mod runs;
mod scope;
pub mod secrets;
mod settle;
mod startup;
mod store;
mod tenancy;
mod tenant;
mod tls;
pub mod webhook;
pub mod workflows;

pub use agentflow_core as core;
pub use agentflow_migrate as migrate;

pub use admin::Admin;
pub use config::{
    AgeSettings, AlertSetting, AuditSettings, BackupSettings, Config, EmbeddingProvider,
    EmbeddingSettings, KeyRingSetting, MemoryImplementation, MemoryStoreSettings, PasswordSettings,
    ProgramEnvironment, SecretProviderSetting, SecretSettings, SinkSetting, Statements,
    VaultSettings, read_trusted_keys,
};
pub use core::{
    identity::{ApiKey, Email, KeyEnvironment, Permission, PrincipalKind, SessionToken, TeamRole},
    ids::{
        AgentId, ApiKeyId, ApprovalDecisionId, ApprovalRequestId, AuditId, BindingId, BudgetId,
        ConnectorId, DerivedFieldId, EnvironmentId, PlanId, PolicyBindingId, PolicyDecisionId,
        PolicyId, PrincipalId, ProviderKeyId, ReservationId, RoleId, RuleId, RunId, SchemaId,
        SessionId, StepId, TeamId, TenantId, ToolCallId, ToolId, WorkflowId, WorkflowVersionId,
        WorkspaceId,
    },
    tenancy::{DataPersistenceMode, EnvironmentTier, Region, Slug, TenantStatus, Tier},
};
pub use error::{Error, Result};
pub use scope::TenantTx;
pub use store::Store;
pub use tenancy::{
    Environment, Environments, NewEnvironment, NewTenant, NewWorkspace, TenantRow, Tenants,
    Tombstone, Workspace, WorkspaceConfig, WorkspaceSettings, WorkspaceSettingsChange, Workspaces,
};
pub use tenant::Tenant;
pub use tls::{SslMode, TlsSettings};

/// Compiles the tour of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
