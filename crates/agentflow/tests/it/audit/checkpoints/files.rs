//! The file that checkpoints are appended to.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use agentflow::{
    Error,
    audit::{CheckpointSink, FileSink, WriterSink},
    core::{
        audit::{Checkpoint, SignedCheckpoint, TornEnd, read_checkpoints},
        hash::Sha256,
    },
};

use super::{NAME, key, round};
use crate::{audit::event, support::World};

const PATH: &str = "AF_IT_CHECKPOINT_FILE";
const WRITER: &str = "AF_IT_CHECKPOINT_WRITER";
const WRITERS: usize = 4;
const EACH: u64 = 50;

fn note(log: &str, size: u64, root: &str) -> SignedCheckpoint {
    let origin = format!("{NAME}/{log}").parse().unwrap();
    let checkpoint = Checkpoint { origin, size, root: Sha256::of(&[root.as_bytes()]) };
    SignedCheckpoint::read(&checkpoint.sign(&key()).unwrap().to_string()).unwrap()
}

fn read(path: &Path) -> Vec<SignedCheckpoint> {
    let file = fs::read(path).unwrap();
    read_checkpoints(file.as_slice(), TornEnd::Refuse).collect::<Result<_, _>>().unwrap()
}

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        Self { _folder: folder, path }
    }

    fn sink(&self) -> FileSink {
        FileSink::new(&self.path).unwrap()
    }
}

#[tokio::test]
async fn a_file_holds_what_it_was_given_and_a_second_sink_knows_it() {
    let folder = Folder::new();
    let sink = folder.sink();
    let origin = note("a", 1, "").checkpoint().origin.clone();
    assert_eq!(sink.last(&origin).await.unwrap(), None);
    assert!(!folder.path.exists(), "nothing is made by asking");
    let given = [note("a", 1, "x"), note("b", 7, "y"), note("a", 3, "z")];
    for note in &given {
        sink.publish(note).await.unwrap();
        sink.publish(note).await.unwrap();
    }
    assert_eq!(read(&folder.path), given, "each once");
    for sink in [sink, folder.sink()] {
        assert_eq!(sink.last(&origin).await.unwrap().as_ref(), Some(given[2].checkpoint()));
        assert_eq!(sink.name(), format!("file:{}", folder.path.display()));
        sink.publish(&given[0]).await.unwrap();
        assert_eq!(read(&folder.path).len(), 3, "an earlier one is found");
    }
    let other = folder.sink();
    other.publish(&note("a", 4, "w")).await.unwrap();
    assert_eq!(folder.sink().last(&origin).await.unwrap().unwrap().size, 4);
}

#[tokio::test]
async fn what_somebody_else_appends_is_noticed() {
    let folder = Folder::new();
    let (one, other) = (folder.sink(), folder.sink());
    let origin = note("a", 1, "").checkpoint().origin.clone();
    for size in 1..10 {
        one.publish(&note("a", size, "x")).await.unwrap();
        assert_eq!(other.last(&origin).await.unwrap().unwrap().size, size);
        other.publish(&note("b", size, "x")).await.unwrap();
    }
    assert_eq!(read(&folder.path).len(), 18);
    // Moved away, as programs that rotate files do.
    fs::rename(&folder.path, folder.path.with_extension("old")).unwrap();
    assert_eq!(one.last(&origin).await.unwrap(), None);
    one.publish(&note("a", 10, "x")).await.unwrap();
    assert_eq!(read(&folder.path).len(), 1);
}

#[tokio::test]
async fn another_root_for_a_size_in_the_file_is_refused() {
    let folder = Folder::new();
    for size in 1..4 {
        folder.sink().publish(&note("a", size, "x")).await.unwrap();
    }
    let before = fs::read(&folder.path).unwrap();
    for size in 1..4 {
        let error = folder.sink().publish(&note("a", size, "y")).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert!(error.to_string().contains("with another root"), "{error}");
    }
    assert_eq!(fs::read(&folder.path).unwrap(), before);
}

#[tokio::test]
async fn a_torn_end_is_removed_wherever_it_was_torn() {
    let whole = format!("{}\n", note("a", 1, "x").note());
    let torn = format!("{}\n", note("a", 2, "x").note());
    for length in 0..=torn.len() {
        let folder = Folder::new();
        let (warm, cold) = (folder.sink(), folder.sink());
        fs::write(&folder.path, &whole).unwrap();
        let origin = note("a", 1, "").checkpoint().origin.clone();
        assert_eq!(warm.last(&origin).await.unwrap().unwrap().size, 1);
        let mut bytes = whole.clone().into_bytes();
        bytes.extend_from_slice(&torn.as_bytes()[..length]);
        fs::write(&folder.path, &bytes).unwrap();
        for sink in [&warm, &cold] {
            sink.publish(&note("a", 2, "x")).await.unwrap();
            sink.publish(&note("a", 3, "x")).await.unwrap();
        }
        let sizes: Vec<_> = read(&folder.path).iter().map(|note| note.checkpoint().size).collect();
        assert_eq!(sizes, [1, 2, 3], "torn after {length} bytes");
    }
}

#[tokio::test]
async fn a_file_with_something_else_in_it_is_left_alone() {
    let folder = Folder::new();
    let sink = folder.sink();
    sink.publish(&note("a", 1, "x")).await.unwrap();
    let mut text = fs::read_to_string(&folder.path).unwrap();
    text.push_str("something\n\nelse\n\n");
    fs::write(&folder.path, &text).unwrap();
    for sink in [sink, folder.sink()] {
        let error = sink.publish(&note("a", 2, "x")).await.unwrap_err().to_string();
        assert!(error.contains("line 7"), "{error}");
    }
    assert_eq!(fs::read_to_string(&folder.path).unwrap(), text);
}

#[tokio::test]
async fn what_cannot_be_written_is_told_with_its_path() {
    let folder = Folder::new();
    let missing = folder.path.join("folder/checkpoints");
    let error = FileSink::new(&missing).unwrap().publish(&note("a", 1, "x")).await.unwrap_err();
    assert!(error.to_string().contains("folder/checkpoints"), "{error}");
    fs::create_dir(&folder.path).unwrap();
    assert!(folder.sink().publish(&note("a", 1, "x")).await.is_err(), "it is a folder");
}

/// Not a test: what the child processes of the next test do.
#[tokio::test]
async fn play_file_writer() {
    let (Ok(path), Ok(writer)) = (std::env::var(PATH), std::env::var(WRITER)) else { return };
    let sink = FileSink::new(path).unwrap();
    for size in 1..=EACH {
        sink.publish(&note(&format!("w{writer}"), size, "x")).await.unwrap();
        // What all of them have: one writes it, whoever is first.
        sink.publish(&note("common", size, "x")).await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_write_at_once_do_not_get_in_each_others_way() {
    let folder = Folder::new();
    let start = |writer: usize| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "audit::checkpoints::files::play_file_writer", "--test-threads=1"])
            .env(PATH, &folder.path)
            .env(WRITER, writer.to_string())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..WRITERS).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let mut sizes = std::collections::BTreeMap::<String, Vec<u64>>::new();
    for note in read(&folder.path) {
        let Checkpoint { origin, size, .. } = note.checkpoint().clone();
        sizes.entry(origin.to_string()).or_default().push(size);
    }
    assert_eq!(sizes.len(), WRITERS + 1);
    for (origin, mut sizes) in sizes {
        sizes.sort_unstable();
        assert_eq!(sizes, (1..=EACH).collect::<Vec<_>>(), "{origin}: each once");
    }
}

#[tokio::test]
async fn rounds_write_files_and_streams_that_can_be_read_back() {
    let world = World::new().await;
    let (folder, admin) = (Folder::new(), world.store.admin());
    let acme = world.tenant("Acme").await;
    let stream = folder.path.with_extension("stream");
    let writer = fs::File::create(&stream).unwrap();
    let sinks: Vec<Arc<dyn CheckpointSink>> =
        vec![Arc::new(folder.sink()), Arc::new(WriterSink::new("stream", writer))];
    for number in 0..3 {
        acme.audit().append(&event(number)).await.unwrap();
        let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
    }
    let notes = read(&folder.path);
    assert_eq!(notes.len(), 6);
    for note in &notes {
        note.verify(&super::trusted()).unwrap();
    }
    assert_eq!(read(&stream), notes);
    round(&admin, &[]).await;
    let names: Vec<_> = admin
        .audit_sinks()
        .await
        .unwrap()
        .into_iter()
        .map(|sink| (sink.name, sink.published))
        .collect();
    assert_eq!(names, [(format!("file:{}", folder.path.display()), 3), ("stream".to_owned(), 3)]);
}

#[tokio::test]
async fn a_file_that_lost_what_it_was_given_is_given_it_again() {
    let world = World::new().await;
    let (folder, admin) = (Folder::new(), world.store.admin());
    let acme = world.tenant("Acme").await;
    let sinks: Vec<Arc<dyn CheckpointSink>> = vec![Arc::new(folder.sink())];
    for number in 0..3 {
        acme.audit().append(&event(number)).await.unwrap();
        let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
        assert!(report.is_complete() && !report.sinks[0].restarted, "{report:?}");
    }
    let of_acme = |notes: &[SignedCheckpoint]| -> Vec<u64> {
        let notes = notes.iter().map(SignedCheckpoint::checkpoint);
        notes.filter(|it| it.tenant().is_some()).map(|it| it.size).collect()
    };
    let before = read(&folder.path);
    for left in [0, 2, 3, 5, 6] {
        let text: Vec<_> =
            before.iter().take(left).map(|note| format!("{}\n", note.note())).collect();
        if left == 0 {
            fs::remove_file(&folder.path).unwrap();
        } else {
            fs::write(&folder.path, text.concat()).unwrap();
        }
        let sinks: Vec<Arc<dyn CheckpointSink>> = vec![Arc::new(folder.sink())];
        let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(report.sinks[0].restarted, left < 6, "{left} notes were left");
        let notes = read(&folder.path);
        assert_eq!(of_acme(&notes), [2, 3, 4], "{left} notes were left");
        assert_eq!(notes.last(), before.last());
        assert_eq!(admin.audit_lag().await.unwrap().entries, 0);
    }
    // What is given again and fails is no longer counted as given.
    fs::remove_file(&folder.path).unwrap();
    fs::create_dir(&folder.path).unwrap();
    admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
    fs::remove_dir(&folder.path).unwrap();
    let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
    assert!(report.is_complete() && report.sinks[0].restarted, "{report:?}");
    assert_eq!(of_acme(&read(&folder.path)), [2, 3, 4]);
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_regular_file_is_refused_and_not_opened() {
    let folder = Folder::new();
    assert!(Command::new("mkfifo").arg(&folder.path).status().unwrap().success());
    for path in [folder.path.as_path(), Path::new("/dev/null")] {
        // Nobody reads the pipe, so opening it would wait for ever.
        let sink = FileSink::new(path).unwrap();
        let origin = note("a", 1, "").checkpoint().origin.clone();
        let told = sink.last(&origin).await.unwrap_err();
        for error in [told, sink.publish(&note("a", 1, "x")).await.unwrap_err()] {
            assert!(error.to_string().contains("is not a regular file"), "{error}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_else_writes_to_is_waited_for() {
    use std::os::unix::fs::MetadataExt;

    let folder = Folder::new();
    folder.sink().publish(&note("a", 1, "x")).await.unwrap();
    let mut other = fs::OpenOptions::new().append(true).open(&folder.path).unwrap();
    other.lock().unwrap();
    let inode = format!(":{} ", other.metadata().unwrap().ino());
    let sink = folder.sink();
    let publishing = tokio::spawn(async move { sink.publish(&note("a", 2, "x")).await });
    let waits = || {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains("->") && line.contains(&inode))
    };
    while !waits() {
        assert!(!publishing.is_finished(), "it did not wait");
        tokio::task::yield_now().await;
    }
    let text = format!("{}\n", note("a", 2, "x").note());
    std::io::Write::write_all(&mut other, text.as_bytes()).unwrap();
    drop(other);
    publishing.await.unwrap().unwrap();
    assert_eq!(read(&folder.path).len(), 2, "what came meanwhile is not written twice");
}
