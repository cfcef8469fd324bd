//! `docs/verify-bundle.py` shares no code with this crate, and must agree with it about all that a bundle proves. It is
//! short, and so it lets pass some spellings that this crate refuses.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use agentflow_core::audit::bundle::BundleError;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::{
    changed::{self, Kind},
    meaning::Meaning,
    random::{POOL, bundle_bytes, verdict},
    samples::{Log, OTHER_TENANT, TENANT, key, sample, verify},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify-bundle.py");

/// Calls the program's own function for many bundles in one process, each as a line with its length, and its bytes.
const MANY: &str = r#"
import io, runpy, sys
verify = runpy.run_path(sys.argv[1])["verify"]
data, at = sys.stdin.buffer.read(), 0
while at < len(data):
    end = data.index(b"\n", at) + 1
    bundle, at = data[end : end + int(data[at:end])], end + int(data[at:end])
    try:
        verify(io.BytesIO(bundle), sys.argv[2])
        print("proved")
    except Exception as error:
        print("no:", ascii(str(error)))
"#;

/// What the program says of each bundle; `None` without Python.
fn verdicts(bundles: &[Vec<u8>]) -> Option<Vec<String>> {
    let key = key().verifying_key().to_string();
    let child = Command::new("python3")
        .args(["-c", MANY, SCRIPT, &key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no python3");
        return None;
    };
    // It reads everything before it writes anything, so this cannot block.
    let mut input = child.stdin.take().unwrap();
    for bundle in bundles {
        writeln!(input, "{}", bundle.len()).unwrap();
        input.write_all(bundle).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let verdicts = String::from_utf8(output.stdout).unwrap();
    Some(verdicts.lines().map(str::to_owned).collect())
}

#[test]
fn an_independent_program_proves_every_bundle_that_was_written() {
    let bundles: Vec<_> = POOL.bundles.iter().map(|bundle| bundle.clone().into_bytes()).collect();
    let Some(verdicts) = verdicts(&bundles) else { return };
    assert_eq!(verdicts.len(), bundles.len());
    for (verdict, bundle) in verdicts.iter().zip(&POOL.bundles) {
        assert_eq!(verdict, "proved", "{bundle}");
    }
}

#[test]
fn an_independent_program_refuses_every_change_of_meaning() {
    let changed = changed::all();
    let bundles: Vec<_> = changed.iter().map(|changed| changed.bundle.clone()).collect();
    let Some(verdicts) = verdicts(&bundles) else { return };
    assert_eq!(verdicts.len(), changed.len());
    let unexpected: Vec<_> = (changed.iter().zip(&verdicts))
        .filter(|(changed, verdict)| (*verdict == "proved") != (changed.kind == Kind::Spelling))
        .map(|(changed, verdict)| format!("{}, {:?}: {verdict}", changed.name, changed.kind))
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

/// So that nothing is let pass above for being marked wrongly.
#[test]
fn what_is_marked_as_another_spelling_means_the_same() {
    let original = Meaning::of(sample().as_bytes()).unwrap();
    for changed in changed::all() {
        if changed.kind == Kind::Spelling {
            assert_eq!(Meaning::of(&changed.bundle).unwrap(), original, "{}", changed.name);
            let error = verify(&changed.bundle).unwrap_err();
            assert!(matches!(error, BundleError::Malformed { .. }), "{}: {error}", changed.name);
        }
    }
}

#[test]
fn an_independent_program_is_short() {
    let program = std::fs::read_to_string(SCRIPT).unwrap();
    assert!(program.lines().count() < 100, "{} lines", program.lines().count());
    assert!(program.lines().all(|line| line.len() <= 120));
}

#[test]
fn an_independent_program_agrees_about_the_meaning_of_bundles_changed_at_random() {
    let count = std::env::var("AF_TEST_CASES")
        .map_or(100, |text| text.parse::<usize>().expect("AF_TEST_CASES") / 20);
    let (mut runner, strategy) = (TestRunner::deterministic(), bundle_bytes());
    let bundles: Vec<_> =
        (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let Some(verdicts) = verdicts(&bundles) else { return };
    assert_eq!(verdicts.len(), count);
    let mut misspelled = 0;
    for (said, bundle) in verdicts.iter().zip(&bundles) {
        let (ours, text) = (verify(bundle), String::from_utf8_lossy(bundle));
        assert_eq!(ours.is_ok(), verdict(bundle), "{ours:?}\n{text}");
        if said == "proved" && matches!(ours, Err(BundleError::Malformed { .. })) {
            let is_so = Meaning::of(bundle).is_some_and(|meaning| meaning.is_so());
            assert!(is_so, "{said}: {ours:?}\n{text}");
            misspelled += 1;
        } else {
            assert_eq!(said == "proved", ours.is_ok(), "{said}: {ours:?}\n{text}");
        }
    }
    println!("{misspelled} of {count} were misspelled, and proved by the other program");
}

/// The exit code and all that is printed; `None` without Python.
fn run(name: &str, bundle: &str, key: &str) -> Option<(i32, String)> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bundle).unwrap();
    let output = Command::new("python3").arg(SCRIPT).arg(&path).arg(key).output();
    std::fs::remove_file(&path).unwrap();
    let Ok(output) = output else {
        println!("skipped: there is no python3");
        return None;
    };
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.code().unwrap(), String::from_utf8(text).unwrap()))
}

#[test]
fn an_independent_program_tells_its_verdict_by_its_exit_code() {
    let ours = key().verifying_key().to_string();
    let Some((code, text)) = run("proved.bundle", &sample(), &ours) else { return };
    let expected = format!("proved: 3 of 9 entries of tenant {TENANT}; 6 left out\n");
    assert_eq!((code, text), (0, expected));

    let edited = sample().replace("\"seq\":6", "\"seq\":5");
    let (code, text) = run("edited.bundle", &edited, &ours).unwrap();
    let expected = "NOT PROVED: the entries are not those that were signed\n";
    assert_eq!((code, text.as_str()), (1, expected));

    // The key of the tenant's own log serves as well; that of another tenant does not.
    let named = |tenant: &str| {
        let origin = Log::new(tenant, 0).checkpoint(0).origin;
        key().verifying_key().named(origin).to_string()
    };
    assert_eq!(run("tenant.bundle", &sample(), &named(TENANT)).unwrap().0, 0);
    assert_eq!(run("other.bundle", &sample(), &named(OTHER_TENANT)).unwrap().0, 1);
    let typo = ours.replacen("audit", "odit", 1);
    assert_eq!(run("typo.bundle", &sample(), &typo).unwrap().0, 1);
    let id = format!("{:08x}", key().verifying_key().id());
    let typo = ours.replacen(&id, "00000000", 1);
    assert_eq!(run("id.bundle", &sample(), &typo).unwrap().0, 1);
}
