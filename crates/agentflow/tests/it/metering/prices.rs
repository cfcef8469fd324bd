use agentflow::{
    Error,
    metering::{MetricType, Price, PriceBook},
};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rust_decimal::Decimal;

use super::support::{Meter, ann, at, decimal, now};

fn book(from: &str, cents: i64) -> PriceBook {
    let price = Price::new(MetricType::LlmTokens, cents, 1_000);
    PriceBook { note: format!("{cents} cents"), ..PriceBook::new(at(from)).with(price) }
}

#[tokio::test]
async fn a_book_is_found_again_as_it_was_published() {
    let meter = Meter::new().await;
    let prices = meter.tenant.metering().prices();
    assert_eq!(prices.list().await.unwrap(), []);
    assert_eq!(prices.current().await.unwrap(), None);
    let book = book("2026-01-01T00:00:00Z", 3)
        .with(Price::new(MetricType::LlmTokens, decimal("0.000001"), 1_000_000).of_model("gpt*"))
        .with(Price::new(MetricType::ConnectorCalls, 5, 1).of_tool("jira").named("calls"));
    let published = prices.publish(&book, &ann()).await.unwrap();
    assert_eq!((published.version, published.is_current), (1, true));
    assert_eq!(published.created_at, now());
    let mut expected = book.clone();
    expected.prices.rotate_right(1);
    let mut sorted = published.book.clone();
    sorted.prices.sort_by_key(|price| expected.prices.iter().position(|it| it == price));
    assert_eq!(sorted, expected);
    assert_eq!(prices.get(1).await.unwrap().as_ref(), Some(&published));
    assert_eq!(prices.current().await.unwrap().as_ref(), Some(&published));
    assert_eq!(prices.get(2).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_books_the_one_that_took_effect_last_is_used_and_of_equals_the_higher() {
    let meter = Meter::new().await;
    let prices = meter.tenant.metering().prices();
    for (from, cents) in [
        ("2026-06-01T00:00:00Z", 1),
        ("2026-01-01T00:00:00Z", 2),
        ("2026-01-01T00:00:00Z", 3),
        ("2026-12-01T00:00:00Z", 4),
    ] {
        prices.publish(&book(from, cents), &ann()).await.unwrap();
    }
    assert_eq!(prices.current().await.unwrap().unwrap().version, 1);
    let events = [
        meter.tokens("before", "2025-12-31T23:59:59.999Z", 1_000),
        meter.tokens("first", "2026-01-01T00:00:00Z", 1_000),
        meter.tokens("until", "2026-05-31T23:59:59.999Z", 1_000),
        meter.tokens("from", "2026-06-01T00:00:00Z", 1_000),
    ];
    meter.record(&events).await;
    let told = "SELECT event_key || ' ' || cost_source || ' ' || coalesce(price_version::text, '-') || ' ' || cost_in_cents \
                FROM metering_events ORDER BY occurred_at";
    let expected = [
        "before unpriced - 0.000000",
        "first priced 3 3.000000",
        "until priced 3 3.000000",
        "from priced 1 1.000000",
    ];
    assert_eq!(meter.column(told).await, expected);
    meter.clock.set(at("2026-12-02T00:00:00Z"));
    let versions: Vec<_> = prices.list().await.unwrap();
    let current: Vec<_> = versions.iter().map(|it| (it.version, it.is_current)).collect();
    assert_eq!(current, [(4, true), (3, false), (2, false), (1, false)]);
}

#[tokio::test]
async fn those_who_publish_at_the_same_time_get_different_versions() {
    let meter = Meter::new().await;
    let publish = |cents: i64| {
        let prices = meter.tenant.metering().prices();
        tokio::spawn(async move {
            prices.publish(&book("2026-01-01T00:00:00Z", cents), &ann()).await.unwrap().version
        })
    };
    let tasks: Vec<_> = (0..20).map(publish).collect();
    let mut versions = Vec::new();
    for task in tasks {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_book_with_something_wrong_is_refused_whole() {
    let meter = Meter::new().await;
    let prices = meter.tenant.metering().prices();
    let wrong = book("2026-01-01T00:00:00Z", 1)
        .with(Price::new(MetricType::LlmTokens, 2, 1))
        .with(Price::new(MetricType::StorageBytes, 1, 0));
    let refused = prices.publish(&wrong, &ann()).await.unwrap_err();
    let Error::InvalidInputs { inputs, .. } = &refused else { panic!("{refused:?}") };
    let fields: Vec<_> = inputs.0.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["prices[1]", "prices[2].metric_type", "prices[2].per"]);
    assert_eq!(prices.list().await.unwrap(), []);
}

#[tokio::test]
async fn what_ingest_costs_is_what_the_book_says() {
    let meter = Meter::new().await;
    let tokens = |cents: i64| Price::new(MetricType::LlmTokens, cents, 1_000);
    let book = PriceBook::new(at("2026-01-01T00:00:00Z"))
        .with(tokens(1))
        .with(tokens(2).named("input_tokens"))
        .with(tokens(3).of_tool("search"))
        .with(tokens(4).of_model("gpt*"))
        .with(tokens(5).of_model("gpt-4*"))
        .with(tokens(6).of_model("gpt-4o"))
        .with(tokens(7).of_model("gpt-4o").named("input_tokens"))
        .with(tokens(8).of_model("*"));
    meter.tenant.metering().prices().publish(&book, &ann()).await.unwrap();
    let mut events = Vec::new();
    for name in ["input_tokens", "output_tokens"] {
        for model in [None, Some("gpt-3"), Some("gpt-4o"), Some("gpt-4o-mini"), Some("claude")] {
            for tool in [None, Some("search")] {
                let key = format!("{name}-{model:?}-{tool:?}");
                let mut event = meter.tokens(&key, "2026-11-01T00:00:00Z", 500);
                event.metric_name = name.to_owned();
                (event.model, event.tool) = (model.map(Into::into), tool.map(Into::into));
                events.push(event);
            }
        }
    }
    meter.record(&events).await;
    for event in events {
        let usage = agentflow::metering::Priced {
            metric_type: event.metric_type,
            metric_name: &event.metric_name,
            model: event.model.as_deref(),
            tool: event.tool.as_deref(),
        };
        let cost = book.price_of(&usage).unwrap().cost_of(event.quantity).unwrap();
        let told = format!(
            "SELECT cost_in_cents::text FROM metering_events WHERE event_key = '{}'",
            event.key
        );
        assert_eq!(decimal(&meter.column(&told).await[0]), cost, "{}", event.key);
    }
}

#[tokio::test]
async fn the_database_and_the_library_round_every_cost_alike() {
    let meter = Meter::new().await;
    let digits = |places: u32| {
        let limit = 10_i64.pow(places);
        prop_oneof![0..limit, 0..1_000_i64, Just(5 * limit / 10), Just(limit - 1)]
    };
    let per = prop_oneof![1..=1_000_000_000_000_u64, (0..=12_u32).prop_map(|it| 10_u64.pow(it))];
    let cases = (digits(14), digits(18), per);
    let mut runner = TestRunner::default();
    let mut asked: [Vec<String>; 3] = Default::default();
    let mut expected = Vec::new();
    for _ in 0..3_000 {
        let (quantity, cents, per) = cases.new_tree(&mut runner).unwrap().current();
        let (quantity, cents) = (Decimal::new(quantity, 2), Decimal::new(cents, 6));
        let Some(cost) = Price::new(MetricType::LlmTokens, cents, per).cost_of(quantity) else {
            continue;
        };
        expected.push(cost.to_string());
        for (list, text) in
            asked.iter_mut().zip([quantity.to_string(), cents.to_string(), per.to_string()])
        {
            list.push(text);
        }
    }
    let sql = "SELECT cost_at_price(quantity::numeric, cents::numeric, per::bigint)::text
               FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS it (quantity, cents, per, place)
               ORDER BY place";
    let [quantities, cents, pers] = &asked;
    let client = meter.world.superuser().await;
    let rows = client.query(sql, &[quantities, cents, pers]).await.unwrap();
    assert!(expected.len() > 1_000 && rows.len() == expected.len());
    for (place, (row, expected)) in rows.iter().zip(expected).enumerate() {
        let told = [quantities, cents, pers].map(|list| list[place].as_str());
        assert_eq!(row.get::<_, &str>(0), expected, "{told:?}");
    }
}
