use std::{sync::Arc, time::Duration};

use agentflow_core::{ids::TenantId, workflow::StepType};
use tokio::sync::watch;

use super::{Settings, StepHandler, Worker, context::Provided, handler::Handlers, hooks::LONGEST};
use crate::{secrets::Secrets, store::Store, webhook::Webhook};

/// A worker to be.
///
/// ```no_run
/// # async fn example(store: agentflow::Store) -> Result<(), agentflow::Error> {
/// use agentflow::runs::{CancellationToken, StepContext, StepOutput, StepType};
/// use serde_json::json;
///
/// struct Mailer;
///
/// let worker = store
///     .run_worker("worker-1")
///     .provide(Mailer)
///     .on_tool("send_mail", |context: StepContext| async move {
///         let mailer = context.get::<Mailer>();
///         Ok(StepOutput::new(json!({ "to": context.with()["to"], "sent": mailer.is_some() })))
///     })
///     .on(StepType::LlmCall, |context: StepContext| async move {
///         Ok(StepOutput::new(json!({ "said": context.input.value })))
///     })
///     .build();
/// let stop = CancellationToken::new();
/// let stats = worker.run(stop).await?;
/// println!("{} runs succeeded", stats.succeeded);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a worker does nothing until it is built and run"]
pub struct WorkerBuilder {
    settings: Settings,
}

impl WorkerBuilder {
    pub(crate) fn new(store: Store, name: String) -> Self {
        let settings = Settings {
            store,
            name,
            handlers: Handlers::default(),
            provided: Provided::default(),
            secrets: None,
            slots: 10,
            lease: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            poll: (Duration::from_secs(1), Duration::from_secs(5)),
            listens: true,
            until_idle: false,
            tenants: None,
            hook: None,
            meters_tool_calls: false,
        };
        Self { settings }
    }

    /// Has steps of a type done by a handler. Gates and branches need none, and theirs is never asked.
    ///
    /// All workers of a database should have handlers for the same steps: one that claims a run and has none for its next step
    /// fails that attempt.
    pub fn on(mut self, kind: StepType, handler: impl StepHandler) -> Self {
        self.settings.handlers.on_type(kind, Arc::new(handler));
        self
    }

    /// Has the calls of a tool done by a handler, which comes before that of the type.
    pub fn on_tool(mut self, name: impl Into<String>, handler: impl StepHandler) -> Self {
        self.settings.handlers.on_tool(name.into(), Arc::new(handler));
        self
    }

    /// Provides handlers with a value, one of each type: [`StepContext::get`](super::StepContext::get) gives it to them.
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.settings.provided.put(value);
        self
    }

    /// Lets handlers have secrets, as far as the rules say: [`StepContext::secrets`](super::StepContext::secrets) gives them access for
    /// the tenant of the run, as `service:` and the name of the worker.
    pub fn secrets(mut self, secrets: Secrets) -> Self {
        self.settings.secrets = Some(secrets);
        self
    }

    /// How many runs it carries out at once: 1 to 10,000, and 10 by default.
    pub fn slots(mut self, slots: u16) -> Self {
        self.settings.slots = slots.clamp(1, 10_000);
        self
    }

    /// How long others leave its runs alone when nothing is heard of it: 100 ms to a day, and 30 s by default. It renews leases
    /// each third of that, so that steps may take longer. A short lease finds lost workers early; one that is shorter than a
    /// restart of the database has steps done twice that were running then.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// How long running steps may go on once it is stopped, 10 s by default.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// How long it waits at least and at most before it asks for runs of which it did not hear: 1 s, growing to 5 s while there
    /// are none, by default; and 10 ms at least.
    pub fn poll(mut self, shortest: Duration, longest: Duration) -> Self {
        let shortest = shortest.max(Duration::from_millis(10));
        self.settings.poll = (shortest, longest.max(shortest));
        self
    }

    /// Leaves out the connection over which it hears of runs that are due, and finds them by polling alone.
    pub fn without_listening(mut self) -> Self {
        self.settings.listens = false;
        self
    }

    /// Claims runs of these tenants only.
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        self.settings.tenants = Some(tenants.into_iter().collect());
        self
    }

    /// Tells this webhook of requests for approval: beside the slots, two at a time. Each time one attempt is made, whatever the
    /// patience of the webhook, and it has 5 s at most. After a failure the worker leaves the hook alone for up to 5 s, and longer
    /// each time, up to a minute; the requests are told then.
    pub fn approval_hook(mut self, hook: Webhook) -> Self {
        self.settings.hook = Some(hook.once(LONGEST));
        self
    }

    /// Whether what tools use is metered: in the transaction that records their calls, for the workspace, the workflow and whoever
    /// started the run. What is refused of it is told in a warning, and the step is recorded all the same. Without this, only calls
    /// are metered that their handlers report so.
    pub fn meter_tool_calls(mut self, meter: bool) -> Self {
        self.settings.meters_tool_calls = meter;
        self
    }

    /// Whether it ends once nothing is due and its runs are done. What is due later is left: attempts that were put off, and
    /// approvals.
    pub fn until_idle(mut self, until_idle: bool) -> Self {
        self.settings.until_idle = until_idle;
        self
    }

    /// The worker.
    pub fn build(self) -> Worker {
        Worker { settings: Arc::new(self.settings), listening: watch::Sender::default() }
    }
}
