//! The programs that help to start and to look at services.

use std::{collections::BTreeMap, process::Stdio, time::Duration};

use futures::future::join_all;
use tokio::{process::Command, time::timeout};

/// The programs by name, with their versions; none for one that is not there, or does not tell.
pub type Tools = BTreeMap<&'static str, Option<String>>;

/// The programs that are looked for.
pub const TOOLS: [&str; 6] =
    ["docker", "docker compose", "psql", "pg_dump", "redis-cli", "python3"];

/// A program that takes longer to tell its version is not one that helps.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) async fn find() -> Tools {
    let versions = TOOLS.map(|tool| async move { (tool, version(tool).await) });
    join_all(versions).await.into_iter().collect()
}

async fn version(tool: &'static str) -> Option<String> {
    match tool {
        "docker compose" => ask("docker", &["compose", "version"]).await,
        // That is what it is called on Windows; elsewhere it may be Python 2.
        "python3" => match ask("python3", &["--version"]).await {
            None => ask("python", &["--version"]).await.filter(|it| it.starts_with("3.")),
            found => found,
        },
        _ => ask(tool, &["--version"]).await,
    }
}

async fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() { find_version(&text) } else { None }
}

/// The first word that looks like a version: `Docker version 28.2.2, build e6534b4`, `v2.36.2`.
fn find_version(text: &str) -> Option<String> {
    let is_version =
        |word: &&str| word.contains('.') && word.starts_with(|it: char| it.is_ascii_digit());
    let words = text.lines().next()?.split(|it: char| it.is_whitespace() || it == ',');
    let mut words = words.map(|word| word.trim_start_matches('v').trim_end_matches('.'));
    words.find(is_version).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_each_program_says() {
        for (text, version) in [
            ("Docker version 28.2.2, build e6534b4", Some("28.2.2")),
            ("Docker Compose version v2.36.2", Some("2.36.2")),
            ("psql (PostgreSQL) 18.6 (Debian 18.6-1.pgdg12+1)", Some("18.6")),
            ("pg_dump (PostgreSQL) 15.14", Some("15.14")),
            ("redis-cli 7.0.15", Some("7.0.15")),
            ("Python 3.12.1\n", Some("3.12.1")),
            ("command not found", None),
            ("", None),
        ] {
            assert_eq!(find_version(text).as_deref(), version, "{text}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_told_as_none() {
        assert_eq!(ask("af-no-such-program", &["--version"]).await, None);
        let found = find().await;
        assert_eq!(found.keys().copied().collect::<std::collections::BTreeSet<_>>(), TOOLS.into());
    }
}
