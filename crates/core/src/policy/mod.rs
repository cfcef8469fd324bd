//! Policies in Rego: whether a run may start, must be approved first, or is refused.
//!
//! A [`Policy`] is compiled once and asked many times. It is given a [`Document`], made of a [`PolicyInput`], and nothing else: no
//! clock, no network, no randomness. So the same policy says the same about the same document, today and in a replay.
//! [`decide`] asks several and puts their answers together.
//!
//! A policy that cannot answer refuses: whatever goes wrong in it is a [`PolicyEffect::Deny`] with a reason that says so.

mod decision;
mod input;
mod limits;
mod rego;
#[cfg(test)]
mod tests;

pub use decision::{Answer, Asked, Decision, PolicyDecision, PolicyEffect, decide, together};
pub use input::{
    Document, PolicyInput, PrincipalPart, VersionPart, WorkflowPart, WorkspacePart, digest_of,
};
pub use limits::{
    Limits, MAX_LINE, MAX_NESTING, MAX_OPERATORS, MAX_POLICY_BYTES, MAX_REASON_CHARS, MAX_REASONS,
};
pub use rego::{ENGINE, Policy};
