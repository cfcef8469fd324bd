//! What not every server of tests has: pgvector, which is a package of its own, and what only newer versions can do.

use std::io::Write as _;

use tokio_postgres::Client;

use super::TestServer;
use crate::installation::BIN_SETTING;

/// Ends the test that calls it, with a line on stderr, where the server of the tests has no pgvector.
///
/// It is for functions that return nothing, async or not, and stands first in them.
///
/// # Panics
///
/// When `CI=true` and no server was chosen by `AF_PG_BIN`: there, nothing may be left out.
#[macro_export]
macro_rules! needs_pgvector {
    () => {{
        fn here() {}
        let within = std::any::type_name_of_val(&here);
        if $crate::testing::lacks_pgvector($crate::testing::test_of(within)) {
            return;
        }
    }};
}

/// The same, where the server of the tests is older than this major version.
///
/// # Panics
///
/// As [`needs_pgvector!`](crate::needs_pgvector).
#[macro_export]
macro_rules! needs_postgres {
    ($major:literal) => {{
        fn here() {}
        let within = std::any::type_name_of_val(&here);
        if $crate::testing::is_older_than($major, $crate::testing::test_of(within)) {
            return;
        }
    }};
}

/// The major version of a server.
pub(super) async fn major(client: &Client) -> Result<u16, tokio_postgres::Error> {
    let number = "SELECT current_setting('server_version_num')::integer / 10000";
    let major: i32 = client.query_one(number, &[]).await?.get(0);
    Ok(u16::try_from(major).unwrap_or_default())
}

/// Whether a server can be given pgvector.
pub(super) async fn has_pgvector(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let found = "SELECT FROM pg_available_extensions WHERE name = 'vector'";
    Ok(client.query_opt(found, &[]).await?.is_some())
}

/// Whether the server of the tests has no pgvector. If so, a line on stderr says that `left_out` is not tested: for tests of
/// which a part needs it. Where all of a test does, there is [`needs_pgvector!`](crate::needs_pgvector).
///
/// # Panics
///
/// When `CI=true` and no server was chosen by `AF_PG_BIN`: there, nothing may be left out.
pub fn lacks_pgvector(left_out: &str) -> bool {
    let lacks = !TestServer::shared_here().has_pgvector();
    if lacks {
        leave_out("this server has no pgvector", left_out);
    }
    lacks
}

/// Whether the server of the tests is of a major version before this one. What [`needs_postgres!`](crate::needs_postgres) calls.
#[doc(hidden)]
pub fn is_older_than(major: u16, left_out: &str) -> bool {
    let is_older = TestServer::shared_here().major() < major;
    if is_older {
        leave_out(&format!("this server is older than PostgreSQL {major}"), left_out);
    }
    is_older
}

fn leave_out(why: &str, what: &str) {
    let is_named = std::env::var_os(BIN_SETTING).is_some_and(|value| !value.is_empty());
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(
        !in_ci || is_named,
        "{why}, and CI=true wants every test where {BIN_SETTING} is not set: {what}"
    );
    // Not by eprintln!, which is shown for failed tests only.
    let _ = writeln!(std::io::stderr(), "skipped: {why}: {what}");
}

/// `it::memory::add::test::{{closure}}::here` is within `memory::add::test`.
#[doc(hidden)]
pub fn test_of(within: &str) -> &str {
    let mut test = within.strip_suffix("::here").unwrap_or(within);
    while let Some(outer) = test.strip_suffix("::{{closure}}") {
        test = outer;
    }
    test.split_once("::").map_or(test, |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_as_the_harness_names_it() {
        assert_eq!(test_of("it::memory::add::kept::{{closure}}::here"), "memory::add::kept");
        assert_eq!(test_of("it::memory::kept::here"), "memory::kept");
        assert_eq!(test_of("it::kept::{{closure}}::{{closure}}::here"), "kept");
    }
}
