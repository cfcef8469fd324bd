use serde_json::json;

use crate::support::Sandbox;

#[test]
fn a_service_lives_and_dies() {
    let sandbox = Sandbox::of_acme();
    assert!(sandbox.text(&["service", "list"]).contains("no service yet"));
    let made = sandbox.made(&["service", "create", "invoice-bot", "--display-name", "Invoices"]);
    assert_eq!([&made["service_name"], &made["display_name"]], ["invoice-bot", "Invoices"]);
    assert_eq!((&made["type"], &made["is_active"]), (&json!("service"), &json!(true)));
    let id = made["id"].as_str().unwrap();
    for name in [id, "invoice-bot"] {
        assert_eq!(sandbox.made(&["service", "show", name]), made);
    }
    sandbox.made(&["service", "create", "crawler"]);
    let list = sandbox.made(&["service", "list"]);
    assert_eq!([&list[0]["service_name"], &list[1]["display_name"]], ["invoice-bot", "crawler"]);
    assert!(sandbox.text(&["service", "list"]).contains("invoice-bot  Invoices  active"));
    assert_eq!(sandbox.made(&["service", "deactivate", "invoice-bot"])["is_active"], false);
    assert!(sandbox.text(&["service", "show", "invoice-bot"]).contains("Status:  inactive"));
    assert_eq!(sandbox.made(&["service", "activate", id])["is_active"], true);

    assert_eq!(sandbox.failed(&["service", "delete", "invoice-bot"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["service", "delete", "invoice-bot", "--yes"])["id"], id);
    let text = sandbox.text(&["service", "delete", "crawler", "--yes"]);
    assert!(text.starts_with("Deleted service crawler ("), "{text}");
    assert_eq!(sandbox.made(&["service", "list"]), json!([]));
}

#[test]
fn a_service_that_is_not_there_suggests_close_ones() {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["service", "create", "invoice-bot"]);
    let (told, code) = sandbox.json(&["service", "show", "invoice-bto"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(told["error"]["hint"], "did you mean `invoice-bot`?");
}

#[test]
fn what_cannot_be_is_refused() {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["service", "create", "invoice-bot"]);
    let taken = ["service", "create", "invoice-bot"];
    assert_eq!(sandbox.failed(&taken), ("already_exists".into(), 4));
    for bad in ["Invoice Bot", "-x", "", "ann@example.com", &"x".repeat(64)] {
        let told = sandbox.told(&["--output", "json", "service", "create", "--", bad], "");
        assert!(told.code == 1 && told.stdout.contains("\"invalid_input\""), "{bad} {told:?}");
    }
    // A person is no service, even by id.
    let ann = sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    for name in ["ann@example.com", ann["id"].as_str().unwrap()] {
        for command in [&["deactivate"][..], &["delete", "--yes"]] {
            let command = [&["service", command[0], name], &command[1..]].concat();
            assert_eq!(sandbox.failed(&command), ("not_found".into(), 1), "{command:?}");
        }
    }
    assert_eq!(sandbox.made(&["user", "show", "ann@example.com"]), ann);
}
