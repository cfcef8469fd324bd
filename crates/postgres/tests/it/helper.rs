//! Child processes that play a part, and small tools shared by the tests.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use tokio_postgres::{Client, NoTls};

const PART: &str = "AF_IT_PART";
const MARK: &str = "child says: ";

/// Not a test: what a child process does that was started with [`child`].
#[test]
fn play_part() {
    let Ok(part) = std::env::var(PART) else { return };
    let say = |text: &str| {
        println!("{MARK}{}", text.replace('\n', "\u{1}"));
        std::io::stdout().flush().unwrap();
    };
    match part.as_str() {
        "hold" => {
            let server = Ephemeral::start(&installation(), &EphemeralOptions::default()).unwrap();
            say(&format!("{} {}", server.pid(), server.data_dir().display()));
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        "answer" => {
            let server = Ephemeral::start(&installation(), &EphemeralOptions::default()).unwrap();
            let answer = block_on(async {
                connect(&server.url("postgres")).await.query_one("SELECT 42", &[]).await
            });
            server.stop().unwrap();
            say(&answer.unwrap().get::<_, i32>(0).to_string());
        }
        "find" => match Installation::find().unwrap() {
            Some(found) => say(&format!("{:?} {}", found.source, found.bin_dir.display())),
            None => say("none"),
        },
        "provision" => match Installation::find_or_provision(&mut |_| {}) {
            Ok(found) => say(&format!("{:?} {}", found.source, found.bin_dir.display())),
            Err(error) => say(&error.to_string()),
        },
        "need" => {
            need();
            say("went on");
        }
        other => panic!("no such part: {other}"),
    }
}

/// As a test that cannot run on every server.
fn need() {
    agentflow_postgres::needs_postgres!(16);
    agentflow_postgres::needs_pgvector!();
    println!("{MARK}has all");
}

/// This test binary again, to play a part in a process of its own.
pub(crate) fn child(part: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "helper::play_part", "--nocapture", "--test-threads=1"]);
    command.env(PART, part).env_remove("AF_PG_BIN").env_remove("AF_CACHE_DIR");
    command.env_remove("AF_TEST_DATABASE_URL");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Starts it and waits for what it says. The child goes on until its input ends.
pub(crate) fn spoken(command: &mut Command) -> (Child, ChildStdin, String) {
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once(MARK)?.1.replace('\u{1}', "\n")))
        .expect("the child ended without a word; see its output above");
    // Read on, lest the rest of its output meet a closed pipe.
    std::thread::spawn(move || lines.count());
    (child, input, said)
}

/// What it says, once it has ended.
pub(crate) fn answer(command: &mut Command) -> String {
    let (mut child, input, said) = spoken(command);
    drop(input);
    child.wait().unwrap();
    said
}

/// The installation for the tests, provisioned when there is none.
pub(crate) fn installation() -> Installation {
    static FOUND: OnceLock<Installation> = OnceLock::new();
    FOUND
        .get_or_init(|| Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap())
        .clone()
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Waits until something becomes true that nobody can notify us of.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A folder that every account can enter, and write to as in `/tmp`.
pub(crate) fn open_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    chmod(dir.path(), 0o1777);
    dir
}

pub(crate) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn runs(pid: u32) -> bool {
    let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
    nix::sys::signal::kill(pid, None) != Err(nix::errno::Errno::ESRCH)
}
