use std::path::Path;

use serde_json::json;

use crate::support::Sandbox;

/// Two days, two models, a level, and calls; the newest is years old, so that nothing depends on the day.
fn used() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    let workspace =
        sandbox.made(&["workspace", "create", "main"])["id"].as_str().unwrap().to_owned();
    let event = |key: u8, time: &str, rest: &str| {
        format!(
            "{{\"key\":\"{key}\",\"workspace_id\":\"{workspace}\",\"occurred_at\":\"{time}\",{rest}}}\n"
        )
    };
    let tokens = |name: &str, model: &str, quantity: u32| {
        format!(
            "\"metric_type\":\"llm_tokens\",\"metric_name\":\"{name}\",\"model\":\"{model}\",\"quantity\":{quantity}"
        )
    };
    let lines = [
        event(1, "2026-03-01T10:00:00Z", &tokens("input_tokens", "gpt-4o", 1_200_000)),
        event(2, "2026-03-01T11:00:00Z", &tokens("output_tokens", "gpt-4o", 300_000)),
        event(3, "2026-03-03T10:00:00Z", &tokens("input_tokens", "claude, \\\"sonnet\\\"", 40_000)),
        event(
            4,
            "2026-03-03T10:00:00Z",
            "\"metric_type\":\"connector_calls\",\"metric_name\":\"calls\",\"tool\":\"jira\",\"quantity\":7",
        ),
        event(
            5,
            "2026-03-03T23:00:00Z",
            "\"metric_type\":\"storage_bytes\",\"metric_name\":\"files\",\"quantity\":5000",
        ),
    ];
    sandbox.write("prices.yaml", "{ effective_from: 2026-01-01T00:00:00Z, prices: [{ metric_type: llm_tokens, cents: 100, per: 1000000 }] }");
    sandbox.made(&["price", "publish", "prices.yaml"]);
    let told = sandbox.told(&["usage", "record"], lines.concat());
    assert_eq!(told.code, 0, "{told:?}");
    sandbox
}

const SPAN: [&str; 4] = ["--from", "2026-03-01", "--to", "2026-03-04"];

fn report(more: &[&str]) -> Vec<String> {
    ["usage", "report"].iter().chain(&SPAN).chain(more).map(|it| (*it).to_owned()).collect()
}

fn run(sandbox: &Sandbox, more: &[&str]) -> crate::support::Told {
    let arguments = report(more);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    sandbox.told(&arguments, "")
}

#[test]
fn usage_is_reported_by_windows_and_groups() {
    let sandbox = used();
    let told = run(&sandbox, &["--by", "model"]);
    let expected = "\
From 2026-03-01T00:00:00Z to before 2026-03-04T00:00:00Z (UTC)

WINDOW      MODEL             EVENTS  TOKENS     IN         OUT      CALLS  BYTES  MINUTES  CENTS
2026-03-01  gpt-4o            2       1,500,000  1,200,000  300,000                         150.00
2026-03-03  claude, \"sonnet\"  1       40,000     40,000                                     4.00
2026-03-03                    2                                      7      5,000           0.00

In all: 154.00 cents.
";
    assert_eq!(told.stdout, expected);
    assert!(told.stderr.contains("1 event has no price. `af price publish FILE`"), "{told:?}");
    let told = run(
        &sandbox,
        &[
            "--by",
            "workspace,metric",
            "--period",
            "total",
            "--metric",
            "input_tokens",
            "--output",
            "json",
        ],
    );
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["rows"][0]["workspace"], "main");
    assert_eq!(told["rows"][0]["quantity"], "1240000");
    assert_eq!((&told["rows"][0]["unit"], &told["unpriced_events"]), (&json!("tokens"), &json!(0)));
    assert_eq!((&told["period"], told["rows"].as_array().unwrap().len()), (&json!("total"), 1));
    let once = run(&sandbox, &["--by", "model,model", "--metric", "llm_tokens/input_tokens"]);
    let columns: Vec<_> = once.stdout.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(columns[..3], ["WINDOW", "MODEL", "EVENTS"]);
    assert!(once.stdout.contains("In all: 124.00 cents."), "{once:?}");
    let unknown = run(&sandbox, &["--metric", "tokens/input_tokens"]);
    assert!(unknown.code == 2 && unknown.contains("`tokens` is no type"), "{unknown:?}");
    let year = sandbox.told(&["usage", "report", "--from", "2026"], "");
    assert!(year.code == 2 && year.contains("`2026` has no unit"), "{year:?}");
    let told = run(&sandbox, &["--by", "user", "--tool", "jira"]);
    assert!(told.stdout.contains("2026-03-03        1"), "{told:?}");
    let told = run(&sandbox, &["--workspace", "main", "--model", "gpt-5"]);
    assert!(told.stdout.ends_with("nothing was used.\n"), "{told:?}");
    assert_eq!(run(&sandbox, &["--workspace", "mian"]).code, 1);
    assert_eq!(run(&sandbox, &["--by", "planet"]).code, 2);
    assert_eq!(run(&sandbox, &["--csv", "--output", "json"]).code, 2);
}

#[test]
fn comma_separated_values_can_be_read_again() {
    let sandbox = used();
    let told = run(&sandbox, &["--by", "model", "--csv", "--quiet"]);
    let expected = "\
start,end,model,events,tokens,input_tokens,output_tokens,connector_calls,api_calls,storage_bytes,compute_minutes,cost_in_cents,unpriced_events\r
2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,gpt-4o,2,1500000,1200000,300000,0,0,0,0,150,0\r
2026-03-03T00:00:00Z,2026-03-04T00:00:00Z,\"claude, \"\"sonnet\"\"\",1,40000,40000,0,0,0,0,0,4,0\r
2026-03-03T00:00:00Z,2026-03-04T00:00:00Z,,2,0,0,0,7,0,5000,0,0,1\r
";
    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), (expected, ""));
}

#[test]
fn bars_fit_the_terminal_and_need_no_unicode() {
    let sandbox = used();
    for (name, locale, more) in [
        ("chart-days", "C.UTF-8", &["--measure", "tokens"][..]),
        ("chart-models", "en_US.utf8", &["--by", "model", "--period", "total"]),
        ("chart-plain", "C.UTF-8", &["--by", "model", "--plain", "--measure", "tokens"]),
        ("chart-ascii", "C", &["--measure", "calls"]),
    ] {
        let arguments = report(more);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut command = sandbox.af(&arguments);
        command.env("COLUMNS", "60").env("LC_ALL", locale).args(["--chart", "--quiet"]);
        let output = command.assert().success().get_output().stdout.clone();
        let shown = String::from_utf8(output).unwrap();
        assert_eq!(shown.is_ascii(), locale == "C" || name == "chart-plain", "{shown}");
        assert!(shown.lines().skip(1).all(|line| line.chars().count() <= 60), "{shown}");
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/usage/{name}.txt"));
        if std::env::var_os("AF_UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &shown).unwrap();
        }
        let golden = std::fs::read_to_string(&file).unwrap();
        assert_eq!(shown, golden.replace("\r\n", "\n"), "{name}");
    }
    assert_eq!(run(&sandbox, &["--measure", "tokens"]).code, 2);
}

#[test]
fn usage_is_summed_up_and_rated_anew() {
    let sandbox = used();
    assert_eq!(sandbox.text(&["usage", "refresh"]), "Summed up 4 hours of workspaces.\n");
    assert_eq!(sandbox.made(&["usage", "refresh"])["hours"], 0);
    sandbox.write("more.json", r#"{"effective_from": "2026-03-02T00:00:00Z", "prices": [{"metric_type": "connector_calls", "cents": 3}, {"metric_type": "llm_tokens", "cents": 1, "per": 10000}]}"#);
    sandbox.made(&["price", "publish", "more.json"]);
    let rerate = ["usage", "rerate", "--from", "2026-03-01", "--to", "2026-04-01"];
    let told = sandbox.text(&[&rerate[..], &["--dry-run"]].concat());
    assert_eq!(
        told,
        "Of 4 events, 2 would change: they would cost 175.00 cents in all, and 154.00 before.\n"
    );
    let told = sandbox.made(&rerate);
    let expected = json!({
        "events": 4, "changed": 2, "before_cents": "154", "after_cents": "175", "unpriced": 0, "too_costly": 0, "dry_run": false
    });
    assert_eq!(told, expected);
    assert_eq!(sandbox.newest().1, "usage.rerated");
    // Left as it was summed up, and then not.
    let stale = run(&sandbox, &["--period", "total", "--stale"]);
    assert!(stale.stdout.contains("In all: 154.00 cents."), "{stale:?}");
    let fresh = run(&sandbox, &["--period", "total"]);
    assert!(fresh.stdout.contains("In all: 175.00 cents."), "{fresh:?}");
    assert_eq!(sandbox.text(&rerate), "Nothing changes: 4 events cost 175.00 cents.\n");
    assert_eq!(
        sandbox.failed(&["usage", "rerate", "--from", "2026-04-01", "--to", "2026-03-01"]),
        ("invalid_input".into(), 1)
    );
}

#[test]
fn months_are_made_ahead_and_dropped_when_asked_to() {
    let sandbox = used();
    let made = sandbox.made(&["usage", "maintain", "--ahead", "1"]);
    assert_eq!(made["created"].as_array().unwrap().len(), 2);
    assert_eq!(made["dropped"], json!([]));
    assert_eq!((&made["hours"], &made["reservations"]), (&json!(4), &json!(0)));
    assert_eq!(sandbox.failed(&["usage", "maintain", "--keep", "0"]), ("usage".into(), 2));
    let dropped = sandbox.text(&["usage", "maintain", "--keep", "0", "--yes"]);
    assert!(dropped.contains("Dropped:            2026-03, 2026-04\n"), "{dropped}");
    assert!(dropped.contains("Keys forgotten:     5\n"), "{dropped}");
    let told = run(&sandbox, &["--period", "total"]);
    assert!(told.stdout.contains("In all: 154.00 cents."), "{told:?}");
    let told = run(&sandbox, &["--by", "run"]);
    assert!(told.contains("kept in summaries only"), "{told:?}");
}
