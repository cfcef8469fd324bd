//! What a team cannot hold.

use agentflow::{
    Error, Tenant,
    identity::{NewTeam, Team, TeamChange},
};
use proptest::prelude::*;

use super::{actions, ann, person, team};
use crate::support::World;

#[tokio::test]
async fn what_cannot_be_stored_is_refused_by_field_when_creating_and_when_changing() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (teams, owner) = (tenant.teams(), person(&tenant, "ann").await);
    let there = team(&tenant, "There", owner).await;
    let before = actions(&tenant).await;
    let url =
        |url: &str| NewTeam { webhook_url: Some(url.to_owned()), ..NewTeam::named("A b", owner) };
    let skills = |names: &[&str]| NewTeam {
        shared_skill_names: names.iter().map(|name| (*name).to_owned()).collect(),
        ..NewTeam::named("A b", owner)
    };
    let days = |days| NewTeam { conversation_retention_days: days, ..NewTeam::named("A b", owner) };
    for (new, field) in [
        (NewTeam::named(" ", owner), "name"),
        (NewTeam::named("x".repeat(256), owner), "name"),
        (NewTeam::named("nul\0", owner), "name"),
        (url("example.com"), "webhook_url"),
        (url("https://example.com/a b"), "webhook_url"),
        (skills(&[""]), "shared_skill_names[0]"),
        (skills(&["a", "\t"]), "shared_skill_names[1]"),
        (skills(&["a", &"ä".repeat(101)]), "shared_skill_names[1]"),
        (skills(&["a", "b\0"]), "shared_skill_names[1]"),
        (skills(&["a", "b", "a"]), "shared_skill_names[2]"),
        (days(0), "conversation_retention_days"),
        (days(-1), "conversation_retention_days"),
    ] {
        let change = TeamChange {
            name: Some(new.name.clone()),
            webhook_url: Some(new.webhook_url.clone()),
            shared_skill_names: Some(new.shared_skill_names.clone()),
            conversation_retention_days: Some(new.conversation_retention_days),
            ..TeamChange::default()
        };
        let created = teams.create(new, &ann()).await.unwrap_err();
        let changed = teams.update(there.id, change, &ann()).await.unwrap_err();
        for error in [created, changed] {
            assert!(
                matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
                "{field}: {error:?}"
            );
        }
    }
    let nameless = teams.create(NewTeam::named("夜", owner), &ann()).await.unwrap_err();
    assert!(matches!(&nameless, Error::InvalidInput { input, .. } if input.field == "slug"));
    let taken = teams.create(NewTeam::named("THERE", owner), &ann()).await.unwrap_err();
    assert!(matches!(&taken, Error::AlreadyExists { what, .. } if what == "slug"), "{taken:?}");
    assert_eq!(actions(&tenant).await, before);
    assert_eq!(teams.list(None, 10).await.unwrap(), [there]);
    let fits = skills(&[&"ä".repeat(100)]);
    teams.create(fits, &ann()).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the library accepts, the database does too.
    #[test]
    fn an_accepted_url_is_one_that_the_database_takes(
        url in "https?://(\\[::1\\]|[a-z0-9._ -]{0,12})(:[0-9]{0,6})?([/?#][ -~\\t\u{a0}é]{0,20})?"
    ) {
        static RUNTIME: std::sync::LazyLock<(tokio::runtime::Runtime, World, Tenant, Team)> =
            std::sync::LazyLock::new(|| {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                let (world, tenant, team) = runtime.block_on(async {
                    let world = World::new().await;
                    let tenant = world.tenant("Acme").await;
                    let owner = person(&tenant, "ann").await;
                    let team = team(&tenant, "Team", owner).await;
                    (world, tenant, team)
                });
                (runtime, world, tenant, team)
            });
        let (runtime, _, tenant, team) = &*RUNTIME;
        let change = TeamChange { webhook_url: Some(Some(url.clone())), ..TeamChange::default() };
        match runtime.block_on(tenant.teams().update(team.id, change, &ann())) {
            Ok(team) => prop_assert_eq!(team.webhook_url, Some(url)),
            Err(Error::InvalidInput { input, .. }) => prop_assert_eq!(input.field, "webhook_url"),
            Err(error) => prop_assert!(false, "{error:?}"),
        }
    }
}
