//! Canonical text and hash of an envelope of about 400 bytes, on one core. Target: 500,000 hashes a second.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

use std::hint::black_box;

use agentflow_core::envelope::{Cost, Envelope, EnvelopeHash, MessageType, SealedEnvelope};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

fn envelope() -> Envelope {
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let ts = "2026-11-21T04:41:00.123456Z".parse().unwrap();
    Envelope::new(id, "planner", "coder", MessageType::Response, ts)
        .with_trace(
            "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
            Some("00f067aa0ba902b7".parse().unwrap()),
        )
        .with_payload(json!({
            "role": "assistant", "model": "anthropic/claude-sonnet-4.5",
            "content": "The build is green again; the flaky test waited for a port that was taken.\n",
        }))
        .with_metadata("attempt", 1)
        .with_cost(Cost::new(184, 0.0027))
}

fn bench(criterion: &mut Criterion) {
    let envelope = envelope();
    let text = envelope.canonical().unwrap();
    let hash = EnvelopeHash::of_canonical(&text);
    let sealed = serde_json::to_string(&envelope.clone().seal().unwrap()).unwrap();
    println!("canonical text: {} bytes", text.len());

    let mut group = criterion.benchmark_group("envelope");
    group.throughput(Throughput::Elements(1));
    group
        .bench_function("canonical text", |b| b.iter(|| black_box(&envelope).canonical().unwrap()));
    group.bench_function("hash", |b| b.iter(|| black_box(&envelope).hash().unwrap()));
    group.bench_function("verify", |b| b.iter(|| black_box(&envelope).verify(&hash).unwrap()));
    group.bench_function("hash, one buffer", |b| {
        let mut buffer = String::new();
        b.iter(|| {
            buffer.clear();
            black_box(&envelope).write_canonical(&mut buffer).unwrap();
            EnvelopeHash::of_canonical(&buffer)
        });
    });
    group.bench_function("open sealed JSON", |b| {
        b.iter(|| SealedEnvelope::open(black_box(&sealed)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
