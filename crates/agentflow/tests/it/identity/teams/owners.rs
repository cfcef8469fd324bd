use agentflow::{Error, PrincipalId, TeamId, TeamRole, Tenant};
use serde_json::json;

use super::{actions, ann, newest, person, roles, somebody_waits, team};
use crate::support::World;

#[track_caller]
fn assert_last_owner(error: &Error) {
    assert!(
        matches!(error, Error::Conflict { reason, .. } if reason.contains("last owner")),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_last_owner_cannot_leave_become_less_or_be_deleted() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let teams = tenant.teams();
    let (a, b) = (person(&tenant, "a").await, person(&tenant, "b").await);
    let id = team(&tenant, "Team", a).await.id;
    teams.add_member(id, b, TeamRole::Admin, &ann()).await.unwrap();
    let before = actions(&tenant).await;
    assert_last_owner(&teams.remove_member(id, a, &ann()).await.unwrap_err());
    for less in [TeamRole::Admin, TeamRole::Member, TeamRole::Viewer] {
        assert_last_owner(&teams.set_role(id, a, less, &ann()).await.unwrap_err());
    }
    assert_last_owner(&tenant.users().delete(a, &ann()).await.unwrap_err());
    assert_eq!(actions(&tenant).await, before);
    assert_eq!(roles(&tenant, id).await, [(a, TeamRole::Owner), (b, TeamRole::Admin)]);
    // Without the team, or with another owner, they may go.
    teams.delete(id, &ann()).await.unwrap();
    let id = team(&tenant, "Team", a).await.id;
    teams.transfer(id, b, &ann()).await.unwrap();
    tenant.users().delete(a, &ann()).await.unwrap();
    assert_eq!(roles(&tenant, id).await, [(b, TeamRole::Owner)]);
}

/// How an owner stops to be one.
#[derive(Debug, Clone, Copy)]
enum Exit {
    Leave,
    BecomeLess,
    BeDeleted,
}

const EXITS: [Exit; 3] = [Exit::Leave, Exit::BecomeLess, Exit::BeDeleted];

impl Exit {
    async fn take(self, tenant: &Tenant, team: TeamId, user: PrincipalId) -> Result<(), Error> {
        match self {
            Self::Leave => tenant.teams().remove_member(team, user, &ann()).await,
            Self::BecomeLess => {
                tenant.teams().set_role(team, user, TeamRole::Member, &ann()).await.map(drop)
            }
            Self::BeDeleted => tenant.users().delete(user, &ann()).await,
        }
    }

    /// The same, past the library.
    fn sql(self, team: TeamId, user: PrincipalId) -> String {
        let member = format!("team_id = '{team}' AND user_id = '{user}'");
        match self {
            Self::Leave => format!("DELETE FROM team_memberships WHERE {member}"),
            Self::BecomeLess => {
                format!("UPDATE team_memberships SET role = 'member' WHERE {member}")
            }
            Self::BeDeleted => format!("DELETE FROM principals WHERE id = '{user}'"),
        }
    }
}

#[tokio::test]
async fn when_the_accountable_owner_goes_the_longest_standing_other_one_takes_over() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let teams = tenant.teams();
    for exit in EXITS {
        let name = |name: &str| format!("{name}-{exit:?}");
        let (a, b, c, d) = (
            person(&tenant, &name("a")).await,
            person(&tenant, &name("b")).await,
            person(&tenant, &name("c")).await,
            person(&tenant, &name("d")).await,
        );
        let id = team(&tenant, &name("Team"), a).await.id;
        // The oldest member is none, and the oldest owner became one last.
        teams.add_member(id, d, TeamRole::Admin, &ann()).await.unwrap();
        teams.add_member(id, b, TeamRole::Member, &ann()).await.unwrap();
        teams.add_member(id, c, TeamRole::Owner, &ann()).await.unwrap();
        teams.set_role(id, b, TeamRole::Owner, &ann()).await.unwrap();
        // Others who go change nothing about it.
        exit.take(&tenant, id, d).await.unwrap();
        assert_eq!(teams.get(id).await.unwrap().unwrap().owner_id, a);

        exit.take(&tenant, id, a).await.unwrap();
        assert_eq!(teams.get(id).await.unwrap().unwrap().owner_id, b, "{exit:?}");
        if !matches!(exit, Exit::BeDeleted) {
            let details = newest(&tenant).await.details.unwrap();
            assert_eq!(details["owner_id"], json!(b.to_string()), "{exit:?}");
        }
        // Somebody who is no longer accountable takes nothing along.
        exit.take(&tenant, id, c).await.unwrap();
        assert_eq!(newest(&tenant).await.details.unwrap().get("owner_id"), None);
        assert_eq!(teams.get(id).await.unwrap().unwrap().owner_id, b);
        assert_last_owner(&exit.take(&tenant, id, b).await.unwrap_err());
    }
}

/// One transaction has let its owner go and not ended yet; then another one tries the same.
#[tokio::test]
async fn of_two_owners_who_go_at_once_the_second_waits_and_stays() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let [one, other, watcher] =
        [world.superuser().await, world.superuser().await, world.superuser().await];
    let both = [false, true];
    let cases = EXITS.into_iter().flat_map(|first| EXITS.map(|second| (first, second)));
    let cases = cases.flat_map(|(first, second)| {
        both.into_iter()
            .flat_map(move |swapped| both.map(|library| (first, second, swapped, library)))
    });
    for (number, (first, second, accountable_stays, through_library)) in cases.enumerate() {
        let a = person(&tenant, &format!("a{number}")).await;
        let b = person(&tenant, &format!("b{number}")).await;
        let id = team(&tenant, &format!("Team {number}"), a).await.id;
        tenant.teams().add_member(id, b, TeamRole::Owner, &ann()).await.unwrap();
        let (goes, stays) = if accountable_stays { (b, a) } else { (a, b) };

        one.batch_execute(&format!("BEGIN; {}", first.sql(id, goes))).await.unwrap();
        let late = async {
            if through_library {
                assert_last_owner(&second.take(&tenant, id, stays).await.unwrap_err());
                return;
            }
            let error = other.batch_execute(&second.sql(id, stays)).await.unwrap_err();
            let constraint = error.as_db_error().and_then(|error| error.constraint());
            assert_eq!(constraint, Some("team_memberships_owner_remains"), "{error:?}");
        };
        let end = async {
            somebody_waits(&watcher).await;
            one.batch_execute("COMMIT").await.unwrap();
        };
        futures::join!(late, end);
        let mut owners = roles(&tenant, id).await;
        owners.retain(|(_, role)| *role == TeamRole::Owner);
        assert_eq!(owners, [(stays, TeamRole::Owner)], "{first:?}, {second:?}");
        assert_eq!(tenant.teams().get(id).await.unwrap().unwrap().owner_id, stays);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_who_race_to_leave_leave_exactly_one_behind() {
    const OWNERS: usize = 4;
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let mut people = Vec::new();
    for number in 0..OWNERS {
        people.push(person(&tenant, &format!("p{number}")).await);
    }
    for round in 0..25 {
        let id = team(&tenant, &format!("Team {round}"), people[0]).await.id;
        for person in &people[1..] {
            tenant.teams().add_member(id, *person, TeamRole::Owner, &ann()).await.unwrap();
        }
        let leaving = people.iter().enumerate().map(|(number, person)| {
            let (tenant, person) = (tenant.clone(), *person);
            let exit = EXITS[(round + number) % 2];
            tokio::spawn(async move { exit.take(&tenant, id, person).await })
        });
        let ends: Vec<_> = futures::future::join_all(leaving).await;
        let refused: Vec<_> = ends.into_iter().filter_map(|end| end.unwrap().err()).collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_last_owner(&refused[0]);
        let owners: Vec<_> = roles(&tenant, id)
            .await
            .into_iter()
            .filter_map(|(person, role)| (role == TeamRole::Owner).then_some(person))
            .collect();
        assert_eq!(owners, [tenant.teams().get(id).await.unwrap().unwrap().owner_id]);
    }
}
