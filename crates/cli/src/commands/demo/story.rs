use std::time::Instant;

use serde::Serialize;

use crate::{
    error::{Error, Result},
    output::Output,
    progress::Progress,
    remark::human_report,
};

/// What a step did, what that proved, and what the next steps need.
pub(super) struct Told<T> {
    pub(super) value: T,
    pub(super) did: String,
    pub(super) proved: String,
    /// Whether what was to be proved held.
    pub(super) holds: bool,
}

#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    ok: bool,
    detail: String,
    duration_ms: u64,
}

/// The steps of the demo, shown one by one to people and all at once as JSON.
pub(super) struct Story<'a> {
    output: &'a Output,
    steps: Vec<Step>,
    began: Instant,
}

impl<'a> Story<'a> {
    pub(super) fn new(output: &'a Output) -> Self {
        Self { output, steps: Vec::new(), began: Instant::now() }
    }

    pub(super) fn title(&self, title: &str) -> Result<()> {
        self.human(|| format!("{}\n ", self.output.bold(title)))
    }

    pub(super) async fn step<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<Told<T>>>,
    ) -> Result<T> {
        let began = Instant::now();
        let progress = Progress::spinner(self.output, name);
        let ended = work.await;
        drop(progress);
        let (ok, did, proved) = match &ended {
            Ok(told) => (told.holds, told.did.clone(), told.proved.clone()),
            Err(Error::Told(report)) => {
                (false, "Broke off.".to_owned(), human_report(report).replace('\n', " "))
            }
            Err(_) => (false, "Interrupted.".to_owned(), String::new()),
        };
        let duration_ms = millis(began);
        self.show(name, ok, &did, &proved, duration_ms)?;
        self.steps.push(Step { name, ok, detail: format!("{did} {proved}"), duration_ms });
        ended.map(|told| told.value)
    }

    fn show(&self, name: &str, ok: bool, did: &str, proved: &str, took: u64) -> Result<()> {
        self.human(|| {
            let mark = if ok { self.output.good("✓") } else { self.output.bad("✗") };
            let took = self.output.dim(&format!("{took} ms"));
            let name = self.output.bold(&format!("{name:<9}"));
            format!("{mark} {name}  {did}  {took}\n             {proved}")
        })
    }

    pub(super) fn holds(&self) -> bool {
        self.steps.iter().all(|step| step.ok)
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.output.is_json() {
            let ok = self.holds();
            return self.output.json(&serde_json::json!({ "steps": self.steps, "ok": ok }));
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let last = if self.holds() {
            self.output.good(&format!("Everything held, in {seconds:.1} s."))
        } else {
            self.output.bad("Not everything held.")
        };
        self.human(|| format!(" \n{last}"))
    }

    fn human(&self, text: impl FnOnce() -> String) -> Result<()> {
        if self.output.is_json() { Ok(()) } else { self.output.line(&text()) }
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
