//! Rules, and what they read, in words.

use agentflow::core::rules::{Read, Rule};
use serde_json::Value;

use crate::output::{facts, table};

/// `User.age, total`; "nothing" when there is none.
pub(super) fn listed(paths: &[String]) -> String {
    if paths.is_empty() { "nothing".to_owned() } else { paths.join(", ") }
}

pub(super) fn activity(active: bool) -> &'static str {
    if active { "active" } else { "inactive" }
}

/// A rule as it is stored.
pub(super) fn rule(rule: &Rule) -> String {
    let spec = &rule.spec;
    let mut facts = facts(&[
        ("Rule", spec.name.clone()),
        ("ID", rule.id.to_string()),
        ("Status", activity(spec.active).to_owned()),
        ("Created", format!("{:.0}", rule.created_at)),
        ("Updated", format!("{:.0}", rule.updated_at)),
    ]);
    facts.push_str("\n\n");
    facts.push_str(&indented(&spec.expression));
    facts
}

/// An expression of one or several lines, moved in.
pub(super) fn indented(expression: &str) -> String {
    expression.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// What was read, with its values.
pub(super) fn reads(read: &[Read]) -> String {
    table(&["READ", "VALUE"], read.iter().map(|it| vec![it.path.clone(), value(it)]))
}

/// What was read, in one line.
pub(super) fn reads_in_line(read: &[Read]) -> String {
    read.iter().map(|it| format!("{} = {}", it.path, value(it))).collect::<Vec<_>>().join(", ")
}

fn value(read: &Read) -> String {
    match (&read.fault, &read.value) {
        (Some(fault), _) => format!("({fault})"),
        (None, None) => "(missing)".to_owned(),
        (None, Some(Value::String(text))) => format!("{text:?}"),
        (None, Some(value)) => value.to_string(),
    }
}

/// An expression whose lines are joined.
pub(super) fn in_one_line(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}
