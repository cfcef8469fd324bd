use std::{sync::Arc, time::Duration};

use agentflow_core::{
    InvalidInput,
    hash::Sha256,
    ids::PolicyDecisionId,
    policy::{Answer, Decision, Document, Limits, PolicyEffect, together},
    workflow::RiskTier,
};
use serde::Serialize;
use serde_json::{Value, json};

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
    /// What did not: each with what it was and what it is. Also what cannot be compared, and why: an answer for which there was
    /// no time.
    pub differences: Vec<String>,
    /// What would be decided now. Absent where what was asked about is not what it was.
    pub now: Option<Decision>,
}

impl Policies {
    /// Asks the policies of a decision once more, the same versions in the same order, about the same, and compares. Where what
    /// the run is given is not kept, `input` must be that, unless it was nothing or `{}`; with the rest, which is stored, it must
    /// have the digest that it had.
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
                let (now, differ) = self.once_more(&decision, policies.into(), document).await;
                differences.extend(differ);
                Some(now)
            }
            None => None,
        };
        Ok(Replay { same: differences.is_empty(), differences, decision, now })
    }

    /// What is decided now, and where that differs.
    async fn once_more(
        &self,
        then: &DecisionRow,
        policies: Arc<[InForce]>,
        document: Document,
    ) -> (Decision, Vec<String>) {
        let risk = risk_in(document.json());
        let limits = Limits { time: PATIENCE, ..Limits::default() };
        if then.input.is_none() {
            // As where contents are not kept; or they were, and their time was over.
            let private = document.clone().private();
            let now = self.ask(Arc::clone(&policies), risk, private, limits).await.0;
            let differences = compare(then, &now);
            if differences.is_empty() {
                return (now, differences);
            }
        }
        let now = self.ask(policies, risk, document, limits).await.0;
        let differences = compare(then, &now);
        (now, differences)
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
    let join = |input| Document::join(decision.context.clone(), input);
    let given = match given {
        Some(input) => {
            let document = join(input).map_err(Error::invalid(operation))?;
            if document.digest() != decision.input_digest {
                return Err(invalid(format!(
                    "is not what was decided about, or the stored context was changed: with it the digest is {}, expected {}",
                    document.digest(),
                    decision.input_digest
                )));
            }
            Some(document)
        }
        None => None,
    };
    let stored = match &decision.input {
        Some(input) => match join(input.clone()) {
            Ok(document) if document.digest() == decision.input_digest => Some(document),
            Ok(document) => {
                differences.push(format!(
                    "what is stored of the question was changed: its digest was {}, and is {}",
                    decision.input_digest,
                    document.digest()
                ));
                None
            }
            Err(error) => {
                differences.push(format!("what is stored of the question was changed: {error}"));
                None
            }
        },
        // JSON's null is as if it were not there, and whoever gives nothing often gives an empty object.
        None if given.is_none() => {
            let mut nothing = [Value::Null, json!({})].into_iter().filter_map(|it| join(it).ok());
            if let Some(nothing) = nothing.find(|it| it.digest() == decision.input_digest) {
                return Ok(Some(nothing));
            }
            let reason = "it is not kept, or not any more; give what the run was given";
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

fn compare(then: &DecisionRow, now: &Decision) -> Vec<String> {
    let mut differences = Vec::new();
    let mut answers = Vec::new();
    for (stored, answer) in then.policies.iter().map(|it| &it.answer).zip(&now.policies) {
        let who = format!("policy {} {}", stored.name, stored.version);
        let stopped = (stored.was_stopped(), answer.was_stopped());
        match stopped {
            (false, false) => {
                differ_in_effect(&who, stored.effect, answer.effect, &mut differences);
                differ_in_reasons(&who, &stored.reasons, &answer.reasons, &mut differences);
            }
            // Then and now there was not enough time: how much there was is no difference.
            (true, true) => {}
            (true, false) | (false, true) => differences.push(not_comparable(&who, stored, answer)),
        }
        // What says nothing about the policy is taken as it was, so that the rest can still be compared.
        let is_stopped = stopped.0 || stopped.1;
        answers.push(if is_stopped { stored.clone() } else { answer.clone() });
    }
    // Without any policy the risk decided.
    let now = together(&answers).unwrap_or_else(|| (now.effect, now.reasons.clone()));
    differ_in_effect("the decision", then.effect, now.0, &mut differences);
    differ_in_reasons("the decision", &then.reasons, &now.1, &mut differences);
    differences
}

/// An answer for which there was no time says nothing about the policy, and does not look like one that somebody changed.
fn not_comparable(who: &str, then: &Answer, now: &Answer) -> String {
    let told =
        |it: &Answer| if it.was_stopped() { listed(&it.reasons) } else { it.effect.to_string() };
    format!(
        "{who}: not comparable, for the time it takes depends on the machine: the answer was {}, and is {}",
        told(then),
        told(now)
    )
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

fn differ_in_reasons(who: &str, then: &[String], now: &[String], differences: &mut Vec<String>) {
    if then != now {
        let (then, now) = (listed(then), listed(now));
        differences.push(format!("{who}: the reasons were {then}, and are {now}"));
    }
}

fn listed(reasons: &[String]) -> String {
    format!("[{}]", reasons.join("; "))
}
