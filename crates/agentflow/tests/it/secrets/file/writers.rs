//! Several processes that write to a file, and one that is killed while it does.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use agentflow::secrets::SecretsProvider;

use super::{Folder, open, secret, write_private};
use crate::secrets::{get, key, names};

#[tokio::test]
async fn what_a_killed_writer_left_is_removed_with_the_next_change() {
    let (folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    // Others name theirs alike.
    let others = [
        ".other.tmp",
        ".secrets.json.Ab3xYz.tmp",
        ".secrets.json.af-Ab3xYz.tmp",
        ".secrets.json.af-Ab3xYz0123.5.tmp",
        ".secrets.json.age.af-Ab3xYz012345.tmp",
    ];
    for name in others.into_iter().chain([".secrets.json.af-Ab3xYz012345.tmp"]) {
        write_private(&folder.path(name), b"{\"a\": \"p@ss\"}");
    }
    open(&path).unwrap().set(&key("a"), secret("2")).await.unwrap();
    let mut left = others.to_vec();
    left.extend(["secrets.json", "secrets.json.lock"]);
    assert_eq!(folder.names(), left);
}

const PATH: &str = "AF_IT_SECRETS_PATH";
const WRITES: &str = "AF_IT_SECRETS_WRITES";
const READY: &str = "secrets ready";

/// Two values of the same secret, too long to be written at once.
fn long_value(odd: bool) -> String {
    if odd { "1" } else { "2" }.repeat(300_000)
}

/// Not a test: what the child processes of the other tests do. Sets so many secrets of its own, or the same one for ever.
#[tokio::test]
async fn play_writer() {
    let (Ok(path), Ok(writes)) = (std::env::var(PATH), std::env::var(WRITES)) else { return };
    let file = open(Path::new(&path)).unwrap();
    println!("{READY}");
    std::io::stdout().flush().unwrap();
    if let Some((who, count)) = writes.split_once(':') {
        // All begin together.
        std::io::stdin().read_line(&mut String::new()).unwrap();
        for index in 0..count.parse::<usize>().unwrap() {
            let name = key(&format!("{who}_{index}"));
            file.set(&name, secret(&format!("{who} {index}"))).await.unwrap();
        }
        return;
    }
    for odd in std::iter::successors(Some(true), |odd| Some(!odd)) {
        file.set(&key("long"), secret(&long_value(odd))).await.unwrap();
    }
}

/// Another process that sets secrets, ready to begin.
fn writer(path: &Path, writes: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "secrets::file::writers::play_writer", "--nocapture", "--test-threads=1"])
        .env(PATH, path)
        .env(WRITES, writes)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(READY)));
    std::thread::spawn(move || lines.for_each(drop));
    child
}

#[tokio::test]
async fn processes_that_set_secrets_at_once_lose_none() {
    let (_folder, path) = Folder::with("secrets.json", "{\"first\": \"1\"}");
    let mut writers = ["one", "two"].map(|who| writer(&path, &format!("{who}:100")));
    for writer in &mut writers {
        writer.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let file = open(&path).unwrap();
    assert_eq!(names(&file).await.len(), 201);
    for (who, index) in ["one", "two"].iter().flat_map(|who| (0..100).map(move |it| (who, it))) {
        assert_eq!(get(&file, &format!("{who}_{index}")).await, format!("{who} {index}"));
    }
}

#[tokio::test]
async fn a_writer_that_is_killed_leaves_the_old_content_or_the_new() {
    let content = |long: &str| format!("{{\n  \"kept\": \"k\",\n  \"long\": \"{long}\"\n}}\n");
    let whole = ["2", &long_value(true), &long_value(false)].map(content);
    let (_folder, path) = Folder::with("secrets.json", &whole[0]);
    // Whoever reads the file, whenever, reads the old content or the new.
    let check = || {
        let now = fs::read(&path).unwrap();
        let is_whole = whole.iter().any(|it| it.as_bytes() == now);
        assert!(is_whole, "{} bytes are neither the old content nor the new", now.len());
    };
    // Each is killed at another moment of its work.
    for steps in 0..12 {
        let mut child = writer(&path, "for ever");
        (0..=steps * 100).for_each(|_| check());
        child.kill().unwrap();
        child.wait().unwrap();
        check();
        // The lock went with the process.
        let file = open(&path).unwrap();
        file.set(&key("after"), secret("a")).await.unwrap();
        file.delete(&key("after")).await.unwrap();
        check();
    }
}
