//! The state machines in docs/runs.md are those of the program.

use std::{
    fmt::{Display, Write},
    fs,
    path::Path,
};

use agentflow::{
    approvals::ApprovalStatus,
    runs::{RunStatus, StepStatus},
};

/// A table as it stands in the document: one row for each status, one column for each that may follow.
fn table<S: Copy + PartialEq + Display>(first: &[S], all: &[S], transitions: &[(S, S)]) -> String {
    let mut text = "| from | to |\n|---|---|\n".to_owned();
    let names = |statuses: Vec<S>| {
        let names: Vec<_> = statuses.iter().map(|it| format!("`{it}`")).collect();
        if names.is_empty() { "nothing: it is for ever".to_owned() } else { names.join(", ") }
    };
    writeln!(text, "| (new) | {} |", names(first.to_vec())).unwrap();
    for status in all {
        let next = transitions.iter().filter(|(from, _)| from == status).map(|(_, to)| *to);
        writeln!(text, "| `{status}` | {} |", names(next.collect())).unwrap();
    }
    text
}

#[test]
fn the_state_machines_in_the_document_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runs.md");
    let document = fs::read_to_string(path).unwrap();
    for (title, expected) in [
        ("A run", table(RunStatus::FIRST, RunStatus::ALL, RunStatus::TRANSITIONS)),
        ("A step", table(StepStatus::FIRST, StepStatus::ALL, StepStatus::TRANSITIONS)),
        (
            "A request for approval",
            table(ApprovalStatus::FIRST, ApprovalStatus::ALL, ApprovalStatus::TRANSITIONS),
        ),
    ] {
        let heading = format!("### {title}\n\n");
        let (_, behind) = document.split_once(&heading).unwrap_or_else(|| panic!("no {title}"));
        assert!(behind.starts_with(&expected), "{title} should be\n{expected}");
    }
}
