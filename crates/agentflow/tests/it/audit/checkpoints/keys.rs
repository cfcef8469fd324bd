//! The file of the signing key.

use agentflow::audit::{load_signing_key, store_signing_key};

use super::{key, key_number};

#[test]
fn a_key_comes_back_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    store_signing_key(&path, &key()).unwrap();
    assert_eq!(load_signing_key(&path).unwrap().verifying_key(), key().verifying_key());
    let error = store_signing_key(&path, &key_number(2)).unwrap_err().to_string();
    assert!(error.contains("there is a file already") && error.contains("audit.key"), "{error}");
    assert_eq!(load_signing_key(&path).unwrap().verifying_key(), key().verifying_key());
}

#[test]
fn what_is_no_key_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    for text in ["", "PRIVATE+KEY+secretish", "\u{fffd}secretish", &"secretish".repeat(10_000)] {
        let _ = std::fs::remove_file(&path);
        write_private(&path, text);
        let error = load_signing_key(&path).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secretish"), "{error}");
        assert!(error.to_string().contains("audit.key"), "{error}");
    }
    for path in [folder.path(), &folder.path().join("missing")] {
        assert!(load_signing_key(path).is_err());
    }
}

fn write_private(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    set_mode(path, 0o600);
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    store_signing_key(&path, &key()).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    for mode in [0o640, 0o604, 0o660, 0o644, 0o601, 0o620] {
        set_mode(&path, mode);
        let error = load_signing_key(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("{mode:04o}")) && error.contains("chmod 600"), "{error}");
    }
    set_mode(&path, 0o400);
    assert!(load_signing_key(&path).is_ok());
}

#[cfg(unix)]
#[test]
fn a_key_is_not_written_through_a_link_and_a_link_hides_no_permissions() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(store_signing_key(&link, &key()).is_err());
    assert!(!target.exists());
    store_signing_key(&target, &key()).unwrap();
    assert!(load_signing_key(&link).is_ok(), "secrets are mounted as links");
    set_mode(&target, 0o644);
    assert!(load_signing_key(&link).unwrap_err().to_string().contains("0644"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_key_makes_nobody_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let error = load_signing_key(&path).unwrap_err().to_string();
    assert!(error.contains("not a regular file"), "{error}");
}
