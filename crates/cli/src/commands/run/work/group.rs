//! Processes that end together with those they started.

use tokio::process::{Child, Command};

/// The group of a process and of what it starts, killed when this is dropped before the process has ended.
#[derive(Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    leader: Option<nix::unistd::Pid>,
}

#[cfg(unix)]
impl Group {
    pub(super) fn spawn(command: &mut Command) -> std::io::Result<(Child, Self)> {
        let child = command.process_group(0).spawn()?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok());
        Ok((child, Self { leader: leader.map(nix::unistd::Pid::from_raw) }))
    }

    /// Kills all of them.
    pub(super) fn kill(&self) {
        use nix::sys::signal::{Signal, killpg};

        if let Some(leader) = self.leader {
            // There may be none left.
            let _ = killpg(leader, Signal::SIGKILL);
        }
    }

    /// The process has ended, and what it started may go on.
    pub(super) fn leave(mut self) {
        self.leader = None;
    }
}

#[cfg(not(unix))]
impl Group {
    pub(super) fn spawn(command: &mut Command) -> std::io::Result<(Child, Self)> {
        Ok((command.spawn()?, Self {}))
    }

    /// What a process started goes on; the process itself is killed when it is dropped.
    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(super) fn kill(&self) {}

    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(super) fn leave(self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
