use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use futures::FutureExt;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{StepContext, StepFailure, StepHandler, StepResult};
use crate::observe;

/// How an attempt at a step ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// The handler said so, or it panicked.
    Done(StepResult),
    /// Its time was over.
    OutOfTime,
    /// Its run is lost, canceled or given back: nothing is to be recorded.
    Stopped,
}

impl Attempt {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Done(Ok(_)) => "done",
            Self::Done(Err(_)) => "failed",
            Self::OutOfTime => "out_of_time",
            Self::Stopped => "stopped",
        }
    }
}

/// Has a handler do a step, for as long as it may and the run is not stopped.
pub(super) async fn attempt(
    handler: Arc<dyn StepHandler>,
    context: StepContext,
    stopped: &CancellationToken,
) -> Attempt {
    let (kind, span, started) =
        (context.step().kind(), observe::step_span(&context), Instant::now());
    let ended = attempt_within(handler, context, stopped).instrument(span.clone()).await;
    observe::step_ended(&span, kind.as_str(), ended.outcome(), started.elapsed());
    ended
}

async fn attempt_within(
    handler: Arc<dyn StepHandler>,
    context: StepContext,
    stopped: &CancellationToken,
) -> Attempt {
    let (limit, quotes) = (context.time_limit, context.keeps_contents);
    // Whatever it left running elsewhere hears of the end.
    let _over = context.cancellation.clone().drop_guard();
    // A handler may panic before it gives its future.
    let work = AssertUnwindSafe(async { handler.run(context).await }).catch_unwind();
    tokio::select! {
        biased;
        done = timeout(limit, work) => match done {
            Ok(Ok(result)) => Attempt::Done(result),
            Ok(Err(panic)) => Attempt::Done(Err(StepFailure::retry(told(&*panic, quotes)))),
            Err(_) => Attempt::OutOfTime,
        },
        () = stopped.cancelled() => Attempt::Stopped,
    }
}

/// What a handler panics with was meant for nobody in particular, and may quote what it worked with.
fn told(panic: &(dyn Any + Send), quotes: bool) -> String {
    if !quotes {
        return "the handler panicked; with what, is not kept where contents are not".to_owned();
    }
    let text = panic.downcast_ref::<String>().map(String::as_str);
    match text.or_else(|| panic.downcast_ref::<&str>().copied()) {
        Some(text) => format!("the handler panicked: {text}"),
        None => "the handler panicked".to_owned(),
    }
}
