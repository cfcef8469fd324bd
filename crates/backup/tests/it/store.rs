use std::fs;

use agentflow::core::hash::Sha256;
use agentflow_backup::{BackupStore, Error, Location, parts};

use crate::samples::age_pair;

fn store() -> (tempfile::TempDir, BackupStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = BackupStore::open(&Location::Folder(folder.path().join("backups"))).unwrap();
    (folder, store)
}

#[tokio::test]
async fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let (folder, store) = store();
    let file = folder.path().join("file");
    fs::write(&file, "first").unwrap();
    store.put_file("a/b/c", &file, &|_| {}).await.unwrap();
    fs::write(&file, "second").unwrap();
    store.put_file("a/b/c", &file, &|_| {}).await.unwrap();
    assert_eq!(store.read("a/b/c", 6).await.unwrap().unwrap(), b"second");
    let missing = store.put_file("a/b/c", &folder.path().join("none"), &|_| {}).await;
    assert!(matches!(missing.unwrap_err(), Error::Io { .. }));
    assert_eq!(store.read("a/b/c", 6).await.unwrap().unwrap(), b"second");
    assert_eq!(
        fs::read_dir(store.folder().unwrap().join("a/b")).unwrap().count(),
        1,
        "no leftovers"
    );
}

#[tokio::test]
async fn what_is_not_there_is_none_and_what_is_too_long_is_refused() {
    let (folder, store) = store();
    assert_eq!(store.read("a/b", 10).await.unwrap(), None);
    assert!(store.reader("a/b").await.unwrap().is_none());
    assert!(!store.get_to_file("a/b", &folder.path().join("to")).await.unwrap());
    store.remove("a/b").await.unwrap();
    store.put_bytes("a/b", b"12345".to_vec()).await.unwrap();
    let refused = store.read("a/b", 4).await.unwrap_err().to_string();
    assert!(refused.contains("more than 4 bytes"), "{refused}");
    assert!(store.get_to_file("a/b", &folder.path().join("to")).await.unwrap());
    assert_eq!(fs::read(folder.path().join("to")).unwrap(), b"12345");
    let refused = store.get_to_file("a/b", &folder.path().join("to")).await;
    assert!(refused.is_err(), "what is there already is not written over");
}

#[tokio::test]
async fn a_path_leads_nowhere_else() {
    let (folder, store) = store();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    for path in
        ["../secret", "/etc/hostname", "a/../../secret", "", "a//b", ".", "a\\..\\b", "a/\0"]
    {
        assert!(store.read(path, 10).await.is_err(), "{path:?}");
        assert!(store.put_bytes(path, Vec::new()).await.is_err(), "{path:?}");
        assert!(store.remove(path).await.is_err(), "{path:?}");
    }
}

#[tokio::test]
async fn only_the_owner_may_read_what_is_stored() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, store) = store();
    store.put_bytes("a/b", b"x".to_vec()).await.unwrap();
    let mode = |path: &str| {
        let place = store.folder().unwrap().join(path);
        fs::metadata(place).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("a"), mode("a/b")), (0o700, 0o600));
}

#[test]
fn a_sealed_part_has_the_sums_that_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_, recipients) = age_pair();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("plain"), b"some rows").unwrap();
    let hash = |name: &str| Sha256::of(&[&fs::read(path(name)).unwrap()]);
    for (to, recipients) in [("copy", None), ("sealed", Some(&recipients))] {
        let sums = parts::seal(&path("plain"), &path(to), recipients).unwrap();
        assert_eq!((sums.bytes, sums.sha256), (fs::metadata(path(to)).unwrap().len(), hash(to)));
        assert_eq!((sums.plain_bytes, sums.plain_sha256), (9, hash("plain")));
        assert_eq!(sums.bytes == 9, recipients.is_none());
    }
    assert_eq!(parts::sums(&path("plain")).unwrap(), parts::sums(&path("copy")).unwrap());
    let refused = parts::seal(&path("plain"), &path("copy"), None).unwrap_err();
    assert!(matches!(refused, Error::Io { .. }), "what is there already is not written over");
}
