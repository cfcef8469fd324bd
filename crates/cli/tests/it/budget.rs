use serde_json::{Value, json};

use crate::support::Sandbox;

fn acme() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    sandbox
}

#[test]
fn a_budget_is_set_changed_listed_and_deleted() {
    let sandbox = acme();
    assert!(sandbox.text(&["budget", "list"]).contains("There are no budgets"));
    let zone = ["--period", "day", "--time-zone", "europe/berlin"];
    let made =
        sandbox.made(&[&["budget", "set", "llm", "--tokens", "1000000"][..], &zone].concat());
    assert_eq!(made["time_zone"], "Europe/Berlin");
    assert_eq!(
        (&made["enforcement"], &made["limits"]["tokens"]),
        (&json!("hard"), &json!(1_000_000))
    );
    let change = ["budget", "set", "llm", "--calls", "50", "--soft", "--threshold", "50,90"];
    let changed = sandbox.made(&change);
    assert_eq!(changed["id"], made["id"]);
    assert_eq!(changed["limits"], json!({"tokens": 1_000_000, "calls": 50, "cost_in_cents": null}));
    assert_eq!(
        (&changed["enforcement"], &changed["thresholds"]),
        (&json!("soft"), &json!([50, 90]))
    );
    assert_eq!(sandbox.newest().1, "budget.changed");
    let listed = sandbox.text(&["budget", "list"]);
    for part in ["llm", "soft", "tokens a day", "1,000,000", "calls a day"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let shown = sandbox.text(&["budget", "show", "llm"]);
    assert!(shown.contains("everything") && shown.contains("50% 90%"), "{shown}");
    let (told, code) = sandbox.json(&["budget", "set", "llm", "--period", "week"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4));
    let (told, code) = sandbox.json(&["budget", "show", "lm"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(
        sandbox.text(&["budget", "delete", "llm", "--yes"]).trim_end(),
        "Deleted budget llm."
    );
    assert_eq!(sandbox.made(&["budget", "list"]), json!([]));
}

#[test]
fn a_check_exits_1_when_a_budget_refuses() {
    let sandbox = acme();
    sandbox.made(&["budget", "set", "finance", "--workspace", "Finance", "--cost", "12.5"]);
    sandbox.made(&["budget", "set", "gpt", "--model", "gpt-*", "--tokens", "0", "--soft"]);
    let (check, code) =
        sandbox.json(&["budget", "check", "--cost", "13", "--workspace", "Finance"]);
    assert_eq!(code, 1);
    assert_eq!(
        (&check["refusals"][0]["name"], &check["refusals"][0]["allowed"]),
        (&json!("finance"), &json!("12.5"))
    );
    let (check, code) = sandbox.json(&["budget", "check", "--tokens", "1", "--model", "gpt-4"]);
    assert_eq!((check["warnings"][0]["name"].as_str(), code), (Some("gpt"), 0));
    let text = sandbox.text(&["budget", "check", "--calls", "1"]);
    assert!(text.contains("Allowed: no budget is about it."), "{text}");
    let increase = ["--cost", "1", "--until", "2100-01-01", "--reason", "month-end"];
    sandbox.made(&[&["budget", "increase", "finance"][..], &increase].concat());
    let (_, code) = sandbox.json(&["budget", "check", "--cost", "13", "--workspace", "Finance"]);
    assert_eq!(code, 0);
    assert!(sandbox.text(&["budget", "show", "finance"]).contains("month-end"));
}

#[test]
fn what_cannot_be_a_budget_says_what_would() {
    let sandbox = acme();
    let (told, code) =
        sandbox.json(&["budget", "set", "llm", "--tokens", "1", "--time-zone", "Berlin"]);
    assert!(told.to_string().contains("did you mean `Europe/Berlin`?"), "{told}");
    assert_ne!(code, 0);
    let (told, _) = sandbox.json(&["budget", "set", "llm"]);
    assert!(
        told.to_string().contains("expected a limit of tokens, calls or cost_in_cents"),
        "{told}"
    );
}

#[test]
fn a_budget_says_what_it_is_about_and_what_became_of_it() {
    let sandbox = acme();
    sandbox.made(&["user", "create", "ann@acme.test", "--name", "Ann"]);
    let create = ["budget", "set", "gpt", "--tokens", "5", "--model", "gpt-*"];
    let told = sandbox.text(&[&create[..], &["--workspace", "Finance"]].concat());
    assert!(
        told.starts_with("Created budget gpt, about workspace Finance, model gpt-*.\n"),
        "{told}"
    );
    let told = sandbox.text(&["budget", "set", "gpt", "--calls", "1"]);
    assert!(told.starts_with("Changed budget gpt, about workspace Finance"), "{told}");
    let told = sandbox.text(&["budget", "set", "gpt", "--calls", "1"]);
    assert!(told.contains("is so already"), "{told}");
    assert_eq!(sandbox.made(&["budget", "set", "gpt", "--soft"])["outcome"], "changed");
    assert_eq!(sandbox.made(&["budget", "set", "gpt", "--soft"])["outcome"], "unchanged");
    sandbox.made(&["budget", "set", "ann", "--user", "ann@acme.test", "--calls", "9"]);
    sandbox.made(&["budget", "set", "all", "--calls", "9"]);
    let listed = sandbox.text(&["budget", "list"]);
    for part in ["ABOUT", "everything", "user ann@acme.test", "workspace Finance, model gpt-*"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let checked = ["budget", "check", "--calls", "1", "--model", "gpt-4", "--workspace", "Finance"];
    let checked = sandbox.text(&checked);
    for part in ["all", "gpt ", "workspace Finance, model gpt-*", "Allowed."] {
        assert!(checked.contains(part), "{part}: {checked}");
    }
    assert!(!checked.contains("ann@acme.test"), "{checked}");
    let shown = sandbox.text(&["budget", "show", "gpt"]);
    assert!(shown.contains("workspace Finance, model gpt-*"), "{shown}");
}

#[test]
fn none_takes_away_one_of_what_a_budget_is_about() {
    let sandbox = acme();
    let create = ["--tokens", "5", "--model", "gpt-4", "--workspace", "Finance"];
    let made = sandbox.made(&[&["budget", "set", "llm"][..], &create].concat());
    let workspace = &made["subject"]["workspace_id"];
    let subject = |change: &[&str]| {
        sandbox.made(&[&["budget", "set", "llm"][..], change].concat())["subject"].clone()
    };
    assert_eq!(subject(&["--model", "none"]), json!({"workspace_id": workspace}));
    assert_eq!(subject(&["--model", "o3"]), json!({"workspace_id": workspace, "model": "o3"}));
    assert_eq!(subject(&["--workspace", "none"]), json!({"model": "o3"}));
    let rest = ["--user", "none", "--agent", "none", "--workflow", "none"];
    assert_eq!(subject(&rest), json!({"model": "o3"}));
    assert_eq!(subject(&["--everything"]), json!({}));
}

#[test]
fn an_id_means_the_budget_that_has_it() {
    let sandbox = acme();
    let made = sandbox.made(&["budget", "set", "llm", "--tokens", "5"]);
    assert_eq!(made["created_at"], made["updated_at"]);
    let id = made["id"].as_str().unwrap();
    let changed = sandbox.made(&["budget", "set", id, "--tokens", "6"]);
    assert_eq!((&changed["id"], &changed["name"]), (&made["id"], &json!("llm")));
    assert_eq!((&changed["outcome"], &changed["limits"]["tokens"]), (&json!("changed"), &json!(6)));
    assert!(changed["updated_at"].as_str() > made["created_at"].as_str(), "{changed}");
    let nobody = "0198f6a5-4c1e-7d31-9f3a-0c9d5f5d2b11";
    let (told, code) = sandbox.json(&["budget", "set", nobody, "--tokens", "5"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
    assert_eq!(sandbox.made(&["budget", "list"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn an_increase_is_told_with_its_id_and_ended_by_it() {
    let sandbox = acme();
    sandbox.made(&["budget", "set", "llm", "--tokens", "5", "--cost", "7"]);
    let increase = ["budget", "increase", "llm", "--until", "2100-01-01", "--reason", "month-end"];
    let more = |amounts: &[&str]| sandbox.json(&[&increase[..], amounts].concat());
    let (made, _) = more(&["--tokens", "2e5", "--cost", "12.5"]);
    let id = made["id"].as_str().unwrap();
    let shown = sandbox.text(&["budget", "show", "llm"]);
    let told = format!("{id}: 200,000 tokens and 12.5 cents from ");
    assert!(
        shown.contains(&told) && shown.contains("2100-01-01T00:00:00+00:00: month-end"),
        "{shown}"
    );
    let (told, code) = more(&["--calls", "1"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    assert!(told.to_string().contains("has no limit of calls"), "{told}");
    let (told, code) = more(&["--tokens", "0"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
    assert_eq!(
        sandbox.text(&["budget", "end-increase", id]).trim_end(),
        format!("Increase {id} is over.")
    );
    assert_eq!(sandbox.newest().1, "budget.increase_ended");
    assert_eq!(sandbox.made(&["budget", "show", "llm"])["state"]["tokens"]["added"], 0);
    let (told, code) =
        sandbox.json(&["budget", "end-increase", made["budget_id"].as_str().unwrap()]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
}

#[test]
fn a_number_that_cannot_be_is_wrong_usage_and_says_what_could() {
    let sandbox = Sandbox::bare();
    for (command, told) in [
        ("set llm --tokens -5", "expected no negative number"),
        ("set llm --calls 1,000", "write 1_000_000 or 1e6"),
        ("set llm --tokens 1.5", "expected a whole number"),
        ("set llm --tokens 1e16", "expected at most 1,000,000,000,000,000"),
        ("set llm --cost -0.5", "expected no negative number"),
        ("set llm --cost 0.1234567", "expected at most 6 decimal places"),
        ("set llm --cost 1e14", "expected less than 100,000,000,000,000"),
        ("set llm --tokens 5 --threshold 0%", "expected 1 to 1000 percent"),
        ("set llm --tokens 5 --threshold -5", "expected 1 to 1000 percent"),
        ("set llm --tokens 5 --carry-over 101", "expected 0 to 100 percent"),
        ("check --tokens -5", "expected no negative number"),
        ("check --tokens 1e13", "tokens: expected at most 1000000000000"),
        ("check --cost 1e13", "cost_in_cents: expected at most 1000000000000"),
        ("increase llm --calls -1 --until 2100-01-01 --reason more", "expected no negative number"),
    ] {
        let arguments: Vec<_> = ["budget"].into_iter().chain(command.split(' ')).collect();
        let (error, code) = sandbox.json(&arguments);
        assert_eq!(
            (error["error"]["kind"].as_str(), code),
            (Some("usage"), 2),
            "{command} {error}"
        );
        assert!(error.to_string().contains(told), "{command} {error}");
    }
}

#[test]
fn numbers_and_percentages_are_read_as_people_write_them() {
    let sandbox = acme();
    let limits = ["--tokens", "1_000_000", "--calls", "1e3", "--cost", "5_000.5"];
    let percent = ["--threshold", "50%,90", "--carry-over", "20%"];
    let made = sandbox.made(&[&["budget", "set", "llm"][..], &limits, &percent].concat());
    let expected = json!({"tokens": 1_000_000, "calls": 1_000, "cost_in_cents": "5000.5"});
    assert_eq!(made["limits"], expected);
    assert_eq!((&made["thresholds"], &made["carry_over_percent"]), (&json!([50, 90]), &json!(20)));
}

#[test]
fn json_has_numbers_for_tokens_and_calls_and_texts_for_cents() {
    let sandbox = acme();
    sandbox.made(&["budget", "set", "llm", "--tokens", "5", "--calls", "0", "--cost", "7"]);
    let (check, code) = sandbox.json(&["budget", "check", "--tokens", "6", "--cost", "8"]);
    assert_eq!((&check["allowed"], code), (&json!(false), 1));
    let asked: Vec<_> =
        check["refusals"].as_array().unwrap().iter().map(|it| &it["asked"]).collect();
    assert_eq!(asked, [&json!(6), &json!("8")]);
    let state = &check["budgets"][0]["state"];
    let limits: Vec<&Value> =
        ["tokens", "calls", "cost_in_cents"].iter().map(|name| &state[name]["limit"]).collect();
    assert_eq!(limits, [&json!(5), &json!(0), &json!("7")]);
}
