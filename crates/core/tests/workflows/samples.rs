//! Random definitions, and the many ways to write one.

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Map, Value, json};

pub(crate) fn source(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn one<'a, T>(random: &mut StdRng, of: &'a [T]) -> &'a T {
    &of[random.random_range(0..of.len())]
}

/// A definition without mistakes, with every field sometimes there and sometimes not.
pub(crate) fn definition(random: &mut StdRng) -> Value {
    let count = random.random_range(1..7);
    let names: Vec<String> = (0..count).map(|n| format!("step-{n}")).collect();
    let steps: Vec<_> = (0..count).map(|index| step(random, index, &names)).collect();
    let mut members = Map::new();
    members.insert("version".into(), (*one(random, &["1.0.0", "0.3.1-rc.1", "2.1.0+b7"])).into());
    members.insert("steps".into(), steps.into());
    for (name, values) in [
        ("name", vec![json!("Refunds"), json!("Mahnungen für Überfällige")]),
        ("description", vec![json!(""), json!("Pays: back, # not a comment")]),
        ("risk_tier", vec![json!("low"), json!("high")]),
        ("planner", vec![json!("static")]),
        ("timeout", vec![json!("90s"), json!("1h")]),
        ("template_version_constraint", vec![json!("^1.2"), json!(">=1, <3")]),
        (
            "input",
            vec![
                json!({ "type": "object", "properties": { "total": { "type": "number" } } }),
                json!(true),
            ],
        ),
        (
            "model",
            vec![
                json!({ "provider": "anthropic", "model": "m" }),
                json!({ "provider": "openai", "model": "m", "allow_fallback": true, "parameters": { "t": 0.5 } }),
            ],
        ),
    ] {
        if random.random() {
            members.insert(name.into(), one(random, &values).clone());
        }
    }
    Value::Object(members)
}

fn step(random: &mut StdRng, index: usize, names: &[String]) -> Value {
    let kind = *one(random, &["llm_call", "connector_action", "approval_gate", "branch"]);
    let mut members = Map::new();
    members.insert("name".into(), names[index].clone().into());
    members.insert("type".into(), kind.into());
    if index > 0 && random.random() {
        members.insert("needs".into(), json!([one(random, &names[..index])]));
    }
    let mut targets = names[index + 1..].to_vec();
    targets.push("end".into());
    let optional = match kind {
        "connector_action" => {
            members.insert("tool".into(), (*one(random, &["bank", "Écrire"])).into());
            vec!["with", "retry", "timeout"]
        }
        "llm_call" => vec!["agent", "with", "retry", "timeout"],
        "approval_gate" => {
            vec!["with", "subject", "approvers", "risk_tier", "expires_after", "on_expiry"]
        }
        _ => {
            let case = |random: &mut StdRng| {
                let when =
                    *one(random, &["input.total > 100", "input.a == \"x: y\" || has(input.b)"]);
                json!({ "when": when, "goto": one(random, &targets) })
            };
            let cases: Vec<_> = (0..random.random_range(1..3)).map(|_| case(random)).collect();
            members.insert("cases".into(), cases.into());
            vec!["else"]
        }
    };
    for name in optional {
        if random.random() {
            let value = match name {
                "else" => json!(one(random, &targets)),
                _ => one(random, &values_of(name)).clone(),
            };
            members.insert(name.into(), value);
        }
    }
    Value::Object(members)
}

fn values_of(field: &str) -> Vec<Value> {
    match field {
        "with" => vec![
            json!({}),
            json!({ "text": "a\nb \"c\" # d", "n": 1.5, "list": [1, null, true, "no", { "x": [] }] }),
        ],
        "retry" => vec![
            json!({}),
            json!({ "max_attempts": 3, "backoff": "2s" }),
            json!({ "max_backoff": "1m", "multiplier": 1.5 }),
        ],
        "agent" => vec![json!("ada"), json!("bob-2")],
        "approvers" => vec![json!(1), json!(2)],
        "risk_tier" => vec![json!("low"), json!("medium")],
        "on_expiry" => vec![json!("reject"), json!("approve")],
        "subject" => vec![json!("May we?"), json!("yes")],
        _ => vec![json!("60s"), json!("1h30m")],
    }
}

/// The same document in YAML: keys in any order, blocks or flows, texts with or without quotes, comments.
pub(crate) fn yaml(random: &mut StdRng, document: &Value) -> String {
    let mut text = String::from(*one(random, &["", "# A comment\n", "---\n", "%YAML 1.2\n---\n"]));
    block(random, document, 0, &mut text);
    text
}

fn block(random: &mut StdRng, value: &Value, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for key in shuffled(random, members) {
                text.extend([pad.as_str(), &scalar(random, &json!(key)), ":"]);
                member(random, &members[&key], indent, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.extend([pad.as_str(), "-"]);
                member(random, item, indent, text);
            }
        }
        other => text.extend([pad.as_str(), &flow(random, other), "\n"]),
    }
}

fn member(random: &mut StdRng, value: &Value, indent: usize, text: &mut String) {
    let is_long = matches!(value, Value::Object(it) if !it.is_empty())
        || matches!(value, Value::Array(it) if !it.is_empty());
    if is_long && random.random_bool(0.7) {
        text.extend([*one(random, &["\n", "  # here\n", "\n\n"])]);
        let deeper = random.random_range(1..5);
        block(random, value, indent + deeper, text);
        return;
    }
    let flow = flow(random, value);
    text.extend([" ", &flow, *one(random, &["", " # why", "   "]), "\n"]);
}

fn flow(random: &mut StdRng, value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = shuffled(random, members).into_iter().map(|key| {
                let value = flow(random, &members[&key]);
                format!("{}: {value}", scalar(random, &json!(key)))
            });
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(random, item)).collect();
            format!("[{}]", items.join(", "))
        }
        other => scalar(random, other),
    }
}

fn scalar(random: &mut StdRng, value: &Value) -> String {
    match value {
        Value::String(text) => {
            let is_plain = text.starts_with(|it: char| it.is_ascii_lowercase())
                && text.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it))
                && !["true", "false", "null"].contains(&text.as_str());
            match random.random_range(0..3) {
                0 if is_plain => text.clone(),
                1 if !text.contains(['\n', '\'']) => format!("'{text}'"),
                _ => value.to_string(),
            }
        }
        Value::Null => (*one(random, &["null", "~"])).to_owned(),
        other => other.to_string(),
    }
}

fn shuffled(random: &mut StdRng, members: &Map<String, Value>) -> Vec<String> {
    let mut keys: Vec<_> = members.keys().cloned().collect();
    keys.shuffle(random);
    keys
}

/// The same document in JSON, with keys in any order and blanks anywhere.
pub(crate) fn json_text(random: &mut StdRng, value: &Value) -> String {
    let blank = *one(random, &["", " ", "\n  "]);
    match value {
        Value::Object(members) => {
            let members = shuffled(random, members).into_iter().map(|key| {
                format!("{blank}{}:{blank}{}", json!(key), json_text(random, &members[&key]))
            });
            format!("{{{}{blank}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| json_text(random, item)).collect();
            format!("[{blank}{}]", items.join(","))
        }
        other => other.to_string(),
    }
}
