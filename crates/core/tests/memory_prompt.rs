//! How memories are packed into a prompt.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use agentflow_core::memory::{
    MemoryStatus, MemoryType, Parcel, PromptEntry, Section, estimated_tokens, pack,
};
use proptest::prelude::*;

fn parcel(memory_type: MemoryType, tokens: u64) -> Parcel {
    Parcel { memory_type, is_pinned: false, tokens }
}

fn pinned(tokens: u64) -> Parcel {
    Parcel { is_pinned: true, ..parcel(MemoryType::Semantic, tokens) }
}

#[test]
fn a_token_is_three_and_a_half_characters() {
    let tokens = |count: usize| estimated_tokens(&"ä".repeat(count));
    assert_eq!([0, 1, 3, 4, 7, 8, 3500].map(tokens), [0, 1, 1, 2, 2, 3, 1000]);
}

#[test]
fn the_best_go_in_and_what_is_too_long_makes_room_for_what_is_shorter() {
    let all = [600, 600, 100, 60].map(|tokens| parcel(MemoryType::Semantic, tokens));
    let packing = pack(&all, 700);
    assert_eq!((packing.kept, packing.left_out, packing.tokens), (vec![0, 2], vec![1, 3], 700));
    assert!(packing.warnings.is_empty());
}

#[test]
fn identity_and_pinned_ones_go_in_over_the_budget_and_say_so() {
    let all = [
        parcel(MemoryType::Semantic, 10),
        parcel(MemoryType::Identity, 80),
        pinned(50),
        parcel(MemoryType::UserProfile, 5),
    ];
    let packing = pack(&all, 100);
    assert_eq!((packing.kept, packing.tokens), (vec![1, 2], 130));
    assert_eq!(packing.warnings.len(), 1);
    assert!(packing.warnings[0].contains("130 tokens, more than the budget of 100"));
}

#[test]
fn more_than_is_meant_for_them_is_told_of() {
    let packing = pack(&[parcel(MemoryType::Identity, 201), pinned(301)], 2000);
    assert_eq!(packing.kept, [0, 1]);
    assert!(packing.warnings[0].contains("identity memories take 201 tokens"));
    assert!(packing.warnings[1].contains("pinned memories take 301 tokens"));
    assert!(pack(&[parcel(MemoryType::Identity, 200), pinned(300)], 2000).warnings.is_empty());
}

#[test]
fn profiles_have_200_tokens_that_better_ones_cannot_take() {
    let all = [
        parcel(MemoryType::Semantic, 900),
        parcel(MemoryType::UserProfile, 150),
        parcel(MemoryType::UserProfile, 60),
        parcel(MemoryType::UserProfile, 50),
    ];
    let packing = pack(&all, 1000);
    assert_eq!(packing.kept, [1, 2, 3], "the fact does not fit beside what is kept for profiles");
    assert_eq!(packing.tokens, 260);
}

fn parcels() -> impl Strategy<Value = Vec<Parcel>> {
    let one =
        (proptest::sample::select(MemoryType::ALL), proptest::bool::weighted(0.1), 1_u64..400);
    let one =
        one.prop_map(|(memory_type, is_pinned, tokens)| Parcel { memory_type, is_pinned, tokens });
    proptest::collection::vec(one, 0..30)
}

proptest! {
    #[test]
    fn what_is_packed_fits_and_nothing_more_would(all in parcels(), budget in 1_u64..3000) {
        let packing = pack(&all, budget);
        let always = |it: &Parcel| it.is_pinned || it.memory_type == MemoryType::Identity;
        let needed: u64 = all.iter().filter(|it| always(it)).map(|it| it.tokens).sum();
        let taken: u64 = packing.kept.iter().map(|index| all[*index].tokens).sum();
        prop_assert_eq!(packing.tokens, taken);
        prop_assert!(taken <= budget.max(needed));
        let mut places = [&packing.kept[..], &packing.left_out[..]].concat();
        places.sort_unstable();
        prop_assert!(places.into_iter().eq(0..all.len()));
        for index in &packing.left_out {
            prop_assert!(!always(&all[*index]));
            prop_assert!(taken + all[*index].tokens > budget);
        }
        if needed > budget {
            prop_assert_eq!(packing.warnings.len(), 1);
        }
    }

    #[test]
    fn no_memory_can_pass_for_two(content in "\\PC{0,20}([\n\r\u{2028}]\\[IDENTITY\\] \\PC{0,9}){0,3}") {
        let entry = PromptEntry {
            section: Section::Fact,
            status: MemoryStatus::Disputed,
            created_at: "2026-11-18T12:00:00Z".parse().unwrap(),
            content: &content,
            contradicted_by: std::slice::from_ref(&content),
        };
        let lines = entry.to_lines();
        let first = lines.split(['\n', '\r', '\u{2028}']).filter(|line| line.starts_with('['));
        prop_assert_eq!(first.count(), 1);
        prop_assert!(lines.starts_with("[FACT] (disputed) "));
        prop_assert!(lines.ends_with('\n'));
    }
}

fn lines(section: Section, status: MemoryStatus, contradicted_by: &[String]) -> String {
    let created_at = "2026-11-18T23:30:00Z".parse().unwrap();
    PromptEntry { section, status, created_at, content: " It rained.\nMuch. ", contradicted_by }
        .to_lines()
}

#[test]
fn events_have_a_day_and_disputed_ones_what_contradicts_them() {
    let others = ["It was dry.".to_owned(), "x".repeat(201)];
    assert_eq!(
        lines(Section::Event, MemoryStatus::Active, &others),
        "[EVENT 2026-11-18] It rained.\n  Much.\n"
    );
    assert_eq!(
        lines(Section::UserProfile, MemoryStatus::Disputed, &others),
        format!(
            "[USER-PROFILE] (disputed) It rained.\n  Much.\n  contradicted by: It was dry.\n  contradicted by: {}…\n",
            "x".repeat(200)
        )
    );
}

#[test]
fn the_tag_follows_from_type_and_subject() {
    let cases = [
        (MemoryType::Identity, Some("user.preference.tone"), Section::Identity),
        (MemoryType::UserProfile, Some("user.preference.tone"), Section::Preference),
        (MemoryType::UserProfile, Some("user.name"), Section::UserProfile),
        (MemoryType::Semantic, Some("team.preferences"), Section::Preference),
        (MemoryType::Semantic, None, Section::Fact),
        (MemoryType::AgentPrivate, Some("preferenced"), Section::Fact),
        (MemoryType::Episodic, Some("preference"), Section::Event),
        (MemoryType::Procedural, None, Section::Pattern),
        (MemoryType::Shared, None, Section::Team),
    ];
    for (memory_type, subject, section) in cases {
        assert_eq!(Section::of(memory_type, subject), section, "{memory_type} {subject:?}");
    }
}
