//! How many compiled policies are evaluated in a second, by one thread and by two: one policy that both share, and one for each
//! thread, which shares nothing.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

#[path = "../../agentflow/benches/support/record.rs"]
mod figures;

use std::{
    hint::black_box,
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use agentflow_core::policy::{Document, Limits, Policy, PolicyEffect};
use serde_json::json;

const SMALL: &str = r#"package small

default effect := "allow"

effect := "deny" if input.workspace.region != "eu-west-1"
"#;

const TYPICAL: &str = r#"package typical

trusted := {"anthropic", "openai"}

over(limit) if input.input.amount > limit

default effect := "allow"

effect := "deny" if {
	not input.version.model.provider in trusted
}

else := "require_approval" if {
	over(500)
	not "approver" in input.principal.roles
}

reasons contains sprintf("%v is more than 500", [input.input.amount]) if over(500)

reasons contains sprintf("%s is not trusted", [input.version.model.provider]) if {
	not input.version.model.provider in trusted
}

reasons contains sprintf("%s is too much", [item.name]) if {
	some item in input.input.items
	item.price > 400
}
"#;

fn document() -> Document {
    let items: Vec<_> =
        (0..10).map(|n| json!({ "name": format!("item {n}"), "price": 50 * n })).collect();
    let document = json!({
        "tenant": "01890a5d-ac96-774b-bcce-b302099a8057",
        "workspace": { "id": "01890a5d-ac96-774b-bcce-b302099a8058", "name": "Finance", "region": "eu-west-1" },
        "workflow": { "id": "01890a5d-ac96-774b-bcce-b302099a8059", "name": "Refunds" },
        "version": { "id": "01890a5d-ac96-774b-bcce-b302099a805a", "version": "1.2.3", "risk_tier": "high",
                     "digest": "00", "model": { "provider": "anthropic", "model": "claude-sonnet-4.5" } },
        "input": { "amount": 750.5, "items": items },
        "principal": { "id": "01890a5d-ac96-774b-bcce-b302099a805b", "type": "human", "roles": ["operator"] },
        "time": "2026-11-21T04:41:00Z",
    });
    Document::new(document).unwrap()
}

/// Evaluations in a second, all threads together.
fn rate(policies: &[&Policy], seconds: f64) -> f64 {
    let document = document();
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let barrier = Barrier::new(policies.len() + 1);
    thread::scope(|scope| {
        for policy in policies {
            scope.spawn(|| {
                barrier.wait();
                let mut own = 0;
                while !stop.load(Ordering::Relaxed) {
                    black_box(policy.evaluate(black_box(&document), &Limits::default()));
                    own += 1;
                }
                done.fetch_add(own, Ordering::Relaxed);
            });
        }
        barrier.wait();
        let began = Instant::now();
        thread::sleep(Duration::from_secs_f64(seconds));
        stop.store(true, Ordering::Relaxed);
        began.elapsed()
    });
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let done = done.load(Ordering::Relaxed) as f64;
    done / seconds
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, seconds) = if quick { (2, 0.2) } else { (5, 1.0) };
    println!(
        "{:<10} {:>12} {:>16} {:>18}   evaluations a second, median",
        "policy", "1 thread", "2, one policy", "2, one each"
    );
    figures::title("policies evaluated");
    for (name, text) in [("small", SMALL), ("typical", TYPICAL)] {
        let began = Instant::now();
        let one = Policy::compile(name, text).unwrap();
        let compiling = began.elapsed();
        let other = Policy::compile(name, text).unwrap();
        let effect = one.evaluate(&document(), &Limits::default()).effect;
        assert_ne!(effect, PolicyEffect::Deny);
        let median = |policies: &[&Policy]| {
            let mut rates: Vec<_> = (0..rounds).map(|_| rate(policies, seconds)).collect();
            rates.sort_by(f64::total_cmp);
            rates[rounds / 2]
        };
        let [alone, shared, apart] = [&[&one][..], &[&one, &one], &[&one, &other]].map(median);
        for (how, rate) in [("1 thread", alone), ("2, one policy", shared), ("2, one each", apart)]
        {
            figures::measured(&format!("{name}, {how}"), [rate; 3], "/s");
        }
        println!(
            "{name:<10} {alone:>12.0} {shared:>16.0} {apart:>18.0}   compiled in {compiling:?}"
        );
    }
}
