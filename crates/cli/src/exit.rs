use std::process::ExitCode;

/// How the process ends. The numbers are part of the interface; see docs/cli/README.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// A check found something: tampered, pending, invalid, not found, refused, not allowed.
    Found,
    /// Wrong usage.
    Usage,
    /// A service that is needed is not there.
    Unavailable,
    /// Anything else.
    Failed,
    /// Ctrl-C, SIGTERM or SIGHUP; the number that shells use for it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Usage => 2,
            Exit::Unavailable => 3,
            Exit::Failed => 4,
            Exit::Interrupted => crate::interrupt::exit_code(),
        })
    }
}
