use agentflow::{
    Error,
    memory::{
        EntryQuery, MemoryScope, MemoryStore, NewEntry, SUMMARY_PLACEHOLDER, SummarizeRequest,
    },
};
use jiff::SignedDuration;
use serde_json::json;

use super::{Stage, ann, bad_field, on_both};

on_both! {
    what_is_saved_is_found_by_its_key_and_nobody_shares_it
    saving_again_keeps_id_and_creation_and_what_is_as_it_was_is_not_written
    what_cannot_be_kept_is_refused_by_its_field
    a_key_wins_over_a_prefix
    entries_come_in_the_order_of_their_keys_and_the_total_is_that_without_the_limit
    a_prefix_means_what_it_says
    a_filter_is_honored
    nothing_found_is_an_empty_list
    places_that_differ_in_anything_share_nothing
    what_is_deleted_is_gone_and_may_come_back_as_another
    summaries_are_the_placeholder_and_need_their_entries
    a_check_leaves_nothing_behind
    many_writers_of_one_key_make_one_entry
    many_writers_of_many_keys_lose_none
}

async fn keys(store: &dyn MemoryStore, scope: &MemoryScope, query: EntryQuery) -> Vec<String> {
    let page = store.query(scope, query).await.unwrap();
    page.entries.into_iter().map(|entry| entry.key).collect()
}

async fn what_is_saved_is_found_by_its_key_and_nobody_shares_it(stage: Stage) {
    let scope = stage.here.scope;
    let data = json!({ "steps": ["read", 2.0, null], "text": "\"x\"" });
    let new = NewEntry::new("plan", data).with_metadata("state", json!({ "done": false }));
    let saved = stage.store.save(&scope, new, &ann()).await.unwrap();
    assert_eq!(saved.data, json!({ "steps": ["read", 2, null], "text": "\"x\"" }));
    assert!(!saved.degraded);

    let mut page = stage.store.query(&scope, EntryQuery::key("plan")).await.unwrap();
    assert_eq!((page.total, &page.entries[..]), (1, &[saved.clone()][..]));
    // Whoever changes what they were given changes nothing else.
    page.entries[0].data["steps"][0] = json!("changed");
    page.entries[0].metadata.clear();
    let again = stage.store.query(&scope, EntryQuery::key("plan")).await.unwrap();
    assert_eq!(again.entries, [saved]);
}

async fn saving_again_keeps_id_and_creation_and_what_is_as_it_was_is_not_written(stage: Stage) {
    let scope = stage.here.scope;
    let save = async |entry: NewEntry| stage.store.save(&scope, entry, &ann()).await.unwrap();
    let first = save(NewEntry::new("k", "one")).await;
    assert_eq!(first.created_at, first.updated_at);
    stage.clock.set(first.created_at + SignedDuration::from_secs(1));

    assert_eq!(save(NewEntry::new("k", "one")).await, first);
    let second = save(NewEntry::new("k", "two")).await;
    assert_eq!((second.id, second.created_at), (first.id, first.created_at));
    assert!(second.updated_at > first.updated_at, "{second:?}");
    assert_eq!(second.data, json!("two"));
    let third = save(NewEntry::new("k", "two").with_metadata("a", 1)).await;
    assert_eq!((third.id, &third.metadata["a"]), (first.id, &json!(1)));
    assert_eq!(save(NewEntry::new("k", "two")).await.metadata.len(), 0);
}

async fn what_cannot_be_kept_is_refused_by_its_field(stage: Stage) {
    let scope = stage.here.scope;
    let long = "x".repeat(65_537);
    for (entry, field) in [
        (NewEntry::new("", "x"), "key"),
        (NewEntry::new("  ", "x"), "key"),
        (NewEntry::new("a\0b", "x"), "key"),
        (NewEntry::new("k".repeat(256), "x"), "key"),
        (NewEntry::new("k", json!(null)), "data"),
        (NewEntry::new("k", "a\0b"), "data"),
        (NewEntry::new("k", long.as_str()), "data"),
        (NewEntry::new("k", json!({ "n": u64::MAX })), "data.n"),
        (NewEntry::new("k", "x").with_metadata("a", long.as_str()), "metadata"),
        (NewEntry::new("k", "x").with_metadata("a", "\0"), "metadata.a"),
    ] {
        let error = stage.store.save(&scope, entry, &ann()).await.unwrap_err();
        assert_eq!(bad_field(&error), field, "{error}");
    }
    assert_eq!(stage.store.query(&scope, EntryQuery::default()).await.unwrap().total, 0);
    // What no key can be is nowhere.
    for query in [EntryQuery::key("a\0b"), EntryQuery::prefix("\0"), EntryQuery::key("")] {
        assert_eq!(stage.store.query(&scope, query).await.unwrap().total, 0);
    }
    assert!(!stage.store.delete(&scope, "a\0b", &ann()).await.unwrap());
}

async fn a_key_wins_over_a_prefix(stage: Stage) {
    let scope = stage.here.scope;
    for key in ["a", "ab", "b"] {
        stage.store.save(&scope, NewEntry::new(key, "x"), &ann()).await.unwrap();
    }
    let both = EntryQuery { prefix: Some("a".to_owned()), ..EntryQuery::key("b") };
    assert_eq!(keys(&*stage.store, &scope, both).await, ["b"]);
    assert_eq!(keys(&*stage.store, &scope, EntryQuery::key("a")).await, ["a"]);
    assert_eq!(keys(&*stage.store, &scope, EntryQuery::prefix("a")).await, ["a", "ab"]);
    assert_eq!(keys(&*stage.store, &scope, EntryQuery::default()).await, ["a", "ab", "b"]);
}

async fn entries_come_in_the_order_of_their_keys_and_the_total_is_that_without_the_limit(
    stage: Stage,
) {
    let scope = stage.here.scope;
    for key in ["b", "Z", "ä", "a2", "a10", "a", "_", "é", "1", "B"] {
        stage.store.save(&scope, NewEntry::new(key, key), &ann()).await.unwrap();
    }
    // By their bytes, whatever the locale of the server.
    let expected = ["1", "B", "Z", "_", "a", "a10", "a2", "b", "ä", "é"];
    for limit in 0..=11_u32 {
        let page = stage.store.query(&scope, EntryQuery::default().limit(limit)).await.unwrap();
        let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, expected[..(limit as usize).min(10)]);
        assert_eq!(page.total, 10, "limit {limit}");
    }
    let page = stage.store.query(&scope, EntryQuery::prefix("a").limit(2)).await.unwrap();
    assert_eq!((page.entries.len(), page.total), (2, 3));
}

async fn a_prefix_means_what_it_says(stage: Stage) {
    let scope = stage.here.scope;
    for key in ["a%b", "a_b", "axb", "A%", "a\\"] {
        stage.store.save(&scope, NewEntry::new(key, "x"), &ann()).await.unwrap();
    }
    for (prefix, expected) in [("a%", &["a%b"][..]), ("a_", &["a_b"]), ("a\\", &["a\\"])] {
        assert_eq!(keys(&*stage.store, &scope, EntryQuery::prefix(prefix)).await, expected);
    }
    assert_eq!(keys(&*stage.store, &scope, EntryQuery::prefix("")).await.len(), 5);
}

async fn a_filter_is_honored(stage: Stage) {
    let scope = stage.here.scope;
    for (key, metadata) in [
        ("a", json!({ "n": 1, "tag": "x" })),
        ("b", json!({ "n": 1.0, "tag": "y" })),
        ("c", json!({ "n": "1", "o": { "p": [1, 2] } })),
        ("d", json!({ "n": null })),
        ("e", json!({})),
    ] {
        let entry = NewEntry { metadata: super::object(&metadata), ..NewEntry::new(key, "x") };
        stage.store.save(&scope, entry, &ann()).await.unwrap();
    }
    let all = EntryQuery::default;
    for (query, expected) in [
        (all().with("n", 1), &["a", "b"][..]),
        (all().with("n", 1.0).with("tag", "y"), &["b"]),
        (all().with("n", "1"), &["c"]),
        (all().with("n", json!(null)), &["d"]),
        (all().with("o", json!({ "p": [1, 2] })), &["c"]),
        // Equal, not contained.
        (all().with("o", json!({})), &[]),
        (all().with("nowhere", 1), &[]),
        (EntryQuery::key("a").with("tag", "y"), &[]),
        (EntryQuery::prefix("a").with("tag", "x"), &["a"]),
    ] {
        let page = stage.store.query(&scope, query.clone()).await.unwrap();
        let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!((keys.as_slice(), page.total), (expected, expected.len() as u64), "{query:?}");
    }
    // The total is that of those that pass.
    let page = stage.store.query(&scope, all().with("n", 1).limit(1)).await.unwrap();
    assert_eq!((page.entries.len(), page.total), (1, 2));
    let error = stage.store.query(&scope, all().with("n", "\0")).await.unwrap_err();
    assert_eq!(bad_field(&error), "filter.n");
}

async fn nothing_found_is_an_empty_list(stage: Stage) {
    for query in [EntryQuery::default(), EntryQuery::key("x"), EntryQuery::prefix("x")] {
        let page = stage.store.query(&stage.here.scope, query).await.unwrap();
        let expected = json!({ "entries": [], "total": 0, "degraded": false });
        assert_eq!(serde_json::to_value(page).unwrap(), expected);
    }
}

async fn places_that_differ_in_anything_share_nothing(stage: Stage) {
    let team = stage.here.scope;
    let (agent, user) = (stage.here.agent, stage.here.user);
    let scopes = [
        team,
        team.of_agent(agent),
        team.about_user(user),
        team.of_agent(agent).about_user(user),
        stage.beside.scope,
        stage.beside.scope.of_agent(stage.beside.agent),
        stage.elsewhere.scope,
    ];
    for (n, scope) in scopes.iter().enumerate() {
        let saved = stage.store.save(scope, NewEntry::new("k", n), &ann()).await.unwrap();
        assert_eq!(saved.data, json!(n));
    }
    for (n, scope) in scopes.iter().enumerate() {
        let page = stage.store.query(scope, EntryQuery::default()).await.unwrap();
        assert_eq!((page.total, &page.entries[0].data), (1, &json!(n)));
        assert_eq!(stage.store.stats(scope).await.unwrap().entries, 1);
    }
    assert!(stage.store.delete(&team, "k", &ann()).await.unwrap());
    for (n, scope) in scopes.iter().enumerate().skip(1) {
        let page = stage.store.query(scope, EntryQuery::key("k")).await.unwrap();
        assert_eq!(page.entries[0].data, json!(n));
    }
}

async fn what_is_deleted_is_gone_and_may_come_back_as_another(stage: Stage) {
    let scope = stage.here.scope;
    let first = stage.store.save(&scope, NewEntry::new("k", "x"), &ann()).await.unwrap();
    assert!(!stage.store.delete(&stage.beside.scope, "k", &ann()).await.unwrap());
    assert!(stage.store.delete(&scope, "k", &ann()).await.unwrap());
    assert!(!stage.store.delete(&scope, "k", &ann()).await.unwrap());
    assert_eq!(stage.store.query(&scope, EntryQuery::key("k")).await.unwrap().total, 0);
    let second = stage.store.save(&scope, NewEntry::new("k", "x"), &ann()).await.unwrap();
    assert_ne!(second.id, first.id);
}

async fn summaries_are_the_placeholder_and_need_their_entries(stage: Stage) {
    let scope = stage.here.scope;
    stage.store.save(&scope, NewEntry::new("k", "x"), &ann()).await.unwrap();
    let request = SummarizeRequest {
        context: "für später".to_owned(),
        keys: vec!["k".to_owned()],
        data: vec![json!(1), json!({ "a": 2 })],
    };
    let summary = stage.store.summarize(&scope, request.clone()).await.unwrap();
    assert_eq!(summary.summary, SUMMARY_PLACEHOLDER);
    assert_eq!(summary.created_at, super::START.parse().unwrap());
    assert_eq!(
        serde_json::to_value(summary.metadata).unwrap(),
        json!({ "implementation": "placeholder", "context_bytes": 12, "data_count": 3 })
    );
    let nothing = stage.store.summarize(&scope, SummarizeRequest::default()).await.unwrap();
    assert_eq!(nothing.summary, SUMMARY_PLACEHOLDER);

    let missing = SummarizeRequest { keys: vec!["gone".to_owned()], ..request };
    let error = stage.store.summarize(&scope, missing).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "entry `gone`"), "{error:?}");
}

async fn a_check_leaves_nothing_behind(stage: Stage) {
    let before = stage.store.stats(&stage.here.scope).await.unwrap();
    stage.store.check().await.unwrap();
    let scopes = [stage.here.scope, stage.beside.scope, stage.elsewhere.scope];
    for scope in scopes {
        assert_eq!(stage.store.query(&scope, EntryQuery::default()).await.unwrap().total, 0);
    }
    assert_eq!(stage.store.stats(&stage.here.scope).await.unwrap(), before);
}

async fn many_writers_of_one_key_make_one_entry(stage: Stage) {
    let scope = stage.here.scope;
    let save = |n: usize| {
        let store = stage.store.clone();
        tokio::spawn(async move { store.save(&scope, NewEntry::new("k", n), &ann()).await })
    };
    let tasks: Vec<_> = (0..64).map(save).collect();
    let mut ids = std::collections::BTreeSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap().unwrap().id);
    }
    assert_eq!(ids.len(), 1);
    let page = stage.store.query(&scope, EntryQuery::default()).await.unwrap();
    assert_eq!((page.total, page.entries[0].id), (1, *ids.first().unwrap()));
}

async fn many_writers_of_many_keys_lose_none(stage: Stage) {
    let scope = stage.here.scope;
    let work = |n: usize| {
        let store = stage.store.clone();
        tokio::spawn(async move {
            let key = format!("k{n:02}");
            store.save(&scope, NewEntry::new(&key, n), &ann()).await.unwrap();
            let page = store.query(&scope, EntryQuery::default()).await.unwrap();
            assert!(page.entries.is_sorted_by(|a, b| a.key < b.key));
            assert_eq!(page.total, page.entries.len() as u64);
            if n.is_multiple_of(4) {
                assert!(store.delete(&scope, &key, &ann()).await.unwrap());
            }
        })
    };
    let tasks: Vec<_> = (0..64).map(work).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let expected: Vec<_> = (0..64).filter(|n| n % 4 > 0).map(|n| format!("k{n:02}")).collect();
    assert_eq!(keys(&*stage.store, &scope, EntryQuery::default()).await, expected);
}
