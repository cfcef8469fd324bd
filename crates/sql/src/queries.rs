// This file was generated with `cornucopia`. Do not modify.

pub mod agents;
pub mod approvals;
pub mod audit;
pub mod audit_configs;
pub mod audit_exports;
pub mod checkpoints;
pub mod conversations;
pub mod isolation;
pub mod keys;
pub mod messages;
pub mod policies;
pub mod principals;
pub mod roles;
pub mod rules;
pub mod runs;
pub mod sessions;
pub mod teams;
pub mod tenancy;
pub mod users;
pub mod workflows;
