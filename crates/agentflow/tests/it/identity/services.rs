use agentflow::{Error, PrincipalId, audit::Actor, identity::NewService};
use serde_json::{Map, json};

use super::{ann, newest, open_session, user};
use crate::support::World;

#[tokio::test]
async fn a_service_is_created_found_and_deleted_with_its_sessions() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let services = tenant.services();
    let new = NewService {
        display_name: Some("Deployer".into()),
        metadata: Map::from_iter([("team".to_owned(), json!("infra"))]),
        ..NewService::named("deploy-bot")
    };
    let service = services.create(new, &ann()).await.unwrap();
    assert_eq!(service.service_name.as_deref(), Some("deploy-bot"));
    assert_eq!((service.display_name.as_str(), service.is_active), ("Deployer", true));
    assert_eq!(service.metadata, json!({ "team": "infra" }));
    assert_eq!(service.actor(), Actor::service(service.id.to_string()));
    assert_eq!(services.find("deploy-bot").await.unwrap().as_ref(), Some(&service));
    assert_eq!(services.find("deploy_bot").await.unwrap(), None);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("service.created"));
    assert_eq!(entry.details, Some(json!({ "name": "deploy-bot", "display_name": "Deployer" })));

    let plain = services.create(NewService::named("plain"), &ann()).await.unwrap();
    assert_eq!(plain.display_name, "plain");
    let session = open_session(&tenant, service.id).await;
    services.delete(service.id, &ann()).await.unwrap();
    assert_eq!(services.find("deploy-bot").await.unwrap(), None);
    assert_eq!(tenant.sessions().get(session).await.unwrap(), None);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("service.deleted"));
    assert_eq!(entry.resource_id, Some(service.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "deploy-bot" })));
    let again = services.delete(service.id, &ann()).await.unwrap_err();
    assert!(matches!(again, Error::NotFound { .. }), "{again:?}");
}

#[tokio::test]
async fn a_service_is_no_user_and_a_user_no_service() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user(&tenant, "ann@example.com").await;
    let service = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap();
    let last = newest(&tenant).await.seq;
    let error = tenant.services().delete(person.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let error = tenant.users().delete(service.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(tenant.users().get(service.id).await.unwrap(), None);
    assert_eq!(tenant.principals().list(None, None, 10).await.unwrap().len(), 2);
    assert_eq!(newest(&tenant).await.seq, last);
}

#[tokio::test]
async fn a_name_is_unique_within_the_tenant() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let ours = own.services().create(NewService::named("bot"), &ann()).await.unwrap();
    let theirs = other.services().create(NewService::named("bot"), &ann()).await.unwrap();
    assert_ne!(ours.id, theirs.id);
    assert_eq!(own.services().list(None, 10).await.unwrap(), [ours]);
    let last = newest(&own).await.seq;
    let error = own.services().create(NewService::named("bot"), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "name"), "{error:?}");
    let error = own.services().delete(theirs.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(newest(&own).await.seq, last);
}

#[tokio::test]
async fn the_library_and_the_database_agree_on_names() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let superuser = world.superuser().await;
    let insert = "INSERT INTO principals (tenant_id, type, display_name, service_name) VALUES ($1, 'service', 'x', $2)";
    let long = |length: usize| "a".repeat(length);
    for name in [
        "a",
        "0",
        "a.b_c-d",
        "a-",
        &long(63),
        "",
        ".a",
        "-a",
        "_a",
        "A",
        "aB",
        "a b",
        "ä",
        "a\n",
        "a@b.c",
        &long(64),
    ] {
        let created = tenant.services().create(NewService::named(name), &ann()).await;
        if let Ok(service) = &created {
            tenant.services().delete(service.id, &ann()).await.unwrap();
        }
        let stored = superuser.execute(insert, &[&tenant.id().0, &name]).await;
        assert_eq!(created.is_ok(), stored.is_ok(), "{name:?}");
        if let Err(error) = created {
            assert!(
                matches!(&error, Error::InvalidInput { input, .. } if input.field == "name"),
                "{error:?}"
            );
        }
    }
}

/// Somebody who is named by an id must not be taken for a service that is called like it.
#[tokio::test]
async fn no_service_is_called_like_an_id() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let id: PrincipalId = user(&tenant, "ann@example.com").await.id;
    for name in [id.to_string(), id.0.simple().to_string()] {
        let error = tenant.services().create(NewService::named(&name), &ann()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
        assert_eq!(tenant.principals().find(&name).await.unwrap().unwrap().id, id);
    }
}
