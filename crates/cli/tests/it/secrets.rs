//! Passwords, keys and tokens appear where they are asked for, and nowhere else.

use crate::support::{Sandbox, Told};

const PASSWORD: &str = "planted-pass-word";

/// Runs commands with everything logged, and keeps all that they said.
struct Heard {
    sandbox: Sandbox,
    said: Vec<String>,
}

impl Heard {
    fn run(&mut self, arguments: &[&str], input: &str) -> Told {
        let output = self.sandbox.af(arguments).arg("-vv").write_stdin(input).output().unwrap();
        let told = Told {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        };
        assert!(told.stderr.contains("DEBUG"), "nothing was logged: {told:?}");
        self.said.push(told.stderr.clone());
        told
    }

    /// The one line that shows a secret.
    fn secret(&mut self, arguments: &[&str]) -> String {
        let told = self.run(arguments, "");
        assert_eq!(told.code, 0, "{told:?}");
        told.stdout.trim_end().to_owned()
    }

    fn all(&mut self, arguments: &[&str], input: &str, code: i32) {
        for format in ["human", "json"] {
            let told = self.run(&[arguments, &["--output", format]].concat(), input);
            assert_eq!(told.code, code, "{arguments:?} {told:?}");
            self.said.push(told.stdout);
        }
    }
}

#[test]
fn secrets_are_in_the_one_output_that_shows_them() {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["service", "create", "bot"]);
    let mut heard = Heard { sandbox, said: Vec::new() };
    let create = ["user", "create", "ann@example.com", "--name", "Ann", "--password-stdin"];
    assert_eq!(heard.run(&create, PASSWORD).code, 0);
    heard.all(&["user", "set-password", "ann@example.com", "--password-stdin"], PASSWORD, 0);
    heard.all(&["user", "verify", "ann@example.com", "--password-stdin"], PASSWORD, 0);
    heard.all(&["user", "verify", "bob@example.com", "--password-stdin"], PASSWORD, 1);
    let key = heard.secret(&["key", "create", "ci", "--for", "bot"]);
    let next = heard.secret(&["key", "rotate", &key[..20]]);
    let token = heard.secret(&["session", "open", "--for", "ann@example.com"]);
    for (command, secret) in [("key", &key), ("key", &next), ("session", &token)] {
        heard.all(&[command, "check"], secret, 0);
        heard.all(&[command, "check", "--tenant", "acme"], secret, 0);
        heard.all(&[command, "check"], &secret[..secret.len() - 1], 1);
    }
    heard.all(&["key", "revoke", &next[..20], "--yes"], "", 0);
    heard.all(&["session", "revoke-all", "ann@example.com"], "", 0);
    heard.all(&["key", "check"], &next, 1);
    heard.all(&["session", "check"], &token, 1);
    for list in ["user", "service", "key", "session"] {
        heard.all(&[list, "list"], "", 0);
    }
    heard.all(&["audit", "list", "--limit", "1000"], "", 0);

    let said = heard.said.join("\n");
    // The beginning of a key is shown; the secret stands behind the tenant, that of a token as well.
    for secret in [PASSWORD, &key[42..74], &next[42..74], &token[26..66], "$2b$", "$2a$", "$2y$"] {
        assert!(!said.contains(secret), "{secret} was said");
    }
    assert!(said.contains(&key[..20]), "the part that may be shown is");
    assert!(!said.contains("with parameters"), "what is stored of them goes through parameters");
}

#[test]
fn a_log_of_everything_has_no_parameters_unless_they_are_named() {
    let sandbox = Sandbox::of_acme();
    let create = |email: &str, log: &str| {
        let command = ["user", "create", email, "--name", "X", "--password-stdin"];
        let mut create = sandbox.af(&command);
        let output = create.env("AF_LOG", log).write_stdin(PASSWORD).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for log in ["trace", "debug,agentflow=trace", "tokio_postgres=trace"] {
        let said = create(&format!("{}@example.com", log.len()), log);
        assert!(said.contains("DEBUG") && !said.contains("$2b$"), "{said}");
    }
    let said = create("ann@example.com", "tokio_postgres::query=debug");
    assert!(said.contains("with parameters") && !said.contains(PASSWORD), "{said}");
}

#[test]
fn what_is_stored_does_not_command_the_terminal() {
    const STORED: &str = "evil\u{1b}[2J\r\u{9b}1m\u{202e}\nName: other";
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "One"]);
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["service", "create", "bot"]);
    sandbox.made(&["team", "create", "Team", "--owner", "ann@example.com"]);
    sandbox.made(&["role", "create", "mine", "--workspace", "One"]);
    sandbox.made(&["role", "bind", "mine", "--to", "bot", "--workspace", "One"]);
    let key = sandbox.made(&["key", "create", "ci", "--for", "bot", "--workspace", "One"]);
    sandbox.made(&["session", "open", "--for", "bot"]);
    sandbox.sql(&format!(
        "UPDATE principals SET display_name = '{STORED}'; UPDATE teams SET name = '{STORED}'; \
         UPDATE rbac_roles SET description = '{STORED}'; UPDATE api_keys SET name = '{STORED}'; \
         UPDATE workspaces SET name = '{STORED}'; UPDATE sessions SET user_agent = '{STORED}'; \
         UPDATE users SET email = 'ann@example.com'"
    ));
    let spelled = r"evil\u{1b}[2J\u{d}\u{9b}1m\u{202e}\u{a}Name: other";
    for command in [
        &["user", "list"][..],
        &["user", "show", "ann@example.com"],
        &["service", "list"],
        &["service", "show", "bot"],
        &["team", "list"],
        &["team", "show", "team"],
        &["role", "list", "--workspace", STORED],
        &["role", "show", "mine", "--workspace", STORED],
        &["role", "bindings"],
        &["key", "list"],
        &["key", "show", key["id"].as_str().unwrap()],
        &["key", "revoke", key["id"].as_str().unwrap(), "--yes"],
        &["session", "list"],
        &["team", "delete", "team", "--yes"],
    ] {
        let text = sandbox.text(command);
        assert!(text.contains(spelled) || command[1] == "delete", "{command:?} {text}");
        let obeyed = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!text.contains(obeyed), "{command:?} {text:?}");
    }
    let told = sandbox.told(&["role", "check", "bot", "run:start", "--workspace", STORED], "");
    assert!(told.stdout.contains(spelled) && !told.stdout.contains('\u{1b}'), "{told:?}");
    let told = sandbox.told(&["key", "create", STORED, "--for", "bot"], "");
    assert!(told.stderr.contains(spelled) && !told.stderr.contains('\u{1b}'), "{told:?}");
    assert_eq!(sandbox.made(&["user", "show", "ann@example.com"])["display_name"], STORED);
}
