use agentflow::{
    Error, PrincipalId, SessionId,
    audit::Actor,
    identity::{Credential, IssuedSession, NewSession, Origin},
};
use jiff::SignedDuration;

use super::clocked::{Clocked, newest};

const REFUSED: &str = "session.authentication_refused";

fn ann() -> Actor {
    Actor::user("ann")
}

fn nowhere() -> Origin {
    Origin::default()
}

async fn open(at: &Clocked, new: NewSession) -> IssuedSession {
    at.tenant.sessions().open(new, &nowhere(), &ann()).await.unwrap()
}

/// What the audit says about the refusal; the caller must not learn it.
async fn refusal(at: &Clocked, issued: &IssuedSession, jwt_sub: Option<&str>) -> String {
    let token = issued.token.expose();
    let error = at.tenant.sessions().authenticate(token, jwt_sub, &nowhere()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to authenticate a session: the credential is not accepted"
    );
    at.newest(REFUSED).await["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_authenticates_its_principal_and_only_its_hash_is_stored() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let origin = Origin {
        client_ip: Some("2001:db8::1".parse().unwrap()),
        user_agent: Some("Mozilla/5.0 ".repeat(100)),
    };
    let opened =
        at.tenant.sessions().open(NewSession::of(principal), &origin, &ann()).await.unwrap();
    assert_eq!(opened.row.client_ip.as_deref(), Some("2001:db8::1"));
    assert_eq!(opened.row.user_agent.as_ref().map(String::len), Some(512));
    assert_eq!(opened.row.expires_at, at.now() + SignedDuration::from_hours(12));

    let token = opened.token.expose();
    let (tenant, who) = at.store.authenticate_session(token, None, &nowhere()).await.unwrap();
    assert_eq!((tenant.id(), who.principal_id), (at.tenant.id(), principal));
    assert_eq!(who.credential, Credential::Session { id: opened.row.id });

    let superuser = at.world.superuser().await;
    let row =
        superuser.query_one("SELECT token_hash, sessions::text FROM sessions", &[]).await.unwrap();
    assert_eq!(row.get::<_, Vec<u8>>(0), opened.token.hash().as_bytes());
    assert!(!row.get::<_, String>(1).contains(&token[26..]));
}

#[tokio::test]
async fn a_session_ends_at_its_absolute_end_however_much_it_is_used() {
    let at = Clocked::new().await;
    let opened = open(&at, NewSession::of(at.service("web").await)).await;
    for _ in 0..47 {
        at.pass(SignedDuration::from_mins(15));
        at.tenant.sessions().authenticate(opened.token.expose(), None, &nowhere()).await.unwrap();
    }
    at.pass(SignedDuration::from_mins(15));
    assert_eq!(refusal(&at, &opened, None).await, "expired");
    let touched = at.tenant.sessions().touch(opened.row.id).await;
    assert!(matches!(touched, Err(Error::NotFound { .. })), "{touched:?}");
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_earlier_and_stays_ended() {
    let at = Clocked::new().await;
    let opened = open(&at, NewSession::of(at.service("web").await)).await;
    at.pass(SignedDuration::from_mins(29));
    at.tenant.sessions().touch(opened.row.id).await.unwrap();
    at.pass(SignedDuration::from_mins(29));
    at.tenant.sessions().authenticate(opened.token.expose(), None, &nowhere()).await.unwrap();
    at.pass(SignedDuration::from_mins(30));
    for _ in 0..2 {
        assert_eq!(refusal(&at, &opened, None).await, "idle");
        let touched = at.tenant.sessions().touch(opened.row.id).await;
        assert!(matches!(touched, Err(Error::NotFound { .. })), "{touched:?}");
    }
}

#[tokio::test]
async fn the_use_of_a_session_is_noted_once_a_minute_or_ten_times_within_a_short_idle_timeout() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let mut short = NewSession::of(principal);
    short.idle_timeout = SignedDuration::from_secs(20);
    for (new, step) in [(NewSession::of(principal), 60), (short, 2)] {
        let opened = open(&at, new).await;
        let seen = async || {
            let sessions = at.tenant.sessions();
            sessions.authenticate(opened.token.expose(), None, &nowhere()).await.unwrap();
            sessions.get(opened.row.id).await.unwrap().unwrap().last_seen_at
        };
        at.pass(SignedDuration::from_secs(step - 1));
        assert_eq!(seen().await, opened.row.last_seen_at);
        at.pass(SignedDuration::from_secs(1));
        assert_eq!(seen().await, at.now());
    }
}

#[tokio::test]
async fn one_session_or_all_of_a_principal_are_revoked() {
    let at = Clocked::new().await;
    let (web, other) = (at.service("web").await, at.service("other").await);
    let sessions = at.tenant.sessions();
    let (a, b) = (open(&at, NewSession::of(web)).await, open(&at, NewSession::of(web)).await);
    let c = open(&at, NewSession::of(web)).await;
    let theirs = open(&at, NewSession::of(other)).await;

    sessions.revoke(a.row.id, &ann()).await.unwrap();
    sessions.revoke(a.row.id, &ann()).await.unwrap();
    assert_eq!(at.count("session.revoked").await, 1);
    assert_eq!(refusal(&at, &a, None).await, "revoked");
    sessions.authenticate(b.token.expose(), None, &nowhere()).await.unwrap();

    assert_eq!(sessions.revoke_all(web, &ann()).await.unwrap(), 2);
    assert_eq!(sessions.revoke_all(web, &ann()).await.unwrap(), 0);
    assert_eq!(refusal(&at, &b, None).await, "revoked");
    assert_eq!(refusal(&at, &c, None).await, "revoked");
    sessions.authenticate(theirs.token.expose(), None, &nowhere()).await.unwrap();
    assert_eq!(at.newest("session.all_revoked").await["sessions"], 2);
    let touched = sessions.touch(b.row.id).await;
    assert!(matches!(touched, Err(Error::NotFound { .. })), "{touched:?}");
}

#[tokio::test]
async fn a_session_that_belongs_to_a_jwt_is_good_with_its_subject_only() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let mut new = NewSession::of(principal);
    new.jwt_sub = Some("sub-1".to_owned());
    let bound = open(&at, new).await;
    let free = open(&at, NewSession::of(principal)).await;
    let sessions = at.tenant.sessions();

    sessions.authenticate(bound.token.expose(), Some("sub-1"), &nowhere()).await.unwrap();
    assert_eq!(refusal(&at, &bound, Some("sub-2")).await, "other_subject");
    assert_eq!(refusal(&at, &bound, None).await, "other_subject");
    assert_eq!(refusal(&at, &free, Some("sub-1")).await, "other_subject");

    // The JWT as the credential: it names the session.
    sessions.check(bound.row.id, "sub-1", &nowhere()).await.unwrap();
    let error = sessions.check(bound.row.id, "sub-2", &nowhere()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { .. }));
    let unknown = SessionId(uuid::Uuid::from_u128(1));
    let error = sessions.check(unknown, "sub-1", &nowhere()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { .. }));
    assert_eq!(at.newest(REFUSED).await["reason"], "unknown");
    sessions.revoke(bound.row.id, &ann()).await.unwrap();
    assert!(sessions.check(bound.row.id, "sub-1", &nowhere()).await.is_err());
    assert_eq!(at.newest(REFUSED).await["reason"], "revoked");
}

#[tokio::test]
async fn the_session_of_another_tenant_of_a_suspended_one_or_of_somebody_inactive_is_refused() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let opened = open(&at, NewSession::of(principal)).await;
    let other = at.world.tenant("Other").await;
    let there = at.store.tenant(other.id());
    let error = there.sessions().authenticate(opened.token.expose(), None, &nowhere()).await;
    assert!(matches!(error, Err(Error::Unauthenticated { .. })), "{error:?}");
    assert_eq!(newest(&other, REFUSED).await["reason"], "foreign_tenant");

    let admin = at.world.store.admin();
    admin.tenants().suspend(at.tenant.id(), &ann()).await.unwrap();
    let error = at.tenant.sessions().authenticate(opened.token.expose(), None, &nowhere()).await;
    assert!(matches!(error, Err(Error::Unauthenticated { .. })), "{error:?}");
    admin.tenants().resume(at.tenant.id(), &ann()).await.unwrap();
    assert_eq!(at.newest(REFUSED).await["reason"], "tenant_suspended");

    // Past the library, whose deactivation revokes the session too.
    let superuser = at.world.superuser().await;
    superuser.execute("UPDATE principals SET is_active = false", &[]).await.unwrap();
    assert_eq!(refusal(&at, &opened, None).await, "inactive");
    let again = at.tenant.sessions().open(NewSession::of(principal), &nowhere(), &ann()).await;
    assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
}

#[tokio::test]
async fn times_that_make_no_sense_are_refused_by_name() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let hours = SignedDuration::from_hours;
    for (lifetime, idle, field) in [
        (hours(0), hours(0), "lifetime"),
        (hours(-1), hours(1), "lifetime"),
        (hours(401 * 24), hours(1), "lifetime"),
        (hours(1), hours(2), "idle_timeout"),
        (hours(1), hours(-1), "idle_timeout"),
        (SignedDuration::from_millis(1500), SignedDuration::from_secs(1), "lifetime"),
        (hours(1), SignedDuration::from_millis(1500), "idle_timeout"),
    ] {
        let mut new = NewSession::of(principal);
        (new.lifetime, new.idle_timeout) = (lifetime, idle);
        let error = at.tenant.sessions().open(new, &nowhere(), &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{error:?}"
        );
    }
    let nobody = PrincipalId(uuid::Uuid::from_u128(1));
    let error =
        at.tenant.sessions().open(NewSession::of(nobody), &nowhere(), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn ended_sessions_are_removed_and_open_ones_stay() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let sessions = at.tenant.sessions();
    let revoked = open(&at, NewSession::of(principal)).await;
    sessions.revoke(revoked.row.id, &ann()).await.unwrap();
    let mut long = NewSession::of(principal);
    long.lifetime = SignedDuration::from_hours(48);
    let mut in_use = long.clone();
    in_use.idle_timeout = SignedDuration::from_hours(24);
    // One is left idle long before its absolute end, and one is at that.
    open(&at, long).await;
    let long = open(&at, in_use).await;
    open(&at, NewSession::of(principal)).await;
    at.pass(SignedDuration::from_hours(13));
    let too_early = at.now() - SignedDuration::from_hours(13);
    assert_eq!(sessions.remove_ended(too_early, &ann()).await.unwrap(), 0);
    let error = sessions.remove_ended(at.now() + SignedDuration::from_secs(1), &ann()).await;
    let error = error.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "before"),
        "{error:?}"
    );
    assert_eq!(sessions.remove_ended(at.now(), &ann()).await.unwrap(), 3);
    assert_eq!(sessions.remove_ended(at.now(), &ann()).await.unwrap(), 0);
    let left = sessions.list(Some(principal), None, 10).await.unwrap();
    assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [long.row.id]);
    assert_eq!(at.newest("session.removed").await["sessions"], 3);
}

/// The one holds the row of the principal that the other waits for.
#[tokio::test]
async fn no_session_is_opened_for_somebody_who_is_deactivated_meanwhile() {
    let at = Clocked::new().await;
    let principal = at.service("web").await;
    let (superuser, watcher) = (at.world.superuser().await, at.world.superuser().await);
    let deactivate = "BEGIN; UPDATE principals SET is_active = false";
    superuser.batch_execute(deactivate).await.unwrap();
    let late = tokio::spawn({
        let sessions = at.tenant.sessions();
        async move { sessions.open(NewSession::of(principal), &nowhere(), &ann()).await }
    });
    super::somebody_waits(&watcher).await;
    superuser.batch_execute("COMMIT").await.unwrap();
    let error = late.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(at.tenant.sessions().list(None, None, 10).await.unwrap().is_empty());
}
