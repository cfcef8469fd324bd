//! A disk that is full midway: a small file system that only the command sees.

use std::process::{Command, Output};

use super::{content, scene};
use crate::support::Sandbox;

/// Whether this process may mount something of its own.
fn is_permitted() -> bool {
    let script = "mount -t tmpfs -o size=64k tmpfs /mnt";
    let tried = Command::new("unshare").args(["-m", "sh", "-c", script]).output();
    let is_permitted = tried.is_ok_and(|output| output.status.success());
    if !is_permitted {
        eprintln!("not run: mounting is not permitted here");
    }
    is_permitted
}

/// Runs a script with a file system of that size in the folder `small`.
fn on_small_disk(sandbox: &Sandbox, size: &str, script: &str) -> Output {
    std::fs::create_dir_all(sandbox.path().join("small")).unwrap();
    let script = format!("mount -t tmpfs -o size={size} tmpfs small\n{script}");
    let quoted = script.replace('\'', r"'\''");
    scene::shell(sandbox, &format!("unshare -m bash -c '{quoted}'"), Some(sandbox.url()))
}

#[test]
fn a_backup_that_fills_the_disk_is_none_and_the_next_one_works() {
    if !is_permitted() {
        return;
    }
    let sandbox = scene::with_key();
    let before = content::of(sandbox.url());
    let output = on_small_disk(
        &sandbox,
        "400k",
        "af backup create --dir small --compress none 2>&1; echo code $?
         af backup list --dir small
         ls -A small",
    );
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("No space left on device") && told.contains("code 4"), "{told}");
    assert!(told.contains("make room") && told.contains("There are no backups"), "{told}");
    assert!(!told.contains(".partial"), "{told}");
    assert_eq!(content::differences(&before, &content::of(sandbox.url())), Vec::<String>::new());
    scene::create(&sandbox, &[]);
}

#[test]
fn a_restore_that_fills_the_disk_changes_nothing() {
    if !is_permitted() {
        return;
    }
    let sandbox = scene::with_key();
    scene::create(&sandbox, &["--compress", "none"]);
    let before = content::of(sandbox.url());
    for options in ["--yes", "--into other_database --yes"] {
        let script = format!(
            "export TMPDIR=$PWD/small
             af backup restore latest {options} 2>&1; echo code $?
             ls -A small"
        );
        let output = on_small_disk(&sandbox, "200k", &script);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("No space left on device") && told.contains("code 4"), "{told}");
        assert!(told.contains("make room") && told.ends_with("code 4\n"), "{told}");
        assert_eq!(
            content::differences(&before, &content::of(sandbox.url())),
            Vec::<String>::new()
        );
    }
    let databases = scene::shell(
        &sandbox,
        "psql \"$DATABASE_URL\" -Atc \"SELECT datname FROM pg_database WHERE datname LIKE '%restoring%' OR datname = 'other_database'\"",
        Some(sandbox.url()),
    );
    assert_eq!(String::from_utf8_lossy(&databases.stdout), "");
}
