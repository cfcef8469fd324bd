//! What records usage while others are faster: months and workspaces that go, keys that go, transactions in the way.

use agentflow::{
    Error,
    audit::{Actor, AuditConfigChange, LogLevel},
    metering::UsageEvent,
};
use tokio_postgres::Client;

use super::place::{NOW, Place, counts, reasons, workspace};

/// The next statements that record usage find another transaction in their way.
pub async fn fail(superuser: &Client, times: i64) {
    let sql = "RAISE EXCEPTION 'in the way' USING ERRCODE = 'deadlock_detected';";
    next_times(superuser, times, sql).await;
}

async fn next_times(superuser: &Client, times: i64, what: &str) {
    let sql = format!(
        "CREATE SEQUENCE overtaken;
         CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
         BEGIN
             IF nextval('public.overtaken') <= {times} THEN {what} END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER overtake BEFORE INSERT ON metering_event_keys FOR EACH ROW EXECUTE FUNCTION overtake()"
    );
    superuser.batch_execute(&sql).await.unwrap();
}

async fn be_verbose(place: &Place) {
    let verbose = AuditConfigChange { log_level: Some(LogLevel::Verbose), ..Default::default() };
    place.tenant.audit().configure(verbose, &Actor::user("ann")).await.unwrap();
}

/// Until some statement waits for a lock.
async fn somebody_waits(client: &Client) {
    let sql = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while client.query(sql, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn whoever_is_in_the_way_is_waited_for_three_times() {
    for is_verbose in [false, true] {
        let place = Place::new().await;
        if is_verbose {
            be_verbose(&place).await;
        }
        fail(&place.superuser, 2).await;
        let metering = place.tenant.metering();
        let events = [place.tokens("a", 1), place.tokens("a", 1), place.tokens("b", 1)];
        assert_eq!(counts(&metering.record_many(&events).await.unwrap()), (2, 1, 0));
        place
            .superuser
            .batch_execute("ALTER SEQUENCE overtaken MINVALUE -1 RESTART WITH -1")
            .await
            .unwrap();
        let error = metering.record(&place.tokens("c", 1)).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
        metering.record(&place.tokens("c", 1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_that_goes_while_it_is_looked_at_counts_anew() {
    let place = Place::new().await;
    // As if it had been there for the first statement, and not for the second.
    next_times(&place.superuser, 1, "RETURN NULL;").await;
    let events = [place.tokens("a", 1), place.tokens("a", 2), place.tokens("b", 1)];
    let report = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (2, 0, 1));
    assert!(reasons(&report)[0].starts_with("1 a: key: another event"), "{report:?}");
    assert_eq!(place.count("metering_events").await, 2);
}

#[tokio::test]
async fn a_month_that_ends_while_its_usage_is_stored_takes_no_other_along() {
    for is_verbose in [false, true] {
        let place = Place::new().await;
        if is_verbose {
            be_verbose(&place).await;
        }
        let metering = place.tenant.metering();
        let at = |key: &str, time: &str| place.tokens(key, 1).at(time.parse().unwrap());
        metering.record(&at("known", "2026-03-31T00:00:00Z")).await.unwrap();
        let months = place.world.superuser().await;
        let freeze = "BEGIN;
            SELECT retain_metering_from('2026-04-01 00:00:00+00');
            SELECT freeze_metering_month('metering_events_2026_03')";
        months.batch_execute(freeze).await.unwrap();
        let events = [at("old", "2026-03-31T00:00:00Z"), at("new", "2026-11-01T00:00:00Z")];
        let recording = tokio::spawn(async move { metering.record_many(&events).await });
        somebody_waits(&place.superuser).await;
        months.batch_execute("COMMIT").await.unwrap();
        let report = recording.await.unwrap().unwrap();
        let expected = "0 old: occurred_at: usage before 2026-04-01T00:00:00Z is no longer kept";
        assert_eq!((counts(&report), reasons(&report)), ((1, 0, 1), vec![expected.to_owned()]));
    }
}

#[tokio::test]
async fn usage_that_is_stored_while_its_workspace_is_deleted_goes_with_it() {
    let place = Place::new().await;
    place.tenant.metering().record(&place.tokens("before", 1)).await.unwrap();
    let tx = place.tenant.begin().await.unwrap();
    assert_eq!(counts(&tx.record_usage(&[place.tokens("a", 1)]).await.unwrap()), (1, 0, 0));
    let (deleter, id) = (place.world.superuser().await, place.workspace.0);
    let deletion = tokio::spawn(async move {
        deleter.execute("DELETE FROM workspaces WHERE id = $1", &[&id]).await
    });
    somebody_waits(&place.superuser).await;
    tx.commit().await.unwrap();
    assert_eq!(deletion.await.unwrap().unwrap(), 1);
    assert_eq!(place.count("metering_events").await, 0);
    assert_eq!(place.count("metering_event_keys").await, 0);
}

#[tokio::test]
async fn usage_of_a_workspace_that_is_just_being_deleted_is_refused_alone() {
    let place = Place::new().await;
    let other = workspace(&place.tenant, "other").await;
    let events = [place.tokens("a", 1), UsageEvent { workspace_id: other, ..place.tokens("b", 1) }];
    let deleter = place.world.superuser().await;
    deleter.batch_execute("BEGIN").await.unwrap();
    deleter.execute("DELETE FROM workspaces WHERE id = $1", &[&place.workspace.0]).await.unwrap();
    let metering = place.tenant.metering();
    let recording = tokio::spawn(async move { metering.record_many(&events).await });
    somebody_waits(&place.superuser).await;
    deleter.batch_execute("COMMIT").await.unwrap();
    let report = recording.await.unwrap().unwrap();
    let expected =
        format!("0 a: workspace_id: there is no workspace {} in this tenant", place.workspace);
    assert_eq!((counts(&report), reasons(&report)), ((1, 0, 1), vec![expected]));
    assert_eq!(place.count("metering_events").await, 1);
}

#[tokio::test]
async fn a_month_is_not_waited_for_without_end() {
    let place = Place::new().await;
    let other = place.world.superuser().await;
    other
        .batch_execute("BEGIN; LOCK TABLE metering_events IN SHARE UPDATE EXCLUSIVE MODE")
        .await
        .unwrap();
    place
        .superuser
        .batch_execute(
            "ALTER FUNCTION create_metering_month(timestamptz) SET lock_timeout = '10ms'",
        )
        .await
        .unwrap();
    let store = place.world.at(NOW);
    let metering = store.tenant(place.tenant.id()).metering();
    let error = metering.record(&place.tokens("a", 1)).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable { .. }), "{error}");
    other.batch_execute("COMMIT").await.unwrap();
    metering.record(&place.tokens("a", 1)).await.unwrap();
}
