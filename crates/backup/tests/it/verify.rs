use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{FileExt, symlink},
    path::Path,
    sync::Mutex,
};

use agentflow::core::backup::{BackupId, BackupKind, Keep, MAX_MANIFEST_BYTES};
use agentflow_backup::{Error, Fault, Phase, Trust, fetch, list, prune, verify};

use crate::samples::{BEGUN_AT, Backups, age_pair, content, key, silent, trust};

async fn faults(backups: &Backups, id: &BackupId, trust: &Trust) -> Vec<Fault> {
    match verify(&backups.store, id, trust, None, &silent).await {
        Ok(verification) => verification.faults,
        Err(Error::Corrupt { faults, .. }) => faults,
        Err(error) => panic!("{error}"),
    }
}

fn flip(path: &Path, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn a_backup_that_is_whole_verifies_and_says_who_signed_it() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let told = Mutex::new(Vec::new());
    let on = |progress| told.lock().unwrap().push(progress);
    let verification = verify(&backups.store, &id, &backups.trust(), None, &on).await.unwrap();
    assert_eq!(verification.faults, []);
    assert_eq!(verification.signed_by.unwrap().as_str(), "backup.example.com");
    assert_eq!((verification.parts, verification.bytes), (4, 705_012));
    let told = told.into_inner().unwrap();
    assert!(told.iter().all(|it| it.phase == Phase::Verify && it.total == 705_012));
    assert!(told.is_sorted_by_key(|it| it.done) && told.last().unwrap().done == 705_012);
}

#[tokio::test]
async fn one_flipped_byte_anywhere_is_found() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let folder = backups.path(&id);
    let count = |name: &str| fs::metadata(folder.join(name)).unwrap().len();
    for (name, step) in [
        ("data/4021.dat", 99_991),
        ("data/toc.dat", 999),
        ("manifest.json", 37),
        ("manifest.note", 5),
    ] {
        let length = count(name);
        for at in (0..length).step_by(step).chain([length - 1]) {
            flip(&folder.join(name), at);
            let found = faults(&backups, &id, &backups.trust()).await;
            assert!(
                found.iter().any(|it| name.starts_with(&it.place) || it.place == "manifest.json"),
                "{name} at {at}: {found:?}"
            );
            flip(&folder.join(name), at);
        }
    }
    assert_eq!(faults(&backups, &id, &backups.trust()).await, [], "all is as it was");
}

#[tokio::test]
async fn every_fault_of_the_parts_is_named() {
    let backups = Backups::new();
    let other = backups.add("2026-11-21T08:00:00Z", 2).await;
    let id = backups.add(BEGUN_AT, 1).await;
    let data = backups.path(&id).join("data");
    // The same name and length, from another backup.
    fs::copy(backups.path(&other).join("data/4021.dat"), data.join("4021.dat")).unwrap();
    fs::remove_file(data.join("4022.dat")).unwrap();
    fs::write(data.join("blobs.toc"), "cut").unwrap();
    fs::remove_file(data.join("toc.dat")).unwrap();
    symlink(backups.path(&other).join("data/toc.dat"), data.join("toc.dat")).unwrap();
    fs::create_dir(data.join("more")).unwrap();
    fs::write(data.join("more/extra\u{1b}.dat"), "x").unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    let text = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for (line, expected) in [
        "data/4021.dat: its SHA-256 is ",
        "data/4022.dat: it is missing",
        "data/blobs.toc: it has 3 bytes, and 12 in the manifest",
        "data/toc.dat: it is a symbolic link",
        r"data/more/extra\u{1b}.dat: it is not in the manifest",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(found[line].to_string().starts_with(expected), "{text}");
    }
    assert_eq!(found.len(), 5, "{text}");
}

#[tokio::test]
async fn links_and_pipes_are_never_followed() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let folder = backups.path(&id);
    let away = backups.folder.path().join("away");
    fs::rename(folder.join("data"), &away).unwrap();
    symlink(&away, folder.join("data")).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert_eq!(
        found.iter().filter(|it| it.reason.contains("symbolic link")).count(),
        4,
        "{found:?}"
    );

    fs::remove_file(folder.join("data")).unwrap();
    fs::rename(&away, folder.join("data")).unwrap();
    fs::remove_file(folder.join("data/toc.dat")).unwrap();
    nix::unistd::mkfifo(&folder.join("data/toc.dat"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert_eq!(found, [Fault::new("data/toc.dat", "it is no regular file")]);

    fs::rename(&folder, &away).unwrap();
    symlink(&away, &folder).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert!(found.iter().all(|it| it.reason.contains("symbolic link")), "{found:?}");
}

#[tokio::test]
async fn a_whole_backup_in_the_place_of_another_is_found() {
    let backups = Backups::new();
    let other = backups.add("2026-11-21T08:00:00Z", 2).await;
    let id = backups.add(BEGUN_AT, 1).await;
    fs::remove_dir_all(backups.path(&id)).unwrap();
    copy(&backups.path(&other), &backups.path(&id));
    let note =
        Fault::new("manifest.note", format!("it is the note of backup {other}, not of {id}"));
    let found = faults(&backups, &id, &backups.trust()).await;
    assert_eq!(found, std::slice::from_ref(&note), "what is not signed is not read");
    let reason = format!("it is of backup {other}, and in the folder of {id}");
    let found = faults(&backups, &id, &Trust::Unsigned).await;
    assert_eq!(found, [note, Fault::new("manifest.json", reason)]);
}

#[tokio::test]
async fn a_forged_manifest_is_found_unless_nobody_asks_who_signed() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let folder = backups.path(&id);
    let signed = fs::read_to_string(folder.join("manifest.note")).unwrap();
    let mut manifest = backups.manifest(&id);
    manifest.tables[0].rows = 6;
    fs::write(folder.join("manifest.json"), manifest.to_text().unwrap()).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert!(
        found.len() == 1 && found[0].reason.contains("not the one that was signed"),
        "{found:?}"
    );
    assert_eq!(faults(&backups, &id, &Trust::Unsigned).await, found, "an accident is found");

    let forged = manifest.sign(&key(2)).unwrap().to_string();
    fs::write(folder.join("manifest.note"), &forged).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert!(
        found.len() == 1 && found[0].reason.contains("no signature is by a known key"),
        "{found:?}"
    );
    assert_eq!(faults(&backups, &id, &Trust::Unsigned).await, [], "which is what unsigned means");
    assert_eq!(faults(&backups, &id, &trust(&key(2))).await, []);

    let (_, signature) = signed.split_once("\n\n").unwrap();
    let (text, _) = forged.split_once("\n\n").unwrap();
    fs::write(folder.join("manifest.note"), format!("{text}\n\n{signature}")).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert!(found.len() == 1 && found[0].reason.contains("is wrong"), "{found:?}");

    fs::remove_file(folder.join("manifest.note")).unwrap();
    let found = faults(&backups, &id, &backups.trust()).await;
    assert_eq!(found, [Fault::new("manifest.note", "it is missing: nobody signed this backup")]);
    assert_eq!(faults(&backups, &id, &Trust::Unsigned).await, []);
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_faults_and_are_not_read() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let mut manifest = backups.manifest(&id);
    for (part, name) in
        manifest.parts.iter_mut().zip(["data/../../x", "/etc/hostname", "data/a\\b"])
    {
        part.name = name.to_owned();
    }
    backups.replace_manifest(&id, &manifest).await;
    let found = faults(&backups, &id, &backups.trust()).await;
    let of_names = found.iter().filter(|it| it.reason.contains("].name: ")).count();
    let strays = found.iter().filter(|it| it.reason == "it is not in the manifest").count();
    assert_eq!((of_names, strays, found.len()), (3, 3, 6), "{found:?}");

    let into = tempfile::tempdir().unwrap();
    let refused = fetch(&backups.store, &manifest, None, into.path(), &silent).await.unwrap_err();
    assert!(matches!(&refused, Error::Corrupt { faults, .. } if faults.len() == 3), "{refused}");
    assert_eq!(fs::read_dir(into.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read_is_an_error_with_all_its_faults() {
    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let file = backups.path(&id).join("manifest.json");
    let text = fs::read_to_string(&file).unwrap();
    for (content, reason) in [
        (format!("{text}\n").into_bytes(), "canonical JSON"),
        (b"{}".to_vec(), "missing field `format`"),
        (vec![0xff; 10], "not UTF-8"),
        (Vec::new(), "no manifest"),
    ] {
        fs::write(&file, content).unwrap();
        let unsigned = Trust::Unsigned;
        let error = verify(&backups.store, &id, &unsigned, None, &silent).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(reason) && text.contains("not the one that was signed"), "{text}");
        let error = verify(&backups.store, &id, &backups.trust(), None, &silent).await.unwrap_err();
        let text = error.to_string();
        assert!(!text.contains(reason) && text.contains("not the one that was signed"), "{text}");
    }
    // As sparse as it may be, it is not read.
    OpenOptions::new().write(true).open(&file).unwrap().set_len(MAX_MANIFEST_BYTES + 1).unwrap();
    let error =
        verify(&backups.store, &id, &backups.trust(), None, &silent).await.unwrap_err().to_string();
    assert!(error.contains("manifest.json: it has more than 268435456 bytes"), "{error}");

    fs::remove_file(&file).unwrap();
    let error =
        verify(&backups.store, &id, &backups.trust(), None, &silent).await.unwrap_err().to_string();
    assert!(error.contains("never finished"), "{error}");
    fs::remove_dir_all(backups.path(&id)).unwrap();
    let error = verify(&backups.store, &id, &backups.trust(), None, &silent).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn an_encrypted_backup_is_decrypted_and_compared_as_well() {
    let backups = Backups::new();
    let (identity, recipients) = age_pair();
    let id = backups.add_with(BEGUN_AT, 1, BackupKind::Full, Some(&recipients)).await;
    let (store, trust) = (&backups.store, backups.trust());
    for identity in [None, Some(&identity)] {
        assert_eq!(verify(store, &id, &trust, identity, &silent).await.unwrap().faults, []);
    }
    let (stranger, _) = age_pair();
    // One error that names whom it is for, and not each part as damaged.
    let error = verify(store, &id, &trust, Some(&stranger), &silent).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::InvalidInput { .. }), "{text}");
    let both = [&recipients.names()[0], &stranger.public_keys()[0]];
    assert!(both.iter().all(|key| text.contains(*key)), "{text}");

    // Of another plain text than the manifest says: only decrypting tells.
    let mut manifest = backups.manifest(&id);
    manifest.parts[0].plain_sha256 = manifest.parts[1].plain_sha256;
    backups.replace_manifest(&id, &manifest).await;
    assert_eq!(verify(store, &id, &trust, None, &silent).await.unwrap().faults, []);
    let found = verify(store, &id, &trust, Some(&identity), &silent).await.unwrap().faults;
    assert!(
        found.len() == 1 && found[0].reason.starts_with("decrypted it has 700000 bytes"),
        "{found:?}"
    );

    flip(&backups.path(&id).join("data/toc.dat.age"), 3000);
    let found = verify(store, &id, &trust, Some(&identity), &silent).await.unwrap().faults;
    let of_toc: Vec<_> = found.iter().filter(|it| it.place == "data/toc.dat.age").collect();
    assert!(of_toc.len() == 2 && of_toc[0].reason.contains("cannot be decrypted"), "{found:?}");
}

#[tokio::test]
async fn what_is_fetched_is_what_was_sealed() {
    let backups = Backups::new();
    let (identity, recipients) = age_pair();
    let plain = backups.add(BEGUN_AT, 3).await;
    let sealed =
        backups.add_with("2026-11-22T09:00:00Z", 3, BackupKind::Full, Some(&recipients)).await;
    for (id, identity) in [(&plain, None), (&plain, Some(&identity)), (&sealed, Some(&identity))] {
        let into = tempfile::tempdir().unwrap();
        let manifest = backups.manifest(id);
        fetch(&backups.store, &manifest, identity, into.path(), &silent).await.unwrap();
        let fetched = fs::read(into.path().join("data/4021.dat")).unwrap();
        assert!(fetched == content("4021.dat", 700_000, 3), "{id}");
        assert_eq!(fs::read_dir(into.path().join("data")).unwrap().count(), 4);
    }
    let into = tempfile::tempdir().unwrap();
    let manifest = backups.manifest(&sealed);
    let refused = fetch(&backups.store, &manifest, None, into.path(), &silent).await.unwrap_err();
    assert!(refused.to_string().contains("identity: expected one"), "{refused}");
}

#[tokio::test]
async fn what_reads_a_backup_may_move_between_threads() {
    fn movable<T: Send>(future: T) -> T {
        future
    }

    let backups = Backups::new();
    let id = backups.add(BEGUN_AT, 1).await;
    let (manifest, trust) = (backups.manifest(&id), backups.trust());
    let into = tempfile::tempdir().unwrap();
    movable(verify(&backups.store, &id, &trust, None, &silent)).await.unwrap();
    movable(fetch(&backups.store, &manifest, None, into.path(), &silent)).await.unwrap();
    movable(list(&backups.store)).await.unwrap();
    let keep = Keep { last: 1, ..Keep::default() };
    movable(prune(&backups.store, &keep, &trust, id.begun_at(), false)).await.unwrap();
}

#[tokio::test]
async fn what_changed_after_it_was_verified_is_not_fetched() {
    let backups = Backups::new();
    let (identity, recipients) = age_pair();
    let plain = backups.add(BEGUN_AT, 1).await;
    let sealed =
        backups.add_with("2026-11-22T09:00:00Z", 1, BackupKind::Full, Some(&recipients)).await;
    for (id, name) in [(&plain, "4021.dat"), (&sealed, "4021.dat.age")] {
        flip(&backups.path(id).join("data").join(name), 650_000);
        let into = tempfile::tempdir().unwrap();
        let manifest = backups.manifest(id);
        let fetched = fetch(&backups.store, &manifest, Some(&identity), into.path(), &silent).await;
        let refused = fetched.unwrap_err();
        assert!(matches!(refused, Error::Corrupt { .. }), "{refused}");
        assert!(!into.path().join("data/4021.dat").exists(), "nothing of it is left");
    }
}
