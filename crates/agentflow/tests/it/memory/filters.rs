//! Filters: each alone, all together, and those that are wrong.

use agentflow::identity::NewUser;
use agentflow::memory::{MemoryFilter, MemoryTier, MemoryType, SearchRequest};
use serde_json::{Map, Value, json};

use super::{
    mind::{ann, bad_fields},
    support::{Garden, Plant, found_sorted},
};

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn planted() -> Garden {
    let garden = Garden::new().await;
    let user = NewUser::new("zoe@example.com".parse().unwrap(), "Zoe");
    let zoe = garden.mind.tenant.users().create(user, &ann()).await.unwrap().id;
    let x = [1.0, 0.0, 0.0];
    let plants = [
        Plant { memory_type: MemoryType::Episodic, ..Plant::at("rain a", x) },
        Plant { user: Some(garden.mind.user), tier: MemoryTier::Hot, ..Plant::at("rain b", x) },
        Plant { user: Some(zoe), tier: MemoryTier::Cold, ..Plant::at("rain c", x) },
        Plant { importance: 9, tags: vec!["red", "big"], ..Plant::at("rain d", x) },
        Plant { importance: 2, tags: vec!["red"], ..Plant::at("rain e", x) },
        Plant {
            hours_old: 10,
            metadata: json!({"used": 5, "where": {"city": "Ulm"}, "ok": false}),
            ..Plant::at("rain f", x)
        },
        Plant { hours_old: 20, metadata: json!({"used": 1, "x": null}), ..Plant::at("rain g", x) },
    ];
    for plant in plants {
        garden.plant(plant).await;
    }
    garden
}

#[tokio::test]
async fn each_filter_lets_pass_what_it_says() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    let all = garden.filter();
    let ago = |hours| Some(garden.mind.now() - jiff::SignedDuration::from_hours(hours));
    let metadata = |value: Value| Some(object(&value));
    let path = |path: &str| Some(path.to_owned());
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    let cases = [
        (all.clone(), "a b c d e f g"),
        (MemoryFilter { types: vec![MemoryType::Episodic], ..all.clone() }, "a"),
        (MemoryFilter { user: Some(garden.mind.user), ..all.clone() }, "a b d e f g"),
        (MemoryFilter { tiers: vec![MemoryTier::Hot, MemoryTier::Cold], ..all.clone() }, "b c"),
        (MemoryFilter { tags: tags(&["red"]), ..all.clone() }, "d e"),
        (MemoryFilter { tags: tags(&["big", "red", "big"]), ..all.clone() }, "d"),
        (MemoryFilter { tags: tags(&["big", "none"]), ..all.clone() }, ""),
        (MemoryFilter { min_importance: Some(6), ..all.clone() }, "d"),
        (MemoryFilter { min_importance: Some(5), ..all.clone() }, "a b c d f g"),
        (MemoryFilter { created_from: ago(10), ..all.clone() }, "a b c d e f"),
        (MemoryFilter { created_until: ago(10), ..all.clone() }, "g"),
        (
            MemoryFilter { metadata: metadata(json!({"where": {"city": "Ulm"}})), ..all.clone() },
            "f",
        ),
        (MemoryFilter { metadata: metadata(json!({})), ..all.clone() }, "a b c d e f g"),
        (MemoryFilter { metadata_path: path("$.used ? (@ > 3)"), ..all.clone() }, "f"),
        (MemoryFilter { metadata_path: path("$.used > 3"), ..all.clone() }, "f"),
        (MemoryFilter { metadata_path: path("$.ok"), ..all.clone() }, ""),
        (MemoryFilter { metadata_path: path("$.x"), ..all.clone() }, ""),
        (MemoryFilter { metadata_path: path("strict $.where.city"), ..all.clone() }, "f"),
        (
            MemoryFilter {
                user: Some(garden.mind.user),
                tags: tags(&["red"]),
                min_importance: Some(3),
                created_from: ago(1),
                metadata: metadata(json!({})),
                ..all
            },
            "d",
        ),
    ];
    let (by_text, by_both) = (garden.mind.memories(), garden.asking([0.0, 1.0, 0.0]));
    for (filter, expected) in cases {
        let expected: Vec<_> = expected.split_whitespace().map(|it| format!("rain {it}")).collect();
        let request = SearchRequest { filter, ..garden.request("rain") };
        assert_eq!(found_sorted(&by_text, request.clone()).await, expected, "{request:?}");
        assert_eq!(found_sorted(&by_both, request.clone()).await, expected, "{request:?}");
    }
}

#[tokio::test]
async fn every_bad_field_is_named() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let now = garden.mind.now();
    let filter = MemoryFilter {
        statuses: Vec::new(),
        tags: vec!["x".repeat(101), " ".to_owned(), "ok".to_owned()],
        min_importance: Some(11),
        created_from: Some(now),
        created_until: Some(now),
        metadata: Some(object(&json!({"a": {"b": "\u{0}"}}))),
        metadata_path: Some("x".repeat(1001)),
        ..garden.filter()
    };
    let request = SearchRequest { filter, ..garden.request("rain") };
    let error = garden.mind.memories().search(request).await.unwrap_err();
    assert_eq!(
        bad_fields(&error),
        ["min_importance", "tags[0]", "tags[1]", "created_until", "metadata_path", "metadata.a.b"]
    );
}

#[tokio::test]
async fn a_path_that_is_none_is_named_and_no_connection_is_lost() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    let memories = garden.mind.memories();
    for path in [
        "$.",
        "used >",
        "$ ? (@.used like_regex \"(\")",
        "'; DROP TABLE memories; --",
        "$.used ? (@ > $x",
    ] {
        let filter = MemoryFilter { metadata_path: Some(path.to_owned()), ..garden.filter() };
        let request = SearchRequest { filter, ..garden.request("rain") };
        let error = memories.search(request).await.unwrap_err();
        assert_eq!(bad_fields(&error), ["metadata_path"], "{path}");
        assert!(error.to_string().contains(path), "{error}");
    }
    assert_eq!(found_sorted(&memories, garden.request("rain")).await.len(), 7);
}
