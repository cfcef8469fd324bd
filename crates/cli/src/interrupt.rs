//! Who ends a command that is interrupted.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

static IS_AWAITED: AtomicBool = AtomicBool::new(false);
/// The number of the signal that came last; 0 for none.
static LAST: AtomicU8 = AtomicU8::new(0);

const HANG_UP: u8 = 1;
const INTERRUPT: u8 = 2;
const TERMINATE: u8 = 15;

/// The command waits with [`asked`] itself and ends in good order. The second time ends it at once.
pub(crate) fn is_awaited() {
    IS_AWAITED.store(true, Ordering::Relaxed);
}

/// Returns when the command is to be dropped where it is.
pub(crate) async fn demanded() {
    let mut signals = Signals::new();
    loop {
        signals.next().await;
        if !IS_AWAITED.swap(false, Ordering::Relaxed) {
            return;
        }
    }
}

/// Returns when somebody wants the command to end: by Ctrl-C, as service managers do (SIGTERM), or by closing the terminal (SIGHUP).
pub(crate) async fn asked() {
    Signals::new().next().await;
}

/// The exit code of a command that was interrupted, as shells count it: 128 and the number of the signal.
pub(crate) fn exit_code() -> u8 {
    128 + match LAST.load(Ordering::Relaxed) {
        0 => INTERRUPT,
        signal => signal,
    }
}

/// What it was that came, in words.
pub(crate) fn words() -> &'static str {
    match LAST.load(Ordering::Relaxed) {
        HANG_UP => "interrupted by SIGHUP",
        TERMINATE => "interrupted by SIGTERM",
        _ => "interrupted",
    }
}

#[cfg(unix)]
struct Signals {
    terminate: Option<tokio::signal::unix::Signal>,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            // Whoever runs it under nohup wants it to go on.
            hang_up: if is_hang_up_ignored() { None } else { signal(SignalKind::hangup()).ok() },
        }
    }

    async fn next(&mut self) {
        let signal = tokio::select! {
            () = interrupted() => INTERRUPT,
            () = next_of(&mut self.terminate) => TERMINATE,
            () = next_of(&mut self.hang_up) => HANG_UP,
        };
        LAST.store(signal, Ordering::Relaxed);
    }
}

#[cfg(unix)]
async fn next_of(signal: &mut Option<tokio::signal::unix::Signal>) {
    let Some(signal) = signal else { return std::future::pending().await };
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Whether the process was started so that SIGHUP does nothing. Where that cannot be told, it is left as it is.
#[cfg(unix)]
fn is_hang_up_ignored() -> bool {
    use std::sync::OnceLock;

    // Asked once: after a handler is set, it is ignored no more.
    static IS_IGNORED: OnceLock<bool> = OnceLock::new();
    *IS_IGNORED.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
        ignored.is_none_or(|signals| signals & 1 << (HANG_UP - 1) != 0)
    })
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        interrupted().await;
        LAST.store(INTERRUPT, Ordering::Relaxed);
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
