//! The canonical JSON writer against the crate that the tests take as their oracle.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

#[path = "../../agentflow/benches/support/record.rs"]
mod figures;

use std::{hint::black_box, time::Instant};

use agentflow_core::canonical;
use serde_json::{Value, json};

fn event(number: usize) -> Value {
    json!({
        "action": "workflow.step_completed", "actor_id": format!("agent-{number:04}"), "actor_type": "agent",
        "details": { "step": number % 20, "cost": 0.25, "tags": ["a", "b"],
                     "note": "the quick brown fox jumps over the lazy dog \u{e9}\n" },
        "id": "01890a5d-ac96-774b-bcce-b302099a8057", "occurred_at": "2026-11-21T04:41:00.000000Z",
        "resource_id": format!("run-{number:06}"), "resource_type": "workflow_run", "source": "api",
        "status": "success",
    })
}

/// Nanoseconds for one call, of many.
fn nanoseconds(calls: u32, mut call: impl FnMut() -> usize) -> f64 {
    let began = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn quantile(samples: &mut [f64], tenths: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[(samples.len() - 1) * tenths / 10]
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 5 } else { 25 };
    println!(
        "{:<12} {:>8} {:>26} {:>26} {:>8}",
        "value", "bytes", "ours, ns (p10, p90)", "oracle, ns (p10, p90)", "ratio"
    );
    figures::title("canonical JSON");
    for size in [1, 20, 500] {
        let value = if size == 1 { event(7) } else { Value::Array((0..size).map(event).collect()) };
        let ours = || canonical::to_string(black_box(&value), "value").unwrap().len();
        let oracle = || serde_json_canonicalizer::to_string(black_box(&value)).unwrap().len();
        assert_eq!(ours(), oracle());
        let calls = u32::try_from(40_000 / size).unwrap();
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            own.push(nanoseconds(calls, ours));
            other.push(nanoseconds(calls, oracle));
        }
        let figures = |name: &str, samples: &mut [f64]| {
            let [low, median, high] = [1, 5, 9].map(|tenths| quantile(samples, tenths));
            figures::measured(&format!("{size} events, {name}"), [median, low, high], "ns");
            (median, format!("{median:.0} ({low:.0}, {high:.0})"))
        };
        let ((own, own_text), (other, other_text)) =
            (figures("ours", &mut own), figures("the oracle", &mut other));
        let ratio = other / own;
        figures::judged(&format!("{size} events, times faster"), ratio, 4.0, true, ratio >= 4.0);
        let verdict = if ratio >= 4.0 { "met" } else { "MISSED" };
        println!(
            "{:<12} {:>8} {own_text:>26} {other_text:>26} {ratio:>8.2}  target >= 4: {verdict}",
            format!("{size} events"),
            ours()
        );
    }
}
