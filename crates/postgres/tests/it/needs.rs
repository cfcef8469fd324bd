//! Tests that cannot run on every server.

use std::path::Path;

use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};

use crate::helper::child;

const PLAIN: &str = "/usr/lib/postgresql/15/bin";

/// Debian's PostgreSQL 15, if it is here and has no pgvector.
fn plain() -> Option<Installation> {
    Installation::at(Path::new(PLAIN)).ok().filter(|found| found.pgvector.is_none())
}

#[test]
fn a_test_that_needs_what_its_server_has_not_says_so_and_ends() {
    if plain().is_none() {
        return;
    }
    for ci in ["", "true"] {
        let output = child("need").env("AF_PG_BIN", PLAIN).env("CI", ci).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let (said, told) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!said.contains("has all") && said.contains("went on"), "{said}");
        let line = "skipped: this server is older than PostgreSQL 16: helper::need";
        assert!(told.lines().any(|it| it == line), "{told}");
    }
}

#[test]
fn in_ci_it_fails_unless_the_server_was_chosen() {
    let Some(installation) = plain() else { return };
    let server = Ephemeral::start(&installation, &EphemeralOptions::default()).unwrap();
    let need = |ci| {
        let url = server.url("postgres");
        child("need").env("AF_TEST_DATABASE_URL", url).env("CI", ci).output().unwrap()
    };
    assert!(need("").status.success());
    let output = need("true");
    let told = String::from_utf8(output.stderr).unwrap();
    let expected = "CI=true wants every test where AF_PG_BIN is not set: helper::need";
    assert!(!output.status.success() && told.contains(expected), "{told}");
}

#[test]
fn a_test_that_has_what_it_needs_goes_on() {
    agentflow_postgres::needs_postgres!(16);
    agentflow_postgres::needs_pgvector!();
    let output = child("need").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("has all"), "{said}");
}
