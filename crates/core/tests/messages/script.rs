//! `docs/verify-envelope.py` shares no code with this crate, and must agree with it.

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use agentflow_core::envelope::SealedEnvelope;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::samples::{envelope, plain};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify-envelope.py");

/// The exit code of the program and the ids it calls bad; `None` without Python.
fn verify(input: &str) -> Option<(i32, BTreeSet<String>)> {
    let child = Command::new("python3")
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        no_python();
        return None;
    };
    // It reads everything before it writes anything, so this cannot block.
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("Traceback"), "{stderr}");
    let ids = String::from_utf8(output.stdout).unwrap();
    let ids = ids.lines().map(|line| line.split_once(": ").unwrap().0.to_owned()).collect();
    Some((output.status.code().unwrap(), ids))
}

/// Says that a test shows nothing, on the stream that is not captured. Where all tests must run, that is a failure.
fn no_python() {
    assert!(std::env::var_os("CI").is_none(), "there is no python3, and CI must not go without it");
    let _ =
        writeln!(std::io::stderr(), "SKIPPED: there is no python3 to run docs/verify-envelope.py");
}

/// Random sealed envelopes as contracts, always the same.
fn contracts(count: usize) -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let strategy = envelope();
    (0..count)
        .map(|_| {
            let envelope = strategy.new_tree(&mut runner).unwrap().current();
            serde_json::to_value(envelope.seal().unwrap()).unwrap()
        })
        .collect()
}

fn lines(contracts: &[Value]) -> String {
    contracts.iter().flat_map(|contract| [contract.to_string(), "\n".to_owned()]).collect()
}

/// One change to a contract: of the content, of the hash, or of its form.
fn damage(contract: &mut Value, way: usize) {
    let id = contract["id"].clone();
    match way % 8 {
        0 => contract["payload"] = json!([contract["payload"]]),
        1 => contract["metadata"]["added"] = json!(1e300),
        2 => {
            contract["cost"]["dollars"] =
                json!(contract["cost"]["dollars"].as_f64().unwrap() + 1e300);
        }
        3 => contract["ts"] = json!("2000-01-01T00:00:00.000001Z"),
        4 => {
            contract["envelope_hash"] =
                json!(contract["envelope_hash"].as_str().unwrap().to_uppercase() + "A");
        }
        5 => drop(contract.as_object_mut().unwrap().remove("envelope_hash")),
        6 => contract["payload"] = json!({ "n": 9_007_199_254_740_993_u64, "id": id }),
        _ => contract["from"] = json!(contract["from"].as_str().unwrap().to_owned() + " "),
    }
}

#[test]
fn an_independent_program_computes_the_same_hashes() {
    let contracts = contracts(3_000);
    let Some((code, bad)) = verify(&lines(&contracts)) else { return };
    assert_eq!((code, bad), (0, BTreeSet::new()));
    let array = Value::Array(contracts).to_string();
    assert_eq!(verify(&array).unwrap(), (0, BTreeSet::new()), "as an array");
}

#[test]
fn an_independent_program_finds_the_same_bad_messages() {
    let mut contracts = contracts(1_200);
    for (number, contract) in contracts.iter_mut().enumerate() {
        // What is not part of the contract is not hashed.
        contract["feedback"] = json!({ "rating": "positive" });
        if number % 3 == 0 {
            damage(contract, number / 3);
        }
    }
    let Some((code, bad)) = verify(&lines(&contracts)) else { return };
    let ours: BTreeSet<_> = contracts
        .iter()
        .filter(|contract| {
            let mut contract = (*contract).clone();
            contract.as_object_mut().unwrap().remove("feedback");
            SealedEnvelope::open(&contract.to_string()).is_err()
        })
        .map(|contract| contract["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ours.len(), 400);
    assert_eq!((code, bad), (1, ours));
}

/// Rounded, both integers are the same double and so give the hash of the first.
#[test]
fn an_independent_program_does_not_round_integers() {
    let sealed = plain().with_payload(json!({ "n": 1_u64 << 53 })).seal().unwrap();
    let json = serde_json::to_string(&sealed).unwrap();
    let other = json.replace("9007199254740992", "9007199254740993");
    assert!(other != json && SealedEnvelope::open(&other).is_err());
    let Some((code, bad)) = verify(&format!("{json}\n{other}\n")) else { return };
    assert_eq!((code, bad.len()), (1, 1));
    assert_eq!(verify(&json).unwrap().0, 0);
}

/// The same double, so the same hash: only the digits tell.
#[test]
fn an_independent_program_finds_digits_that_are_not_hashed() {
    let sealed = plain().with_payload(json!({ "n": 0.1, "big": 1e21 })).seal().unwrap();
    let json = serde_json::to_string(&sealed).unwrap();
    let Some((code, _)) = verify(&json) else { return };
    assert_eq!(code, 0);
    for good in ["0.10", "1e-1", "10.0E-2", "0.100000000000000000000"] {
        let other = json.replace("0.1", good);
        assert!(other != json);
        assert_eq!(verify(&other).unwrap().0, 0, "{good}");
    }
    for bad in ["0.1000000000000000055", "0.10000000000000001", "100000000000000005551e-21"] {
        assert_eq!(verify(&json.replace("0.1", bad)).unwrap().0, 1, "{bad}");
    }
    // Whoever exported it is believed when it says that a message is bad, and only then.
    let doubted = json.replacen('{', "{\"fault\":\"odd\",", 1);
    assert_eq!(verify(&doubted).unwrap().0, 1);
}

#[test]
fn an_independent_program_says_that_it_cannot_read_its_input() {
    let Some((code, _)) = verify("{\"id\":") else { return };
    assert_eq!(code, 2);
    assert_eq!(verify("{\"a\":1,\"a\":1}").unwrap().0, 2, "a key that occurs twice");
}
