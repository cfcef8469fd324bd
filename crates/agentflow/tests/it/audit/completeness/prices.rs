//! Prices, and what is rated anew.

use agentflow::{
    NewWorkspace,
    metering::{MetricType, Price, PriceBook, Rerating, UsageEvent},
};
use jiff::SignedDuration;

use super::Book;

pub(super) async fn prices() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let new = NewWorkspace::named("Finance");
    let workspace = book.tenant.workspaces().create(new, &by).await.unwrap().id;
    let metering = book.tenant.metering();
    let event = UsageEvent::new("a", workspace, MetricType::ApiCalls, "calls", 3).at(book.now());
    metering.record(&event).await.unwrap();
    book.news().await;
    let (from, to) = (book.now(), book.now() + SignedDuration::from_hours(1));
    let prices = PriceBook::new(from).with(Price::new(MetricType::ApiCalls, 2, 1));
    metering.prices().publish(&prices, &by).await.unwrap();
    let told = book.saw("metering/prices.rs publish", "price_book.published", "price_book").await;
    assert_eq!((&told["resource_id"], &told["details"]["prices"]), (&"1".into(), &1.into()));
    let rerating = Rerating::new(from, to);
    let dry = Rerating { dry_run: true, ..rerating };
    metering.rerate(&dry, &by, &|_| ()).await.unwrap();
    assert_eq!(book.news().await.len(), 0);
    metering.rerate(&rerating, &by, &|_| ()).await.unwrap();
    let told = book.saw("metering/rerate.rs rerate", "usage.rerated", "usage").await;
    assert_eq!(told["details"]["after_cents"], "6");
}
