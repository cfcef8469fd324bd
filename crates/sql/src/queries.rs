// This file was generated with `cornucopia`. Do not modify.

pub mod agents;
pub mod approvals;
pub mod audit;
pub mod audit_configs;
pub mod audit_exports;
pub mod checkpoints;
pub mod connectors;
pub mod conversations;
pub mod isolation;
pub mod key_rings;
pub mod keys;
pub mod messages;
pub mod policies;
pub mod principals;
pub mod provider_keys;
pub mod roles;
pub mod rotation_log;
pub mod rules;
pub mod runs;
pub mod sessions;
pub mod teams;
pub mod tenancy;
pub mod users;
pub mod workflows;
