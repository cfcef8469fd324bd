//! Authentication with an API key, and the question whether somebody may do something, against a bare scoped read.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use agentflow::{
    NewWorkspace, Permission, PrincipalId, Tenant, WorkspaceId,
    audit::Actor,
    identity::{NewBinding, NewKey, NewRole, NewService, Origin},
};
use support::{Samples, flag, goal, header, line, ratio, seconds};

const CALLERS: usize = 64;

/// A tenant with `size` services, each with a key and three roles in one of its workspaces.
struct Company {
    tenant: Tenant,
    workspace: WorkspaceId,
    keys: Vec<(PrincipalId, String)>,
}

impl Company {
    async fn new(tenant: Tenant, size: usize) -> Self {
        let by = Actor::system();
        let workspace = tenant.workspaces().create(NewWorkspace::named("W"), &by).await.unwrap().id;
        let mut custom = NewRole::named("deployer");
        custom.permissions = ["run:start", "run:cancel"].map(|it| it.parse().unwrap()).into();
        let roles = [
            tenant.roles().create(custom, &by).await.unwrap().id,
            tenant.roles().find("auditor", Some(workspace)).await.unwrap().unwrap().id,
            tenant.roles().find("operator", None).await.unwrap().unwrap().id,
        ];
        let mut keys = Vec::new();
        for number in 0..size {
            let service = NewService::named(format!("service-{number}"));
            let principal = tenant.services().create(service, &by).await.unwrap().id;
            for role_id in roles {
                let workspace_id = Some(workspace);
                let new =
                    NewBinding { principal_id: principal, role_id, workspace_id, expires_at: None };
                tenant.roles().bind(new, &by).await.unwrap();
            }
            let key =
                tenant.keys().create(NewKey::named("bench", principal), &by).await.unwrap().key;
            tenant.keys().authenticate(key.expose(), &Origin::default()).await.unwrap();
            keys.push((principal, key.expose().to_owned()));
        }
        Self { tenant, workspace, keys }
    }
}

/// Many callers, each with a key of its own, one authentication after the other. Rates of windows of half a second.
async fn authenticate(company: &Company, windows: u32) -> Samples {
    let (done, finished) = (AtomicU64::new(0), AtomicBool::new(false));
    let callers = (0..CALLERS).map(|caller| {
        let (done, finished) = (&done, &finished);
        async move {
            let origin = Origin::default();
            for (_, key) in company.keys.iter().cycle().skip(caller) {
                company.tenant.keys().authenticate(key, &origin).await.unwrap();
                done.fetch_add(1, Ordering::Relaxed);
                if finished.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    });
    let watch = async {
        let mut samples = Samples::default();
        for window in 0..=windows {
            let (before, began) = (done.load(Ordering::Relaxed), Instant::now());
            tokio::time::sleep(Duration::from_millis(500)).await;
            let count = u32::try_from(done.load(Ordering::Relaxed) - before).unwrap();
            // The first window opens connections.
            if window > 0 {
                samples.add(f64::from(count) / began.elapsed().as_secs_f64());
            }
        }
        finished.store(true, Ordering::Relaxed);
        samples
    };
    let (samples, _) = tokio::join!(watch, futures::future::join_all(callers));
    samples
}

/// Rounds in turn, so that both meet the same weather.
async fn authorize(company: &Company, rounds: u32, calls: u32) {
    let [mut asked, mut read] = [(); 2].map(|()| Samples::default());
    let permission: Permission = "run:start".parse().unwrap();
    let (tenant, micros) = (&company.tenant, 1e6 / f64::from(calls));
    for round in 0..=rounds {
        let questions = seconds(async {
            for (principal, _) in company.keys.iter().cycle().take(calls as usize) {
                let access = tenant.access(*principal);
                let decision =
                    access.authorize(&permission, Some(company.workspace)).await.unwrap();
                assert!(decision.allowed);
            }
        });
        let questions = questions.await;
        let reads = seconds(async {
            for _ in 0..calls {
                assert!(tenant.workspaces().get(company.workspace).await.unwrap().is_some());
            }
        });
        let reads = reads.await;
        // The first round prepares and warms up.
        if round > 0 {
            asked.add(questions * micros);
            read.add(reads * micros);
        }
    }
    line("authorize: principal, three bindings, two kinds of roles", &asked, "µs");
    line("bare scoped read of one row", &read, "µs");
    // At least 0.7 times the speed is at most 1 / 0.7 times the time.
    ratio("authorize / bare scoped read", &asked, &read, 1.43);
}

fn main() {
    let (sizes, windows, rounds, calls) =
        if flag("quick") { ([20, 40], 2, 3, 50) } else { ([100, 2_000], 20, 25, 400) };
    let server = support::server();
    let url = server.url("postgres");
    let many = tokio::runtime::Runtime::new().unwrap();
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    many.block_on(support::migrate(&url));
    for size in sizes {
        header(&format!("{size} services with three roles and a key each"));
        let (samples, company) = many.block_on(async {
            let store = support::store(&url);
            let tenant = support::new_tenant(&store, &format!("Tenant {size}")).await;
            let company = Company::new(tenant, size).await;
            support::connect(&url).await.batch_execute("VACUUM ANALYZE").await.unwrap();
            (authenticate(&company, windows).await, company)
        });
        line(&format!("keys authenticated, {CALLERS} callers"), &samples, "/s");
        goal("keys authenticated per second", samples.median(), 5_000.0, true);
        // A store of its own: the connections of the other belong to the other runtime.
        one.block_on(async {
            let tenant = support::store(&url).tenant(company.tenant.id());
            authorize(&Company { tenant, ..company }, rounds, calls).await;
        });
    }
    support::print_load();
    server.stop().unwrap();
}
