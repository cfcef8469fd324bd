//! Whose keys there are, and what is written down of keys of others.

use agentflow::{
    Error,
    identity::{NewKey, NewSession},
};
use jiff::SignedDuration;

use super::{super::user, Clocked, REFUSED, ann, nowhere};

#[tokio::test]
async fn people_have_no_keys() {
    let at = Clocked::new().await;
    let person = user(&at.tenant, "ann@example.com").await;
    let new = NewKey::named("k", person.id);
    let error = at.tenant.keys().create(new, &ann()).await.unwrap_err();
    let is_clear = matches!(&error, Error::InvalidInput { input, .. }
        if input.field == "principal_id" && input.reason.contains("create a service"));
    assert!(is_clear, "{error:?}");
    assert!(at.tenant.keys().list(None, None, 10).await.unwrap().is_empty());
    assert_eq!(at.count("api_key.created").await, 0);
}

#[tokio::test]
async fn the_database_keeps_keys_to_services_and_services_from_becoming_people() {
    let at = Clocked::new().await;
    let service = at.service("worker").await;
    at.tenant.keys().create(NewKey::named("k", service), &ann()).await.unwrap();
    let person = user(&at.tenant, "ann@example.com").await;
    let superuser = at.world.superuser().await;
    let insert = "INSERT INTO api_keys (tenant_id, principal_id, name, key_id, key_hash)
        SELECT tenant_id, id, 'k', 'abcdefghijkl', sha256('') FROM principals WHERE id = $1";
    let give = "UPDATE api_keys SET principal_id = $1";
    let mut refused = Vec::new();
    for sql in [insert, give] {
        refused.push(superuser.execute(sql, &[&person.id.0]).await.unwrap_err());
    }
    let turn = "UPDATE principals SET type = 'human', service_name = NULL WHERE id = $1";
    refused.push(superuser.execute(turn, &[&service.0]).await.unwrap_err());
    let constraints: Vec<_> = refused
        .iter()
        .map(|error| error.as_db_error().and_then(|db| db.constraint()).unwrap_or_default())
        .collect();
    let kept = "api_keys_principal_is_service";
    assert_eq!(constraints, [kept, kept, "principals_type_immutable"]);
}

#[tokio::test]
async fn an_inactive_service_gets_neither_a_key_nor_a_new_one_for_an_old_one() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let old = keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    at.tenant.principals().deactivate(service, &ann()).await.unwrap();
    let created = keys.create(NewKey::named("k", service), &ann()).await.unwrap_err();
    let rotated = keys.rotate(old.row.id, SignedDuration::ZERO, &ann()).await.unwrap_err();
    let opened = at.tenant.sessions().open(NewSession::of(service), &nowhere(), &ann()).await;
    for error in [created, rotated, opened.unwrap_err()] {
        let is_clear = matches!(&error, Error::Conflict { reason, .. } if reason == "the principal is inactive");
        assert!(is_clear, "{error:?}");
    }
}

#[tokio::test]
async fn scopes_count_once_and_there_are_at_most_a_hundred() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let with = |scopes: Vec<String>| {
        let scopes = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        NewKey { scopes: Some(scopes), ..NewKey::named("k", service) }
    };
    let twice = ["run:start", "run:read", "run:start"].map(str::to_owned);
    let issued = keys.create(with(twice.to_vec()), &ann()).await.unwrap();
    let kept: Vec<_> = issued.row.scopes.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["run:start", "run:read"]);
    let many = |count: u8| {
        let letter = |digit: u8| char::from(b'a' + digit);
        (0..count).map(|n| format!("x:{}{}", letter(n / 26), letter(n % 26))).collect()
    };
    let error = keys.create(with(many(101)), &ann()).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "scopes"),
        "{error:?}"
    );
    // The next check is the one for permissions that there are.
    let error = keys.create(with(many(100)), &ann()).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "permission"),
        "{error:?}"
    );
}

#[tokio::test]
async fn nothing_of_the_key_of_another_tenant_is_written_down() {
    let at = Clocked::new().await;
    let service = at.service("worker").await;
    let issued = at.tenant.keys().create(NewKey::named("k", service), &ann()).await.unwrap();
    let other = at.world.tenant("Other").await;
    let there = at.store.tenant(other.id());
    there.keys().authenticate(issued.key.expose(), &nowhere()).await.unwrap_err();
    let entry = super::super::newest(&other).await;
    assert_eq!(entry.action.as_deref(), Some(REFUSED));
    assert_eq!((entry.resource_type.as_deref(), entry.resource_id), (Some("api_key"), None));
    assert!(!entry.record.contains(issued.key.key_id()), "{}", entry.record);
}
