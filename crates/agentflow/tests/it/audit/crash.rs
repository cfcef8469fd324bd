//! What was acknowledged stays, whoever dies: `kill -9` of a client and of the server, both under load.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use agentflow::{
    Admin, Config, NewTenant, Store, Tenant,
    audit::{Actor, AuditFilter, Verdict},
    core::ids::TenantId,
    migrate::Options,
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use tokio::sync::Notify;

use super::{event, options};
use crate::support::{World, connect, newest};

const URL: &str = "AF_IT_AUDIT_URL";
const TENANT: &str = "AF_IT_AUDIT_TENANT";
const MARK: &str = "acknowledged ";
const WRITERS: usize = 16;

/// What a writer knows of an entry that was acknowledged: its position, and a name nobody else gives.
type Acknowledged = (i64, String);

/// Appends in both ways until it fails, and tells of every acknowledgement.
async fn write_until_failure(
    tenant: Tenant,
    name: String,
    tell: impl Fn(Acknowledged),
) -> agentflow::Error {
    let mut number = 0;
    loop {
        number += 1;
        let resource = format!("{name}-{number}");
        let (one, more) = (event(&resource), [event(&resource), event("more")]);
        let appended = if number % 4 == 0 {
            tenant.audit().append_many(&more).await
        } else {
            tenant.audit().append(&one).await
        };
        match appended {
            Ok(appended) => tell((appended.first_seq, resource)),
            Err(error) => return error,
        }
    }
}

async fn assert_all_are_there(tenant: &Tenant, acknowledged: &[Acknowledged]) {
    let verdict = super::verify(tenant, &options(2, 100)).await;
    assert_eq!(verdict.status, Verdict::Success, "{verdict:?}");
    let (mut stored, mut filter) = (std::collections::BTreeMap::new(), AuditFilter::default());
    loop {
        let page = tenant.audit().list(&filter, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before_seq = Some(last.seq);
        stored.extend(page.into_iter().map(|entry| (entry.seq, entry.resource_id)));
    }
    // No less: what a dead client had sent may have been committed in between.
    assert!(i64::try_from(stored.len()).unwrap() >= verdict.total_records);
    for (seq, resource) in acknowledged {
        assert_eq!(stored.get(seq), Some(&Some(resource.clone())), "acknowledged entry {seq}");
    }
}

/// Not a test: what the child process of the next test does.
#[tokio::test(flavor = "multi_thread")]
async fn play_writer() {
    let (Ok(url), Ok(tenant)) = (std::env::var(URL), std::env::var(TENANT)) else { return };
    let tenant: TenantId = tenant.parse().unwrap();
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let tell = |(seq, resource): Acknowledged| {
        let mut out = std::io::stdout().lock();
        // The last word of a line shows that it is whole.
        writeln!(out, "{MARK}{seq} {resource} .").unwrap();
        out.flush().unwrap();
    };
    let writers = (0..WRITERS)
        .map(|writer| write_until_failure(store.tenant(tenant), format!("w{writer}"), tell));
    futures::future::join_all(writers).await;
}

fn parse(line: &str) -> Option<Acknowledged> {
    let (_, said) = line.split_once(MARK)?;
    let (seq, resource) = said.strip_suffix(" .")?.split_once(' ')?;
    Some((seq.parse().unwrap(), resource.to_owned()))
}

/// Kills the child once it has told of some entries, and returns all it told of.
fn kill_under_load(url: &str, tenant: TenantId) -> Vec<Acknowledged> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "audit::crash::play_writer", "--nocapture", "--test-threads=1"])
        .env(URL, url)
        .env(TENANT, tenant.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut acknowledged: Vec<_> =
        lines.by_ref().filter_map(|line| parse(&line)).take(200).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(lines.filter_map(|line| parse(&line)));
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_client_loses_nothing_that_was_acknowledged() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    for _ in 0..3 {
        let (url, id) = (format!("{}?sslmode=disable", world.database.url()), tenant.id());
        let acknowledged =
            tokio::task::spawn_blocking(move || kill_under_load(&url, id)).await.unwrap();
        assert!(acknowledged.len() >= 200, "only {} were acknowledged", acknowledged.len());
        assert_all_are_there(&tenant, &acknowledged).await;
    }
    tenant.audit().append(&event("afterwards")).await.unwrap();
    assert_eq!(super::verify(&tenant, &options(1, 1_000)).await.status, Verdict::Success);
}

/// A server whose commits reach the disk, with a tenant.
async fn durable_server() -> (Ephemeral, Store, Tenant) {
    let start = || {
        let installation =
            Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap();
        let options = EphemeralOptions { durable: true, ..EphemeralOptions::default() };
        Ephemeral::start(&installation, &options).unwrap()
    };
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let url = server.url("postgres");
    let migrator = Admin::migrator(Options::default()).unwrap();
    let mut client = connect(&url).await;
    let target = newest(&client).await;
    migrator.up(&mut client, target).await.unwrap();
    let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
    let store = Store::connect(config).unwrap();
    let tenants = store.admin();
    let created =
        tenants.tenants().create(NewTenant::named("Acme"), &Actor::system()).await.unwrap();
    let tenant = store.tenant(created.id);
    (server, store, tenant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing_that_was_acknowledged() {
    let (mut server, _store, tenant) = durable_server().await;
    let acknowledged = Mutex::new(Vec::new());
    for round in 0..3 {
        let (count, enough) = (AtomicUsize::new(0), Notify::new());
        let tell = |entry| {
            acknowledged.lock().unwrap().push(entry);
            if count.fetch_add(1, Ordering::Relaxed) == 300 {
                enough.notify_one();
            }
        };
        let writers = (0..WRITERS)
            .map(|writer| write_until_failure(tenant.clone(), format!("{round}-{writer}"), &tell));
        let crash = async {
            enough.notified().await;
            tokio::task::block_in_place(|| server.kill()).unwrap();
        };
        let (errors, ()) = futures::join!(futures::future::join_all(writers), crash);
        for error in errors {
            assert!(error.is_unavailable(), "{error:?}");
        }
        server = tokio::task::spawn_blocking(move || {
            server.restart().unwrap();
            server
        })
        .await
        .unwrap();
        // The same handles go on: what died with the server is not lent again.
        let told = acknowledged.lock().unwrap().clone();
        assert_all_are_there(&tenant, &told).await;
    }
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap().unwrap();
}
