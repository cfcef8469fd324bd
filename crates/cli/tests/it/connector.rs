use serde_json::json;

use crate::provider_key::sandbox;

const CONFIG: &str = "{\n  \"token\": \"planted\"\n}\n";

#[test]
fn a_connector_is_installed_rotated_disabled_and_removed() {
    let sandbox = sandbox();
    assert!(sandbox.text(&["connector", "list"]).contains("no connector yet"));
    let install = [
        "connector",
        "install",
        "Code",
        "--type",
        "github",
        "--connector-version",
        "1.2.0",
        "--workspace",
        "Finance",
        "--service",
        "bot",
        "--all-of-stdin",
    ];
    let (made, code) = sandbox.json_from(&install, CONFIG);
    assert_eq!(
        (&made["is_enabled"], &made["kms_key_id"], code),
        (&json!(true), &json!("shared/1"), 0)
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(sandbox.made(&["connector", "list", "--type", "github"])[0]["id"], id);
    let text = sandbox.text(&["connector", "show", "Code"]);
    assert!(
        text.contains("enabled") && text.contains("bot") && !text.contains("planted"),
        "{text}"
    );
    assert_eq!(sandbox.made(&["connector", "disable", id])["is_enabled"], false);
    assert_eq!(sandbox.made(&["connector", "enable", "Code"])["is_enabled"], true);
    assert_eq!(sandbox.made(&["connector", "ungrant", "Code", "bot"])["services"], json!([]));
    let granted = sandbox.made(&["connector", "grant", "Code", "bot"]);
    assert_eq!(granted["services"].as_array().unwrap().len(), 1);
    let (rotated, code) = sandbox.json_from(&["connector", "rotate", "Code"], "{\"token\": \"x\"}");
    assert_eq!((rotated["previous_kms_key_id"].as_str(), code), (Some("shared/1"), 0));

    let told = sandbox.told(&["connector", "rotate", "Code"], "planted");
    assert!(told.code == 1 && !told.contains("planted"), "{told:?}");
    let told = sandbox.told(&["connector", "rotate", "Code", "planted"], "{}");
    assert!(told.code == 2 && !told.contains("planted"), "{told:?}");
    assert!(!sandbox.text(&["audit", "list"]).contains("planted"));
    assert_eq!(sandbox.failed(&["connector", "remove", "Code"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["connector", "remove", "Code", "--yes"])["id"], id);
    assert_eq!(sandbox.failed(&["connector", "show", "Code"]), ("not_found".into(), 1));
}
