//! Lists and reports that are longer than what is held in memory.

use serde_json::{Value, json};

use crate::{
    message::{TRACE, independent, of_trace, tamper, unsealed_lines, with_messages},
    support::Sandbox,
};

const LIST: [&str; 4] = ["message", "list", "--trace", TRACE];

/// With more messages than are sent, read or shown at once.
fn with_many(count: u32) -> Sandbox {
    let sandbox = Sandbox::of_acme();
    let (sent, code) = sandbox.json_from(&["message", "send", "--seal"], unsealed_lines(count));
    assert_eq!((&sent["stored"], code), (&json!(count), 0), "{sent}");
    sandbox
}

#[test]
fn a_long_list_is_one_array_and_people_get_a_header_every_thousand_rows() {
    let sandbox = with_many(2_500);
    let text = sandbox.text(&[&LIST[..], &["--output", "json"]].concat());
    assert!(text.starts_with("[\n{\"id\":") && text.ends_with("}\n]\n"), "{}", &text[..80]);
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!((list.len(), text.lines().count()), (2_500, 2_502));
    let shown = sandbox.text(&LIST);
    assert_eq!(shown.lines().filter(|line| line.starts_with("ID ")).count(), 3);
    assert_eq!(shown.lines().count(), 2_503);

    for (limit, count) in [("1", 1), ("1001", 1_001), ("9999", 2_500)] {
        let part = sandbox.made(&limited(limit));
        assert_eq!(part.as_array().unwrap()[..], list[..count], "{limit}");
    }
    let told = sandbox.told(&limited("2"), "");
    assert!(told.stdout.lines().count() == 3 && told.stderr.contains("There may be more"));
    assert_eq!(sandbox.failed(&limited("0")), ("usage".into(), 2));
    let none = [&["message", "list", "--until", "2020-01-01"][..], &["--output", "json"]].concat();
    assert_eq!(sandbox.text(&none), "[]\n");
}

#[test]
fn a_list_that_ends_early_is_no_whole_array_and_the_exit_code_says_so() {
    let sandbox = with_many(2_500);
    // The last one, as the days go.
    let broken = r"
        CREATE FUNCTION public.broken(bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF $1 = 2491 THEN RAISE EXCEPTION 'the disk is gone'; END IF;
            RETURN true;
        END $$;
        CREATE POLICY broken ON messages AS RESTRICTIVE FOR SELECT
            USING (public.broken((payload ->> 'n')::bigint));";
    sandbox.sql(broken);
    let told = sandbox.told(&[&LIST[..], &["--output", "json"]].concat(), "");
    assert_eq!(told.code, 4, "{}", told.stderr);
    assert!(told.stderr.starts_with("error: failed to replay messages"), "{}", told.stderr);
    assert!(told.stdout.starts_with("[\n{") && told.stdout.contains("\"n\": 100,"));
    assert!(serde_json::from_str::<Value>(&told.stdout).is_err());
}

fn limited(limit: &str) -> Vec<&str> {
    [&LIST[..], &["--limit", limit]].concat()
}

#[test]
fn a_report_says_when_it_does_not_name_all_and_a_list_marks_all() {
    let sandbox = with_many(10_050);
    tamper(&sandbox, "to_agent = 'nobody'");
    for command in [&["verify", "--all"][..], &["replay", "--trace", TRACE]] {
        let command = [&["message"], command].concat();
        let (report, code) = sandbox.json(&command);
        assert_eq!((code, &report["bad_total"]), (1, &json!(10_050)), "{command:?}");
        assert_eq!(report["bad"].as_array().unwrap().len(), 10_000);
        assert_eq!(report["bad_truncated"], true);
        let told = sandbox.told(&command, "");
        let hint = "and 9,950 more; --output json names the first 10,000, and `af message list";
        assert!(told.stdout.contains(hint), "{}", told.stdout.lines().last().unwrap());
    }
    let marked = of_trace(&sandbox).iter().filter(|it| it.get("fault").is_some()).count();
    assert_eq!(marked, 10_050);
}

#[test]
fn a_report_that_names_all_says_so() {
    let sandbox = with_messages(150);
    tamper(&sandbox, "to_agent = 'nobody'");
    let (report, _) = sandbox.json(&["message", "verify", "--all"]);
    assert_eq!(
        (report["bad"].as_array().unwrap().len(), &report["bad_truncated"]),
        (150, &json!(false))
    );
    let told = sandbox.told(&["message", "verify", "--all"], "");
    assert!(told.stdout.ends_with("and 50 more; --output json names them\n"), "{told:?}");
}

#[test]
fn digits_that_were_not_hashed_are_listed_and_found_by_an_independent_program() {
    let sandbox = with_messages(3);
    // The same double, and so the same hash.
    tamper(
        &sandbox,
        "payload = jsonb_set(payload, '{pi}', '0.1000000000000000055') WHERE payload ->> 'n' = '1'",
    );
    let text = sandbox.text(&[&LIST[..], &["--output", "json"]].concat());
    assert!(text.contains("\"pi\": 0.1000000000000000055"), "{text}");
    assert_eq!(text.matches("\"fault\":").count(), 1, "{text}");
    sandbox.write("digits.json", &text);
    let Some((code, told)) = independent(&sandbox, "digits.json") else { return };
    assert!(code == 1 && told.contains("digits that are not hashed"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}
