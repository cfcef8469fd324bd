use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Content;
use crate::{
    InvalidInput, InvalidInputs,
    rules::{Fault, Problems, Program},
    workflow::{Branch, Target, WorkflowDefinition, language},
};

/// What the steps that are done put out, by their names.
pub type Outputs = BTreeMap<String, Content>;

/// Why a branch cannot say which step is next.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoChoice {
    /// A condition reads what is not kept.
    #[error(
        "the condition of case {case} reads {what}, of which only size and hash are kept: the workspace keeps no contents, and \
         the worker that had it is gone; set data_persistence_mode to full, or let no approval and no retry come in between"
    )]
    NotKept {
        /// Which case of the branch, from 1.
        case: usize,
        /// What it reads.
        what: String,
    },
    /// A condition came to no answer.
    #[error("the condition of case {case} came to no answer: {fault}")]
    Fault {
        /// Which case of the branch, from 1.
        case: usize,
        /// What happened.
        fault: Fault,
    },
    /// A condition does not compile.
    #[error("the condition of case {case} does not compile: {problems}")]
    NotCompiled {
        /// Which case of the branch, from 1.
        case: usize,
        /// What is wrong with it.
        problems: Problems,
    },
    /// The contents cannot be read.
    #[error("the conditions cannot be asked: {0}")]
    Unreadable(InvalidInput),
    /// There is no language to read conditions in.
    #[error("the conditions cannot be read: {0}")]
    NoLanguage(InvalidInputs),
}

impl NoChoice {
    /// The same for a place that keeps no contents: which case and what kind of fault, and nothing of what it read.
    pub fn without_values(&self) -> String {
        match self {
            Self::Fault { case, fault } => format!(
                "the condition of case {case} came to no answer: {} (of what, is not kept)",
                fault.kind.words()
            ),
            Self::Unreadable(_) => {
                "the conditions cannot be asked: the input or an output is not what they can read"
                    .to_owned()
            }
            // These are about the definition.
            Self::NotKept { .. } | Self::NotCompiled { .. } | Self::NoLanguage(_) => {
                self.to_string()
            }
        }
    }
}

/// Where a branch goes: where its first case says whose condition holds, else where `else` says. In conditions, `input` is the
/// input of the run and `steps.<name>.output` what a step put out; steps that were not done are not there.
///
/// Conditions are asked in their order, and none behind the first that holds. One that came to no answer decides nothing, and
/// so does one that reads what is not kept: what is missing would look as if it never was.
///
/// Takes the time of a processor, up to some tenths of a second.
pub fn choose(branch: &Branch, input: &Content, outputs: &Outputs) -> Result<Target, NoChoice> {
    let language = language().map_err(NoChoice::NoLanguage)?;
    let steps = outputs.iter().filter_map(|(name, output)| {
        Some((name.clone(), json!({ "output": output.value.as_ref()? })))
    });
    let steps: Map<String, Value> = steps.collect();
    let input_value = match &input.value {
        Some(value @ Value::Object(_)) => value.clone(),
        // Of the run's own making: conditions find nothing in it.
        _ => json!({}),
    };
    let facts = language.facts(&json!({ "input": input_value, "steps": steps }));
    let facts = facts.map_err(NoChoice::Unreadable)?;
    for (case, it) in (1..).zip(&branch.cases) {
        let program = language.compile(&it.when);
        let program = program.map_err(|problems| NoChoice::NotCompiled { case, problems })?;
        if let Some(what) = not_kept(&program, input, outputs) {
            return Err(NoChoice::NotKept { case, what });
        }
        let holds = program.evaluate(&facts).map_err(|fault| NoChoice::Fault { case, fault })?;
        if holds {
            return Ok(it.goto.clone());
        }
    }
    Ok(branch.otherwise.clone())
}

/// The first thing a condition may read that is there and not kept.
fn not_kept(program: &Program, input: &Content, outputs: &Outputs) -> Option<String> {
    let is_lost = |content: &Content| content.value.is_none() && content.digest.is_some();
    for path in program.reads() {
        let mut segments = path.split('.');
        match (segments.next(), segments.next()) {
            (Some("input"), _) if is_lost(input) => return Some("the input of the run".to_owned()),
            (Some("steps"), Some(name)) if outputs.get(name).is_some_and(is_lost) => {
                return Some(format!("the output of step `{name}`"));
            }
            // Whatever it reads of them, as `steps["a-b"]` does: it may be any.
            (Some("steps"), None) => {
                if let Some((name, _)) = outputs.iter().find(|(_, output)| is_lost(output)) {
                    return Some(format!("outputs of steps, and that of `{name}` is one"));
                }
            }
            _ => {}
        }
    }
    None
}

/// The place of the step behind that at `index`, both from 0. None behind the last.
pub fn next_after(definition: &WorkflowDefinition, index: usize) -> Option<usize> {
    let next = index.checked_add(1)?;
    (next < definition.steps.len()).then_some(next)
}

/// The place of the step where a branch goes, from 0. None at the end.
pub fn place_of(definition: &WorkflowDefinition, target: &Target) -> Option<usize> {
    match target {
        Target::Step(name) => definition.step(name).map(|(index, _)| index),
        Target::End => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rules::FaultKind,
        run::ContentDigest,
        workflow::{Case, WorkflowFile},
    };

    fn kept(value: Value) -> Content {
        Content { digest: ContentDigest::of("it", &value).ok(), value: Some(value) }
    }

    fn lost(value: &Value) -> Content {
        Content { digest: ContentDigest::of("it", value).ok(), value: None }
    }

    fn branch(cases: &[(&str, &str)]) -> Branch {
        let case = |(when, goto): &(&str, &str)| Case {
            when: (*when).to_owned(),
            goto: (*goto).to_owned().into(),
        };
        Branch { cases: cases.iter().map(case).collect(), otherwise: Target::End }
    }

    fn step(name: &str) -> Target {
        Target::Step(name.to_owned())
    }

    #[test]
    fn the_first_condition_that_holds_decides() {
        let branch = branch(&[
            ("input.amount > 1000", "ask"),
            ("steps.check.output.ok && input.amount > 10", "pay"),
            ("steps.check.output.ok", "log"),
        ]);
        let at = |amount: i64, ok: bool| {
            let outputs = Outputs::from([("check".to_owned(), kept(json!({ "ok": ok })))]);
            choose(&branch, &kept(json!({ "amount": amount })), &outputs)
        };
        assert_eq!(at(2_000, false), Ok(step("ask")));
        assert_eq!(at(20, true), Ok(step("pay")));
        assert_eq!(at(2, true), Ok(step("log")));
        assert_eq!(at(2, false), Ok(Target::End));
    }

    #[test]
    fn steps_that_were_not_done_are_not_there_and_others_with_odd_names_are() {
        let branch =
            branch(&[("has(steps.skipped)", "wrong"), ("steps[\"a-b\"].output.n == 3", "right")]);
        let outputs = Outputs::from([("a-b".to_owned(), kept(json!({ "n": 3 })))]);
        assert_eq!(choose(&branch, &kept(json!({})), &outputs), Ok(step("right")));
    }

    #[test]
    fn a_condition_without_an_answer_stops_the_branch() {
        let branch = branch(&[("false", "never"), ("input.amount > 10", "pay")]);
        let error = choose(&branch, &kept(json!({})), &Outputs::new()).unwrap_err();
        assert!(matches!(error, NoChoice::Fault { case: 2, .. }), "{error}");
        assert!(error.to_string().contains("input.amount"), "{error}");
    }

    #[test]
    fn without_values_a_fault_is_told_by_its_case_and_its_kind() {
        let outputs = Outputs::from([("one".to_owned(), kept(json!({ "x": "SECRET-4711" })))]);
        for (when, kind) in [
            ("int(steps.one.output.x) > 100", FaultKind::Argument),
            ("steps.one.output[steps.one.output.x] == 1", FaultKind::Missing),
            ("steps.one.output.x > 3", FaultKind::Type),
        ] {
            let error = choose(&branch(&[(when, "on")]), &kept(json!({})), &outputs).unwrap_err();
            let NoChoice::Fault { fault, .. } = &error else { panic!("{when}: {error}") };
            let told = error.without_values();
            assert!(told.starts_with("the condition of case 1 came to no answer: "), "{told}");
            assert!(told.contains(kind.words()) && fault.kind == kind, "{when}: {fault:?}");
            assert!(!told.contains("SECRET"), "{told}");
        }
    }

    #[test]
    fn what_is_not_kept_is_named_and_does_not_look_as_if_it_never_was() {
        let outputs = Outputs::from([
            ("check".to_owned(), lost(&json!({ "ok": true }))),
            ("seen".to_owned(), kept(json!(1))),
        ]);
        let whole = kept(json!({ "amount": 1 }));
        let error = |when: &str, input: &Content| {
            let branch = branch(&[(when, "on")]);
            choose(&branch, input, &outputs).map_err(|error| error.to_string())
        };
        for when in ["has(steps.check)", "steps.check.output.ok", "steps[\"check\"].output.ok"] {
            let told = error(when, &whole).unwrap_err();
            assert!(told.contains("`check`") && told.contains("full"), "{when}: {told}");
        }
        assert_eq!(error("steps.seen.output == 1", &whole), Ok(step("on")));
        let told = error("input.amount == 1", &lost(&json!({}))).unwrap_err();
        assert!(told.contains("the input of the run"), "{told}");
        assert_eq!(error("1 == 1", &lost(&json!({}))), Ok(step("on")));
    }

    #[test]
    fn what_is_not_kept_matters_only_up_to_the_case_that_decides() {
        let branch = branch(&[("input.fast", "log"), ("steps.check.output.ok", "pay")]);
        let outputs = Outputs::from([("check".to_owned(), lost(&json!({})))]);
        assert_eq!(choose(&branch, &kept(json!({ "fast": true })), &outputs), Ok(step("log")));
    }

    #[test]
    fn steps_follow_each_other_and_targets_have_places() {
        let text = "version: 1.0.0\nsteps:\n  - { name: a, type: llm_call }\n  - { name: b, type: llm_call }\n";
        let definition = WorkflowFile::parse(text).unwrap().definition;
        assert_eq!((next_after(&definition, 0), next_after(&definition, 1)), (Some(1), None));
        assert_eq!(next_after(&definition, usize::MAX), None);
        assert_eq!(place_of(&definition, &step("b")), Some(1));
        assert_eq!(place_of(&definition, &Target::End), None);
    }
}
