//! Runs in words.

use agentflow::runs::{AskedApproval, Content, Run, StepRow, Timeline, ToolCallRow};
use jiff::{SignedDuration, Timestamp};

use crate::output::{counted, facts, table, thousands};

/// How much of a content is shown, in characters.
const SHOWN: usize = 120;

pub(super) fn run(run: &Run) -> String {
    facts(&facts_of(run))
}

fn facts_of(run: &Run) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let trigger = match &run.trigger_ref {
        Some(words) => format!("{}: {words}", run.trigger_type),
        None => run.trigger_type.to_string(),
    };
    let taken = run.started_at.zip(run.finished_at);
    vec![
        ("Run", run.id.to_string()),
        ("Workflow", format!("{} {}", run.workflow_name, run.version)),
        ("Status", run.status.to_string()),
        ("Because", text(&run.error)),
        ("Trigger", trigger),
        ("For", run.triggered_by.map(|id| id.to_string()).unwrap_or_default()),
        ("Key", text(&run.idempotency_key)),
        ("Input", content(&run.input)),
        ("Output", content(&run.output)),
        ("Accepted", format!("{:.0}", run.created_at)),
        ("Took", taken.map(|(from, to)| lasting(from, to)).unwrap_or_default()),
    ]
}

pub(super) fn timeline(timeline: &Timeline) -> String {
    let mut about = facts_of(&timeline.run);
    let cost = timeline.cost_in_cents.as_ref().map(|cents| format!("{cents} ct"));
    about.push(("Cost", cost.unwrap_or_default()));
    let steps = timeline.steps.iter().map(|step| {
        vec![
            step.name.clone(),
            step.kind.to_string(),
            step.status.to_string(),
            attempts(step),
            step.started_at
                .zip(step.finished_at)
                .map(|(from, to)| lasting(from, to))
                .unwrap_or_default(),
            step.error.clone().unwrap_or_else(|| content(&step.output)),
        ]
    });
    let steps = table(&["STEP", "TYPE", "STATUS", "ATTEMPTS", "TOOK", "OUTCOME"], steps);
    let events = events(timeline)
        .into_iter()
        .map(|event| vec![format!("{:.3}", event.at), event.place.to_owned(), event.what]);
    let events = table(&["WHEN", "STEP", "WHAT"], events);
    format!("{}\n\n{steps}\n\n{events}", facts(&about))
}

/// How often it was tried, and how often its worker was lost.
fn attempts(step: &StepRow) -> String {
    if step.started_at.is_none() {
        return String::new();
    }
    let attempts = (step.retry_count + step.interruptions + 1).to_string();
    match step.interruptions {
        0 => attempts,
        lost => format!("{attempts}, {} lost", counted(lost, "worker", "workers")),
    }
}

struct Event<'a> {
    at: Timestamp,
    place: &'a str,
    what: String,
}

/// What happened, the earliest first.
fn events(timeline: &Timeline) -> Vec<Event<'_>> {
    let run = &timeline.run;
    let mut events = vec![Event { at: run.created_at, place: "", what: "accepted".to_owned() }];
    if let Some(decision) = &timeline.decision {
        let what = format!("policies: {}; {}", decision.effect, decision.reasons.join("; "));
        events.push(Event { at: decision.created_at, place: "", what });
    }
    for asked in &timeline.approvals {
        events.extend(of_approval(asked));
    }
    for step in &timeline.steps {
        let of = |at: Option<Timestamp>, what: &str| {
            at.map(|at| Event { at, place: &step.name, what: what.to_owned() })
        };
        events.extend(of(step.started_at, "begun"));
        events.extend(of(step.finished_at, step.status.as_str()));
    }
    for call in &timeline.tool_calls {
        let step = timeline.steps.iter().find(|step| step.id == call.step_id);
        let place = step.map_or("", |step| &step.name);
        let at = call.started_at.unwrap_or(call.created_at);
        events.push(Event { at, place, what: of_call(call) });
    }
    // Within an instant they stand as they were put here: what began before what ended.
    events.sort_by_key(|event| event.at);
    if let Some(at) = run.finished_at {
        events.push(Event { at, place: "", what: run.status.to_string() });
    }
    events
}

fn of_approval(asked: &AskedApproval) -> Vec<Event<'_>> {
    let request = &asked.request;
    let place = request.step_name.as_deref().unwrap_or_default();
    let needed = counted(request.required_approvers, "approval", "approvals");
    let what = format!("asked: {} ({needed} needed)", request.subject);
    let mut events = vec![Event { at: request.created_at, place, what }];
    for decision in &asked.decisions {
        let mut what = format!("{} by {}", decision.decision, decision.decided_by_name);
        if decision.payload_changes.is_some() {
            what.push_str(", with changes");
        }
        if let Some(reason) = &decision.reason {
            what = format!("{what}: {reason}");
        }
        events.push(Event { at: decision.decided_at, place, what });
    }
    if let Some(at) = request.finished_at {
        events.push(Event { at, place, what: format!("request {}", request.status) });
    }
    events
}

fn of_call(call: &ToolCallRow) -> String {
    let mut parts = Vec::new();
    let usage = &call.usage;
    parts.extend(usage.input_tokens.map(|it| format!("{} tokens in", thousands(it))));
    parts.extend(usage.output_tokens.map(|it| format!("{} tokens out", thousands(it))));
    parts.extend(usage.cost_in_cents.as_ref().map(|it| format!("{} ct", plain_number(it))));
    parts.extend(call.error.as_ref().map(|it| format!("failed: {it}")));
    let told = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("attempt {} called {}{told}", call.attempt, call.tool_name)
}

/// Without zeros that say nothing.
fn plain_number(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// The content where it is kept, else what is known of it.
fn content(content: &Content) -> String {
    match (&content.value, &content.digest) {
        (Some(value), _) => {
            let text = value.to_string();
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        }
        (None, Some(digest)) => {
            let sha256 = digest.sha256.to_string();
            format!("{}, SHA-256 {:.12}…", counted(digest.bytes, "byte", "bytes"), sha256)
        }
        (None, None) => String::new(),
    }
}

fn lasting(from: Timestamp, to: Timestamp) -> String {
    let taken = to.duration_since(from).max(SignedDuration::ZERO);
    let millis = taken.as_millis();
    if millis < 10_000 { format!("{millis} ms") } else { format!("{} s", millis / 1000) }
}
