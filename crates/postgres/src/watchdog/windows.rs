//! The watchdog on Windows: a PowerShell that waits for the end of its input.

use std::os::windows::process::CommandExt;
use std::process::{Child, ChildStdin, Stdio};

use super::Layout;
use crate::account::Account;
use crate::cluster::PidFile;
use crate::{Error, Installation, cluster, folders};

/// Everything that varies comes as an environment variable: no path can be mistaken for code.
const SCRIPT: &str = "
[Console]::In.ReadToEnd() | Out-Null
if (Test-Path -LiteralPath \"$env:AF_WATCH_DATA\\postmaster.pid\") {
    & $env:AF_WATCH_PG_CTL stop -D $env:AF_WATCH_DATA -m immediate -w | Out-Null
}
Set-Location -LiteralPath $env:SystemRoot
Remove-Item -LiteralPath $env:AF_WATCH_FOLDER -Recurse -Force
";
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// The watchdog of one throw-away server.
#[derive(Debug)]
pub(crate) struct Watchdog {
    layout: Layout,
    installation: Installation,
    account: Account,
    initdb_flags: String,
    settings: Vec<(String, String)>,
    shell: Child,
    /// `None` once we let go; the watchdog sees the end of its input then.
    input: Option<ChildStdin>,
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
        let base = std::env::temp_dir();
        let mut shell = account
            .command("powershell.exe", &base)
            .args(["-NoProfile", "-NonInteractive", "-Command", SCRIPT])
            .env("AF_WATCH_PG_CTL", installation.program("pg_ctl"))
            .env("AF_WATCH_DATA", layout.data())
            .env("AF_WATCH_FOLDER", &layout.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW)
            .spawn()
            .map_err(Error::io("start", "powershell.exe"))?;
        let input = shell.stdin.take();
        Ok(Self {
            layout: layout.clone(),
            installation: installation.clone(),
            account: account.clone(),
            initdb_flags: initdb_flags.to_owned(),
            settings: settings.to_vec(),
            shell,
            input,
        })
    }

    /// Makes the folder, so that there is no moment at which it has no watchdog.
    pub(crate) fn make_folder(&mut self, password: &str) -> Result<(), Error> {
        let folder = &self.layout.folder;
        std::fs::create_dir(folder).map_err(Error::io("create the folder", folder))?;
        folders::write_private(&self.layout.password(), password)
    }

    /// Runs initdb.
    pub(crate) fn initdb(&mut self) -> Result<(), Error> {
        let mut pwfile = std::ffi::OsString::from("--pwfile=");
        pwfile.push(self.layout.password());
        let mut command = self.command("initdb");
        command.args(self.initdb_flags.split(' ')).arg(pwfile).arg("-D").arg(self.layout.data());
        cluster::run(command, "initialize a PostgreSQL data folder", &self.layout.log())
    }

    /// Starts the server and waits until it accepts connections; returns its pid.
    pub(crate) fn start(&mut self, port: u16) -> Result<u32, Error> {
        let action = "start PostgreSQL";
        let mut command = self.command("pg_ctl");
        cluster::pg_ctl_start(
            &mut command,
            &self.layout.data(),
            &self.layout.log(),
            port,
            &self.settings,
        );
        cluster::run(command, action, &self.layout.log())?;
        PidFile::read(&self.layout.data()).map(|file| file.pid).ok_or_else(|| {
            cluster::failure(action, "it ended while starting".into(), &self.layout.log(), 0)
        })
    }

    /// Stops the server in good order, if it runs.
    pub(crate) fn halt(&mut self) -> Result<(), Error> {
        self.stop("fast")
    }

    /// Stops the server without letting it write anything; the nearest to a kill there is here.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.stop("immediate")
    }

    /// Stops the server at once and removes the folder.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        drop(self.input.take());
        self.shell.wait().map_err(Error::io("wait for", "powershell.exe"))?;
        Ok(())
    }

    fn stop(&mut self, mode: &str) -> Result<(), Error> {
        if PidFile::read(&self.layout.data()).is_none() {
            return Ok(());
        }
        let mut command = self.command("pg_ctl");
        command.args(["stop", "-w", "-m", mode, "-D"]).arg(self.layout.data());
        cluster::run(command, "stop PostgreSQL", &self.layout.log())
    }

    fn command(&self, program: &str) -> std::process::Command {
        self.account.command(self.installation.program(program), &self.layout.folder)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if self.input.is_some()
            && let Err(error) = self.finish()
        {
            tracing::warn!(error = error.chain(), "a throw-away PostgreSQL was not removed");
        }
    }
}
