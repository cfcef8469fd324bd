use serde::{Deserialize, Serialize};

use super::{Document, ENGINE, Limits, Policy};
use crate::{hash::Sha256, words::words, workflow::RiskTier};

/// How the reason begins where the time was over; then how many milliseconds it had.
pub(super) const STOPPED: &str = "the policy failed: it was stopped after ";

words!(
    /// What a policy says. In this order: the later one wins.
    #[derive(PartialOrd, Ord)]
    PolicyEffect, "effect" {
        /// The run may start.
        Allow = "allow",
        /// Somebody has to approve it first.
        RequireApproval = "require_approval",
        /// It is refused.
        Deny = "deny",
    }
);

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDecision {
    /// What it says.
    pub effect: PolicyEffect,
    /// Why, in its own words, sorted; or why it could not answer.
    pub reasons: Vec<String>,
}

impl PolicyDecision {
    pub(super) fn refusal(reason: impl Into<String>) -> Self {
        Self { effect: PolicyEffect::Deny, reasons: vec![reason.into()] }
    }
}

/// A policy that is to be asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its version.
    pub version: &'p str,
    /// The policy, or why there is none: what is stored does not compile any more. That refuses.
    pub policy: Result<&'p Policy, &'p str>,
    /// The digest of its text.
    pub digest: Sha256,
}

/// What one of several policies said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Sha256,
    /// What it said.
    pub effect: PolicyEffect,
    /// Why.
    pub reasons: Vec<String>,
}

impl Answer {
    /// Whether it is a refusal because the time was over, which says more about the machine than about the policy. It is told
    /// by the reason, which is all that is stored.
    pub fn was_stopped(&self) -> bool {
        let [reason] = self.reasons.as_slice() else { return false };
        let milliseconds = reason.strip_prefix(STOPPED).and_then(|it| it.strip_suffix(" ms"));
        self.effect == PolicyEffect::Deny
            && milliseconds.is_some_and(|it| it.parse::<u128>().is_ok())
    }
}

/// What policies decided together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The greatest effect of any.
    pub effect: PolicyEffect,
    /// Why: the reasons of those that said so, each behind the name and version of its policy.
    pub reasons: Vec<String>,
    /// What each said, in the order they were asked.
    pub policies: Vec<Answer>,
    /// The program that evaluated, with its version.
    pub engine: String,
    /// The digest of what they were asked about.
    pub input_digest: Sha256,
}

/// Asks all policies, in this order, and puts their answers together: deny beats `require_approval`, which beats allow. Without
/// any policy the risk decides: low is allowed, medium and high require an approval.
pub fn decide(
    policies: &[Asked<'_>],
    risk: RiskTier,
    document: &Document,
    limits: &Limits,
) -> Decision {
    let answers: Vec<_> = policies.iter().map(|asked| answer(asked, document, limits)).collect();
    let (effect, reasons) = together(&answers).unwrap_or_else(|| unbound(risk));
    Decision {
        effect,
        reasons,
        policies: answers,
        engine: ENGINE.to_owned(),
        input_digest: document.digest(),
    }
}

/// The greatest effect of several answers, and the reasons for it, each behind the name and version of its policy. None without
/// any answer.
pub fn together(answers: &[Answer]) -> Option<(PolicyEffect, Vec<String>)> {
    let effect = answers.iter().map(|answer| answer.effect).max()?;
    Some((effect, reasons(answers, effect)))
}

fn answer(asked: &Asked<'_>, document: &Document, limits: &Limits) -> Answer {
    let decision = match asked.policy {
        Ok(policy) => policy.evaluate(document, limits),
        Err(reason) => PolicyDecision::refusal(format!("the policy cannot be asked: {reason}")),
    };
    Answer {
        name: asked.name.to_owned(),
        version: asked.version.to_owned(),
        digest: asked.digest,
        effect: decision.effect,
        reasons: decision.reasons,
    }
}

fn reasons(answers: &[Answer], effect: PolicyEffect) -> Vec<String> {
    let mut reasons = Vec::new();
    for answer in answers.iter().filter(|answer| answer.effect == effect) {
        let who = format!("{} {}", answer.name, answer.version);
        reasons.extend(answer.reasons.iter().map(|reason| format!("{who}: {reason}")));
        if answer.reasons.is_empty() {
            reasons.push(format!("{who} says {effect}"));
        }
    }
    reasons
}

fn unbound(risk: RiskTier) -> (PolicyEffect, Vec<String>) {
    let (effect, outcome) = match risk {
        RiskTier::Low => (PolicyEffect::Allow, "it is allowed"),
        RiskTier::Medium | RiskTier::High => {
            (PolicyEffect::RequireApproval, "it requires an approval")
        }
    };
    (effect, vec![format!("no policy is bound, and the risk tier is {risk}: {outcome}")])
}
