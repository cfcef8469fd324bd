use agentflow::memory::{EntrySearch, NewEntry};

use super::{Stage, ann, bad_field, on_both};

on_both! {
    what_has_most_to_do_with_a_text_is_found_first
    an_exact_number_is_found_and_what_only_looks_alike_is_behind
    less_similar_ones_are_left_out_unless_they_have_the_words
    a_search_that_asks_for_nothing_is_refused
    a_search_sees_no_other_place
}

const ENTRIES: &[(&str, &str)] = &[
    ("billing", "Invoices are sent on the first day of the month"),
    ("coffee", "Ann drinks her coffee black"),
    ("order", "Order INV-2024/17 waits for the customer"),
    ("orders", "Orders wait for customers until the evening"),
    ("tea", "Bob prefers green tea with lemon"),
];

async fn fill(stage: &Stage) {
    for (key, text) in ENTRIES {
        stage.store.save(&stage.here.scope, NewEntry::new(*key, *text), &ann()).await.unwrap();
    }
}

async fn found(stage: &Stage, search: EntrySearch) -> Vec<String> {
    let found = stage.store.search(&stage.here.scope, search).await.unwrap();
    assert!(!found.degraded);
    let scores: Vec<_> = found.found.iter().map(|it| it.score).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
    found.found.into_iter().map(|it| it.entry.key).collect()
}

async fn what_has_most_to_do_with_a_text_is_found_first(stage: Stage) {
    fill(&stage).await;
    assert_eq!(found(&stage, EntrySearch::new("black coffee")).await[0], "coffee");
    assert_eq!(found(&stage, EntrySearch::new("green tea").limit(1)).await, ["tea"]);
    // What is not alike at all is left out.
    let found = found(&stage, EntrySearch::new("green tea")).await;
    assert_eq!(found[0], "tea");
    assert!(found.len() < ENTRIES.len(), "{found:?}");
}

async fn an_exact_number_is_found_and_what_only_looks_alike_is_behind(stage: Stage) {
    fill(&stage).await;
    for query in ["INV-2024/17", "inv-2024/17", "what of INV-2024/17?"] {
        assert_eq!(found(&stage, EntrySearch::new(query)).await[0], "order", "{query}");
    }
}

async fn less_similar_ones_are_left_out_unless_they_have_the_words(stage: Stage) {
    fill(&stage).await;
    let strict = |query: &str| EntrySearch::new(query).min_similarity(0.999);
    assert_eq!(found(&stage, strict("lemon")).await, ["tea"]);
    assert!(found(&stage, strict("zebra")).await.is_empty());
    assert_eq!(found(&stage, strict("Ann drinks her coffee black")).await[0], "coffee");
}

async fn a_search_that_asks_for_nothing_is_refused(stage: Stage) {
    let good = || EntrySearch::new("x");
    for (search, field) in [
        (EntrySearch::new(" "), "query"),
        (EntrySearch::new("x".repeat(10_001)), "query"),
        (EntrySearch::new("\0"), "query"),
        (good().limit(0), "limit"),
        (good().limit(1001), "limit"),
        (good().min_similarity(1.1), "min_similarity"),
        (good().min_similarity(f64::NAN), "min_similarity"),
    ] {
        let error = stage.store.search(&stage.here.scope, search).await.unwrap_err();
        assert_eq!(bad_field(&error), field);
    }
    assert!(stage.store.search(&stage.here.scope, good()).await.unwrap().found.is_empty());
}

async fn a_search_sees_no_other_place(stage: Stage) {
    fill(&stage).await;
    let scope = stage.here.scope;
    let own = NewEntry::new("own", "Carl drinks coffee with milk");
    stage.store.save(&scope.of_agent(stage.here.agent), own, &ann()).await.unwrap();
    for place in [stage.beside.scope, stage.elsewhere.scope] {
        let found = stage.store.search(&place, EntrySearch::new("coffee")).await.unwrap();
        assert!(found.found.is_empty());
    }
    assert!(!found(&stage, EntrySearch::new("coffee milk")).await.contains(&"own".to_owned()));
}
