use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use agentflow_core::{
    audit::Actor,
    clock::{Clock, SystemClock},
    ids::RuleId,
    rules::{DerivedSpec, FactSchema, Facts, Language, Rule, RuleSet, RuleSpec, Verdict},
};
use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
};

use super::{Book, RuleStore};
use crate::error::{Error, Result};

/// What an error of this operation says of a revision is for [`went_back`] alone.
const REFRESH: &str = "refresh the rules";
const EVALUATE_ONE: &str = "evaluate a rule";
const EVALUATE_ALL: &str = "evaluate rules";

/// Books with more text than this, in bytes, are compiled on a thread that may block. That is about a dozen rules, which take
/// a millisecond; less is sooner done than handed over.
const COMPILED_IN_PLACE: usize = 1_000;

/// The revision of an engine that nothing was loaded into. Those of stores begin at 0.
const NOTHING: i64 = -1;

/// The rules of one tenant, compiled and ready: evaluating asks no database, and never waits for rules being loaded or
/// compiled.
///
/// An evaluation works on the rules as they were when it began. Changes go through the store and are evaluated here once the
/// store has them; one that the store refuses changes nothing. What others change is seen by [`Engine::refresh`], which
/// [`Engines::run`](super::Engines::run) calls for the engines it keeps.
///
/// ```no_run
/// # async fn example(tenant: agentflow::Tenant) -> Result<(), agentflow::Error> {
/// use agentflow::rules::Engine;
/// use serde_json::json;
///
/// let engine = Engine::load(tenant.rules()).await?;
/// for verdict in engine.evaluate_all(&json!({ "User": { "age": 21 } }))? {
///     println!("{}: {} because {}", verdict.name, verdict.matched, verdict.reason);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Engine<S> {
    store: S,
    clock: Arc<dyn Clock>,
    /// Locked for as long as it takes to copy or swap a pointer.
    state: watch::Sender<State>,
    /// How many loads have begun.
    begun: AtomicU64,
    loads: tokio::sync::Mutex<Loads>,
    health: Mutex<Health>,
}

struct State {
    rules: Arc<RuleSet>,
    /// Why nothing is evaluated any more.
    closed: Option<Error>,
}

/// One load at a time. Whoever asks for one shares that which begins next: the one under way may have read the store before.
#[derive(Default)]
struct Loads {
    /// The number of the last one that was not given up, and how it ended.
    ended: Option<(u64, Result<()>)>,
    /// What the language in use was made of, besides its schema.
    derived: Vec<DerivedSpec>,
    /// Nothing stops a compilation that has begun. Whoever comes after one that was given up waits for it: compiling anew
    /// each time would get no further, and leave ever more of them at work.
    compiling: Option<JoinHandle<Compiled>>,
}

struct Compiled {
    rules: RuleSet,
    derived: Vec<DerivedSpec>,
}

#[derive(Default)]
struct Health {
    refreshed_at: Option<Timestamp>,
    failures: u32,
    error: Option<Error>,
}

/// How an engine is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EngineStatus {
    /// The revision of the rules in use.
    pub revision: i64,
    /// How many rules there are, active or not.
    pub rules: usize,
    /// How many of the active ones do not compile; the verdict of each is a fault.
    pub broken: usize,
    /// When the store last said that these rules are its newest.
    pub refreshed_at: Option<Timestamp>,
    /// How often in a row refreshing failed since.
    pub failures: u32,
    /// Why it failed the last time; none once it succeeds.
    pub error: Option<Error>,
}

impl<S> fmt::Debug for Engine<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl<S> Engine<S> {
    pub(super) fn empty(store: S, clock: Arc<dyn Clock>) -> Self {
        let language = Language::new(FactSchema::default(), &[]);
        let rules = Arc::new(RuleSet::new(language, Vec::new(), NOTHING, None));
        Self {
            store,
            clock,
            state: watch::Sender::new(State { rules, closed: None }),
            begun: AtomicU64::new(0),
            loads: tokio::sync::Mutex::default(),
            health: Mutex::default(),
        }
    }

    /// Whether there are rules of the store in it.
    pub(super) fn is_loaded(&self) -> bool {
        self.state.borrow().rules.revision() != NOTHING
    }

    /// Whether nothing was read that the next load could go on with.
    pub(super) fn has_begun_nothing(&self) -> bool {
        self.loads.try_lock().is_ok_and(|loads| loads.compiling.is_none())
    }

    /// From here on nothing is evaluated, and `error` says why.
    pub(super) fn close(&self, error: Error) {
        self.state.send_modify(|state| state.closed = Some(error));
    }

    /// The store that the rules come from. What is changed there directly is seen after [`Engine::refresh`].
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The rules in use, as they are now; they stay as they are for whoever holds them. For several questions about the same
    /// facts, and for conditions of one's own in the same language.
    pub fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.state.borrow().rules)
    }

    /// Reads facts, to see what in them is not as the schema says: [`Facts::findings`]. To evaluate them, ask the
    /// [`RuleSet`] that they were read by: the schema may change in between.
    ///
    /// Fails with [`Error::InvalidInput`] when they are no object, or are more than 100 levels deep.
    pub fn facts(&self, facts: &Value) -> Result<Facts> {
        self.rules().facts(facts).map_err(Error::invalid("read facts"))
    }

    /// What a rule says about these facts. A fault, like a missing fact, is in the verdict.
    ///
    /// This computes on the thread that calls it, and awaits nothing; see [`Engine::evaluate_all`].
    ///
    /// Fails with [`Error::NotFound`] when there is no such rule, with [`Error::Conflict`] when it is not active, and like
    /// [`Engine::evaluate_all`].
    pub fn evaluate(&self, id: RuleId, facts: &Value) -> Result<Verdict> {
        let rules = self.usable()?;
        if rules.rule(id).is_none() {
            return Err(Error::not_found(EVALUATE_ONE, format!("rule {id}")));
        }
        let facts = rules.facts(facts).map_err(Error::invalid(EVALUATE_ONE))?;
        rules.evaluate(id, &facts).ok_or_else(|| {
            let reason = format!("rule {id} is not active; set `active` to have it evaluated");
            Error::Conflict { operation: EVALUATE_ONE, reason }
        })
    }

    /// What each active rule says about these facts, in the order in which the rules were created. A fault of one does not
    /// stop the others.
    ///
    /// This computes on the thread that calls it, and awaits nothing. Each rule may take as many steps as the
    /// [`Limits`](agentflow_core::rules::Limits) of its language allow, and so may all derived fields together: that many
    /// times the number of rules and one, at most. A server whose tenants write rules that it does not trust calls this
    /// within [`tokio::task::spawn_blocking`], so that other requests go on meanwhile.
    ///
    /// Fails with [`Error::InvalidInput`] when the facts are no object, or are more than 100 levels deep; and with the error
    /// that the database gave when [`Engines::run`](super::Engines::run) found the tenant deleted or suspended.
    pub fn evaluate_all(&self, facts: &Value) -> Result<Vec<Verdict>> {
        let rules = self.usable()?;
        let facts = rules.facts(facts).map_err(Error::invalid(EVALUATE_ALL))?;
        Ok(rules.evaluate_all(&facts))
    }

    fn usable(&self) -> Result<Arc<RuleSet>> {
        let state = self.state.borrow();
        match &state.closed {
            None => Ok(Arc::clone(&state.rules)),
            Some(error) => Err(error.clone()),
        }
    }

    /// Waits until rules of a later revision than this are in use, and returns them: at once if they are already. Fails as
    /// evaluating does from the moment when nothing is evaluated any more.
    pub async fn changed_since(&self, revision: i64) -> Result<Arc<RuleSet>> {
        let mut states = self.state.subscribe();
        let is_over = |state: &State| state.closed.is_some() || state.rules.revision() > revision;
        // The engine holds the sender, so this does not end before; and if it did, what is asked next is right as well.
        let _ = states.wait_for(is_over).await;
        self.usable()
    }

    /// How the engine is.
    pub fn status(&self) -> EngineStatus {
        let rules = self.rules();
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        EngineStatus {
            revision: rules.revision(),
            rules: rules.rules().len(),
            broken: rules.broken().count(),
            refreshed_at: health.refreshed_at,
            failures: health.failures,
            error: health.error.clone(),
        }
    }

    /// Counts how a refresh ended.
    pub(super) fn learn(&self, ended: &Result<()>) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ok(()) => {
                let refreshed_at = Some(self.clock.now());
                *health = Health { refreshed_at, failures: 0, error: None };
            }
            Err(error) => {
                health.failures = health.failures.saturating_add(1);
                health.error = Some(error.clone());
            }
        }
    }
}

impl<S: RuleStore> Engine<S> {
    /// An engine with the rules that are in the store now. Rules that do not compile stop nothing; their verdicts are faults.
    pub async fn load(store: S) -> Result<Self> {
        Self::load_with_clock(store, Arc::new(SystemClock)).await
    }

    /// The same with a clock of one's own, which says when the engine was refreshed.
    pub async fn load_with_clock(store: S, clock: Arc<dyn Clock>) -> Result<Self> {
        let engine = Self::empty(store, clock);
        engine.refresh().await?;
        Ok(engine)
    }

    /// Adds a rule to the store, and evaluates it from then on; see [`RuleStore::add`].
    ///
    /// Here and in [`Engine::update`] and [`Engine::delete`], the store is read once more after the change. Where that fails,
    /// the change stands, and the engine goes on with what it has until the next refresh; [`Engine::status`] tells.
    pub async fn add(&self, id: Option<RuleId>, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        let rule = self.store.add(id, spec, by).await?;
        self.catch_up().await;
        Ok(rule)
    }

    /// Changes a rule in the store, and evaluates it as it is from then on; see [`RuleStore::update`]. Until then, and when
    /// the store refuses, it is evaluated as it was.
    pub async fn update(&self, id: RuleId, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        let rule = self.store.update(id, spec, by).await?;
        self.catch_up().await;
        Ok(rule)
    }

    /// Deletes a rule from the store, and evaluates it no more; see [`RuleStore::delete`].
    pub async fn delete(&self, id: RuleId, by: &Actor) -> Result<()> {
        self.store.delete(id, by).await?;
        self.catch_up().await;
        Ok(())
    }

    async fn catch_up(&self) {
        if let Err(error) = self.refresh().await {
            let revision = self.rules().revision();
            tracing::warn!(%error, revision, "a changed rule is stored, and not yet evaluated");
        }
    }

    /// Takes over what was changed in the store, if anything was: one question when nothing was, and a second one that reads
    /// all the rules. Only what changed is compiled, unless it is the schema or a derived field.
    ///
    /// When it fails, the rules in use stay. Calls that come while others are under way share one. What a call that was given
    /// up had begun to compile is taken over by the next.
    pub async fn refresh(&self) -> Result<()> {
        let asked_after = self.begun.load(Ordering::SeqCst);
        let mut loads = self.loads.lock().await;
        if let Some((number, ended)) = &loads.ended
            && *number > asked_after
        {
            return ended.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let ended = self.take_over(&mut loads).await;
        self.learn(&ended);
        loads.ended = Some((number, ended.clone()));
        ended
    }

    /// Called by one at a time, which is why the newer of two sets comes later.
    async fn take_over(&self, loads: &mut Loads) -> Result<()> {
        self.finish_compiling(loads).await?;
        let before = self.rules();
        let stored = self.store.revision().await?;
        if stored == before.revision() {
            return Ok(());
        }
        let book = self.store.book().await?;
        if book.revision < before.revision() {
            return Err(went_back_to(book.revision, before.revision()));
        }
        let keeps_language = before.revision() != NOTHING
            && book.schema == *before.language().schema()
            && book.derived == loads.derived;
        let language = keeps_language.then(|| before.language().clone());
        if is_small(&book) {
            self.put_in_use(compile(book, &before, language), loads);
            return Ok(());
        }
        loads.compiling = Some(spawn_blocking(move || compile(book, &before, language)));
        self.finish_compiling(loads).await
    }

    async fn finish_compiling(&self, loads: &mut Loads) -> Result<()> {
        let Some(compiling) = &mut loads.compiling else { return Ok(()) };
        let ended = compiling.await;
        loads.compiling = None;
        let compiled = ended.map_err(|error| Error::Unavailable {
            operation: REFRESH,
            reason: format!("compiling was not finished: {error}"),
            source: Some(Arc::new(error)),
        })?;
        self.put_in_use(compiled, loads);
        Ok(())
    }

    fn put_in_use(&self, compiled: Compiled, loads: &mut Loads) {
        let mut rules = Arc::new(compiled.rules);
        loads.derived = compiled.derived;
        // What was in use is dropped after the lock: that may take a while.
        self.state.send_modify(|state| std::mem::swap(&mut state.rules, &mut rules));
    }
}

fn is_small(book: &Book) -> bool {
    let text = book.rules.iter().map(|rule| &rule.spec.expression);
    let text = text.chain(book.derived.iter().map(|derived| &derived.expression));
    text.map(String::len).sum::<usize>() <= COMPILED_IN_PLACE
}

fn compile(book: Book, before: &RuleSet, language: Option<Language>) -> Compiled {
    let language = language.unwrap_or_else(|| Language::new(book.schema, &book.derived));
    let rules = RuleSet::new(language, book.rules, book.revision, Some(before));
    Compiled { rules, derived: book.derived }
}

fn went_back_to(stored: i64, in_use: i64) -> Error {
    let reason = format!(
        "the store is at revision {stored}, and revision {in_use} is in use; after a backup was restored, load another \
         engine"
    );
    Error::Conflict { operation: REFRESH, reason }
}

/// Whether refreshing failed because the store knows less than it did: a backup was restored.
pub(super) fn went_back(error: &Error) -> bool {
    matches!(error, Error::Conflict { operation: REFRESH, .. })
}
