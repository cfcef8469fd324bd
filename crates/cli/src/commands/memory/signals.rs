//! What was found, and why, in words.

use agentflow::memory::{Adjustment, Explained, Found, MemoryStatus, Signal};

use super::text::{age, first_line};
use crate::{
    output::{Output, table},
    plain,
};

/// The score, what it is, and its first line; with `explains`, how the score came about.
pub(super) fn told(found: &Found, explains: bool, output: &Output) -> String {
    let memory = &found.memory;
    let mut head = format!(
        "{}  {}  {}",
        output.bold(&format!("{:.3}", found.score)),
        memory.memory_type,
        age(memory.created_at)
    );
    if memory.is_pinned {
        head.push_str("  pinned");
    }
    if memory.status == MemoryStatus::Disputed {
        head = format!("{head}  {}", output.bad("disputed"));
    }
    let mut lines = vec![
        format!("{head}  {}", output.dim(&memory.id.to_string())),
        format!("  {}", first_line(&memory.content)),
    ];
    if !memory.tags.is_empty() {
        let tags: Vec<_> = memory.tags.iter().map(|tag| format!("#{}", plain::word(tag))).collect();
        lines.push(format!("  {}", tags.join(" ")));
    }
    if explains {
        lines.extend(explained(&found.signals).lines().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}

/// Each signal's value × weight = part, and what changed their sum.
fn explained(signals: &Explained) -> String {
    let rows = [
        ("semantic", signals.semantic),
        ("recency", signals.recency),
        ("importance", signals.importance),
        ("continuity", signals.continuity),
        ("relationship", signals.relationship),
    ];
    let sum: f64 = rows.iter().map(|(_, signal)| signal.part).sum();
    let mut text =
        table(&["SIGNAL", "VALUE", "WEIGHT", "PART"], rows.map(|(name, signal)| row(name, signal)));
    text = format!("{text}\nsum {sum:.4}");
    for adjustment in &signals.adjusted {
        text = format!("{text}, {}", rule(*adjustment));
    }
    format!("{text}\n{}", relevance(signals))
}

fn row(name: &str, Signal { value, weight, part }: Signal) -> Vec<String> {
    vec![name.to_owned(), format!("{value:.4}"), format!("× {weight}"), format!("= {part:.4}")]
}

fn rule(adjustment: Adjustment) -> &'static str {
    match adjustment {
        Adjustment::PinnedFloor => "but it is pinned: at least 0.95",
        Adjustment::Identity => "but it is identity: 1",
        Adjustment::DisputedHalf => "and it is disputed: half of that",
    }
}

/// Which list has it, and where.
fn relevance(signals: &Explained) -> String {
    let mut parts = Vec::new();
    if let (Some(rank), Some(similarity)) = (signals.vector_rank, signals.similarity) {
        parts.push(format!("{rank}. by vector (similarity {similarity:.4})"));
    }
    if let (Some(rank), Some(score)) = (signals.text_rank, signals.text_score) {
        parts.push(format!("{rank}. by words (score {score:.3})"));
    }
    if parts.is_empty() {
        parts.push("found by what it is related to".to_owned());
    }
    format!("{}; relevance {:.4}", parts.join(", "), signals.relevance)
}
