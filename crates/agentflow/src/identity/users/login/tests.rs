//! What the time of a refusal says. It is counted in rounds of bcrypt, next to which everything else is nothing.

use agentflow_migrate::{Options, Target};
use agentflow_postgres::testing::TestServer;
use tokio_postgres::NoTls;

use super::*;
use crate::{Admin, Config, NewTenant, PasswordSettings, Store, Tenant, identity::NewUser};

const RIGHT: &str = "correct horse battery";

async fn store() -> (Store, impl Sized) {
    let fill = |url: String| async move {
        let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Admin::migrator(Options::default()).unwrap().up(&mut client, Target::All).await.unwrap();
    };
    let database = TestServer::shared().await.database_from("login", fill).await;
    let config = Config::from_url(&format!("{}?sslmode=disable", database.url())).unwrap();
    let config = config.with_passwords(PasswordSettings { cost: 12, jobs: 1 }).unwrap();
    (Store::connect(config).unwrap(), database)
}

/// The rounds that it takes to be refused.
async fn rounds(tenant: &Tenant, address: &str, password: &str) -> u64 {
    let users = tenant.users();
    let hasher = &users.0.shared.hasher;
    let before = hasher.rounds();
    let refused = users.authenticate(address, &password.into(), &Origin::default()).await;
    assert!(matches!(refused, Err(Error::Unauthenticated { .. })), "{refused:?}");
    hasher.rounds() - before
}

#[tokio::test]
async fn the_time_of_a_refusal_does_not_tell_whether_there_is_such_a_user() {
    let (store, _database) = store().await;
    let by = Actor::system();
    let admin = store.admin();
    let row = admin.tenants().create(NewTenant::named("Acme"), &by).await.unwrap();
    let tenant = store.tenant(row.id);
    let new = |address: &str| NewUser::new(address.parse().unwrap(), "Somebody");
    let with_password = |address: &str| new(address).with_password(RIGHT.into());
    let users = tenant.users();
    users.create(with_password("ann@example.com"), &by).await.unwrap();
    users.create(new("oidc@example.com"), &by).await.unwrap();
    let inactive = users.create(with_password("gone@example.com"), &by).await.unwrap();
    tenant.principals().deactivate(inactive.id, &by).await.unwrap();
    let missing = store.tenant("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());

    for (tenant, address, password) in [
        (&tenant, "ann@example.com", "incorrect horse"),
        (&tenant, "ann@example.com", "short"),
        (&tenant, "nobody@example.com", RIGHT),
        (&tenant, "no address", RIGHT),
        (&tenant, "oidc@example.com", RIGHT),
        (&tenant, "gone@example.com", RIGHT),
        (&missing, "ann@example.com", RIGHT),
    ] {
        assert_eq!(rounds(tenant, address, password).await, 1 << 12, "{address} {password}");
    }
    admin.tenants().suspend(tenant.id(), &by).await.unwrap();
    assert_eq!(rounds(&tenant, "ann@example.com", RIGHT).await, 1 << 12);
}
