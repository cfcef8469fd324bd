//! Who ends a command that is interrupted.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_AWAITED: AtomicBool = AtomicBool::new(false);

/// The command waits for Ctrl-C itself and ends in good order. The second one ends it at once.
pub(crate) fn is_awaited() {
    IS_AWAITED.store(true, Ordering::Relaxed);
}

/// Returns when the command is to be dropped where it is.
pub(crate) async fn demanded() {
    loop {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        if !IS_AWAITED.swap(false, Ordering::Relaxed) {
            return;
        }
    }
}
