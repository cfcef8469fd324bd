//! Folders of migrations, and new files in them.

use agentflow_migrate::{Error, Source, new_migration};
use std::fs::{create_dir, read_to_string, write};
use std::path::Path;
use tempfile::{TempDir, tempdir};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempdir().expect("a folder");
    for (name, text) in files {
        write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn a_folder_is_read_by_number_and_ignores_what_is_no_sql() {
    let folder = folder(&[
        ("10_late.up.sql", "SELECT 10"),
        ("2_early.up.sql", "\u{feff}-- no-transaction\r\nSELECT 2;\r\n"),
        ("2_early.down.sql", ""),
        ("README.md", ""),
        ("._2_early.up.sql", "finder"),
    ]);
    create_dir(folder.path().join("old.sql")).expect("a sub-folder");
    let source = Source::dir(folder.path()).expect("a source");
    let shape: Vec<_> = source
        .migrations()
        .iter()
        .map(|it| (it.version, it.name.as_str(), it.up.transactional, it.down.is_some()))
        .collect();
    assert_eq!(shape, [(2, "early", false, true), (10, "late", true, false)]);
    assert_eq!(source.newest(), Some(10));
    let file = folder.path().join("2_early.up.sql");
    assert_eq!(source.migrations()[0].up.file, file.display().to_string());
}

#[test]
fn a_folder_and_embedded_files_are_the_same_migrations() {
    const FILES: &[(&str, &str)] =
        agentflow_migrate::embed!("migrations": "1_one.up.sql", "1_one.down.sql");
    let embedded = Source::embedded(FILES).expect("embedded");
    let folder = Source::dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/migrations"))
        .expect("a source");
    assert_eq!(embedded.migrations().len(), folder.migrations().len());
    for (one, other) in embedded.migrations().iter().zip(folder.migrations()) {
        assert_eq!((one.version, one.up.checksum()), (other.version, other.up.checksum()));
    }
}

#[test]
fn a_duplicate_version_names_both_files_whatever_the_padding() {
    let folder = folder(&[("1_a.up.sql", ""), ("000001_b.up.sql", "")]);
    let error = Source::dir(folder.path()).expect_err("duplicate").to_string();
    assert!(error.contains("1_a.up.sql") && error.contains("000001_b.up.sql"), "{error}");
}

#[test]
fn names_that_are_no_migration_are_refused_with_the_expected_form() {
    for name in [
        "a.sql",
        "1.up.sql",
        "1_.up.sql",
        "x_a.up.sql",
        "1_a.sql",
        "1_a b.up.sql",
        "0_a.up.sql",
        "1_a.UP.SQL",
        "99999999999999999999_a.up.sql",
        "-1_a.up.sql",
        "1_ü.up.sql",
    ] {
        let error = Source::embedded(&[(name, "")]).expect_err(name);
        assert!(matches!(&error, Error::FileName { file, .. } if file == name), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("{version}_{name}.up.sql")));
    }
    let shouted = folder(&[("1_a.SQL", "")]);
    assert!(Source::dir(shouted.path()).is_err());
}

#[test]
fn down_without_up_and_different_names_are_refused() {
    let error = Source::embedded(&[("1_a.down.sql", "")]).expect_err("no up");
    assert!(matches!(error, Error::DownWithoutUp { .. }));
    let error = Source::embedded(&[("1_a.up.sql", ""), ("1_b.down.sql", "")]).expect_err("names");
    assert!(matches!(error, Error::Unpaired { .. }));
}

#[test]
fn a_missing_folder_is_named_as_it_was_given() {
    let error = Source::dir("no/such/../folder").expect_err("missing");
    assert_eq!(error.to_string(), "cannot read or write no/such/../folder");
}

#[test]
fn new_migrations_get_the_next_number_at_the_width_in_use() {
    let folder = folder(&[]);
    let files = new_migration(folder.path().join("sql"), "Create users!").expect("new");
    assert_eq!(files.up, folder.path().join("sql").join("000001_create_users.up.sql"));
    assert!(read_to_string(&files.down).expect("down").starts_with("-- create_users"));
    let files = new_migration(folder.path().join("sql"), "two").expect("new");
    assert!(files.down.ends_with("000002_two.down.sql"));
    assert_eq!(Source::dir(folder.path().join("sql")).expect("a source").newest(), Some(2));
    assert!(matches!(new_migration(folder.path(), "--"), Err(Error::EmptyName { .. })));
}

#[test]
fn new_keeps_a_narrow_numbering() {
    let folder = folder(&[("0007_x.up.sql", "")]);
    let files = new_migration(folder.path(), "y").expect("new");
    assert!(files.up.ends_with("0008_y.up.sql"));
}
