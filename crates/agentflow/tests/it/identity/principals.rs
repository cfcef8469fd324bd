use agentflow::{
    Error, PrincipalId, PrincipalKind,
    audit::Actor,
    identity::{NewService, NewUser, OidcSubject},
};
use serde_json::json;

use super::{ann, email, entries, newest, open_session, user};
use crate::support::World;

fn oidc(issuer: &str, subject: &str) -> OidcSubject {
    OidcSubject { issuer: issuer.to_owned(), subject: subject.to_owned() }
}

fn nobody() -> PrincipalId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

#[tokio::test]
async fn everybody_is_found_by_what_names_them() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let principals = tenant.principals();
    let person = user(&tenant, "Ann.Lee@Example.com").await;
    let service = tenant.services().create(NewService::named("deploy-bot"), &ann()).await.unwrap();

    let found = principals.find("ann.lee@EXAMPLE.com").await.unwrap().unwrap();
    assert_eq!((found.id, found.kind), (person.id, PrincipalKind::Human));
    assert_eq!((found.display_name.as_str(), found.service_name), ("Somebody", None));
    assert_eq!(principals.find("deploy-bot").await.unwrap().as_ref(), Some(&service));
    for id in [person.id, service.id] {
        let by_id = principals.find(&id.to_string()).await.unwrap();
        assert_eq!(by_id, principals.get(id).await.unwrap());
        assert_eq!(by_id.unwrap().id, id);
    }
    for nonsense in [
        "",
        "@",
        "nobody",
        "DEPLOY-BOT",
        "Some Body",
        "a\0b",
        "a\0@b.c",
        "ä",
        &nobody().to_string(),
    ] {
        assert_eq!(principals.find(nonsense).await.unwrap(), None, "{nonsense:?}");
    }
    assert_eq!(principals.get(nobody()).await.unwrap(), None);
}

#[tokio::test]
async fn people_and_services_are_listed_by_page_and_kind() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let mut all = Vec::new();
    for number in 0..3 {
        all.push(user(&tenant, &format!("u{number}@example.com")).await.id);
        let new = NewService::named(format!("s{number}"));
        all.push(tenant.services().create(new, &ann()).await.unwrap().id);
    }
    all.sort();
    let principals = tenant.principals();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = principals.list(None, after, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|principal| principal.id));
    }
    assert_eq!(seen, all);

    let services = principals.list(Some(PrincipalKind::Service), None, 10).await.unwrap();
    assert_eq!(services, tenant.services().list(None, 10).await.unwrap());
    assert!(services.iter().all(|service| service.kind == PrincipalKind::Service));
    assert_eq!(services.len(), 3);
    let people = principals.list(Some(PrincipalKind::Human), None, 10).await.unwrap();
    assert!(people.iter().all(|person| person.service_name.is_none()) && people.len() == 3);
    assert_eq!(tenant.services().list(Some(services[1].id), 10).await.unwrap(), services[2..]);
}

#[tokio::test]
async fn a_subject_means_somebody_within_its_issuer_and_tenant_only() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let ours = oidc("https://id.example", "42");
    let new = || NewUser::new(email("ann@example.com"), "Ann").with_oidc(ours.clone());
    let person = own.users().create(new(), &ann()).await.unwrap();
    let theirs = other.users().create(new(), &ann()).await.unwrap();
    assert_eq!(person.oidc.as_ref(), Some(&ours));

    let found = own.principals().find_by_oidc(&ours).await.unwrap().unwrap();
    assert_eq!((found.id, found.oidc.as_ref()), (person.id, Some(&ours)));
    assert_eq!(other.principals().find_by_oidc(&ours).await.unwrap().unwrap().id, theirs.id);
    for nobody in [
        oidc("https://other.example", "42"),
        oidc("https://id.example", "43"),
        oidc("https://id.example", ""),
        oidc("https://id.example", "4\0"),
        oidc("https://id.example", &"4".repeat(256)),
    ] {
        assert_eq!(own.principals().find_by_oidc(&nobody).await.unwrap(), None, "{nobody:?}");
    }

    let elsewhere = oidc("https://other.example", "42");
    let service = own.services().create(NewService::named("bot"), &ann()).await.unwrap();
    let linked = own.principals().link_oidc(service.id, Some(&elsewhere), &ann()).await.unwrap();
    assert_eq!(linked.oidc.as_ref(), Some(&elsewhere));
    assert_eq!(own.principals().find_by_oidc(&elsewhere).await.unwrap(), Some(linked));
    let taken = own.principals().link_oidc(service.id, Some(&ours), &ann()).await.unwrap_err();
    assert!(
        matches!(&taken, Error::AlreadyExists { what, .. } if what == "OpenID subject"),
        "{taken:?}"
    );
}

#[tokio::test]
async fn a_link_is_recorded_when_it_changes_and_can_be_taken_away() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user(&tenant, "ann@example.com").await;
    let subject = oidc("https://id.example", "42");
    let principals = tenant.principals();
    for _ in 0..2 {
        principals.link_oidc(person.id, Some(&subject), &ann()).await.unwrap();
    }
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("principal.oidc_linked"));
    assert_eq!(entry.details, Some(json!({ "issuer": "https://id.example", "subject": "42" })));
    assert_eq!(
        (entry.resource_type.as_deref(), entry.resource_id),
        (Some("user"), Some(person.id.to_string()))
    );
    for _ in 0..2 {
        let unlinked = principals.link_oidc(person.id, None, &ann()).await.unwrap();
        assert_eq!(unlinked.oidc, None);
    }
    let actions: Vec<_> = entries(&tenant).await.into_iter().filter_map(|e| e.action).collect();
    assert_eq!(
        actions,
        ["principal.oidc_unlinked", "principal.oidc_linked", "user.created", "tenant.created"]
    );
}

#[tokio::test]
async fn what_cannot_be_a_subject_is_refused_and_what_can_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user(&tenant, "ann@example.com").await;
    let principals = tenant.principals();
    let longest = oidc(&"i".repeat(2048), &"s".repeat(255));
    let linked = principals.link_oidc(person.id, Some(&longest), &ann()).await.unwrap();
    assert_eq!(linked.oidc, Some(longest));
    for (field, wrong) in [
        ("oidc_issuer", oidc("", "42")),
        ("oidc_issuer", oidc(&"i".repeat(2049), "42")),
        ("oidc_sub", oidc("https://id.example", "")),
        ("oidc_sub", oidc("https://id.example", &"s".repeat(256))),
        ("oidc_sub", oidc("https://id.example", "\0")),
    ] {
        let linked = principals.link_oidc(person.id, Some(&wrong), &ann()).await.unwrap_err();
        let new = NewUser::new(email("bob@example.com"), "Bob").with_oidc(wrong);
        let created = tenant.users().create(new, &ann()).await.unwrap_err();
        for error in [linked, created] {
            assert!(
                matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn deactivating_ends_sessions_and_twice_changes_nothing() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (person, other) =
        (user(&tenant, "a@example.com").await, user(&tenant, "b@example.com").await);
    let mut sessions = Vec::new();
    for principal in [person.id, person.id, other.id] {
        sessions.push(open_session(&tenant, principal).await);
    }
    let principals = tenant.principals();
    let deactivated = principals.deactivate(person.id, &ann()).await.unwrap();
    assert!(!deactivated.is_active && deactivated.updated_at > person.updated_at);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.deactivated"));
    assert_eq!(entry.details, Some(json!({ "sessions_revoked": 2 })));
    let mut revoked = Vec::new();
    for session in &sessions {
        let session = tenant.sessions().get(*session).await.unwrap().unwrap();
        revoked.push(session.revoked_at.is_some());
    }
    assert_eq!(revoked, [true, true, false]);

    assert_eq!(principals.deactivate(person.id, &ann()).await.unwrap(), deactivated);
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    let active = principals.activate(person.id, &ann()).await.unwrap();
    assert!(active.is_active);
    assert_eq!(principals.activate(person.id, &ann()).await.unwrap(), active);
    let last = newest(&tenant).await;
    assert_eq!((last.seq, last.action.as_deref()), (entry.seq + 1, Some("user.activated")));
    assert!(tenant.sessions().get(sessions[0]).await.unwrap().unwrap().revoked_at.is_some());
}

#[tokio::test]
async fn a_new_name_is_checked_and_recorded_with_the_old_one() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user(&tenant, "a@example.com").await;
    let principals = tenant.principals();
    let renamed = principals.rename(person.id, "Ann Lee", &person.actor()).await.unwrap();
    assert_eq!(renamed.display_name, "Ann Lee");
    assert!(renamed.updated_at > person.updated_at && renamed.created_at == person.created_at);
    let after = tenant.users().get(person.id).await.unwrap().unwrap();
    assert_eq!((after.display_name.as_str(), after.updated_at), ("Ann Lee", renamed.updated_at));
    assert_eq!(principals.rename(person.id, "Ann Lee", &ann()).await.unwrap(), renamed);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.renamed"));
    assert_eq!(entry.details, Some(json!({ "from": "Somebody", "to": "Ann Lee" })));
    assert_eq!(
        (entry.actor_type.as_deref(), entry.actor_id),
        (Some("user"), Some(person.id.to_string()))
    );
    for name in ["", "  ", "a\0", &"x".repeat(256)] {
        let error = principals.rename(person.id, name, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "display_name"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn whoever_is_not_there_or_of_another_tenant_cannot_be_changed() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let theirs = user(&other, "ann@example.com").await;
    let before = entries(&own).await;
    for id in [nobody(), theirs.id] {
        let principals = own.principals();
        let by = Actor::system();
        for error in [
            principals.activate(id, &by).await.unwrap_err(),
            principals.deactivate(id, &by).await.unwrap_err(),
            principals.rename(id, "New", &by).await.unwrap_err(),
            principals.link_oidc(id, None, &by).await.unwrap_err(),
        ] {
            let expected = format!("principal {id}");
            assert!(
                matches!(&error, Error::NotFound { what, .. } if *what == expected),
                "{error:?}"
            );
        }
        assert_eq!(own.principals().get(id).await.unwrap(), None);
        assert_eq!(own.users().get(id).await.unwrap(), None);
    }
    assert_eq!(entries(&own).await, before);
    assert_eq!(other.users().get(theirs.id).await.unwrap(), Some(theirs));
}
