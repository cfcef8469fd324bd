//! A run always comes to an end.

use agentflow_core::workflow::{StepAction, Target, WorkflowDefinition, language};
use proptest::prelude::*;
use serde_json::{Value, json};

proptest! {
    /// Whatever names are written where: what is accepted only leads forward, and needs only what stands behind.
    #[test]
    fn no_accepted_definition_has_a_cycle(
        steps in prop::collection::vec((any::<bool>(), 0..9_usize, 0..9_usize, 0..9_usize), 1..8),
    ) {
        let name = |n: usize| if n == 8 { "end".to_owned() } else { format!("s{n}") };
        let document: Vec<Value> = steps.iter().enumerate().map(|(index, (branch, goto, otherwise, needs))| {
            let needs: Vec<_> = (*needs < 8).then(|| name(*needs)).into_iter().collect();
            if *branch {
                let cases = json!([{ "when": "input.x", "goto": name(*goto) }]);
                json!({ "name": name(index), "type": "branch", "needs": needs, "cases": cases, "else": name(*otherwise) })
            } else {
                json!({ "name": name(index), "type": "llm_call", "needs": needs })
            }
        }).collect();
        let is_forward = |index: usize, to: usize| to == 8 || (to > index && to < steps.len());
        let expected = steps.iter().enumerate().all(|(index, (branch, goto, otherwise, needs))| {
            (!branch || (is_forward(index, *goto) && is_forward(index, *otherwise))) && (*needs == 8 || *needs < index)
        });
        let read = WorkflowDefinition::from_value(json!({ "version": "1.0.0", "steps": document }));
        prop_assert_eq!(read.is_ok(), expected);
        let Ok(definition) = read else { return Ok(()) };
        for (index, step) in definition.steps.iter().enumerate() {
            for needed in &step.needs {
                prop_assert!(definition.step(needed).unwrap().0 < index);
            }
            if let StepAction::Branch(branch) = &step.action {
                for target in branch.cases.iter().map(|case| &case.goto).chain([&branch.otherwise]) {
                    if let Target::Step(name) = target {
                        prop_assert!(definition.step(name).unwrap().0 > index);
                    }
                }
            }
        }
    }
}

#[test]
fn a_condition_reads_the_input_and_what_steps_gave() {
    let definition = WorkflowDefinition::parse(
        "version: 1.0.0
steps:
  - { name: fetch, type: connector_action, tool: bank }
  - name: large
    type: branch
    cases: [{ when: input.limit < steps.fetch.output.total, goto: end }]
",
    )
    .unwrap();
    let StepAction::Branch(branch) = &definition.steps[1].action else { panic!("no branch") };
    let language = language().unwrap();
    let condition = language.compile(&branch.cases[0].when).unwrap();
    for (total, expected) in [(101, true), (100, false)] {
        let facts = json!({ "input": { "limit": 100 }, "steps": { "fetch": { "output": { "total": total } } } });
        assert_eq!(condition.evaluate(&language.facts(&facts).unwrap()), Ok(expected));
    }
}
