use std::fs;

use serde_json::json;

use super::USUAL;
use crate::support::Sandbox;

#[test]
fn what_is_in_the_baseline_is_known_and_what_is_gone_is_told() {
    let sandbox = Sandbox::migrated();
    let doctor = ["doctor", "--baseline", "doctor.txt"];
    let write = [&doctor[..], &["--write-baseline"]].concat();
    let (told, code) = sandbox.json(&doctor);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
    sandbox.sql("CREATE TABLE stray (id int PRIMARY KEY)");
    let known = format!("# of the project\n\n# for the importer\nAF115 public.stray\n{USUAL}");
    sandbox.write("doctor.txt", known);
    let (report, code) = sandbox.json(&doctor);
    assert_eq!((code, &report["errors"]), (0, &json!(0)), "{report}");
    sandbox.sql("GRANT TRUNCATE ON workspaces TO af_app");
    let (report, code) = sandbox.json(&doctor);
    // The rule and the start.
    assert_eq!((code, &report["errors"]), (1, &json!(2)), "{report}");
    let (report, code) = sandbox.json(&write);
    assert_eq!((&report["errors"], code), (&json!(0), 0), "{report}");
    let path = sandbox.path().join("doctor.txt");
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# of the project\n\n# for the importer\nAF115 public.stray\n"),
        "{text}"
    );
    assert!(text.contains("\nAF405 public.workspaces: TRUNCATE for af_app\n"), "{text}");
    let mut lines: Vec<_> = text.lines().filter(|it| it.starts_with("AF")).collect();
    let written = lines.clone();
    lines.sort_unstable();
    assert_eq!(lines, written, "sorted");

    let (report, code) = sandbox.json(&doctor);
    assert_eq!((&report["status"], code), (&json!("success"), 0), "{report}");
    assert!(report["findings"].as_array().unwrap().iter().all(|it| it["known"] == true));
    // One is mended, another one comes.
    sandbox.sql("REVOKE TRUNCATE ON workspaces FROM af_app; GRANT TRUNCATE ON teams TO af_app");
    let (report, code) = sandbox.json(&doctor);
    assert_eq!(code, 1);
    let gone = report["gone"].as_array().unwrap();
    assert!(gone.contains(&json!("AF405 public.workspaces: TRUNCATE for af_app")), "{report}");
    // What was not looked at is not gone.
    let few = [&doctor[..], &["--rule", "AF101"]].concat();
    assert_eq!(sandbox.json(&few).0["gone"], json!([]));
    sandbox.text(&write);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("public.workspaces") && text.contains("AF405 public.teams"), "{text}");
    assert!(text.contains("# for the importer\nAF115"), "{text}");
    sandbox.write("doctor.txt", "AF405\n");
    let (told, code) = sandbox.json(&doctor);
    assert_eq!(code, 2);
    assert!(told["error"]["message"].as_str().unwrap().contains("doctor.txt:1"), "{told}");
}

#[test]
fn what_is_accepted_of_a_role_or_a_table_hides_nothing_else_of_it() {
    let sandbox = Sandbox::migrated();
    sandbox.sql(
        "GRANT TRUNCATE ON workspaces TO af_app; CREATE TABLE \"esc\nx\" (id int PRIMARY KEY)",
    );
    let doctor = ["doctor", "--baseline", "doctor.txt"];
    sandbox.text(&[&doctor[..], &["--write-baseline"]].concat());
    assert_eq!(sandbox.json(&doctor).1, 0);
    sandbox.sql(
        "GRANT TRIGGER ON workspaces TO af_app; CREATE TABLE \"esc\\u{a}x\" (id int PRIMARY KEY)",
    );
    let (report, code) = sandbox.json(&doctor);
    let new: Vec<_> =
        report["findings"].as_array().unwrap().iter().filter(|it| it["known"] == false).collect();
    let objects: Vec<_> = new.iter().map(|it| it["object"].as_str().unwrap()).collect();
    assert_eq!(code, 1, "{report}");
    assert!(objects.contains(&"public.\"esc\\u{a}x\""), "{objects:?}");
    assert!(objects.contains(&"public.workspaces: TRIGGER for af_app"), "{objects:?}");
    assert!(!objects.contains(&"public.\"esc\nx\""), "{objects:?}");
    let shown = sandbox.told(&doctor, "").stdout;
    assert!(shown.contains("public.\"esc\\u{5c}u{a}x\""), "{shown}");
}

#[test]
fn a_baseline_that_cannot_be_one_is_named_and_ends_with_2() {
    let sandbox = Sandbox::bare();
    sandbox.write("folder/x", "");
    sandbox.write("bytes.txt", [0xff, 0xfe, 0x41]);
    sandbox.write("unknown.txt", "\u{feff}# ours\n\nAF101 public.a\nAF199 public.b\n");
    for (file, wanted) in [
        ("folder", "folder cannot be a baseline: it is a directory"),
        ("bytes.txt", "bytes.txt cannot be a baseline: it is not text in UTF-8"),
        ("unknown.txt", "unknown.txt:4: there is no rule AF199"),
    ] {
        for write in [&[][..], &["--write-baseline"]] {
            let (told, code) = sandbox.json(&[&["doctor", "--baseline", file], write].concat());
            let message = told["error"]["message"].as_str().unwrap();
            assert!(code == 2 && message.ends_with(wanted), "{code} {told}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_baseline_that_never_ends_is_refused_before_it_is_opened() {
    let sandbox = Sandbox::bare();
    let pipe = sandbox.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for file in ["pipe", "/dev/zero"] {
        for write in [&[][..], &["--write-baseline"]] {
            let (told, code) = sandbox.json(&[&["doctor", "--baseline", file], write].concat());
            let message = told["error"]["message"].as_str().unwrap();
            let wanted = format!("{file} cannot be a baseline: it is a pipe, socket or device");
            assert_eq!((message, code), (wanted.as_str(), 2), "{told}");
        }
    }
}

#[test]
fn a_name_that_is_empty_is_refused() {
    let sandbox = Sandbox::bare();
    for option in ["--schema", "--global", "--rule", "--tenant-column", "--setting", "--app-role"] {
        let (told, code) = sandbox.json(&["doctor", option, ""]);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{option} {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_baseline_that_is_a_link_stays_one() {
    let sandbox = Sandbox::migrated();
    sandbox.write("shared/doctor.txt", "# ours\n\n");
    let link = sandbox.path().join("doctor.txt");
    std::os::unix::fs::symlink("shared/doctor.txt", &link).unwrap();
    sandbox.text(&["doctor", "--baseline", "doctor.txt", "--write-baseline"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let text = fs::read_to_string(sandbox.path().join("shared/doctor.txt")).unwrap();
    assert!(text.starts_with("# ours\n\nAF"), "{text}");
}
