//! Passwords, keys and tokens that the test knows are looked for in everything that was printed and stored.

use agentflow::{
    Error, SessionToken,
    audit::Actor,
    core::random::Generator,
    identity::{NewKey, NewService, NewSession, NewUser, Origin},
};
use jiff::SignedDuration;
use secrecy::SecretString;

use crate::{
    printed::{Printed, assert_absent, stored},
    support::World,
};

#[tokio::test]
async fn no_password_key_or_token_is_printed_or_stored() {
    let (mut printed, _guard) = Printed::catching();
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let by = Actor::user("ann");
    let origin = Origin::default();
    let [first, second, wrong] =
        ["planted-first-9f2c", "planted-second-41d7", "planted-wrong-77aa"];
    let secret = |text: &str| SecretString::from(text.to_owned());

    let users = tenant.users();
    let new = NewUser::new("ann@acme.test".parse().unwrap(), "Ann").with_password(secret(first));
    printed.value(&new);
    let ann = users.create(new.clone(), &by).await.unwrap();
    printed.value(&ann);
    printed.error(users.create(new, &by).await);
    printed.value(&users.authenticate("ann@acme.test", &secret(first), &origin).await.unwrap());
    printed.error(users.authenticate("ann@acme.test", &secret(wrong), &origin).await);
    printed.error(users.authenticate(wrong, &secret(wrong), &origin).await);
    // A password that happens to look like an address, in the wrong field.
    let like_an_address = "misplaced-p@ss.word-83c1";
    assert!(like_an_address.parse::<agentflow::Email>().is_ok());
    printed.error(users.authenticate(like_an_address, &secret(wrong), &origin).await);
    printed
        .error(users.change_password(ann.id, &secret(wrong), &secret(second), &origin, &by).await);
    users.change_password(ann.id, &secret(first), &secret(second), &origin, &by).await.unwrap();
    let too_long = format!("planted-long-{}", "x".repeat(72));
    printed.error(users.set_password(ann.id, &secret(&too_long), &by).await);

    let keys = tenant.keys();
    let bot = tenant.services().create(NewService::named("bot"), &by).await.unwrap();
    let issued = keys.create(NewKey::named("k", bot.id), &by).await.unwrap();
    printed.value(&issued);
    printed.value(&keys.authenticate(issued.key.expose(), &origin).await.unwrap());
    let typo = format!("{}x", issued.key.expose());
    printed.error(keys.authenticate(&typo, &origin).await);
    printed
        .error(world.tenant("Other").await.keys().authenticate(issued.key.expose(), &origin).await);
    let rotated = keys.rotate(issued.row.id, SignedDuration::from_hours(1), &by).await.unwrap();
    printed.value(&rotated);
    keys.revoke_by_prefix(rotated.key.expose(), &by).await.unwrap();
    printed.error(keys.authenticate(rotated.key.expose(), &origin).await);
    printed.error(
        keys.find_by_prefix(&typo[..10]).await.and_then(|found| found.ok_or(Error::NotConfigured)),
    );

    let sessions = tenant.sessions();
    let opened = sessions.open(NewSession::of(ann.id), &origin, &by).await.unwrap();
    printed.value(&opened);
    printed.value(&sessions.authenticate(opened.token.expose(), None, &origin).await.unwrap());
    printed.error(sessions.authenticate(&opened.token.expose()[1..], None, &origin).await);
    let unknown = SessionToken::generate(tenant.id(), &Generator::from_os());
    printed.error(sessions.authenticate(unknown.expose(), None, &origin).await);
    sessions.revoke(opened.row.id, &by).await.unwrap();
    printed.error(sessions.authenticate(opened.token.expose(), None, &origin).await);

    // Of a key, what stands behind its prefix; of a token, what stands behind its tenant.
    let behind = |key: &agentflow::ApiKey| key.expose()[key.prefix().len() + 22..].to_owned();
    let planted = [
        first.to_owned(),
        second.to_owned(),
        wrong.to_owned(),
        "planted-long".to_owned(),
        behind(&issued.key),
        behind(&rotated.key),
        opened.token.expose()[26..].to_owned(),
        unknown.expose()[26..].to_owned(),
    ];
    let (printed, stored) = (printed.text(), stored(&world.superuser().await).await);
    assert!(stored.contains("ann@acme.test") && stored.contains(issued.key.key_id()));
    // The log of the driver holds what is looked up, as far as it is no secret; the database holds nothing of it.
    assert!(!stored.contains("misplaced-p@ss"));
    for secret in planted {
        assert_absent(&secret, "printed", &printed);
        assert_absent(&secret, "stored", &stored);
    }
}
