use std::path::Path;

use crate::support::Sandbox;

/// Set it to write what is shown now into the golden files.
const UPDATE: &str = "AF_UPDATE_GOLDEN";

const COMMANDS: &[&str] = &[
    "",
    "up",
    "down",
    "status",
    "demo",
    "migrate",
    "migrate up",
    "migrate down",
    "migrate redo",
    "migrate status",
    "migrate version",
    "migrate force",
    "migrate new",
    "migrate verify",
    "migrate baseline",
    "migrate wait",
    "tenant",
    "tenant create",
    "tenant list",
    "tenant show",
    "tenant suspend",
    "tenant resume",
    "tenant delete",
    "workspace",
    "workspace create",
    "workspace list",
    "user",
    "user create",
    "user list",
    "user show",
    "user deactivate",
    "user activate",
    "user rename",
    "user set-email",
    "user set-password",
    "user change-password",
    "user link",
    "user verify",
    "user delete",
    "service",
    "service create",
    "service list",
    "service show",
    "service deactivate",
    "service activate",
    "service delete",
    "team",
    "team create",
    "team list",
    "team show",
    "team update",
    "team transfer",
    "team add",
    "team set-role",
    "team remove",
    "team delete",
    "role",
    "role list",
    "role show",
    "role permissions",
    "role create",
    "role grant",
    "role withdraw",
    "role delete",
    "role bind",
    "role unbind",
    "role bindings",
    "role check",
    "key",
    "key create",
    "key list",
    "key show",
    "key rotate",
    "key revoke",
    "key check",
    "session",
    "session open",
    "session list",
    "session check",
    "session check-jwt",
    "session revoke",
    "session revoke-all",
    "session clean",
    "agent",
    "agent validate",
    "agent create",
    "agent update",
    "agent list",
    "agent show",
    "agent set-status",
    "agent delete",
    "agent schema",
    "tool",
    "tool register",
    "tool list",
    "tool show",
    "tool check",
    "tool delete",
    "conversation",
    "conversation create",
    "conversation append",
    "conversation list",
    "conversation show",
    "conversation feedback",
    "conversation close",
    "conversation sweep",
    "conversation expire",
    "conversation import",
    "conversation delete",
    "message",
    "message send",
    "message list",
    "message show",
    "message replay",
    "message verify",
    "message restore",
    "audit",
    "audit append",
    "audit list",
    "audit verify",
];

#[test]
fn help_is_as_it_was() {
    let sandbox = Sandbox::bare();
    let mut changed = Vec::new();
    for command in COMMANDS {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let shown = sandbox.text(&arguments);
        let name = if command.is_empty() { "af".to_owned() } else { command.replace(' ', "-") };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&file, &shown).unwrap();
        }
        if std::fs::read_to_string(&file).unwrap_or_default().replace('\r', "") != shown {
            changed.push(name);
        }
    }
    assert!(
        changed.is_empty(),
        "help changed: {changed:?}; {UPDATE}=1 cargo test -p af accepts it"
    );
}
