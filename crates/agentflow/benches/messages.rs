//! Messages: saying one thing or many, storing many a call, and verifying all.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use std::time::Instant;

use agentflow::{
    PrincipalId, TeamId, Tenant,
    audit::{Actor, AuditConfigChange, LogLevel},
    conversations::{Conversation, NewConversation, NewTurn, Replay, ReplayOptions, ScanOptions},
    core::{
        envelope::{Cost, Envelope, MessageRole, MessageType, SealedEnvelope},
        ids::{AgentId, IdSource, MessageId, RandomIds},
    },
    identity::{NewTeam, NewUser},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use support::{Samples, flag, goal, header, line};

const BATCH: u32 = 1_000;

/// About 400 bytes once it is canonical.
fn message(ids: &RandomIds, number: u32) -> SealedEnvelope {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let at = start + SignedDuration::from_millis(number.into());
    let (from, to) = (format!("agent-{:04}", number % 1_000), format!("agent-{:04}", number % 7));
    Envelope::new(MessageId(ids.next_id(at)), from, to, MessageType::Request, at)
        .with_trace(format!("{:032x}", number / 20 + 1).parse().unwrap(), None)
        .with_payload(json!({
            "step": number % 20, "score": f64::from(number) / 7.0, "done": false,
            "note": "the quick brown fox jumps over the lazy dog and over the fence",
        }))
        .with_metadata("attempt", 1)
        .with_cost(Cost::new(u64::from(number % 4_000), 0.003))
        .seal()
        .unwrap()
}

async fn fill(tenant: &Tenant, size: u32) -> Samples {
    let ids = RandomIds::seeded(size.into());
    let mut samples = Samples::default();
    for call in 0..size / BATCH {
        let messages: Vec<_> =
            (call * BATCH..(call + 1) * BATCH).map(|number| message(&ids, number)).collect();
        let began = Instant::now();
        tenant.messages().store_many(&messages).await.unwrap();
        samples.add(f64::from(BATCH) / began.elapsed().as_secs_f64());
    }
    samples
}

async fn verification(tenant: &Tenant, size: u32) {
    for jobs in [1, 2, 3] {
        let mut samples = Samples::default();
        for _ in 0..if size > 100_000 { 3 } else { 7 } {
            let options = ScanOptions { jobs, ..ScanOptions::default() };
            let began = Instant::now();
            let report = tenant.messages().verify_all(&options, &|_| ()).await.unwrap();
            assert_eq!((report.total, report.verified), (size.into(), size.into()));
            samples.add(f64::from(size) / began.elapsed().as_secs_f64());
        }
        line(&format!("verify {size} messages, {jobs} jobs"), &samples, "messages/s");
        if jobs == 2 {
            goal("  against its target", samples.median(), 200_000.0, true);
        }
    }
    let mut samples = Samples::default();
    for _ in 0..3 {
        let all = Replay::Between { since: None, until: None };
        let options = ReplayOptions::default();
        let began = Instant::now();
        let report = tenant.messages().replay(&all, &options, |_, _| ()).await.unwrap();
        assert!(report.is_good());
        samples.add(f64::from(size) / began.elapsed().as_secs_f64());
    }
    line(&format!("replay {size} messages in order"), &samples, "messages/s");
    if let Some(peak) = support::peak_memory() {
        goal("  most memory of this process so far, MB", peak, 100.0, false);
    }
}

async fn conversation(tenant: &Tenant, url: &str) -> Conversation {
    let by = Actor::system();
    let user = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
    let user: PrincipalId = tenant.users().create(user, &by).await.unwrap().id;
    let team: TeamId = tenant.teams().create(NewTeam::named("Crew", user), &by).await.unwrap().id;
    let sql = "INSERT INTO agents (tenant_id, team_id, name, slug) VALUES ($1, $2, 'Ada', 'ada') RETURNING id";
    let client = support::connect(url).await;
    let row = client.query_one(sql, &[tenant.id().as_uuid(), team.as_uuid()]).await.unwrap();
    let new = NewConversation::between(team, AgentId(row.get(0)), user);
    tenant.conversations().create(new, &by).await.unwrap()
}

fn turn(number: u32) -> NewTurn {
    let role = if number.is_multiple_of(2) { MessageRole::User } else { MessageRole::Assistant };
    NewTurn::text(role, "the quick brown fox jumps over the lazy dog and over the fence")
        .with_cost(12, 0.003)
}

async fn appending(tenant: &Tenant, url: &str, calls: u32) {
    let conversations = tenant.conversations();
    let conversation = conversation(tenant, url).await;
    header("append to a conversation, one caller");
    let (mut by_id, mut known, mut many) =
        (Samples::default(), Samples::default(), Samples::default());
    for number in 0..calls {
        let turns = [turn(number)];
        let began = Instant::now();
        conversations.append(conversation.id, &turns).await.unwrap();
        by_id.add(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        conversations.append_to(&conversation, &turns).await.unwrap();
        known.add(began.elapsed().as_secs_f64() * 1e3);
    }
    for _ in 0..calls / 20 {
        let turns: Vec<_> = (0..BATCH).map(turn).collect();
        let began = Instant::now();
        conversations.append_to(&conversation, &turns).await.unwrap();
        many.add(f64::from(BATCH) / began.elapsed().as_secs_f64());
    }
    line("one turn, conversation by id", &by_id, "ms");
    line("one turn, conversation known", &known, "ms");
    line("1,000 turns a call", &many, "turns/s");
    verbosely(tenant, &conversation, calls).await;
}

/// The same where each call is recorded in the audit chain.
async fn verbosely(tenant: &Tenant, conversation: &Conversation, calls: u32) {
    let level = AuditConfigChange { log_level: Some(LogLevel::Verbose), ..Default::default() };
    tenant.audit().configure(level, &Actor::system()).await.unwrap();
    let mut known = Samples::default();
    for number in 0..calls {
        let turns = [turn(number)];
        let began = Instant::now();
        tenant.conversations().append_to(conversation, &turns).await.unwrap();
        known.add(began.elapsed().as_secs_f64() * 1e3);
    }
    line("one turn, conversation known, log level verbose", &known, "ms");
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = support::server();
    let url = server.url("postgres");
    runtime.block_on(async {
        support::migrate(&url).await;
        let store = support::store(&url);
        let quick = flag("quick");
        let sizes: &[u32] = if quick { &[10_000, 50_000] } else { &[100_000, 1_000_000] };
        let tenant = support::new_tenant(&store, "Turns").await;
        appending(&tenant, &url, if quick { 100 } else { 1_000 }).await;

        header("store, 1,000 a call, one caller");
        let mut tenants = Vec::new();
        for size in sizes {
            let tenant = support::new_tenant(&store, &format!("Size {size}")).await;
            let samples = fill(&tenant, *size).await;
            line(&format!("{size} messages"), &samples, "messages/s");
            tenants.push((tenant, *size));
        }
        let example = message(&RandomIds::seeded(1), 123_456);
        println!("a message has {} canonical bytes", example.envelope().canonical().unwrap().len());
        // What autovacuum would have done by the time anybody verifies.
        let client = support::connect(&url).await;
        client.batch_execute("VACUUM ANALYZE messages").await.unwrap();
        client.batch_execute("CHECKPOINT").await.unwrap();
        header("verify");
        for (tenant, size) in &tenants {
            verification(tenant, *size).await;
        }
        support::print_load();
    });
    server.stop().unwrap();
}
