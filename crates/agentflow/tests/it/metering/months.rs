use agentflow::metering::UsageEvent;

use super::place::{Place, counts, reasons};

async fn months(place: &Place) -> Vec<String> {
    let sql = "SELECT name FROM metering_months()";
    let rows = place.superuser.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0).replace("metering_events_", "")).collect()
}

fn at(place: &Place, key: &str, time: &str) -> UsageEvent {
    place.tokens(key, 1).at(time.parse().unwrap())
}

#[tokio::test]
async fn months_are_made_when_usage_of_them_is_told_of_and_those_after_them() {
    let place = Place::new().await;
    assert!(months(&place).await.is_empty());
    let events = [
        at(&place, "a", "2026-10-31T23:59:59.9999999Z"),
        at(&place, "b", "2026-11-01T00:00:00Z"),
        at(&place, "c", "2024-02-29T12:00:00Z"),
    ];
    let report = place.tenant.metering().record_many(&events).await.unwrap();
    assert_eq!(counts(&report), (3, 0, 0));
    assert_eq!(months(&place).await, ["2024_02", "2024_03", "2026_10", "2026_11", "2026_12"]);
    // In their own time, they make room for the next.
    let later = place.world.at("2026-12-01T00:00:00Z").tenant(place.tenant.id());
    later.metering().record(&place.tokens("d", 1)).await.unwrap();
    assert_eq!(months(&place).await.last().unwrap(), "2027_01");
}

#[tokio::test]
async fn callers_who_need_the_same_month_first_make_it_once() {
    let place = Place::new().await;
    let stores: Vec<_> = (0..6).map(|_| place.world.at(super::place::NOW)).collect();
    let calls = stores.iter().enumerate().map(|(number, store)| {
        let event = at(&place, &format!("k{number}"), "2026-09-05T00:00:00Z");
        let metering = store.tenant(place.tenant.id()).metering();
        async move { metering.record(&event).await.unwrap() }
    });
    futures::future::join_all(calls).await;
    assert_eq!(months(&place).await, ["2026_09", "2026_10"]);
    assert_eq!(place.count("metering_events").await, 6);
}

#[tokio::test]
async fn a_transaction_makes_the_month_that_it_needs_and_takes_it_back() {
    let place = Place::new().await;
    let events = [at(&place, "a", "2026-05-05T00:00:00Z")];
    let tx = place.tenant.begin().await.unwrap();
    assert_eq!(counts(&tx.record_usage(&events).await.unwrap()), (1, 0, 0));
    tx.rollback().await.unwrap();
    assert!(months(&place).await.is_empty());
    assert_eq!(counts(&place.tenant.metering().record_many(&events).await.unwrap()), (1, 0, 0));
    assert_eq!(months(&place).await, ["2026_05", "2026_06"]);
}

#[tokio::test]
async fn usage_that_is_no_longer_kept_is_refused_and_no_month_is_made_for_it() {
    let place = Place::new().await;
    let metering = place.tenant.metering();
    metering.record(&at(&place, "old", "2026-03-31T00:00:00Z")).await.unwrap();
    place
        .superuser
        .batch_execute(
            "SELECT retain_metering_from('2026-04-01 00:00:00+00');
             SELECT drop_metering_month('metering_events_2026_03');",
        )
        .await
        .unwrap();
    let events = [
        // Of a month that this store knows, and of one that it does not.
        at(&place, "a", "2026-03-31T23:59:59Z"),
        at(&place, "b", "2026-02-01T00:00:00Z"),
        at(&place, "c", "2026-04-01T00:00:00Z"),
    ];
    let expected = ["0 a", "1 b"].map(|it| {
        format!("{it}: occurred_at: usage before 2026-04-01T00:00:00Z is no longer kept")
    });
    let report = metering.record_many(&events).await.unwrap();
    assert_eq!((counts(&report), reasons(&report)), ((1, 0, 2), expected.to_vec()));
    let tx = place.world.at(super::place::NOW).tenant(place.tenant.id()).begin().await.unwrap();
    let report = tx.record_usage(&events).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((counts(&report), reasons(&report)), ((0, 1, 2), expected.to_vec()));
    assert_eq!(months(&place).await, ["2026_04", "2026_05"]);
}

#[tokio::test]
async fn a_store_finds_its_way_when_the_months_are_gone() {
    let place = Place::new().await;
    let metering = place.tenant.metering();
    metering.record(&place.tokens("a", 1)).await.unwrap();
    place.superuser.batch_execute("DROP TABLE metering_events_2026_11").await.unwrap();
    assert!(!metering.record(&place.tokens("b", 1)).await.unwrap().is_repeated);
}
