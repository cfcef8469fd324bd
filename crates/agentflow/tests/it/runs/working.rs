//! Workers for tests, and what handlers of tests do.

use std::time::Duration;

use agentflow::{
    Result,
    runs::{
        CancellationToken, Run, RunStatus, StepContext, StepFailure, StepOutput, StepStatus,
        ToolCallReport, ToolType, Usage, WorkerBuilder, WorkerStats,
    },
};
use serde_json::json;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, interval, timeout},
};

use super::support::Place;

/// No poll comes within a test.
pub const NEVER: Duration = Duration::from_secs(86_400);

/// Waits until it is so.
pub async fn eventually(is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut ask = interval(Duration::from_millis(5));
    while !is_so().await {
        assert!(Instant::now() < deadline, "it did not come");
        ask.tick().await;
    }
}

/// What is told next: before the usual time limit of a step would be over, which would have it dropped as well.
pub async fn heard<T>(told: &mut mpsc::UnboundedReceiver<T>) -> Option<T> {
    timeout(Duration::from_secs(30), told.recv()).await.expect("nothing is told")
}

/// A worker that runs until this is stopped or dropped.
pub struct Working {
    pub stop: CancellationToken,
    task: JoinHandle<Result<WorkerStats>>,
}

impl Working {
    pub fn start(builder: WorkerBuilder) -> Self {
        let (worker, stop) = (builder.build(), CancellationToken::new());
        let stopped = stop.clone();
        Self { stop, task: tokio::spawn(async move { worker.run(stopped).await }) }
    }

    /// Has it stop, and waits until it has.
    pub async fn stop(self) -> WorkerStats {
        self.stop.cancel();
        self.ended().await
    }

    /// Waits until it has stopped.
    pub async fn ended(self) -> WorkerStats {
        timeout(Duration::from_secs(60), self.task).await.unwrap().unwrap().unwrap()
    }

    /// As if its process were killed.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Works until nothing is due.
pub async fn work(builder: WorkerBuilder) -> WorkerStats {
    Working::start(builder.until_idle(true)).ended().await
}

/// Waits until a run has ended.
pub async fn ended(place: &Place, run: &Run) -> Run {
    stands(place, run, RunStatus::is_final).await
}

/// Waits until a run stands so.
pub async fn stands(place: &Place, run: &Run, so: fn(RunStatus) -> bool) -> Run {
    eventually(async || so(place.now(run).await.status)).await;
    place.now(run).await
}

/// Names and statuses of the steps of a run.
pub async fn steps(place: &Place, run: &Run) -> Vec<(String, StepStatus)> {
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    timeline.steps.into_iter().map(|it| (it.name, it.status)).collect()
}

/// A handler that puts out nothing.
pub async fn nothing(_: StepContext) -> agentflow::runs::StepResult {
    Ok(StepOutput::default())
}

pub fn call(name: &str) -> ToolCallReport {
    ToolCallReport {
        tool_type: ToolType::Connector,
        tool_name: name.to_owned(),
        input: json!({ "asked": 1 }),
        output: Some(json!("told")),
        error: None,
        usage: Usage::default(),
        started_at: None,
        finished_at: None,
        metered: false,
    }
}

/// Tells when it is dropped.
struct Told(mpsc::UnboundedSender<&'static str>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send("dropped");
    }
}

/// A handler that never ends, and tells when it began, when it is dropped, and when its token is fired.
pub fn endless(
    tell: &mpsc::UnboundedSender<&'static str>,
) -> impl agentflow::runs::StepHandler + use<> {
    let tell = tell.clone();
    move |context: StepContext| {
        let tell = tell.clone();
        async move {
            let (dropped, heard) = (Told(tell.clone()), tell.clone());
            let token = context.cancellation.clone();
            tokio::spawn(async move {
                token.cancelled().await;
                let _ = heard.send("heard");
            });
            let _ = tell.send("began");
            std::future::pending::<()>().await;
            drop(dropped);
            Err(StepFailure::terminal("it never ends"))
        }
    }
}
