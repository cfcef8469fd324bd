//! What is refused is an error once, wherever it was found out.

use agentflow::{
    Error,
    core::{
        identity::{ApiKey, KeyEnvironment},
        random::Generator,
    },
    identity::{NewKey, NewService, Origin},
};

use jiff::SignedDuration;

use super::{
    counted::Counted,
    metrics::{ann, kinds, pairs},
};
use crate::support::World;

const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn what_a_transaction_refuses_is_an_error_of_its_kind() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (workspaces, keys) = (tenant.workspaces(), tenant.keys());
    let service = tenant.services().create(NewService::named("deployer"), &ann()).await.unwrap();
    let key = keys.create(NewKey::named("k", service.id), &ann()).await.unwrap().row.id;
    keys.revoke(key, &ann()).await.unwrap();
    let counted = Counted::by_this_thread();

    let gone = workspaces.delete(NOBODY.parse().unwrap(), &ann()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    assert_eq!(counted.errors(), kinds(&[("not_found", 1)]));

    let revoked = keys.rotate(key, SignedDuration::ZERO, &ann()).await;
    assert!(matches!(revoked, Err(Error::Conflict { .. })), "{revoked:?}");
    assert_eq!(counted.errors(), kinds(&[("conflict", 1)]));

    // Found out only after its transaction was over.
    let gone = keys.revoke(NOBODY.parse().unwrap(), &ann()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    assert_eq!(counted.errors(), kinds(&[("not_found", 1)]));

    let gone = world.store.admin().tenants().delete(NOBODY.parse().unwrap(), &ann()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    assert_eq!(counted.errors(), kinds(&[("not_found", 1)]));

    // Nothing to do is no error.
    keys.revoke(key, &ann()).await.unwrap();
    assert_eq!(counted.errors(), kinds(&[]));
}

#[tokio::test]
async fn what_a_single_statement_does_not_find_is_no_success() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    tenant.workspaces().list().await.unwrap();
    let counted = Counted::by_this_thread();
    let gone = tenant.sessions().touch(NOBODY.parse().unwrap()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    let gone = tenant.agents().effective_skills(NOBODY.parse().unwrap()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    assert_eq!(counted.errors(), kinds(&[("not_found", 2)]));
}

#[tokio::test]
async fn a_credential_of_a_tenant_that_cannot_be_entered_is_one_error() {
    let world = World::new().await;
    let suspended = world.tenant("Acme").await;
    let missing = world.store.tenant(NOBODY.parse().unwrap());
    world.store.admin().tenants().suspend(suspended.id(), &ann()).await.unwrap();
    let counted = Counted::by_this_thread();
    for (tenant, kind) in [(&suspended, "denied"), (&missing, "not_found")] {
        let environment = KeyEnvironment::default();
        let key = ApiKey::generate(tenant.id(), &environment, &Generator::from_os());
        let login = || async {
            let refused = tenant.keys().authenticate(key.expose(), &Origin::default()).await;
            assert!(matches!(refused, Err(Error::Unauthenticated { .. })), "{refused:?}");
        };
        login().await;
        assert_eq!(counted.errors(), kinds(&[(kind, 1)]));
        login().await;
        // That nobody was found is what was asked, and no operation without a name.
        let looked_up = pairs(&[("authenticate an API key", "rolled_back")]);
        let operations = counted.operations();
        assert!(operations.contains(&looked_up[0]), "{operations:?}");
    }
}
