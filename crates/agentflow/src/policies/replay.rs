use std::time::Duration;

use agentflow_core::{
    InvalidInput,
    hash::Sha256,
    ids::PolicyDecisionId,
    policy::{Decision, Document, Limits, PolicyEffect},
    workflow::RiskTier,
};
use serde::Serialize;
use serde_json::Value;

use super::{DecisionRow, Policies, StoredAnswer, facts::InForce};
use crate::error::{Error, Result};

/// How long each policy may take in a replay. Longer than at first, so that a machine with more to do does not change the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A decision made once more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replay {
    /// The decision as it is stored.
    pub decision: DecisionRow,
    /// Whether everything came out the same.
    pub same: bool,
    /// What did not: each with what it was and what it is.
    pub differences: Vec<String>,
    /// What would be decided now. Absent where what was asked about is not what it was.
    pub now: Option<Decision>,
}

impl Policies {
    /// Asks the policies of a decision once more, the same versions in the same order, about the same, and compares. Where the
    /// workspace keeps no contents, `input` must be what they were asked about; its digest is checked.
    ///
    /// Fails with [`Error::NotFound`] when the decision is not there, and with [`Error::InvalidInput`] when the input is missing or
    /// not the one it was.
    pub async fn replay(&self, id: PolicyDecisionId, input: Option<Value>) -> Result<Replay> {
        const OPERATION: &str = "replay a decision";
        let stored = self.get_decision(id).await?;
        let decision =
            stored.ok_or_else(|| Error::not_found(OPERATION, format!("decision {id}")))?;
        let mut differences = Vec::new();
        let document = document(OPERATION, &decision, input, &mut differences)?;
        let mut policies = Vec::new();
        for answer in &decision.policies {
            policies.push(self.policy_of(answer, &mut differences).await?);
        }
        let now = match document {
            Some(document) => {
                let risk = risk_in(document.json());
                let limits = Limits { time: PATIENCE, ..Limits::default() };
                Some(self.ask(policies.into(), risk, document, limits).await.0)
            }
            None => None,
        };
        if let Some(now) = &now {
            compare(&decision, now, &mut differences);
        }
        Ok(Replay { same: differences.is_empty(), differences, decision, now })
    }

    /// The version of a policy that took part. What is wrong with it is told, and then it refuses when it is asked.
    async fn policy_of(
        &self,
        stored: &StoredAnswer,
        differences: &mut Vec<String>,
    ) -> Result<InForce> {
        let answer = &stored.answer;
        let who = format!("policy {} {}", answer.name, answer.version);
        let mut policy = InForce {
            id: Some(stored.policy_id),
            name: answer.name.clone(),
            version: answer.version.clone(),
            rego: String::new(),
            digest: Some(answer.digest),
        };
        let Some(found) = self.get(stored.policy_id).await? else {
            differences.push(format!("{who} is gone"));
            return Ok(policy);
        };
        let digest = Sha256::of(&[found.rego.as_bytes()]);
        if digest != answer.digest {
            differences.push(format!(
                "the text of {who} was changed: its digest was {}, and is {digest}",
                answer.digest
            ));
        }
        if found.summary.digest != answer.digest {
            differences.push(format!(
                "the stored digest of {who} was changed: it was {}, and is {}",
                answer.digest, found.summary.digest
            ));
        }
        if (&found.summary.name, found.summary.version.to_string())
            != (&answer.name, answer.version.clone())
        {
            let (name, version) = (&found.summary.name, &found.summary.version);
            differences.push(format!("{who} is called {name} {version} now"));
        }
        policy.rego = found.rego;
        Ok(policy)
    }
}

fn document(
    operation: &'static str,
    decision: &DecisionRow,
    given: Option<Value>,
    differences: &mut Vec<String>,
) -> Result<Option<Document>> {
    let invalid = |reason: String| Error::invalid(operation)(InvalidInput::new("input", reason));
    let given = match given {
        Some(json) => {
            let document = Document::new(json).map_err(Error::invalid(operation))?;
            if document.digest() != decision.input_digest {
                return Err(invalid(format!(
                    "is not what was decided about: its digest is {}, expected {}",
                    document.digest(),
                    decision.input_digest
                )));
            }
            Some(document)
        }
        None => None,
    };
    let stored = match &decision.input {
        Some(json) => match Document::new(json.clone()) {
            Ok(document) if document.digest() == decision.input_digest => Some(document),
            Ok(document) => {
                differences.push(format!(
                    "the stored input was changed: its digest was {}, and is {}",
                    decision.input_digest,
                    document.digest()
                ));
                None
            }
            Err(error) => {
                differences.push(format!("the stored input was changed: {error}"));
                None
            }
        },
        None if given.is_none() => {
            let reason = "the workspace keeps no contents; give what was decided about";
            return Err(invalid(reason.to_owned()));
        }
        None => None,
    };
    Ok(given.or(stored))
}

/// The risk of the version that was asked about, as it was then.
fn risk_in(document: &Value) -> RiskTier {
    let told = document.pointer("/version/risk_tier").and_then(Value::as_str);
    told.and_then(|word| word.parse().ok()).unwrap_or(RiskTier::High)
}

fn compare(then: &DecisionRow, now: &Decision, differences: &mut Vec<String>) {
    for (stored, answer) in then.policies.iter().zip(&now.policies) {
        let who = format!("policy {} {}", stored.answer.name, stored.answer.version);
        differ_in_effect(&who, stored.answer.effect, answer.effect, differences);
        if stored.answer.reasons != answer.reasons {
            differences.push(format!(
                "{who}: the reasons were {}, and are {}",
                listed(&stored.answer.reasons),
                listed(&answer.reasons)
            ));
        }
    }
    differ_in_effect("the decision", then.effect, now.effect, differences);
    if then.reasons != now.reasons {
        differences.push(format!(
            "the decision: the reasons were {}, and are {}",
            listed(&then.reasons),
            listed(&now.reasons)
        ));
    }
}

fn differ_in_effect(
    who: &str,
    then: PolicyEffect,
    now: PolicyEffect,
    differences: &mut Vec<String>,
) {
    if then != now {
        differences.push(format!("{who}: the effect was {then}, and is {now}"));
    }
}

fn listed(reasons: &[String]) -> String {
    format!("[{}]", reasons.join("; "))
}
