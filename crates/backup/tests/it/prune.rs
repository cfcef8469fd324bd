use std::fs;

use agentflow::core::backup::{BackupId, BackupKind, Keep, TableRows};
use agentflow_backup::{Pruned, Trust, prune, verify};
use jiff::Timestamp;

use crate::samples::{Backups, key, silent};

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

async fn run(backups: &Backups, keep: Keep, dry_run: bool) -> Pruned {
    prune(&backups.store, &keep, &backups.trust(), now(), dry_run).await.unwrap()
}

fn daily(daily: u32) -> Keep {
    Keep { daily, ..Keep::default() }
}

async fn four_days(backups: &Backups) -> Vec<BackupId> {
    let mut ids = Vec::new();
    for day in ["19", "20", "21", "22"] {
        ids.push(backups.add(&format!("2026-11-{day}T08:00:00Z"), 1).await);
    }
    ids
}

#[tokio::test]
async fn what_no_rule_keeps_is_removed_and_the_rest_still_verifies() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    let would = run(&backups, daily(2), true).await;
    assert_eq!((would.removed.as_slice(), would.kept.as_slice()), ids.split_at(2));
    assert_eq!(backups.store.ids().await.unwrap(), ids, "a dry run removes nothing");

    let pruned = run(&backups, daily(2), false).await;
    assert_eq!((pruned.removed, pruned.bytes, pruned.left), (would.removed, 2 * 705_012, vec![]));
    assert_eq!(backups.store.ids().await.unwrap(), ids[2..]);
    assert!(!backups.path(&ids[0]).exists());
    for id in &ids[2..] {
        let verification =
            verify(&backups.store, id, &backups.trust(), None, &silent).await.unwrap();
        assert_eq!(verification.faults, []);
    }
    assert!(run(&backups, daily(2), false).await.removed.is_empty());
}

#[tokio::test]
async fn a_backup_of_some_tables_takes_no_place_of_a_full_one() {
    let backups = Backups::new();
    let full = backups.add("2026-11-22T08:00:00Z", 1).await;
    let tables = backups.add_with("2026-11-22T09:00:00Z", 1, BackupKind::Tables, None).await;
    let pruned = run(&backups, daily(1), false).await;
    assert_eq!((pruned.kept, pruned.removed), (vec![full, tables], vec![]));
}

#[tokio::test]
async fn what_is_not_known_to_be_ours_is_left_and_told() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    // Unfinished, unreadable, another's, and one with something of somebody else in it.
    fs::remove_file(backups.path(&ids[0]).join("manifest.json")).unwrap();
    fs::write(backups.path(&ids[1]).join("manifest.json"), "{}").unwrap();
    fs::write(backups.path(&ids[2]).join("data/mine.txt"), "keep me").unwrap();
    let strange = backups.folder.path().join("20261101T080000Z-aaaaaaaa");
    fs::rename(backups.path(&backups.add("2026-11-02T08:00:00Z", 2).await), &strange).unwrap();

    let pruned = run(&backups, daily(1), false).await;
    assert_eq!((pruned.kept.as_slice(), pruned.removed.as_slice()), (&ids[3..], &ids[2..3]));
    let left: Vec<_> = pruned.left.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(
        left,
        ["20261101T080000Z-aaaaaaaa", ids[0].as_str(), ids[1].as_str(), ids[2].as_str()]
    );
    assert!(strange.join("data/toc.dat").exists());
    assert!(backups.path(&ids[1]).join("data/toc.dat").exists());
    assert_eq!(fs::read_to_string(backups.path(&ids[2]).join("data/mine.txt")).unwrap(), "keep me");
    assert!(!backups.path(&ids[2]).join("data/toc.dat").exists());
}

#[tokio::test]
async fn nothing_outside_is_removed_through_a_link() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    let away = backups.folder.path().join("away");
    fs::rename(backups.path(&ids[0]).join("data"), &away).unwrap();
    std::os::unix::fs::symlink(&away, backups.path(&ids[0]).join("data")).unwrap();
    let pruned = run(&backups, daily(1), false).await;
    assert_eq!((pruned.removed.as_slice(), pruned.left.len()), (&ids[1..3], 1));
    assert!(pruned.left[0].reason.contains("not whole"), "{:?}", pruned.left);
    assert_eq!(fs::read_dir(&away).unwrap().count(), 4);
}

#[tokio::test]
async fn without_a_rule_nothing_is_removed() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    let none = Keep::default();
    let refused = prune(&backups.store, &none, &backups.trust(), now(), false).await.unwrap_err();
    assert!(refused.to_string().contains("at least one rule"), "{refused}");
    assert_eq!(backups.store.ids().await.unwrap(), ids);
}

#[tokio::test]
async fn databases_and_sets_of_tables_are_counted_by_themselves() {
    let backups = Backups::new();
    let mut ids = four_days(&backups).await;
    // Of another database, and newer than all others.
    let mut manifest = backups.manifest(&ids[3]);
    manifest.database = "other".to_owned();
    backups.replace_manifest(&ids[3], &manifest).await;
    // Of two sets of tables; the order of their names makes no other set.
    for (day, names) in [("19", "a b"), ("20", "b a"), ("21", "a"), ("22", "a c")] {
        let begun_at = format!("2026-11-{day}T09:00:00Z");
        let id = backups.add_with(&begun_at, 1, BackupKind::Tables, None).await;
        let mut manifest = backups.manifest(&id);
        let table = |name: &str| TableRows { name: name.to_owned(), rows: 1 };
        manifest.tables = names.split(' ').map(table).collect();
        backups.replace_manifest(&id, &manifest).await;
        ids.push(id);
    }
    let pruned = run(&backups, Keep { last: 1, ..Keep::default() }, false).await;
    let mut removed = [&ids[0], &ids[1], &ids[4]];
    removed.sort();
    assert_eq!(pruned.removed.iter().collect::<Vec<_>>(), removed);
    assert_eq!((pruned.kept.len(), pruned.left), (5, vec![]));
}

#[tokio::test]
async fn what_is_not_whole_pushes_no_good_one_out() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    fs::remove_dir_all(backups.path(&ids[3]).join("data")).unwrap();
    fs::write(backups.path(&ids[2]).join("data/toc.dat"), "cut").unwrap();
    let toc = backups.path(&ids[1]).join("data/toc.dat");
    fs::remove_file(&toc).unwrap();
    std::os::unix::fs::symlink(backups.path(&ids[0]).join("data/toc.dat"), &toc).unwrap();
    let pruned = run(&backups, daily(1), false).await;
    assert_eq!((pruned.kept.as_slice(), pruned.removed.len()), (&ids[..1], 0));
    let reasons: Vec<_> = pruned.left.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "it is not whole: data/toc.dat is no regular file",
            "it is not whole: data/toc.dat has 3 bytes, and 5000 in the manifest",
            "it is not whole: data/4021.dat is missing, and so it is with 3 more parts",
        ]
    );
    assert_eq!(backups.store.ids().await.unwrap(), ids);
}

#[tokio::test]
async fn what_nobody_who_is_trusted_signed_neither_counts_nor_goes() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    // Forged ones that are newer, one that nobody signed, and an old one of another key.
    let forge = |id: &BackupId| {
        let note = backups.manifest(id).sign(&key(2)).unwrap().to_string();
        fs::write(backups.path(id).join("manifest.note"), note).unwrap();
    };
    let forged = backups.add("2026-11-22T09:00:00Z", 2).await;
    let unsigned = backups.add("2026-11-22T09:30:00Z", 2).await;
    [&forged, &ids[0]].into_iter().for_each(forge);
    fs::remove_file(backups.path(&unsigned).join("manifest.note")).unwrap();
    let pruned = run(&backups, Keep { last: 1, ..Keep::default() }, false).await;
    assert_eq!((pruned.kept.as_slice(), pruned.removed.as_slice()), (&ids[3..], &ids[1..3]));
    let left: Vec<_> = pruned.left.iter().map(|it| &it.id).collect();
    assert_eq!(left, [&ids[0], &forged, &unsigned]);
    assert!(pruned.left[0].reason.contains("known key"), "{:?}", pruned.left);
    assert!(pruned.left[2].reason.contains("nobody signed"), "{:?}", pruned.left);

    // Who asks for no signature counts them all.
    let keep = Keep { last: 1, ..Keep::default() };
    let pruned = prune(&backups.store, &keep, &Trust::Unsigned, now(), true).await.unwrap();
    assert_eq!((pruned.kept, pruned.left), (vec![unsigned], vec![]));
}

#[tokio::test]
async fn what_was_begun_in_the_future_neither_counts_nor_goes() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    let soon = backups.add("2026-11-22T10:59:00Z", 1).await;
    let later = backups.add("2036-11-22T08:00:00Z", 1).await;
    let pruned = run(&backups, daily(1), false).await;
    assert_eq!((pruned.kept, pruned.removed), (vec![soon], ids));
    assert_eq!(pruned.left.len(), 1);
    assert!(pruned.left[0].id == later && pruned.left[0].reason.contains("in the future"));
}

#[tokio::test]
async fn what_is_half_removed_is_told_with_the_place_to_remove() {
    let backups = Backups::new();
    let ids = four_days(&backups).await;
    fs::remove_file(backups.path(&ids[0]).join("manifest.json")).unwrap();
    let pruned = run(&backups, daily(1), false).await;
    let place = backups.path(&ids[0]).display().to_string();
    assert!(pruned.left[0].reason.ends_with(&format!("remove {place}")), "{:?}", pruned.left);
}
