//! Runs the "Try it by hand" part of every guide, as a reader would.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const HEADING: &str = "## Try it by hand";

/// A folder and an environment of their own, with `af` and `psql` on the PATH.
struct Reader {
    folder: tempfile::TempDir,
    path: std::ffi::OsString,
}

impl Reader {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // As root, the server runs under an account that must get in.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // As in a checkout.
        fs::create_dir(folder.path().join("docs")).unwrap();
        let script = "verify-envelope.py";
        fs::copy(docs().join(script), folder.path().join("docs").join(script)).unwrap();
        let installation =
            agentflow_postgres::Installation::find_or_provision(&mut |_| ()).unwrap();
        let af = Path::new(env!("CARGO_BIN_EXE_af")).parent().unwrap().to_owned();
        let before = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(
            [af, installation.bin_dir].into_iter().chain(std::env::split_paths(&before)),
        );
        Self { folder, path: path.unwrap() }
    }

    fn run(&self, script: &str) -> Output {
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars() {
            if name.starts_with("PG")
                || matches!(name.as_str(), "DATABASE_URL" | "AF_TENANT" | "AF_ACTOR")
            {
                command.env_remove(name);
            }
        }
        command
            .args(["-uec", script])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env("AF_DATA_DIR", self.folder.path().join("data"))
            .output()
            .expect("bash runs")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.run("af down --purge --yes");
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The commands of a guide; a line that begins with `!` must fail.
fn script(guide: &str) -> Option<String> {
    let (_, part) = guide.split_once(HEADING)?;
    let part = part.split("\n## ").next()?;
    let mut lines = Vec::new();
    let mut inside = false;
    for line in part.lines() {
        match line.trim_end() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => lines.push(match line.strip_prefix("! ") {
                Some(must_fail) => format!(
                    "if {must_fail}; then echo 'should have failed: {}' >&2; exit 1; fi",
                    lines.len()
                ),
                None => line.to_owned(),
            }),
            _ => (),
        }
    }
    Some(lines.join("\n"))
}

#[test]
fn what_every_guide_tells_to_try_works() {
    agentflow_postgres::needs_pgvector!();
    let mut guides: Vec<_> = fs::read_dir(docs())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    guides.sort();
    let mut tried = Vec::new();
    for path in guides {
        let Some(script) = script(&fs::read_to_string(&path).unwrap()) else { continue };
        let output = Reader::new().run(&format!("set -x\n{script}"));
        assert!(
            output.status.success(),
            "{}: {}\n{}\n{}",
            path.display(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        tried.push(path.file_stem().unwrap().to_string_lossy().into_owned());
    }
    for guide in [
        "agents",
        "approvals",
        "audit",
        "backup",
        "doctor",
        "identity",
        "isolation",
        "local-postgresql",
        "memory",
        "messages",
        "metering",
        "migrations",
        "observability",
        "policies",
        "rules",
        "runs",
        "secrets",
        "services",
        "tenant-archives",
        "workflows",
    ] {
        assert!(tried.iter().any(|name| name == guide), "{guide} has no part to try: {tried:?}");
    }
}

#[test]
fn a_guide_whose_commands_fail_is_noticed() {
    let failing = script(&format!("{HEADING}\n\n```sh\ntrue\nfalse\ntrue\n```\n")).unwrap();
    assert!(!Reader::new().run(&failing).status.success());
    let wrongly_succeeding = script(&format!("{HEADING}\n\n```sh\n! true\n```\n")).unwrap();
    assert!(!Reader::new().run(&wrongly_succeeding).status.success());
}

#[test]
fn the_tour_of_the_readme_works() {
    agentflow_postgres::needs_pgvector!();
    let readme = fs::read_to_string(docs().join("../README.md")).unwrap();
    let (_, tour) = readme.split_once("Install it with").expect("the README has a tour");
    let script = tour.split("```sh\n").nth(1).and_then(|block| block.split("```").next()).unwrap();
    let output = Reader::new().run(&format!("set -x\n{script}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
