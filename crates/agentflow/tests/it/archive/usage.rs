//! Usage has a part of its table for each month, and is not kept for ever.

use agentflow::Error;
use tokio_postgres::Client;

use super::{export, import_with, options, plant};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";

async fn months(client: &Client) -> Vec<String> {
    let rows = client.query("SELECT name FROM metering_months()", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Usage of a month of long ago, which is gone afterwards.
async fn used_in_2019(client: &Client) {
    let sql = "SELECT create_metering_month('2019-03-05'), create_metering_month('2019-04-05');
               UPDATE metering_events SET occurred_at = '2019-03-05 12:00:00+00';
               UPDATE metering_event_keys SET occurred_at = '2019-03-05 12:00:00+00'";
    client.batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn months_that_were_made_for_nothing_are_dropped() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    used_in_2019(&client).await;
    let (file, _) = export(&world.store, one).await;
    let drop = "DELETE FROM metering_events; DROP TABLE metering_events_2019_03";
    client.batch_execute(drop).await.unwrap();
    let before = months(&client).await;
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    options.dry_run = true;
    import_with(&world.store, &file, &options).await.unwrap();
    assert_eq!(months(&client).await, before);

    options.dry_run = false;
    let twice = super::forge(
        &file,
        |head, csv| {
            if head.name == "metering_events" {
                let last = csv.lines().last().unwrap().to_owned();
                csv.extend([&last, "\n"]);
                head.rows += 1;
            }
        },
        |_| {},
    );
    let refused = import_with(&world.store, &twice, &options).await.unwrap_err();
    assert!(matches!(refused, Error::Corrupt { .. }), "{refused}");
    assert_eq!(months(&client).await, before);

    import_with(&world.store, &file, &options).await.unwrap();
    assert_eq!(months(&client).await.len(), before.len() + 1);
}

#[tokio::test]
async fn an_import_makes_no_more_months_than_of_ten_years() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let (file, _) = export(&world.store, one).await;
    let before = months(&client).await;
    let forged = super::forge(
        &file,
        |head, csv| {
            if head.name == "metering_events" {
                let (header, row) = csv.split_once('\n').unwrap();
                let row = row.lines().next().unwrap();
                let place = header.split(',').position(|it| it == "occurred_at").unwrap();
                let mut changed = format!("{header}\n");
                for month in 0..121 {
                    let mut fields: Vec<_> = row.split(',').map(str::to_owned).collect();
                    fields[place] =
                        format!("{}-{:02}-01 00:00:00+00", 2000 + month / 12, month % 12 + 1);
                    changed.extend([&fields.join(","), "\n"]);
                }
                (*csv, head.rows) = (changed, 121);
            }
        },
        |_| {},
    );
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    let refused = import_with(&world.store, &forged, &options).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.contains("of 121 months")),
        "{refused}"
    );
    assert_eq!(months(&client).await, before);
}

#[tokio::test]
async fn usage_that_is_older_than_what_is_kept_is_refused_or_left_out() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    used_in_2019(&client).await;
    let (file, _) = export(&world.store, one).await;
    client.batch_execute("SELECT retain_metering_from('2020-01-01')").await.unwrap();
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    let refused = import_with(&world.store, &file, &options).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.contains("older than what this database keeps")),
        "{refused}"
    );
    options.leave_out_old_usage = true;
    let report = import_with(&world.store, &file, &options).await.unwrap();
    for name in ["metering_events", "metering_event_keys"] {
        let table = report.tables.iter().find(|it| it.name == name).unwrap();
        assert!(table.rows == 0 && table.left_out > 0, "{table:?}");
    }
}
