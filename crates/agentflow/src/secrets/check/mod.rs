//! Whether a key for a provider of models is any good: whether it looks like one, and whether the provider takes it.

mod addresses;
mod http;
mod syntax;

use std::fmt;

use agentflow_core::secret::{CheckResult, ValidationTest};
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value};

pub use http::HttpKeyChecker;
pub(super) use http::check_settings;
pub(super) use syntax::syntax;

/// A key to be checked.
#[derive(Debug, Clone, Copy)]
pub struct CheckedKey<'a> {
    /// What it is for.
    pub provider_type: &'a str,
    /// What is no secret about it.
    pub settings: &'a Map<String, Value>,
    /// The key.
    pub value: &'a SecretString,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was found out: whether the provider takes the key, or that a quota is used up.
    pub test: ValidationTest,
    /// Whether the provider takes it.
    pub result: CheckResult,
    /// Why not, or why it could not be told: no part of the key, nor of what the provider answered. At most 500 characters
    /// of it are stored.
    pub reason: Option<String>,
}

impl Outcome {
    /// The provider takes it.
    pub fn pass() -> Self {
        Self { test: ValidationTest::CallTest, result: CheckResult::Pass, reason: None }
    }

    /// The provider does not take it.
    pub fn fail(reason: impl Into<String>) -> Self {
        Self {
            test: ValidationTest::CallTest,
            result: CheckResult::Fail,
            reason: Some(reason.into()),
        }
    }

    /// It could not be told.
    pub fn error(reason: impl Into<String>) -> Self {
        Self {
            test: ValidationTest::CallTest,
            result: CheckResult::Error,
            reason: Some(reason.into()),
        }
    }

    /// It could not be told, because a quota is used up.
    pub fn out_of_quota(reason: impl Into<String>) -> Self {
        Self { test: ValidationTest::QuotaCheck, ..Self::error(reason) }
    }
}

/// Asks a provider whether it takes a key, by something that changes nothing and costs nothing.
///
/// A checker is part of the program: it gets keys as they are, which only services with a grant get otherwise. Which one is used,
/// the program decides and nobody else.
pub trait KeyChecker: Send + Sync + fmt::Debug {
    /// What the provider says. What goes wrong on the way is an [`Outcome`] as well.
    fn check<'a>(&'a self, key: CheckedKey<'a>) -> BoxFuture<'a, Outcome>;
}
