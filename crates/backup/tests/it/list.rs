use std::fs;

use agentflow::core::backup::BackupKind;
use agentflow_backup::{BackupStore, Error, Location, list, list_trusted, look_up};

use crate::samples::{BEGUN_AT, Backups, age_pair, key};

#[tokio::test]
async fn backups_are_listed_from_the_oldest_and_broken_ones_say_why() {
    let backups = Backups::new();
    let (_, recipients) = age_pair();
    let newest = backups.add_with(BEGUN_AT, 1, BackupKind::Tables, Some(&recipients)).await;
    let oldest = backups.add("2026-11-20T08:00:00Z", 1).await;
    let broken = backups.add("2026-11-21T08:00:00Z", 1).await;
    fs::write(backups.path(&broken).join("manifest.json"), "{").unwrap();
    // None of these is a backup.
    for folder in [".20261122T080000Z-00000000.partial", "base", "20261122T080000Z-11111111/data"] {
        fs::create_dir_all(backups.folder.path().join(folder)).unwrap();
    }
    fs::write(backups.folder.path().join("20261122T080000Z-22222222"), "").unwrap();

    let listed = list(&backups.store).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|it| it.id.clone()).collect();
    assert_eq!(ids, [oldest, broken, newest]);
    assert!(listed[0].faults.is_empty() && listed[2].faults.is_empty());
    assert!(listed[1].summary.is_none() && listed[1].faults.len() == 2, "{:?}", listed[1]);
    let [first, last] = [0, 2].map(|index| listed[index].summary.clone().unwrap());
    assert_eq!((first.kind, first.tables, first.rows, first.parts), (BackupKind::Full, 1, 7, 4));
    assert_eq!((first.bytes, first.encrypted), (705_012, false));
    assert_eq!(first.signed_by, ["backup.example.com"]);
    assert!(last.kind == BackupKind::Tables && last.encrypted);

    let unfinished = backups.store.unfinished().await.unwrap();
    let unfinished: Vec<_> = unfinished.iter().map(ToString::to_string).collect();
    assert_eq!(unfinished, ["20261122T080000Z-11111111"]);
}

#[tokio::test]
async fn with_keys_what_none_of_them_signed_says_nothing_of_itself() {
    let backups = Backups::new();
    let good = backups.add("2026-11-20T08:00:00Z", 1).await;
    let forged = backups.add(BEGUN_AT, 1).await;
    let note = backups.manifest(&forged).sign(&key(2)).unwrap().to_string();
    fs::write(backups.path(&forged).join("manifest.note"), note).unwrap();
    assert!(list(&backups.store).await.unwrap().iter().all(|it| it.summary.is_some()));
    let listed = list_trusted(&backups.store, &backups.trust()).await.unwrap();
    assert!(listed[0].id == good && listed[0].summary.is_some() && listed[0].faults.is_empty());
    assert!(listed[1].summary.is_none(), "{:?}", listed[1]);
    assert!(listed[1].faults[0].reason.contains("known key"), "{:?}", listed[1]);

    let looked_up = look_up(&backups.store, &good, &backups.trust()).await.unwrap();
    assert_eq!(looked_up.summary.unwrap().database, "agentflow");
    let missing = "20261122T080000Z-00000000".parse().unwrap();
    let missing = look_up(&backups.store, &missing, &backups.trust()).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
}

#[tokio::test]
async fn large_manifests_are_listed_in_their_place() {
    let backups = Backups::new();
    let oldest = backups.add("2026-11-20T08:00:00Z", 1).await;
    let large = backups.add("2026-11-21T08:00:00Z", 1).await;
    let newest = backups.add(BEGUN_AT, 1).await;
    let mut manifest = backups.manifest(&large);
    manifest.properties.comment = Some("x".repeat(9 * 1024 * 1024));
    backups.replace_manifest(&large, &manifest).await;
    let listed = list(&backups.store).await.unwrap();
    assert!(listed.iter().all(|it| it.faults.is_empty()), "{listed:?}");
    assert_eq!(listed.into_iter().map(|it| it.id).collect::<Vec<_>>(), [oldest, large, newest]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_yet_has_no_backups() {
    let folder = tempfile::tempdir().unwrap();
    let store = BackupStore::open(&Location::Folder(folder.path().join("backups"))).unwrap();
    assert!(list(&store).await.unwrap().is_empty());
    assert!(!folder.path().join("backups").exists(), "looking makes nothing");
}
