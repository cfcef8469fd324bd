//! Agents come, are found, change and rest.

use std::time::{Duration, Instant};

use agentflow::{
    AgentId, Error, TeamId, Tenant,
    agents::{AgentDna, AgentFilter, AgentSpec, AgentStatus},
    audit::{Actor, AuditFilter, Verdict, VerifyOptions},
    core::agent::Tone,
    identity::TeamChange,
};
use futures::future::BoxFuture;
use serde_json::{Map, json};
use tokio_postgres::Client;

use super::{agent, ann, is_missing, newest, spec, team, user};
use crate::support::World;

const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn an_agent_is_created_found_and_listed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let maker = user(&tenant, "maker").await;
    let by = Actor::user(maker.to_string());
    let created = agents.create(team, spec("ada"), &by).await.unwrap();
    assert_eq!((created.team_id, created.created_by), (team, Some(maker)));
    assert_eq!(created.spec, spec("ada"));

    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("agent.created"));
    assert_eq!(entry.resource_id, Some(created.id.to_string()));
    let details = json!({ "team_id": team.to_string(), "name": "Ada", "slug": "ada" });
    assert_eq!(entry.details, Some(details));

    for found in [
        agents.get(created.id).await.unwrap(),
        agents.find(team, "ada").await.unwrap(),
        agents.find(team, &created.id.to_string()).await.unwrap(),
    ] {
        assert_eq!(found.as_ref(), Some(&created));
    }
    for nonsense in ["", "bob", "A da", "nul\0", NOBODY] {
        assert_eq!(agents.find(team, nonsense).await.unwrap(), None, "{nonsense:?}");
    }
    // Somebody who is no principal of the tenant can make one too; nobody is named then.
    for (slug, by) in [("a1", ann()), ("a2", Actor::user(NOBODY)), ("a3", Actor::system())] {
        assert_eq!(agents.create(team, spec(slug), &by).await.unwrap().created_by, None);
    }
    let shown = serde_json::to_value(&created).unwrap();
    assert_eq!((&shown["slug"], &shown["team_id"]), (&json!("ada"), &json!(team.to_string())));
}

#[tokio::test]
async fn a_slug_is_unique_in_its_team_and_free_in_others() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let agents = tenant.agents();
    let (red, blue) = (team(&tenant, "red").await, team(&tenant, "blue").await);
    let first = agent(&tenant, red, "ada").await;
    let other = agent(&tenant, blue, "ada").await;
    let second = agent(&tenant, red, "bob").await;
    let last = newest(&tenant).await.seq;
    for error in [
        agents.create(red, spec("ada"), &ann()).await.unwrap_err(),
        agents.update(second.id, spec("ada"), &ann()).await.unwrap_err(),
    ] {
        assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "slug"), "{error:?}");
    }
    assert_eq!(newest(&tenant).await.seq, last);
    assert_eq!(agents.find(red, "ada").await.unwrap(), Some(first.clone()));
    assert_eq!(agents.find(blue, "ada").await.unwrap(), Some(other));
    // The id of an agent of another team is no agent of this one.
    assert_eq!(agents.find(blue, &first.id.to_string()).await.unwrap(), None);
}

#[tokio::test]
async fn an_agent_whose_slug_looks_like_the_id_of_another_teams_is_found_by_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (red, blue) = (team(&tenant, "red").await, team(&tenant, "blue").await);
    let id = agent(&tenant, red, "ada").await.id.to_string();
    let odd = agent(&tenant, blue, &id).await;
    assert_eq!(tenant.agents().find(blue, &id).await.unwrap(), Some(odd));
}

#[tokio::test]
async fn pages_go_by_team_and_status_and_hide_the_archived() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let agents = tenant.agents();
    let (red, blue) = (team(&tenant, "red").await, team(&tenant, "blue").await);
    let mut ids: Vec<AgentId> = Vec::new();
    for (team, slug, status) in [
        (red, "a1", AgentStatus::Draft),
        (red, "a2", AgentStatus::Active),
        (blue, "a3", AgentStatus::Active),
        (red, "a4", AgentStatus::Archived),
        (red, "a5", AgentStatus::Active),
    ] {
        let spec = AgentSpec { status, ..spec(slug) };
        ids.push(agents.create(team, spec, &ann()).await.unwrap().id);
    }
    let list = async |team, status, after, limit| {
        let filter = AgentFilter { team, status };
        let page = agents.list(filter, after, limit).await.unwrap();
        page.iter().map(|agent| agent.id).collect::<Vec<_>>()
    };
    let all = [ids[0], ids[1], ids[2], ids[4]];
    assert_eq!(list(None, None, None, 100).await, all);
    assert_eq!(list(None, None, None, 2).await, all[..2]);
    assert_eq!(list(None, None, Some(ids[1]), 100).await, all[2..]);
    assert_eq!(list(Some(red), None, None, 100).await, [ids[0], ids[1], ids[4]]);
    let active = Some(AgentStatus::Active);
    assert_eq!(list(Some(red), active, None, 100).await, [ids[1], ids[4]]);
    assert_eq!(list(None, active, Some(ids[2]), 100).await, [ids[4]]);
    assert_eq!(list(None, Some(AgentStatus::Archived), None, 100).await, [ids[3]]);
    assert_eq!(list(None, None, None, 0).await, []);
}

#[tokio::test]
async fn a_change_replaces_the_spec_and_records_the_fields_that_differ() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let before = agent(&tenant, team, "ada").await;
    let mut next = AgentSpec { name: "Eve".into(), status: AgentStatus::Active, ..spec("ada") };
    next.personality.tone = Tone::Direct;
    next.config = Map::from_iter([("token".into(), json!("s3cret")), ("n".into(), json!(1e16))]);
    let after = agents.update(before.id, next.clone(), &ann()).await.unwrap();
    assert_eq!((after.id, after.team_id, after.created_at), (before.id, team, before.created_at));
    assert!(after.updated_at > before.updated_at);
    assert_eq!((after.spec.name.as_str(), after.spec.personality.tone), ("Eve", Tone::Direct));
    assert_eq!(agents.get(before.id).await.unwrap().as_ref(), Some(&after));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("agent.updated"));
    let details = json!({
        "changed": ["config", "name", "personality", "status"], "name": "Eve", "status": "active"
    });
    assert_eq!(entry.details, Some(details));
    assert!(!entry.record.contains("s3cret"));

    // The same once more, as it was written and as it came back.
    for same in [next, after.spec.clone()] {
        assert_eq!(agents.update(before.id, same, &ann()).await.unwrap(), after);
    }
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    let renamed = AgentSpec { slug: "eve".parse().unwrap(), ..after.spec };
    agents.update(before.id, renamed, &ann()).await.unwrap();
    let details = json!({ "changed": ["slug"], "slug": "eve" });
    assert_eq!(newest(&tenant).await.details, Some(details));
}

#[tokio::test]
async fn every_status_may_follow_every_other_and_the_same_is_no_change() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    for &from in AgentStatus::ALL {
        for &to in AgentStatus::ALL {
            let spec = AgentSpec { status: from, ..spec(&format!("{from}-{to}")) };
            let before = agents.create(team, spec, &ann()).await.unwrap();
            let created = newest(&tenant).await.seq;
            let after = agents.set_status(before.id, to, &ann()).await.unwrap();
            assert_eq!(after.spec.status, to);
            assert_eq!(agents.get(before.id).await.unwrap(), Some(after.clone()));
            let entry = newest(&tenant).await;
            if from == to {
                assert_eq!((after, entry.seq), (before, created));
                continue;
            }
            assert_eq!(entry.action.as_deref(), Some("agent.status_changed"));
            assert_eq!(entry.details, Some(json!({ "from": from.as_str(), "to": to.as_str() })));
        }
    }
}

#[tokio::test]
async fn changes_at_the_same_time_follow_each_other_and_each_entry_says_what_it_changed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let team = team(&tenant, "red").await;
    let id = agent(&tenant, team, "ada").await.id;
    let writers = (0..16).map(|number| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            let next = AgentSpec { name: format!("Ada {number}"), ..spec("ada") };
            tenant.agents().update(id, next, &ann()).await.unwrap()
        })
    });
    let written: Vec<_> = futures::future::join_all(writers).await;
    let mut names: Vec<_> = written.into_iter().map(|agent| agent.unwrap().spec.name).collect();
    names.sort();
    let filter = AuditFilter { action: Some("agent.updated".into()), ..AuditFilter::default() };
    let entries = tenant.audit().list(&filter, 100).await.unwrap();
    let name_of = |details: &serde_json::Value| details["name"].as_str().unwrap().to_owned();
    let mut recorded: Vec<_> =
        entries.iter().map(|entry| name_of(entry.details.as_ref().unwrap())).collect();
    // The last one that was recorded is the one that stands.
    let last = tenant.agents().get(id).await.unwrap().unwrap().spec.name;
    assert_eq!(recorded[0], last);
    recorded.sort();
    assert_eq!(recorded, names);
    let report = world.store.admin().verify_audit(&VerifyOptions::default(), &|_| ()).await;
    assert_eq!(report.unwrap().status, Verdict::Success);
}

/// Waits until a statement stands behind a lock of somebody else's transaction.
async fn somebody_waits(watcher: &Client) {
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)";
    let started = Instant::now();
    while !watcher.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody waits");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_change_is_compared_with_what_somebody_else_made_of_the_agent_meanwhile() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let team = team(&tenant, "red").await;
    let id = agent(&tenant, team, "ada").await.id;
    let before = newest(&tenant).await.seq;
    let (other, watcher) = (world.superuser().await, world.superuser().await);
    let meanwhile = async |change| {
        other
            .batch_execute("BEGIN; UPDATE agents SET name = 'Eve', status = 'active'")
            .await
            .unwrap();
        let change = tokio::spawn(change);
        somebody_waits(&watcher).await;
        other.batch_execute("COMMIT").await.unwrap();
        change.await.unwrap()
    };
    let agents = tenant.agents();
    let activate: BoxFuture<'static, AgentDna> =
        Box::pin(async move { agents.set_status(id, AgentStatus::Active, &ann()).await.unwrap() });
    assert_eq!(meanwhile(activate).await.spec.name, "Eve");
    assert_eq!(newest(&tenant).await.seq, before);

    let agents = tenant.agents();
    agents.update(id, spec("ada"), &ann()).await.unwrap();
    let next = AgentSpec { name: "Eve".into(), tagline: "Knows".into(), ..spec("ada") };
    let next = AgentSpec { status: AgentStatus::Active, ..next };
    let change: BoxFuture<'static, AgentDna> =
        Box::pin(async move { agents.update(id, next, &ann()).await.unwrap() });
    assert_eq!(meanwhile(change).await.spec.tagline, "Knows");
    assert_eq!(newest(&tenant).await.details, Some(json!({ "changed": ["tagline"] })));
}

/// Everything that can be tried on an agent that is not one's own.
async fn expect_missing(tenant: &Tenant, team: TeamId, id: AgentId) {
    let agents = tenant.agents();
    let before = newest(tenant).await.seq;
    assert_eq!(agents.get(id).await.unwrap(), None);
    assert_eq!(agents.find(team, "ada").await.unwrap(), None);
    assert_eq!(agents.find(team, &id.to_string()).await.unwrap(), None);
    for error in [
        agents.update(id, spec("ours"), &ann()).await.unwrap_err(),
        agents.set_status(id, AgentStatus::Paused, &ann()).await.unwrap_err(),
        agents.delete(id, &ann()).await.unwrap_err(),
        agents.effective_skills(id).await.unwrap_err(),
    ] {
        assert!(is_missing(&error, &format!("agent {id}")), "{error:?}");
    }
    let error = agents.create(team, spec("new"), &ann()).await.unwrap_err();
    assert!(is_missing(&error, "the team"), "{error:?}");
    assert_eq!(newest(tenant).await.seq, before);
}

#[tokio::test]
async fn what_is_not_there_or_is_another_tenants_is_not_found() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let team = team(&own, "red").await;
    let ada = agent(&own, team, "ada").await;
    expect_missing(&other, team, ada.id).await;
    expect_missing(&other, NOBODY.parse().unwrap(), NOBODY.parse().unwrap()).await;
    assert_eq!(other.agents().list(AgentFilter::default(), None, 10).await.unwrap(), []);
    let filter = AgentFilter { team: Some(team), status: None };
    assert_eq!(other.agents().list(filter, None, 10).await.unwrap(), []);
    assert_eq!(own.agents().get(ada.id).await.unwrap(), Some(ada));
}

#[tokio::test]
async fn skills_are_those_of_the_team_then_its_own_without_the_disabled_ones() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let spec = AgentSpec {
        shared_skill_names: names(&["mail", "code"]),
        custom_skill_names: names(&["poems", "mail", "math"]),
        disabled_skill_names: names(&["code", "search"]),
        ..spec("ada")
    };
    let ada = agents.create(team, spec, &ann()).await.unwrap();
    assert_eq!(agents.effective_skills(ada.id).await.unwrap(), ["mail", "poems", "math"]);
    // What the team shares later counts at once.
    let change = TeamChange {
        shared_skill_names: Some(names(&["search", "math", "maps"])),
        ..TeamChange::default()
    };
    tenant.teams().update(team, change, &ann()).await.unwrap();
    let skills = agents.effective_skills(ada.id).await.unwrap();
    assert_eq!(skills, ["math", "maps", "mail", "poems"]);
}
