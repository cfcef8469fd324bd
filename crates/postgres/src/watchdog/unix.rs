//! The watchdog on Unix: a small `sh` script that starts the server as its own child.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Layout;
use crate::account::Account;
use crate::{Error, Installation, cluster};

/// Reads commands from us and answers each with one line.
///
/// The pipe `alive` is open for writing in the server and all its children and nowhere else, so
/// that it tells for certain when the last of them is gone.
const SCRIPT: &str = r#"
folder=$1 initdb=$2 flags=$3
shift 3
pid= made=
umask 077
# Ctrl-C is for the program in the foreground, which will end and so tell us; and when it ended
# while we write an answer, there is still the folder to remove. PostgreSQL sets its own handlers.
trap '' INT TERM HUP PIPE
halt() {
    [ -n "$pid" ] || return 0
    kill -s "$1" "$pid" 2>/dev/null
    wait "$pid"
    pid=
}
while read -r word value; do
    case $word in
    folder)
        mkdir "$folder" && made=1 && mkfifo "$folder/alive" &&
            printf %s "$value" >"$folder/password"
        echo "$?" ;;
    initdb)
        # The flags are a list of words without blanks of their own.
        "$initdb" $flags --pwfile="$folder/password" -D "$folder/data" \
            </dev/null >>"$folder/log" 2>&1
        echo "$?" ;;
    start)
        # Opened both ways, because opening for writing alone waits for a reader: for ever, when
        # we were killed meanwhile.
        exec 9<>"$folder/alive"
        "$@" -p "$value" </dev/null >>"$folder/log" 2>&1 9>&9 &
        pid=$!
        exec 9>&-
        echo "$pid" ;;
    halt)
        halt INT
        echo 0 ;;
    reap)
        halt KILL
        echo 0 ;;
    esac
done
halt QUIT
[ -n "$made" ] || exit 0
rm -rf -- "$folder" || { sleep 1; rm -rf -- "$folder"; }
"#;

/// How long the last processes of a server may take to notice that it was stopped.
const GONE_DEADLINE: Duration = Duration::from_secs(30);

/// The watchdog of one throw-away server.
#[derive(Debug)]
pub(crate) struct Watchdog {
    layout: Layout,
    shell: Child,
    /// `None` once we let go; the watchdog sees the end of its input then.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Our end of the pipe that the server's processes hold open; `None` before there is one.
    alive: Option<File>,
    pid: Option<u32>,
}

impl Watchdog {
    /// Starts the watchdog of a folder that does not exist yet.
    pub(crate) fn new(
        installation: &Installation,
        account: &Account,
        layout: &Layout,
        initdb_flags: &str,
        settings: &[(String, String)],
    ) -> Result<Self, Error> {
        let mut command = account.command("/bin/sh", Path::new("/"));
        // Everything that varies is an argument: no path can be mistaken for shell code.
        command.args(["-c", SCRIPT, "agentflow-watchdog"]).arg(&layout.folder);
        command.arg(installation.program("initdb")).arg(initdb_flags);
        command.arg(installation.program("postgres")).arg("-D").arg(layout.data());
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own keeps the terminal's Ctrl-C away from it and from the server.
        command.process_group(0);
        let mut shell = command.spawn().map_err(Error::io("start", "/bin/sh"))?;
        let (Some(commands), Some(answers)) = (shell.stdin.take(), shell.stdout.take()) else {
            unreachable!("both are piped")
        };
        let answers = BufReader::new(answers);
        let layout = layout.clone();
        Ok(Self { layout, shell, commands: Some(commands), answers, alive: None, pid: None })
    }

    /// Makes the folder, so that there is no moment at which it has no watchdog.
    pub(crate) fn make_folder(&mut self, password: &str) -> Result<(), Error> {
        let action = "make the folder of a throw-away PostgreSQL";
        let made = self.ask(&format!("folder {password}\n"));
        if made.map_err(|reason| self.failure(action, reason, 0))? != 0 {
            let reason = format!("{} cannot be written to", self.layout.folder.display());
            return Err(self.failure(action, reason, 0));
        }
        let fifo = self.layout.folder.join("alive");
        let alive = File::options().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(&fifo);
        self.alive = Some(alive.map_err(Error::io("open the pipe", &fifo))?);
        Ok(())
    }

    /// Runs initdb.
    pub(crate) fn initdb(&mut self) -> Result<(), Error> {
        let action = "initialize a PostgreSQL data folder";
        match self.ask("initdb\n").map_err(|reason| self.failure(action, reason, 0))? {
            0 => Ok(()),
            status => Err(self.failure(action, format!("initdb ended with status {status}"), 0)),
        }
    }

    /// Starts the server and waits until it accepts connections; returns its pid.
    pub(crate) fn start(&mut self, port: u16) -> Result<u32, Error> {
        let action = "start PostgreSQL";
        let from = cluster::log_length(&self.layout.log());
        let started = self.ask(&format!("start {port}\n"));
        let pid = started.map_err(|reason| self.failure(action, reason, from))?;
        self.pid = Some(pid);
        if let Err(reason) = cluster::wait_ready(&self.layout.data(), pid, || self.is_alive()) {
            self.kill()?;
            return Err(self.failure(action, reason, from));
        }
        Ok(pid)
    }

    /// Stops the server in good order, if it runs.
    pub(crate) fn halt(&mut self) -> Result<(), Error> {
        self.ask("halt\n").map_err(|reason| self.failure("stop PostgreSQL", reason, 0))?;
        self.pid = None;
        self.wait_gone()
    }

    /// Kills the server without letting it clean up, and waits until its children are gone too.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.ask("reap\n").map_err(|reason| self.failure("kill PostgreSQL", reason, 0))?;
        self.pid = None;
        self.wait_gone()
    }

    /// Stops the server at once and removes the folder.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        drop(self.commands.take());
        let status = self.shell.wait().map_err(Error::io("wait for", "/bin/sh"))?;
        if status.success() {
            return Ok(());
        }
        // Somebody killed the watchdog, so its work is ours. The pipe shows that the server still
        // runs, so the pid is still its own.
        if let Some(pid) = self.pid.filter(|_| self.is_alive()) {
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGQUIT);
            self.wait_gone()?;
        }
        match std::fs::remove_dir_all(&self.layout.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &self.layout.folder)(error))
            }
            _ => Ok(()),
        }
    }

    /// Whether any process of the server is left: reading would block as long as one holds the
    /// other end, and sees the end of file after that.
    fn is_alive(&self) -> bool {
        let answer = self.alive.as_ref().map(|mut pipe| pipe.read(&mut [0]));
        matches!(answer, Some(Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock)
    }

    fn wait_gone(&self) -> Result<(), Error> {
        let deadline = Instant::now() + GONE_DEADLINE;
        while self.is_alive() {
            if Instant::now() > deadline {
                let reason = "some of its processes go on".to_owned();
                return Err(self.failure("stop PostgreSQL", reason, 0));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn ask(&mut self, command: &str) -> Result<u32, String> {
        let gone = || "the watchdog process is gone".to_owned();
        let commands = self.commands.as_mut().ok_or_else(gone)?;
        commands.write_all(command.as_bytes()).map_err(|_| gone())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(|_| gone())?;
        answer.trim().parse().map_err(|_| gone())
    }

    fn failure(&self, action: &'static str, reason: String, from: u64) -> Error {
        cluster::failure(action, reason, &self.layout.log(), from)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if self.commands.is_some()
            && let Err(error) = self.finish()
        {
            tracing::warn!(error = error.chain(), "a throw-away PostgreSQL was not removed");
        }
    }
}
