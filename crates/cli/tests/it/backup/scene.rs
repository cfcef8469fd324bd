//! A database with something in it, and keys.

use std::{
    ffi::OsString,
    path::Path,
    process::{Command, Output},
};

use crate::support::{Sandbox, Told, has_pgvector};

/// Settings of backups, as an operator has them.
pub(super) const SETTINGS: &str = "AF_TENANT=acme\nEMBEDDING_PROVIDER=local\nEMBEDDING_DIMENSIONS=64\nAF_BACKUP_DIR=backups\nAF_AUDIT_KEY_FILE=audit.key\n";

/// A sandbox with a key that signs.
pub(crate) fn with_key() -> Sandbox {
    let sandbox = Sandbox::migrated();
    fill(&sandbox);
    sandbox
}

/// Puts a bit of everything into the database of a sandbox, and makes a key.
pub(super) fn fill(sandbox: &Sandbox) {
    sandbox.made(&["audit", "keygen", "backups.example.com", "--out", "audit.key"]);
    sandbox.write(".env", SETTINGS);
    sandbox.write("ada.yaml", "name: Ada\nslug: ada\n");
    for name in ["Acme", "Beta"] {
        let slug = name.to_lowercase();
        sandbox.made(&["tenant", "create", name]);
        let make = |arguments: &[&str]| sandbox.made(&[arguments, &["--tenant", &slug]].concat());
        make(&["user", "create", "ann@example.com", "--name", "Ann"]);
        make(&["team", "create", "Support", "--owner", "ann@example.com"]);
        make(&["agent", "create", "ada.yaml", "--team", "support"]);
        let between = ["--team", "support", "--agent", "ada", "--user", "ann@example.com"];
        for title in ["The invoice of May", "Tea"] {
            let begun =
                make(&[&["conversation", "create", "--title", title][..], &between].concat());
            let id = begun["id"].as_str().unwrap();
            make(&["conversation", "append", id, "--content", "Where is it?"]);
        }
        if has_pgvector() {
            for text in ["Ann prefers tea", "Refunds above 500 need approval"] {
                make(&["memory", "add", text, "--team", "support"]);
            }
        }
        sandbox.events(&slug, 200);
    }
    sandbox.made(&["audit", "checkpoint"]);
}

/// Makes a backup, and gives its name.
pub(crate) fn create(sandbox: &Sandbox, more: &[&str]) -> String {
    let made = sandbox.made(&[&["backup", "create"], more].concat());
    made["id"].as_str().unwrap().to_owned()
}

/// The first commands of the runbook below a heading, or another text.
pub(super) fn runbook(heading: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/backup.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, part) = guide.split_once("## Runbook\n").unwrap();
    let (_, part) = part.split_once(heading).unwrap();
    let (_, block) = part.split_once("```sh\n").unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// Runs commands as an operator would who has `af` and PostgreSQL's programs on the path.
pub(super) fn shell(sandbox: &Sandbox, script: &str, url: Option<&str>) -> Output {
    let af = sandbox.af_without_database(&[]);
    let mut command = Command::new("bash");
    for (name, value) in af.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    command.env("PATH", path()).current_dir(sandbox.path()).args(["-euc", script]).output().unwrap()
}

/// The same, which must succeed.
pub(super) fn follow(sandbox: &Sandbox, heading: &str, url: Option<&str>) -> String {
    let output = shell(sandbox, &format!("set -x\n{}", runbook(heading)), url);
    let (told, log) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{heading}: {}\n{told}\n{log}", output.status);
    told.into_owned()
}

fn path() -> OsString {
    let installation = agentflow_postgres::Installation::find_or_provision(&mut |_| ()).unwrap();
    let af = Path::new(env!("CARGO_BIN_EXE_af")).parent().unwrap().to_owned();
    let before = std::env::var_os("PATH").unwrap_or_default();
    let all = [af, installation.bin_dir].into_iter().chain(std::env::split_paths(&before));
    std::env::join_paths(all).unwrap()
}

/// What is in the folder of backups.
pub(super) fn names(sandbox: &Sandbox) -> Vec<String> {
    let entries = std::fs::read_dir(sandbox.path().join("backups"));
    let names = entries.unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// A file with rows in it, of a backup that is not encrypted.
pub(super) fn a_part(sandbox: &Sandbox, id: &str) -> std::path::PathBuf {
    let data = sandbox.path().join("backups").join(id).join("data");
    let entries = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_string_lossy().contains(".dat")).max().unwrap()
}

/// What a command told, for people.
pub(super) fn told(sandbox: &Sandbox, arguments: &[&str]) -> Told {
    sandbox.told(arguments, "")
}
