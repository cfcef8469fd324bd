//! Writes figures down for `cargo xtask bench`, one JSON object a line, into the file that `AF_BENCH_RECORD` names.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each benchmark uses a part of this"
)]

use std::{fs::OpenOptions, io::Write, sync::Mutex};

use serde_json::{Value, json};

/// What the lines that follow are about.
static TITLE: Mutex<String> = Mutex::new(String::new());

pub fn title(title: &str) {
    title.clone_into(&mut TITLE.lock().unwrap());
}

/// Median, first and last tenth of the samples of one thing.
pub fn measured(name: &str, [median, low, high]: [f64; 3], unit: &str) {
    write(json!({ "name": name, "unit": unit, "median": median, "p10": low, "p90": high }));
}

/// A figure beside its target.
pub fn judged(name: &str, value: f64, target: f64, more_is_better: bool, met: bool) {
    let sign = if more_is_better { "≥" } else { "≤" };
    write(json!({ "name": name, "value": value, "target": target, "sign": sign, "met": met }));
}

fn write(mut line: Value) {
    let Some(path) = std::env::var_os("AF_BENCH_RECORD") else { return };
    line["title"] = TITLE.lock().unwrap().clone().into();
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}
