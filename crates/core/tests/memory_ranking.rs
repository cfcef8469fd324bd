//! How memories are ranked: fused lists and scores.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::collections::{BTreeMap, HashMap};

use agentflow_core::{
    agent::RetrievalWeights,
    memory::{
        Adjustment, Fused, Hit, MemoryStatus, MemoryType, Scored, SearchMode, fuse, recency,
        relationships, score,
    },
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn hit(id: u8, similarity: Option<f64>, text_score: Option<f64>) -> Hit<u8> {
    Hit { id, similarity, text_score }
}

fn ids(fused: &[Fused<u8>]) -> Vec<u8> {
    fused.iter().map(|it| it.id).collect()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

#[test]
fn what_both_lists_have_first_has_the_most_that_is_possible() {
    let fused = fuse(
        SearchMode::Hybrid,
        &[hit(1, Some(0.2), None), hit(2, Some(0.9), Some(3.0)), hit(3, None, Some(1.0))],
    );
    assert_eq!(ids(&fused), [2, 1, 3]);
    assert!(near(fused[0].relevance, 1.0));
    // Second in one list, absent from the other.
    let expected = (1.0 / 62.0) / (2.0 / 61.0);
    assert!(near(fused[1].relevance, expected));
    assert!(near(fused[2].relevance, expected));
    assert_eq!((fused[0].vector_rank, fused[0].text_rank), (Some(1), Some(1)));
    assert_eq!((fused[1].vector_rank, fused[1].text_rank), (Some(2), None));
}

#[test]
fn an_empty_list_counts_for_nothing() {
    let fused = fuse(SearchMode::Hybrid, &[hit(1, None, Some(0.4)), hit(2, None, Some(0.3))]);
    assert!(near(fused[0].relevance, 1.0));
    assert!(near(fused[1].relevance, 61.0 / 62.0));
}

#[test]
fn without_a_word_the_relevance_is_the_similarity() {
    let hits = [hit(1, Some(0.02), None), hit(2, Some(0.4), None), hit(3, Some(-0.3), None)];
    let fused = fuse(SearchMode::Hybrid, &hits);
    assert_eq!(ids(&fused), [2, 1]);
    assert!(near(fused[0].relevance, 0.4) && near(fused[1].relevance, 0.02));
}

#[test]
fn a_vector_that_points_elsewhere_is_no_hit() {
    let hits = [hit(1, Some(-0.2), Some(1.0)), hit(2, Some(0.0), None), hit(3, Some(0.1), None)];
    let fused = fuse(SearchMode::Hybrid, &hits);
    assert_eq!(ids(&fused), [1, 3]);
    assert_eq!((fused[0].similarity, fused[0].vector_rank), (None, None));
    assert!(near(fused[0].relevance, 0.5) && near(fused[1].relevance, 0.5));
}

#[test]
fn one_list_is_ranked_by_its_own_values() {
    let hits = [hit(1, Some(-0.4), Some(2.0)), hit(2, Some(0.3), None), hit(3, None, Some(4.0))];
    let near_ones = fuse(SearchMode::Vector, &hits);
    assert_eq!(ids(&near_ones), [2, 1]);
    assert!(near(near_ones[1].relevance, -0.4));
    assert_eq!(near_ones[1].text_score, None);
    let matching = fuse(SearchMode::Text, &hits);
    assert_eq!(ids(&matching), [3, 1]);
    assert!(near(matching[1].relevance, 0.5));
    assert_eq!(matching[1].similarity, None);
}

#[test]
fn equally_good_ones_have_the_same_rank_and_stand_in_the_order_of_their_ids() {
    let fused = fuse(
        SearchMode::Vector,
        &[hit(9, Some(0.5), None), hit(3, Some(0.5), None), hit(1, Some(0.1), None)],
    );
    assert_eq!(ids(&fused), [3, 9, 1]);
    let ranks: Vec<_> = fused.iter().filter_map(|it| it.vector_rank).collect();
    assert_eq!(ranks, [1, 1, 3]);
}

#[test]
fn links_count_in_both_directions_and_the_best_hit_decides() {
    let relevance = HashMap::from([(1, 0.9), (2, 0.4), (5, -0.5)]);
    let near = relationships(&relevance, [(3, 1), (2, 3), (1, 2), (4, 4), (5, 6), (7, 8)]);
    let near: BTreeMap<_, _> = near.into_iter().collect();
    assert_eq!(near, BTreeMap::from([(1, 0.4), (2, 0.9), (3, 0.9), (6, 0.0)]));
}

fn hits() -> impl Strategy<Value = Vec<Hit<u8>>> {
    let value = || proptest::option::of((-10_i8..=10).prop_map(|tenths| f64::from(tenths) / 10.0));
    let text = proptest::option::of((1_u8..=20).prop_map(f64::from));
    proptest::collection::btree_map(any::<u8>(), (value(), text), 0..40)
        .prop_map(|all| all.into_iter().map(|(id, (near, text))| hit(id, near, text)).collect())
}

fn mode() -> impl Strategy<Value = SearchMode> {
    proptest::sample::select(SearchMode::ALL)
}

/// As the formula reads, without any of the shortcuts.
fn naive_hybrid(hits: &[Hit<u8>], it: &Hit<u8>) -> f64 {
    let rank = |value: Option<f64>, all: &dyn Fn(&Hit<u8>) -> Option<f64>| {
        value.map_or(0.0, |value| {
            let better = hits.iter().filter_map(all).filter(|other| *other > value).count();
            1.0 / (60.0 + 1.0 + f64::from(u32::try_from(better).unwrap()))
        })
    };
    let near = |it: &Hit<u8>| it.similarity.filter(|value| *value > 0.0);
    let lists =
        [hits.iter().any(|it| near(it).is_some()), hits.iter().any(|it| it.text_score.is_some())];
    if !lists[1] {
        return near(it).unwrap_or_default();
    }
    let lists = f64::from(u32::try_from(lists.iter().filter(|it| **it).count()).unwrap());
    (rank(near(it), &near) + rank(it.text_score, &|it| it.text_score)) / (lists / 61.0)
}

proptest! {
    #[test]
    fn whatever_one_list_has_is_there_and_in_order(hits in hits(), mode in mode()) {
        let fused = fuse(mode, &hits);
        let mut expected: Vec<_> = hits
            .iter()
            .filter(|it| match mode {
                SearchMode::Hybrid => {
                    it.similarity.is_some_and(|value| value > 0.0) || it.text_score.is_some()
                }
                SearchMode::Vector => it.similarity.is_some(),
                SearchMode::Text => it.text_score.is_some(),
            })
            .map(|it| it.id)
            .collect();
        let mut there = ids(&fused);
        there.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(there, expected);
        for pair in fused.windows(2) {
            let (one, other) = (&pair[0], &pair[1]);
            prop_assert!(
                one.relevance > other.relevance
                    || (one.relevance.to_bits() == other.relevance.to_bits() && one.id < other.id)
            );
        }
        for it in &fused {
            let range = if mode == SearchMode::Vector { -1.0..=1.0 } else { 0.0..=1.0 };
            prop_assert!(range.contains(&it.relevance));
        }
    }

    #[test]
    fn the_order_in_which_hits_come_says_nothing(hits in hits(), mode in mode(), seed in any::<u64>()) {
        let mut others = hits.clone();
        others.sort_by_key(|it| u64::from(it.id).wrapping_mul(seed | 1));
        prop_assert_eq!(fuse(mode, &hits), fuse(mode, &others));
    }

    #[test]
    fn the_relevance_is_as_the_formula_says(hits in hits()) {
        for it in fuse(SearchMode::Hybrid, &hits) {
            let hit = hits.iter().find(|hit| hit.id == it.id).unwrap();
            prop_assert!(near(it.relevance, naive_hybrid(&hits, hit)));
        }
    }
}

fn noon() -> Timestamp {
    "2026-11-18T12:00:00Z".parse().unwrap()
}

fn plain() -> Scored {
    Scored {
        semantic: 0.6,
        memory_type: MemoryType::Semantic,
        status: MemoryStatus::Active,
        importance: 5,
        is_pinned: false,
        last_accessed_at: noon() - SignedDuration::from_hours(100),
        continues: true,
        relationship: 0.5,
    }
}

fn total(scored: &Scored) -> f64 {
    score(scored, &RetrievalWeights::default(), noon()).score
}

#[test]
fn the_five_signals_add_up() {
    let score = score(&plain(), &RetrievalWeights::default(), noon());
    let expected = 0.35 * 0.6 + 0.20 * (-1.0_f64).exp() + 0.20 * 0.5 + 0.15 + 0.10 * 0.5;
    assert!(near(score.score, expected));
    assert!(near(score.semantic.part, 0.35 * 0.6));
    assert!(near(score.recency.value, (-1.0_f64).exp()));
    assert!(near(score.importance.value, 0.5));
    assert!(near(score.continuity.value, 1.0));
    assert!(near(score.relationship.part, 0.05));
    assert!(score.adjusted.is_empty());
}

#[test]
fn recency_halves_in_69_hours_and_never_exceeds_1() {
    let ago = |hours| recency(noon() - SignedDuration::from_hours(hours), noon());
    assert!(near(ago(0), 1.0));
    assert!((ago(69) - 0.5).abs() < 0.002);
    assert!(near(ago(-5), 1.0));
}

#[test]
fn pinned_ones_count_as_most_important_and_never_fall_below_the_floor() {
    let pinned = Scored { is_pinned: true, importance: 1, ..plain() };
    let score = score(&pinned, &RetrievalWeights::default(), noon());
    assert!(near(score.importance.value, 1.0));
    assert!(near(score.score, 0.95));
    assert_eq!(score.adjusted, [Adjustment::PinnedFloor]);
    // What is above it already stays.
    let best = Scored {
        is_pinned: true,
        semantic: 1.0,
        last_accessed_at: noon(),
        relationship: 1.0,
        ..plain()
    };
    assert!(near(total(&best), 1.0));
}

#[test]
fn identity_is_1_and_disputes_halve_what_the_other_rules_made_of_it() {
    let identity = Scored { memory_type: MemoryType::Identity, ..plain() };
    assert!(near(total(&identity), 1.0));
    let disputed = |scored: Scored| Scored { status: MemoryStatus::Disputed, ..scored };
    assert!(near(total(&disputed(identity)), 0.5));
    assert!(near(total(&disputed(Scored { is_pinned: true, ..plain() })), 0.475));
    assert!(near(total(&disputed(plain())), total(&plain()) / 2.0));
    let both = disputed(Scored { is_pinned: true, ..identity });
    let adjusted = score(&both, &RetrievalWeights::default(), noon()).adjusted;
    assert_eq!(adjusted, [Adjustment::Identity, Adjustment::DisputedHalf]);
}

fn scored() -> impl Strategy<Value = Scored> {
    let types = proptest::sample::select(MemoryType::ALL);
    let statuses = proptest::sample::select(vec![MemoryStatus::Active, MemoryStatus::Disputed]);
    (
        -1.0..=1.0,
        types,
        statuses,
        1_u8..=10,
        any::<bool>(),
        -1000_i64..100_000,
        any::<bool>(),
        0.0..=1.0,
    )
        .prop_map(
            |(
                semantic,
                memory_type,
                status,
                importance,
                is_pinned,
                hours,
                continues,
                relationship,
            )| {
                let last_accessed_at = noon() - SignedDuration::from_hours(hours);
                Scored {
                    semantic,
                    memory_type,
                    status,
                    importance,
                    is_pinned,
                    last_accessed_at,
                    continues,
                    relationship,
                }
            },
        )
}

proptest! {
    #[test]
    fn a_score_is_what_its_parts_and_adjustments_say(scored in scored(), weights in proptest::array::uniform5(0.0..=1.0)) {
        let [semantic, recency, importance, continuity, relationship] = weights;
        let weights = RetrievalWeights { semantic, recency, importance, continuity, relationship };
        let score = score(&scored, &weights, noon());
        let signals = [score.semantic, score.recency, score.importance, score.continuity, score.relationship];
        let mut sum: f64 = signals.iter().map(|it| it.part).sum();
        for adjustment in &score.adjusted {
            sum = match adjustment {
                Adjustment::PinnedFloor => sum.max(0.95),
                Adjustment::Identity => 1.0,
                Adjustment::DisputedHalf => sum / 2.0,
            };
        }
        prop_assert!(near(score.score, sum));
        prop_assert_eq!(score.adjusted.contains(&Adjustment::DisputedHalf), scored.status == MemoryStatus::Disputed);
        prop_assert_eq!(score.adjusted.contains(&Adjustment::Identity), scored.memory_type == MemoryType::Identity);
        for signal in signals {
            prop_assert!(near(signal.part, signal.value * signal.weight));
            prop_assert!((-1.0..=1.0).contains(&signal.value));
        }
    }

    /// So that a page that was read, and is recent now, does not come back on the next.
    #[test]
    fn reading_never_lowers_a_score(scored in scored()) {
        let read = Scored { last_accessed_at: noon(), ..scored };
        prop_assert!(total(&read) >= total(&scored));
    }
}
