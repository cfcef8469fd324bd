//! What one process changes, another evaluates.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use agentflow::{Config, Statements, Store, TenantId, core::rules::RuleSpec, rules::Listening};
use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    ann,
    engine::{answers, tenant_with, users},
    engines::{NEVER, OFTEN, Running, eventually},
};
use crate::support::World;

const URL: &str = "AF_IT_RULES_URL";
const TENANT: &str = "AF_IT_RULES_TENANT";
const POLLS: &str = "AF_IT_RULES_POLLS";
const MARK: &str = "evaluated ";

/// The names of the rules that an adult matches.
fn matched<S>(engine: &agentflow::rules::Engine<S>) -> String {
    let adult = json!({ "User": { "age": 21, "name": "Bo" } });
    let matched = answers(engine, &adult).into_iter().filter(|(_, matched)| *matched);
    matched.map(|(name, _)| name).collect::<Vec<_>>().join(",")
}

/// Says on one line what is evaluated now, whole by the last word.
fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MARK}{what} .").unwrap();
    out.flush().unwrap();
}

/// Not a test: what the child process of the other tests does. Says what it evaluates whenever that changes, and adds a rule
/// of each name that it reads.
#[tokio::test(flavor = "multi_thread")]
async fn play_evaluator() {
    let (Ok(url), Ok(tenant)) = (std::env::var(URL), std::env::var(TENANT)) else { return };
    let tenant: TenantId = tenant.parse().unwrap();
    let polls = std::env::var_os(POLLS).is_some();
    let config = Config::from_url(&url).unwrap().with_statements(Statements::Typed);
    let store = Store::connect(config).unwrap();
    let engines = store.rule_engines().with_poll(if polls { OFTEN } else { NEVER });
    let running = Running::start(engines);
    eventually(async || match running.engines.status().listening {
        Listening::On => !polls,
        Listening::Polling => polls,
        _ => false,
    })
    .await;
    let engine = running.engines.get(tenant).await.unwrap();

    let (read, mut names) = mpsc::unbounded_channel();
    let (end, mut ended) = oneshot::channel();
    std::thread::spawn(move || {
        std::io::stdin().lines().map_while(Result::ok).for_each(|name| read.send(name).unwrap());
        end.send(()).unwrap();
    });
    loop {
        let revision = engine.rules().revision();
        say(&format!("[{}]", matched(&engine)));
        tokio::select! {
            changed = engine.changed_since(revision) => drop(changed.unwrap()),
            Some(name) = names.recv() => {
                engine.add(None, RuleSpec::new(name, "User.age >= 18"), &ann()).await.unwrap();
            }
            _ = &mut ended => return,
        }
    }
}

/// Another process that evaluates the rules of a tenant.
struct Evaluator {
    process: Child,
    input: ChildStdin,
    said: mpsc::UnboundedReceiver<String>,
}

impl Evaluator {
    fn start(url: &str, tenant: TenantId, polls: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "rules::processes::play_evaluator",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(URL, url)
            .env(TENANT, tenant.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if polls {
            command.env(POLLS, "yes");
        }
        let mut process = command.spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (tell, said) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in lines {
                if let Some((_, what)) = line.split_once(MARK) {
                    let _ = tell.send(what.strip_suffix(" .").unwrap().to_owned());
                }
            }
        });
        Self { process, input, said }
    }

    /// Waits until it evaluates exactly these rules.
    async fn comes_to(&mut self, expected: &str) {
        let mut last = String::new();
        let heard = async {
            while last != format!("[{expected}]") {
                last = self.said.recv().await.expect("the other process goes on");
            }
        };
        let heard = timeout(Duration::from_secs(60), heard).await;
        assert!(heard.is_ok(), "expected {expected}, and the last was {last}");
    }

    fn add(&mut self, name: &str) {
        writeln!(self.input, "{name}").unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Every kind of change here is evaluated there, and the other way round.
async fn converge(world: &World, url: &str, polls: bool) {
    let tenant = tenant_with(world, "Acme", users()).await;
    let every = if polls { OFTEN } else { NEVER };
    let mut engines = world.store.rule_engines().with_poll(every);
    if polls {
        engines = engines.without_listening();
    }
    let running = Running::start(engines);
    let engine = running.engines.get(tenant.id()).await.unwrap();
    let mut other = Evaluator::start(url, tenant.id(), polls);
    other.comes_to("").await;

    let spec = |active, expression| RuleSpec { active, ..RuleSpec::new("a", expression) };
    let rule = engine.add(None, spec(true, "User.age >= 18"), &ann()).await.unwrap();
    other.comes_to("a").await;
    engine.update(rule.id, spec(true, "User.age < 18"), &ann()).await.unwrap();
    other.comes_to("").await;
    engine.update(rule.id, spec(false, "User.age >= 18"), &ann()).await.unwrap();
    engine.update(rule.id, spec(true, "User.age >= 18"), &ann()).await.unwrap();
    other.comes_to("a").await;
    other.add("b");
    other.comes_to("a,b").await;
    eventually(async || matched(&engine) == "a,b").await;
    engine.delete(rule.id, &ann()).await.unwrap();
    other.comes_to("b").await;
}

#[tokio::test]
async fn two_processes_that_listen_come_to_evaluate_the_same() {
    let world = World::new().await;
    let url = format!("{}?sslmode=disable", world.database.url());
    converge(&world, &url, false).await;
}

/// One of them listens in vain: the pooler passes nothing on.
#[cfg(unix)]
#[tokio::test]
async fn two_processes_that_poll_come_to_evaluate_the_same_through_a_pooler() {
    let world = World::new().await;
    let pooler = crate::pooler::Pooler::start(&world.database, "default_pool_size = 2").await;
    let Some(pooler) = pooler else { return };
    let url = format!("{}?sslmode=disable", pooler.url(&world.database));
    converge(&world, &url, true).await;
}
