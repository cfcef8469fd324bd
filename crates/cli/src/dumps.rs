//! No core dumps: one of a program that handles secrets would hold them.

/// Has the system write no core dump of this process. Programs that it starts are not affected. Where the system cannot do it,
/// the work goes on.
#[cfg(target_os = "linux")]
pub(crate) fn forbid() {
    let _ = nix::sys::prctl::set_dumpable(false);
}

/// Has the system write no core dump of this process. Programs that it starts inherit that and may take it back.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn forbid() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_CORE) {
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, hard);
    }
}

/// Elsewhere there is nothing to forbid that a program could.
#[cfg(not(unix))]
pub(crate) fn forbid() {}
