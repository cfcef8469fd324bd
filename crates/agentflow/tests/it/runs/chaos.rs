//! Workers are killed and the database is restarted, and every run ends with each of its steps recorded once.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use agentflow::{
    Admin, Config, NewTenant, Store, Tenant,
    audit::{Verdict, VerifyOptions},
    core::random::{Entropy, Generator},
    migrate::Options,
    runs::{CancellationToken, RunStatus, StepContext, StepOutput},
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use serde_json::json;
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, interval, sleep},
};
use tokio_postgres::{Client, NoTls};

use super::{
    support::{Place, TOOL, ann},
    working::{Working, call, ended, eventually, heard},
};
use crate::support::{connect, newest};

const URL: &str = "AF_IT_RUNS_URL";
const NAME: &str = "AF_IT_RUNS_WORKER";

const TENANTS: usize = 3;
const RUNS: usize = 5_000;
const WORKERS: usize = 8;
const RESTARTS: usize = 2;
/// So many runs end between two kills, at least and at most.
const BETWEEN: (usize, usize) = (40, 200);
const LEASE: Duration = Duration::from_secs(3);

/// Not a test: what the child processes of the other one do. Works until it is killed, or its parent has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn play_worker() {
    let (Ok(url), Ok(name)) = (std::env::var(URL), std::env::var(NAME)) else { return };
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let handler = |context: StepContext| async move {
        // The work.
        sleep(Duration::from_millis(3)).await;
        let made = call("bank");
        Ok(StepOutput::new(json!({ "attempt": context.attempt })).with_call(made))
    };
    let builder = store.run_worker(name).on_tool(TOOL, handler).slots(16).lease(LEASE);
    builder.build().run(CancellationToken::new()).await.unwrap();
}

/// A process that works.
struct Worker {
    process: Child,
    number: usize,
}

impl Worker {
    fn start(url: &str, number: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "runs::chaos::play_worker", "--nocapture", "--test-threads=1"])
            .env(URL, url)
            .env(NAME, format!("worker-{number}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self { process: command.spawn().unwrap(), number }
    }

    /// By SIGKILL.
    fn kill(&mut self) {
        assert_eq!(self.process.try_wait().unwrap(), None, "worker {} ended", self.number);
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A server that keeps what was committed when it is killed.
async fn server() -> Ephemeral {
    let start = || {
        let installation =
            Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap();
        let options = EphemeralOptions { durable: true, ..EphemeralOptions::default() };
        Ephemeral::start(&installation, &options).unwrap()
    };
    tokio::task::spawn_blocking(start).await.unwrap()
}

/// Kills the server as a crash would, and starts it again.
async fn restart(mut server: Ephemeral) -> Ephemeral {
    let work = move || {
        server.kill().unwrap();
        server.restart().unwrap();
        server
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// What the database itself watches: that no claim counts backwards, and how often each step succeeded.
const WATCH: &str = "
CREATE SCHEMA watch;
CREATE TABLE watch.succeeded (step_id uuid NOT NULL);
CREATE FUNCTION watch.note_success() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO watch.succeeded VALUES (NEW.id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION watch.note_success() FROM PUBLIC;
CREATE TRIGGER zz_note_success AFTER UPDATE ON steps FOR EACH ROW
    WHEN (new.status = 'succeeded' AND old.status <> 'succeeded') EXECUTE FUNCTION watch.note_success();
CREATE FUNCTION watch.refuse_backwards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a claim counts backwards';
END $$;
CREATE TRIGGER zz_refuse_backwards BEFORE UPDATE ON runs FOR EACH ROW
    WHEN (new.fencing < old.fencing) EXECUTE FUNCTION watch.refuse_backwards();
CREATE TRIGGER zz_refuse_backwards BEFORE UPDATE ON steps FOR EACH ROW
    WHEN (new.fencing < old.fencing OR new.interruptions < old.interruptions) EXECUTE FUNCTION watch.refuse_backwards();
";

/// A connection as superuser that is replaced when the server was restarted.
struct Watcher {
    url: String,
    client: Option<Client>,
}

impl Watcher {
    async fn ended(&mut self) -> Option<usize> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.ok()?;
            tokio::spawn(connection);
            self.client = Some(client);
        }
        let sql = "SELECT count(*) FROM runs WHERE finished_at IS NOT NULL";
        let row = self.client.as_ref()?.query_one(sql, &[]).await.ok()?;
        usize::try_from(row.get::<_, i64>(0)).ok()
    }
}

/// A number from a range, both ends included.
fn random(entropy: &Generator, (least, most): (usize, usize)) -> usize {
    let mut bytes = [0_u8; 4];
    entropy.fill(&mut bytes);
    least + usize::try_from(u32::from_le_bytes(bytes)).unwrap() % (most - least + 1)
}

async fn places(store: &Store) -> Vec<Place> {
    let mut places = Vec::new();
    for number in 0..TENANTS {
        let name = format!("Tenant {number}");
        let row = store.admin().tenants().create(NewTenant::named(name), &ann()).await.unwrap();
        let place = Place::new(&store.tenant(row.id), 3).await;
        let share = RUNS / TENANTS + usize::from(number < RUNS % TENANTS);
        place.start_many(share).await;
        places.push(place);
    }
    places
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_run_ends_and_no_step_counts_twice_while_workers_and_the_database_die() {
    let (mut server, store) = store_of_its_own().await;
    let url = format!("{}?sslmode=disable", server.url("postgres"));
    connect(&url).await.batch_execute(WATCH).await.unwrap();
    let places = places(&store).await;

    let entropy = Generator::seeded(11);
    let mut workers: Vec<_> = (0..WORKERS).map(|number| Worker::start(&url, number)).collect();
    let mut watcher = Watcher { url: url.clone(), client: None };
    let (mut next_kill, mut kills, mut restarts) = (random(&entropy, BETWEEN), 0, 0);
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut look = interval(Duration::from_millis(20));
    loop {
        look.tick().await;
        assert!(Instant::now() < deadline, "the runs do not end");
        let Some(ended) = watcher.ended().await else { continue };
        if ended == RUNS {
            break;
        }
        if ended >= next_kill {
            let victim = &mut workers[random(&entropy, (0, WORKERS - 1))];
            victim.kill();
            *victim = Worker::start(&url, victim.number);
            kills += 1;
            next_kill = ended + random(&entropy, BETWEEN);
        }
        if restarts < RESTARTS && ended >= RUNS * (restarts + 1) / (RESTARTS + 1) {
            server = restart(server).await;
            restarts += 1;
        }
    }
    drop(workers);
    assert_eq!(restarts, RESTARTS);
    assert!(kills >= RUNS / BETWEEN.1 / 2, "{kills} kills");
    let client = connect(&url).await;
    check(&client).await;
    for place in &places {
        check_audit(&place.tenant).await;
    }
    let number = async |sql: &str| client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    let interruptions = number("SELECT sum(interruptions) FROM steps").await;
    assert!(interruptions > 0, "nobody was killed in a step");
    println!("{kills} kills, {restarts} restarts, {interruptions} steps interrupted");
    drop(client);
    drop(store);
    drop(server);
}

/// A server of its own, with a store.
async fn store_of_its_own() -> (Ephemeral, Store) {
    let server = server().await;
    let url = server.url("postgres");
    let migrator = Admin::migrator(Options::default()).unwrap();
    let mut client = connect(&url).await;
    let target = newest(&client).await;
    migrator.up(&mut client, target).await.unwrap();
    let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
    (server, Store::connect(config).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_while_the_database_was_away_is_recorded_once_it_is_back() {
    let (server, store) = store_of_its_own().await;
    let row = store.admin().tenants().create(NewTenant::named("Acme"), &ann()).await.unwrap();
    let place = Place::new(&store.tenant(row.id), 2).await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let go = Arc::new(Semaphore::new(0));
    let handler = {
        let go = Arc::clone(&go);
        move |context: StepContext| {
            let (tell, go) = (tell.clone(), Arc::clone(&go));
            async move {
                tell.send(context.step().name.clone()).unwrap();
                go.acquire().await.unwrap().forget();
                let _ = tell.send("done".to_owned());
                Ok(StepOutput::default())
            }
        }
    };
    let builder = store.run_worker("w").on_tool(TOOL, handler).lease(Duration::from_secs(120));
    let working = Working::start(builder);
    assert_eq!(heard(&mut told).await.as_deref(), Some("step-1"));
    let down = move || {
        server.kill().unwrap();
        server
    };
    let mut server = tokio::task::spawn_blocking(down).await.unwrap();
    go.add_permits(2);
    assert_eq!(heard(&mut told).await.as_deref(), Some("done"));
    let up = move || {
        server.restart().unwrap();
        server
    };
    let server = tokio::task::spawn_blocking(up).await.unwrap();
    for expected in ["step-2", "done"] {
        assert_eq!(heard(&mut told).await.as_deref(), Some(expected));
    }
    // A new claim is proof that it goes on afterwards.
    eventually(async || place.tenant.runs().get(run.id).await.is_ok()).await;
    assert_eq!(ended(&place, &run).await.status, RunStatus::Succeeded);
    go.add_permits(2);
    let later = place.start().await;
    assert_eq!(ended(&place, &later).await.status, RunStatus::Succeeded);
    let stats = working.stop().await;
    assert_eq!((stats.claimed, stats.steps, stats.lost), (2, 4, 0));
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.run.fencing, 1);
    assert!(timeline.steps.iter().all(|it| it.interruptions == 0));
    drop(server);
}

async fn check(client: &Client) {
    let runs = i64::try_from(RUNS).unwrap();
    for (sql, expected) in [
        ("SELECT count(*) FROM runs WHERE status = 'succeeded'", runs),
        ("SELECT count(*) FROM steps WHERE status = 'succeeded'", 3 * runs),
        ("SELECT count(*) FROM steps WHERE retry_count > 0 OR status <> 'succeeded'", 0),
        // Exactly one success of each step was ever recorded.
        ("SELECT count(*) FROM watch.succeeded", 3 * runs),
        ("SELECT count(DISTINCT step_id) FROM watch.succeeded", 3 * runs),
        // And one call of its one attempt that was recorded.
        ("SELECT count(*) FROM tool_calls", 3 * runs),
        ("SELECT count(DISTINCT step_id) FROM tool_calls", 3 * runs),
        (
            "SELECT count(*) FROM tool_calls AS c JOIN steps AS s ON s.id = c.step_id \
             WHERE c.attempt <> s.retry_count + s.interruptions + 1",
            0,
        ),
        // What was put out is what that attempt put out.
        ("SELECT count(*) FROM steps WHERE (output ->> 'attempt')::int <> interruptions + 1", 0),
        (
            "SELECT count(*) FROM runs AS r JOIN steps AS s ON s.run_id = r.id WHERE s.fencing > r.fencing",
            0,
        ),
    ] {
        let count: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(count, expected, "{sql}");
    }
}

/// Each run ended once in the chain, too.
async fn check_audit(tenant: &Tenant) {
    let sql = "SELECT (SELECT count(*) FROM runs), \
               (SELECT count(DISTINCT (entry).resource_id) FROM audits WHERE (entry).action = 'run.succeeded'), \
               (SELECT count(*) FROM audits WHERE (entry).action = 'run.succeeded'), \
               (SELECT count(*) FROM audits WHERE (entry).action = 'run.failed')";
    let row = tenant.query(sql, &[]).await.unwrap().remove(0);
    let counts: Vec<i64> = (0..4).map(|column| row.get(column)).collect();
    assert_eq!(counts[1..], [counts[0], counts[0], 0]);
    let verified = tenant.audit().verify(&VerifyOptions::default(), &|_| {}).await.unwrap();
    assert_eq!(verified.status, Verdict::Success, "{verified:?}");
}
