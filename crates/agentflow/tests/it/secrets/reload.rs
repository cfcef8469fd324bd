//! A running process sees another content of its file of secrets, and never half of it.

use std::{
    fs::{self, File, FileTimes},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use agentflow::secrets::{FileOptions, FileProvider, SecretsProvider};
use secrecy::SecretString;
use tokio::{sync::watch, time::timeout};

use super::{
    file::{Folder, write_private},
    get, key, names,
};

/// How long a change may stay unseen.
pub(super) const SEEN_WITHIN: Duration = Duration::from_secs(2);

/// A provider, and how often what it knows has changed.
pub(super) struct Watched {
    pub(super) file: FileProvider,
    pub(super) changes: watch::Receiver<u64>,
}

impl Watched {
    fn open(path: &Path) -> Self {
        Self::with(path, FileOptions::default())
    }

    pub(super) fn with(path: &Path, options: FileOptions) -> Self {
        let file = FileProvider::open(path, options).unwrap();
        let changes = file.watch().unwrap();
        Self { file, changes }
    }

    /// Waits until a secret has this value.
    async fn sees(&mut self, name: &str, value: &str) {
        let seen = async {
            loop {
                self.changes.changed().await.unwrap();
                if get(&self.file, name).await == value {
                    return;
                }
            }
        };
        let seen = timeout(SEEN_WITHIN, seen).await;
        assert!(seen.is_ok(), "{name} is not seen to be {value} within {SEEN_WITHIN:?}");
    }
}

pub(super) fn json(value: &str) -> String {
    format!("{{\"a\": \"{value}\"}}")
}

/// Puts another file in its place.
pub(super) fn replace(path: &Path, content: &str) {
    let other = path.with_extension("new");
    write_private(&other, content.as_bytes());
    fs::rename(&other, path).unwrap();
}

fn set_times(path: &Path, modified: SystemTime) {
    let times = FileTimes::new().set_modified(modified).set_accessed(modified);
    File::options().write(true).open(path).unwrap().set_times(times).unwrap();
}

#[tokio::test]
async fn a_file_that_is_written_in_place_is_seen() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    for value in ["2", "3"] {
        write_private(&path, json(value).as_bytes());
        watched.sees("a", value).await;
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_by_rename_is_seen() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    for value in ["2", "3"] {
        replace(&path, &json(value));
        watched.sees("a", value).await;
    }
}

#[tokio::test]
async fn a_file_with_an_older_time_is_seen() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    let older = fs::metadata(&path).unwrap().modified().unwrap() - Duration::from_secs(86_400);
    let other = path.with_extension("new");
    write_private(&other, json("2").as_bytes());
    set_times(&other, older);
    fs::rename(&other, &path).unwrap();
    watched.sees("a", "2").await;
}

#[tokio::test]
async fn a_file_of_the_same_time_and_size_is_seen() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    let before = fs::metadata(&path).unwrap();
    write_private(&path, json("2").as_bytes());
    set_times(&path, before.modified().unwrap());
    let after = fs::metadata(&path).unwrap();
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    assert_eq!(after.len(), before.len());
    watched.sees("a", "2").await;
}

/// As Kubernetes lays out a volume: the file is a link through `..data`, which is put to another folder.
#[cfg(unix)]
#[tokio::test]
async fn a_link_that_is_put_to_another_folder_is_seen() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    let version = |name: &str, value: &str| {
        fs::create_dir(folder.path(name)).unwrap();
        write_private(&folder.path(name).join("secrets.json"), json(value).as_bytes());
    };
    let swap = |name: &str| {
        symlink(name, folder.path("..data_tmp")).unwrap();
        fs::rename(folder.path("..data_tmp"), folder.path("..data")).unwrap();
    };
    version("..2026_01", "1");
    swap("..2026_01");
    let path = folder.path("secrets.json");
    symlink("..data/secrets.json", &path).unwrap();
    // It is the system that tells of it.
    let poll = if cfg!(target_os = "linux") { 3_600 } else { 1 };
    let poll = Duration::from_secs(poll);
    let mut watched = Watched::with(&path, FileOptions { poll, ..FileOptions::default() });
    assert_eq!(get(&watched.file, "a").await, "1");
    for (name, old, value) in [("..2026_02", "..2026_01", "2"), ("..2026_03", "..2026_02", "3")] {
        version(name, value);
        swap(name);
        fs::remove_dir_all(folder.path(old)).unwrap();
        watched.sees("a", value).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_change_is_seen_because_the_system_tells() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let poll = Duration::from_secs(3600);
    let mut watched = Watched::with(&path, FileOptions { poll, ..FileOptions::default() });
    write_private(&path, json("2").as_bytes());
    watched.sees("a", "2").await;
    replace(&path, &json("3"));
    watched.sees("a", "3").await;
}

/// Nothing happens in the folder that is watched.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_a_link_leads_to_is_seen_although_the_system_does_not_tell() {
    let (_elsewhere, target) = Folder::with("target", &json("1"));
    let folder = Folder::new();
    let path = folder.path("secrets.json");
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let mut watched = Watched::open(&path);
    write_private(&target, json("2").as_bytes());
    watched.sees("a", "2").await;
}

#[tokio::test]
async fn a_folder_that_is_replaced_is_seen_and_watched_on() {
    let folder = Folder::new();
    let [inner, old, new] = ["inner", "old", "new"].map(|name| folder.path(name));
    for (place, value) in [(&inner, "1"), (&new, "2")] {
        fs::create_dir(place).unwrap();
        write_private(&place.join("secrets.json"), json(value).as_bytes());
    }
    let path = inner.join("secrets.json");
    let mut watched = Watched::open(&path);
    fs::rename(&inner, &old).unwrap();
    fs::rename(&new, &inner).unwrap();
    watched.sees("a", "2").await;
    write_private(&path, json("3").as_bytes());
    watched.sees("a", "3").await;
}

#[tokio::test]
async fn a_change_of_nothing_but_comments_is_no_news() {
    let (_folder, path) = Folder::with("secrets.yaml", "a: one # old\n");
    let watched = Watched::open(&path);
    replace(&path, "# new\na: one\n");
    watched.file.check().await.unwrap();
    assert!(!watched.changes.has_changed().unwrap());
    replace(&path, "# new\na: two\n");
    watched.file.check().await.unwrap();
    assert!(watched.changes.has_changed().unwrap());
    assert_eq!(get(&watched.file, "a").await, "two");
}

#[tokio::test]
async fn clones_see_a_change_at_once() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let watched = Watched::open(&path);
    let clone = watched.file.clone();
    watched.file.set(&key("a"), SecretString::from("2")).await.unwrap();
    assert_eq!(get(&clone, "a").await, "2");
    assert!(watched.changes.has_changed().unwrap());
}

#[tokio::test]
async fn watching_ends_with_the_last_handle() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    let clone = watched.file.clone();
    drop(watched.file);
    replace(&path, &json("2"));
    timeout(SEEN_WITHIN, watched.changes.changed()).await.unwrap().unwrap();
    drop(clone);
    let ended = timeout(SEEN_WITHIN, watched.changes.changed()).await.unwrap();
    assert!(ended.is_err(), "nobody is left to tell");
}

#[test]
fn a_provider_needs_no_runtime_to_see_a_change() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    replace(&path, &json("2"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(watched.sees("a", "2"));
}

/// The lock of a change is held by another process: what it writes is seen nevertheless.
#[tokio::test]
async fn a_change_that_waits_for_the_lock_keeps_no_rotation_from_being_seen() {
    let (_folder, path) = Folder::with("secrets.json", &json("1"));
    let mut watched = Watched::open(&path);
    let lock = File::options().create(true).append(true).open(lock_of(&path)).unwrap();
    lock.lock().unwrap();
    let file = watched.file.clone();
    let b = key("b");
    let mut set = Box::pin(file.set(&b, SecretString::from("2")));
    assert!(futures::poll!(set.as_mut()).is_pending());
    replace(&path, &json("rotated"));
    watched.sees("a", "rotated").await;
    assert!(futures::poll!(set.as_mut()).is_pending());
    lock.unlock().unwrap();
    set.await.unwrap();
    assert_eq!(names(&file).await, ["a", "b"]);
}

/// The value of the `n`th rotation, whole only if all of it is there.
fn nth(n: u64) -> String {
    format!("{n:08}").repeat(200)
}

/// Which rotation a value is of.
fn number(value: &str) -> u64 {
    let n = value.get(..8).and_then(|it| it.parse().ok());
    let n = n.unwrap_or_else(|| panic!("{} bytes are no value", value.len()));
    assert_eq!(value, nth(n), "a value is torn");
    n
}

/// Half of the rotations are done by another program, which takes the same lock and replaces the file, and half by the provider.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_rotations_are_never_read_torn_empty_or_backwards() {
    const EACH: u64 = 500;

    let first = format!("{{\"theirs\": \"{0}\", \"twin\": \"{0}\", \"ours\": \"{0}\"}}", nth(0));
    let (_folder, path) = Folder::with("secrets.json", &first);
    let file = FileProvider::open(&path, FileOptions::default()).unwrap();
    let done = Arc::new(tokio::sync::Notify::new());

    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (file, done) = (file.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let ended = done.notified();
                tokio::pin!(ended);
                let (mut theirs, mut ours, mut reads) = (0, 0, 0_u64);
                while futures::poll!(ended.as_mut()).is_pending() {
                    let now = number(&get(&file, "theirs").await);
                    assert!(now >= theirs, "{now} is older than {theirs}");
                    theirs = now;
                    // It changes with the other, which was read before.
                    let twin = number(&get(&file, "twin").await);
                    assert!(twin >= theirs, "{twin} is older than {theirs}");
                    theirs = twin;
                    let now = number(&get(&file, "ours").await);
                    assert!(now >= ours, "{now} is older than {ours}");
                    ours = now;
                    reads += 1;
                    tokio::task::yield_now().await;
                }
                reads
            })
        })
        .collect();

    let their_path = path.clone();
    let them = tokio::task::spawn_blocking(move || {
        let lock = File::options().create(true).append(true).open(lock_of(&their_path)).unwrap();
        for n in 1..=EACH {
            lock.lock().unwrap();
            let content = fs::read_to_string(&their_path).unwrap();
            let mut all: serde_json::Value = serde_json::from_str(&content).unwrap();
            all["theirs"] = nth(n).into();
            all["twin"] = nth(n).into();
            replace(&their_path, &all.to_string());
            lock.unlock().unwrap();
        }
    });
    let our_file = file.clone();
    let us = tokio::spawn(async move {
        for n in 1..=EACH {
            our_file.set(&key("ours"), SecretString::from(nth(n))).await.unwrap();
            // What was set is what is read.
            assert_eq!(number(&get(&our_file, "ours").await), n);
        }
    });
    them.await.unwrap();
    us.await.unwrap();
    let mut changes = file.watch().unwrap();
    let all_seen = async {
        while number(&get(&file, "theirs").await) < EACH {
            changes.changed().await.unwrap();
        }
    };
    timeout(SEEN_WITHIN, all_seen).await.expect("the last rotation is seen");
    done.notify_waiters();
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    for name in ["theirs", "twin", "ours"] {
        assert_eq!(number(&get(&file, name).await), EACH, "{name}");
    }
}

fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
