//! A file of secrets that is being written is not taken for whole.

use std::{fs::File, time::Duration};

use agentflow::{
    Error,
    secrets::{FileOptions, FileProvider, SecretsProvider, VersionSelector},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    file::{Folder, write_private},
    get, key, names,
};

/// Also of a file that was empty at each look, or grew during one: its writer had just begun once more.
fn is_being_written(error: &Error) -> bool {
    let told = error.to_string();
    [
        "does not rest",
        "it is empty, as a file is that is being written",
        "it grew while it was read",
    ]
    .iter()
    .any(|reason| told.contains(reason))
}

/// A writer that never comes to its end: what it leaves is never the same for long, and looks whole.
#[test]
fn a_file_that_does_not_rest_is_not_believed() {
    let (_folder, path) = Folder::with("secrets.yaml", "a: whole\n");
    let options = || FileOptions { poll: Duration::from_secs(3600), ..FileOptions::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let opened = runtime.block_on(async { FileProvider::open(&path, options()).unwrap() });
    let (stop, stopped) = std::sync::mpsc::channel();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let their_path = path.clone();
    let writer = std::thread::spawn(move || {
        let mut n = 0;
        let pause = Duration::from_millis(5);
        while stopped.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            n += 1;
            write_private(&their_path, format!("a: half {n}").as_bytes());
            let _ = begun.send(());
        }
        write_private(&their_path, b"a: at rest\n");
    });
    has_begun.recv().unwrap();
    runtime.block_on(async {
        let error = opened.check().await.unwrap_err();
        assert!(is_being_written(&error), "{error}");
        let a = opened.get(&key("a"), VersionSelector::Latest).await.unwrap();
        assert_eq!(a.value.expose_secret(), "whole");
        assert!(a.stale_since.is_some());
        let error = FileProvider::open(&path, options()).unwrap_err();
        assert!(is_being_written(&error), "{error}");
        let error = opened.set(&key("b"), SecretString::from("x")).await.unwrap_err();
        assert!(is_being_written(&error), "{error}");
    });
    stop.send(()).unwrap();
    writer.join().unwrap();
    runtime.block_on(async {
        opened.check().await.unwrap();
        assert_eq!(get(&opened, "a").await, "at rest");
    });
}

/// What is written in place, in pieces, with a pause after the first, is not taken for whole by who wants to change it.
#[test]
fn a_writer_in_place_that_pauses_loses_nothing_to_a_change() {
    use std::io::Write;

    const PAUSE: Duration = Duration::from_millis(200);

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for (name, first, second) in
        [("s.yaml", "a: half-", "whole\nb: two\n"), ("s.env", "a=half-", "whole\nb=two\n")]
    {
        let folder = Folder::new();
        let path = folder.path(name);
        write_private(&path, first.as_bytes());
        let their_path = path.clone();
        let writer = std::thread::spawn(move || {
            let (_alive, pause) = std::sync::mpsc::channel::<()>();
            let _ = pause.recv_timeout(PAUSE);
            let mut file = File::options().append(true).open(&their_path).unwrap();
            file.write_all(second.as_bytes()).unwrap();
        });
        runtime.block_on(async {
            let file = FileProvider::open_later(&path, FileOptions::default()).unwrap();
            file.set(&key("c"), SecretString::from("three")).await.unwrap();
            assert_eq!(names(&file).await, ["a", "b", "c"], "{name}");
            assert_eq!(get(&file, "a").await, "half-whole", "{name}");
        });
        writer.join().unwrap();
    }
}

/// Also by its first look, when nothing is known of it yet.
#[test]
fn a_file_that_is_written_while_it_is_opened_is_read_whole() {
    use std::io::Write;

    let (_folder, path) = Folder::with("secrets.yaml", "a: half-");
    let their_path = path.clone();
    let (go, went) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        went.recv().unwrap();
        let (_alive, pause) = std::sync::mpsc::channel::<()>();
        let _ = pause.recv_timeout(Duration::from_millis(15));
        let mut file = File::options().append(true).open(&their_path).unwrap();
        file.write_all(b"whole\n").unwrap();
    });
    go.send(()).unwrap();
    let file = FileProvider::open(&path, FileOptions::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(get(&file, "a")), "half-whole");
    writer.join().unwrap();
}
