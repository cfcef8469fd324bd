use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use agentflow_core::{
    audit::Actor,
    clock::SystemClock,
    ids::RuleId,
    rules::{FactSchema, Rule, RuleSpec},
};
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender},
    task::{JoinHandle, yield_now},
    time::sleep,
};

use super::{super::Book, *};

/// No rules, which can be made to wait.
#[derive(Default)]
struct Slow {
    is_held: AtomicBool,
    revision: AtomicI64,
    asked: AtomicUsize,
    read: AtomicUsize,
    go: Option<Arc<Semaphore>>,
}

impl RuleStore for Slow {
    async fn add(&self, _: Option<RuleId>, _: RuleSpec, _: &Actor) -> Result<Rule> {
        Err(took_too_long())
    }

    async fn get(&self, _: RuleId) -> Result<Rule> {
        Err(took_too_long())
    }

    async fn list_active(&self) -> Result<Vec<Rule>> {
        Err(took_too_long())
    }

    async fn update(&self, _: RuleId, _: RuleSpec, _: &Actor) -> Result<Rule> {
        Err(took_too_long())
    }

    async fn delete(&self, _: RuleId, _: &Actor) -> Result<()> {
        Err(took_too_long())
    }

    async fn book(&self) -> Result<Book> {
        self.read.fetch_add(1, Ordering::SeqCst);
        let revision = self.revision.load(Ordering::SeqCst);
        if self.is_held.load(Ordering::SeqCst)
            && let Some(go) = &self.go
        {
            go.acquire().await.unwrap().forget();
        }
        let schema = FactSchema::default();
        Ok(Book { revision, schema, derived: Vec::new(), rules: Vec::new() })
    }

    async fn revision(&self) -> Result<i64> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.revision.load(Ordering::SeqCst))
    }
}

const POLL: Duration = Duration::from_secs(5);

/// The engine of one tenant, which is being kept up to date. Time passes at once while nothing else is to be done.
struct Kept {
    loaded: Arc<Loaded<Slow>>,
    tenant: TenantId,
    go: Arc<Semaphore>,
    tell: UnboundedSender<Heard>,
}

impl Kept {
    fn new(poll: Duration) -> Self {
        let (tell, heard) = unbounded_channel();
        let (loaded, tenant) = (Arc::default(), TenantId(uuid::Uuid::from_u128(1)));
        let kept = Arc::clone(&loaded);
        tokio::spawn(async move { Keeper { loaded: &*kept, poll }.follow(heard).await });
        Self { loaded, tenant, go: Arc::new(Semaphore::new(0)), tell }
    }

    async fn get(&self, is_held: bool) -> JoinHandle<Result<Arc<Engine<Slow>>>> {
        let (loaded, tenant, go) = (Arc::clone(&self.loaded), self.tenant, self.go.clone());
        let new = move || {
            let (is_held, go) = (AtomicBool::new(is_held), Some(go.clone()));
            Engine::empty(Slow { is_held, go, ..Slow::default() }, Arc::new(SystemClock))
        };
        let get = tokio::spawn(async move { loaded.get(tenant, new).await });
        yield_now().await;
        get
    }

    fn find(&self) -> Arc<Engine<Slow>> {
        self.loaded.find(self.tenant).unwrap()
    }
}

fn counts(engine: &Engine<Slow>) -> (usize, usize) {
    let Slow { asked, read, .. } = engine.store();
    (asked.load(Ordering::SeqCst), read.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn a_load_that_takes_longer_than_a_refresh_may_is_not_begun_anew() {
    let kept = Kept::new(POLL);
    let get = kept.get(true).await;
    let engine = kept.find();
    kept.tell.send(Heard::Began).unwrap();
    sleep(PATIENCE * 10).await;
    assert!(!get.is_finished() && Arc::ptr_eq(&engine, &kept.find()));
    assert_eq!(counts(&engine), (1, 1));
    assert!(kept.loaded.statuses().is_empty(), "it is not loaded");
    kept.go.add_permits(1);
    assert!(Arc::ptr_eq(&engine, &get.await.unwrap().unwrap()));
    assert_eq!(kept.loaded.statuses()[&kept.tenant].failures, 0);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_nobody_loads_any_more_takes_no_room() {
    let kept = Kept::new(POLL);
    let get = kept.get(true).await;
    sleep(POLL * 2).await;
    kept.find();
    get.abort();
    assert!(get.await.unwrap_err().is_cancelled());
    sleep(POLL * 2).await;
    assert!(kept.loaded.find(kept.tenant).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_heard_of_while_an_engine_is_loaded_is_refreshed_once_after() {
    for heard in [Heard::Began, Heard::Changed(TenantId(uuid::Uuid::from_u128(1)))] {
        let kept = Kept::new(PATIENCE * 1_000);
        let get = kept.get(true).await;
        let engine = kept.find();
        engine.store().revision.store(1, Ordering::SeqCst);
        kept.tell.send(heard).unwrap();
        kept.tell.send(heard).unwrap();
        sleep(POLL).await;
        assert_eq!(counts(&engine), (1, 1), "{heard:?}");
        kept.go.add_permits(2);
        get.await.unwrap().unwrap();
        sleep(POLL).await;
        assert_eq!((engine.status().revision, counts(&engine)), (1, (2, 2)), "{heard:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_takes_too_long_is_counted_and_forgets_nothing() {
    let kept = Kept::new(POLL);
    let engine = kept.get(false).await.await.unwrap().unwrap();
    engine.store().is_held.store(true, Ordering::SeqCst);
    engine.store().revision.store(1, Ordering::SeqCst);
    for failures in [1, 2] {
        sleep(POLL + PATIENCE).await;
        yield_now().await;
        let status = kept.loaded.statuses().remove(&kept.tenant).unwrap();
        assert_eq!((status.failures, status.revision), (failures, 0));
        assert_eq!(status.error.unwrap().to_string(), took_too_long().to_string());
    }
    assert!(Arc::ptr_eq(&engine, &kept.find()));
    kept.go.add_permits(1);
    sleep(POLL + PATIENCE).await;
    let status = kept.loaded.statuses().remove(&kept.tenant).unwrap();
    assert_eq!((status.failures, status.revision), (0, 1));
}

#[test]
fn a_change_heard_of_while_refreshing_is_refreshed_once_more_and_not_twice() {
    let [a, b] = [1, 2].map(|number| TenantId(uuid::Uuid::from_u128(number)));
    let mut queue = Queue::default();
    for tenant in [a, b, a] {
        queue.add(tenant);
    }
    assert_eq!((queue.next(), queue.next(), queue.next()), (Some(a), Some(b), None));
    queue.add(a);
    queue.add(a);
    assert_eq!(queue.next(), None, "it is being refreshed");
    queue.finish(b);
    queue.finish(a);
    assert_eq!((queue.next(), queue.next()), (Some(a), None));
    queue.finish(a);
    assert_eq!(queue.next(), None);
}
