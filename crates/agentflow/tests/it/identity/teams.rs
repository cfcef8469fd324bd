//! Teams and their members; that one always has an owner is in [`owners`].

mod limits;
mod owners;

use std::time::{Duration, Instant};

use agentflow::{
    Error, PrincipalId, TeamId, TeamRole, Tenant,
    audit::AuditFilter,
    identity::{Membership, NewService, NewTeam, Team, TeamChange},
};
use serde_json::{Map, Value, json};
use tokio_postgres::Client;

use super::{ann, newest, user};
use crate::support::World;

async fn person(tenant: &Tenant, name: &str) -> PrincipalId {
    user(tenant, &format!("{name}@example.com")).await.id
}

async fn team(tenant: &Tenant, name: &str, owner: PrincipalId) -> Team {
    tenant.teams().create(NewTeam::named(name, owner), &ann()).await.unwrap()
}

/// Who is in a team, and as what.
async fn roles(tenant: &Tenant, team: TeamId) -> Vec<(PrincipalId, TeamRole)> {
    let members = tenant.teams().members(team).await.unwrap();
    members.iter().map(|member| (member.user_id, member.role)).collect()
}

async fn actions(tenant: &Tenant) -> Vec<String> {
    let entries = tenant.audit().list(&AuditFilter::default(), 1000).await.unwrap();
    entries.into_iter().rev().filter_map(|entry| entry.action).collect()
}

#[tokio::test]
async fn a_team_is_created_with_its_owner_found_and_listed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (teams, owner) = (tenant.teams(), person(&tenant, "ann").await);
    let new = NewTeam {
        settings: Map::from_iter([("tone".to_owned(), json!("dry"))]),
        shared_skill_names: vec!["search".into(), "Écrire".into()],
        webhook_url: Some("https://example.com/hook".into()),
        ..NewTeam::named("Night Shift", owner)
    };
    let created = teams.create(new, &ann()).await.unwrap();
    assert_eq!((created.name.as_str(), created.slug.as_str()), ("Night Shift", "night-shift"));
    assert_eq!((created.owner_id, created.conversation_retention_days), (owner, 90));
    assert_eq!(created.settings, json!({ "tone": "dry" }));
    assert_eq!(created.shared_skill_names, ["search", "Écrire"]);
    assert_eq!(created.webhook_url.as_deref(), Some("https://example.com/hook"));
    assert_eq!(roles(&tenant, created.id).await, [(owner, TeamRole::Owner)]);

    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.created"));
    assert_eq!(entry.resource_id, Some(created.id.to_string()));
    let details =
        json!({ "name": "Night Shift", "slug": "night-shift", "owner_id": owner.to_string() });
    assert_eq!(entry.details, Some(details));

    let id = created.id.to_string();
    for found in [
        teams.get(created.id).await.unwrap(),
        teams.find("night-shift").await.unwrap(),
        teams.find(&id).await.unwrap(),
    ] {
        assert_eq!(found.as_ref(), Some(&created));
    }
    for nonsense in ["", "nobody", "Night Shift", "nul\0", "01890a5d-ac96-774b-bcce-b302099a8057"] {
        assert_eq!(teams.find(nonsense).await.unwrap(), None, "{nonsense:?}");
    }
    let second = team(&tenant, "Day Shift", owner).await;
    assert_eq!(teams.list(None, 1).await.unwrap(), std::slice::from_ref(&created));
    assert_eq!(teams.list(Some(created.id), 10).await.unwrap(), [second]);
    let shown = serde_json::to_value(&created).unwrap();
    assert_eq!((&shown["id"], &shown["owner_id"]), (&json!(id), &json!(owner.to_string())));
}

#[tokio::test]
async fn a_team_whose_slug_looks_like_an_id_is_found_by_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let owner = person(&tenant, "ann").await;
    let slug = "01890a5d-ac96-774b-bcce-b302099a8057";
    let new = NewTeam { slug: Some(slug.parse().unwrap()), ..NewTeam::named("Odd", owner) };
    let odd = tenant.teams().create(new, &ann()).await.unwrap();
    assert_eq!(tenant.teams().find(slug).await.unwrap(), Some(odd));
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_records_the_fields_that_differ() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (teams, owner) = (tenant.teams(), person(&tenant, "ann").await);
    let before = team(&tenant, "Night Shift", owner).await;
    let change = TeamChange {
        name: Some("Late Shift".into()),
        slug: Some("night-shift".parse().unwrap()),
        settings: Some(Map::from_iter([("token".to_owned(), json!("s3cret"))])),
        webhook_url: Some(Some("https://example.com/s3cret".into())),
        conversation_retention_days: Some(30),
        ..TeamChange::default()
    };
    let after = teams.update(before.id, change.clone(), &ann()).await.unwrap();
    let expected = Team {
        name: "Late Shift".into(),
        settings: json!({ "token": "s3cret" }),
        webhook_url: Some("https://example.com/s3cret".into()),
        conversation_retention_days: 30,
        updated_at: after.updated_at,
        ..before.clone()
    };
    assert_eq!(after, expected);
    assert!(after.updated_at > before.updated_at);
    assert_eq!(teams.get(before.id).await.unwrap().as_ref(), Some(&after));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.updated"));
    let details = json!({
        "changed": ["name", "settings", "webhook_url", "conversation_retention_days"],
        "name": "Late Shift", "conversation_retention_days": 30
    });
    assert_eq!(entry.details, Some(details));
    assert!(!entry.record.contains("s3cret"));

    // The same again, and nothing at all, change nothing.
    for same in [change, TeamChange::default()] {
        assert_eq!(teams.update(before.id, same, &ann()).await.unwrap(), after);
    }
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    let rest = TeamChange {
        slug: Some("late".parse().unwrap()),
        shared_skill_names: Some(vec!["b".into(), "a".into()]),
        webhook_url: Some(None),
        ..TeamChange::default()
    };
    let last = teams.update(before.id, rest, &ann()).await.unwrap();
    assert_eq!((last.slug.as_str(), last.webhook_url), ("late", None));
    let details = json!({
        "changed": ["slug", "shared_skill_names", "webhook_url"],
        "slug": "late", "shared_skill_names": ["b", "a"]
    });
    assert_eq!(newest(&tenant).await.details, Some(details));
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
async fn changes_of_different_fields_at_the_same_time_are_both_kept() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let owner = person(&tenant, "ann").await;
    let id = team(&tenant, "Before", owner).await.id;
    let (other, watcher) = (world.superuser().await, world.superuser().await);
    other.batch_execute("BEGIN; UPDATE teams SET conversation_retention_days = 7").await.unwrap();
    let rename = tokio::spawn({
        let tenant = tenant.clone();
        let change = TeamChange { name: Some("After".into()), ..TeamChange::default() };
        async move { tenant.teams().update(id, change, &ann()).await.unwrap() }
    });
    somebody_waits(&watcher).await;
    other.batch_execute("COMMIT").await.unwrap();
    let team = rename.await.unwrap();
    assert_eq!((team.name.as_str(), team.conversation_retention_days), ("After", 7));
}

#[tokio::test]
async fn members_come_change_and_go_and_each_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let teams = tenant.teams();
    let (a, b) = (person(&tenant, "a").await, person(&tenant, "b").await);
    let id = team(&tenant, "Team", a).await.id;
    let added = teams.add_member(id, b, TeamRole::Viewer, &ann()).await.unwrap();
    assert_eq!((added.team_id, added.user_id, added.role), (id, b, TeamRole::Viewer));
    assert_eq!(teams.member(id, b).await.unwrap().as_ref(), Some(&added));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.member_added"));
    assert_eq!(entry.resource_id, Some(id.to_string()));
    assert_eq!(entry.details, Some(json!({ "user_id": b.to_string(), "role": "viewer" })));
    let again = teams.add_member(id, b, TeamRole::Admin, &ann()).await.unwrap_err();
    assert!(
        matches!(&again, Error::AlreadyExists { what, .. } if what == "team and user"),
        "{again:?}"
    );

    let changed = teams.set_role(id, b, TeamRole::Admin, &ann()).await.unwrap();
    assert_eq!(
        changed,
        Membership { role: TeamRole::Admin, updated_at: changed.updated_at, ..added }
    );
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.member_role_changed"));
    let details = json!({ "user_id": b.to_string(), "from": "viewer", "to": "admin" });
    assert_eq!(entry.details, Some(details));
    assert_eq!(teams.set_role(id, b, TeamRole::Admin, &ann()).await.unwrap(), changed);
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    assert_eq!(roles(&tenant, id).await, [(a, TeamRole::Owner), (b, TeamRole::Admin)]);

    let second = team(&tenant, "Second", b).await.id;
    let of_b = teams.memberships_of(b).await.unwrap();
    assert_eq!(of_b.iter().map(|it| it.team_id).collect::<Vec<_>>(), [id, second]);

    teams.remove_member(id, b, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.member_removed"));
    assert_eq!(entry.details, Some(json!({ "user_id": b.to_string() })));
    assert_eq!(teams.member(id, b).await.unwrap(), None);
    for error in [
        teams.remove_member(id, b, &ann()).await.unwrap_err(),
        teams.set_role(id, b, TeamRole::Viewer, &ann()).await.unwrap_err(),
    ] {
        assert!(
            matches!(&error, Error::NotFound { what, .. } if what.starts_with("member")),
            "{error:?}"
        );
    }
    assert_eq!(newest(&tenant).await.seq, entry.seq);

    teams.delete(id, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("team.deleted"));
    assert_eq!(entry.details, Some(json!({ "name": "Team", "slug": "team" })));
    assert_eq!(teams.get(id).await.unwrap(), None);
    assert_eq!(teams.members(id).await.unwrap(), []);
    assert_eq!(teams.memberships_of(a).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_not_there_or_is_another_tenants_is_not_found() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let (ours, theirs) = (person(&own, "a").await, person(&other, "a").await);
    let id = team(&own, "Team", ours).await.id;
    let robot = own.services().create(NewService::named("robot"), &ann()).await.unwrap().id;
    let (before, before_theirs) = (actions(&own).await, actions(&other).await);

    let teams = other.teams();
    assert_eq!(teams.get(id).await.unwrap(), None);
    assert_eq!(teams.find("team").await.unwrap(), None);
    assert_eq!(teams.list(None, 10).await.unwrap(), []);
    assert_eq!(teams.members(id).await.unwrap(), []);
    assert_eq!(teams.member(id, ours).await.unwrap(), None);
    assert_eq!(teams.memberships_of(ours).await.unwrap(), []);
    let change = TeamChange { name: Some("Ours now".into()), ..TeamChange::default() };
    let expected = format!("team {id}");
    for error in [
        teams.update(id, change, &ann()).await.unwrap_err(),
        teams.transfer(id, theirs, &ann()).await.unwrap_err(),
        teams.delete(id, &ann()).await.unwrap_err(),
        teams.add_member(id, theirs, TeamRole::Owner, &ann()).await.unwrap_err(),
        teams.set_role(id, ours, TeamRole::Viewer, &ann()).await.unwrap_err(),
        teams.remove_member(id, ours, &ann()).await.unwrap_err(),
    ] {
        assert!(matches!(&error, Error::NotFound { what, .. } if *what == expected), "{error:?}");
    }
    // People of another tenant, and services, cannot be in a team.
    for stranger in [theirs, robot] {
        let teams = own.teams();
        for (error, expected) in [
            (teams.create(NewTeam::named("New", stranger), &ann()).await.unwrap_err(), "the owner"),
            (teams.transfer(id, stranger, &ann()).await.unwrap_err(), "the owner"),
            (
                teams.add_member(id, stranger, TeamRole::Member, &ann()).await.unwrap_err(),
                "the user",
            ),
        ] {
            assert!(
                matches!(&error, Error::NotFound { what, .. } if what == expected),
                "{error:?}"
            );
        }
    }
    assert_eq!(roles(&own, id).await, [(ours, TeamRole::Owner)]);
    assert_eq!((actions(&own).await, actions(&other).await), (before, before_theirs));
}

#[tokio::test]
async fn a_transfer_makes_somebody_else_accountable_and_the_one_before_stays_an_owner() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let teams = tenant.teams();
    let (a, b, c) =
        (person(&tenant, "a").await, person(&tenant, "b").await, person(&tenant, "c").await);
    let id = team(&tenant, "Team", a).await.id;
    teams.add_member(id, b, TeamRole::Viewer, &ann()).await.unwrap();
    // A member, and somebody who was none.
    for (from, to) in [(a, b), (b, c)] {
        assert_eq!(teams.transfer(id, to, &ann()).await.unwrap().owner_id, to);
        let entry = newest(&tenant).await;
        assert_eq!(entry.action.as_deref(), Some("team.transferred"));
        let details = json!({ "from": from.to_string(), "to": to.to_string() });
        assert_eq!(entry.details, Some(details));
    }
    let owners = [(a, TeamRole::Owner), (b, TeamRole::Owner), (c, TeamRole::Owner)];
    assert_eq!(roles(&tenant, id).await, owners);
    let last = newest(&tenant).await.seq;
    assert_eq!(teams.transfer(id, c, &ann()).await.unwrap().owner_id, c);
    assert_eq!(newest(&tenant).await.seq, last);
}

#[test]
fn a_membership_is_shown_with_words() {
    let text = r#"{"team_id":"01890a5d-ac96-774b-bcce-b302099a8057","user_id":"01890a5d-ac96-774b-bcce-b302099a8058",
        "role":"viewer","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}"#;
    let shown: Value = serde_json::from_str(text).unwrap();
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let membership = Membership {
        team_id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        user_id: "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
        role: TeamRole::Viewer,
        created_at: at,
        updated_at: at,
    };
    assert_eq!(serde_json::to_value(membership).unwrap(), shown);
}
