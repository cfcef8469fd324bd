use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::random::Generator;

fn id(begun_at: &str) -> BackupId {
    BackupId::new(begun_at.parse().unwrap(), &Generator::seeded(1))
}

fn kept(keep: Keep, ids: &[BackupId]) -> Vec<String> {
    keep.choose(ids).iter().map(|id| id.as_str()[..8].to_owned()).collect()
}

#[test]
fn the_newest_of_each_day_week_and_month_is_kept() {
    // 2026-11-22 is a Sunday, so the week before ends on the 15th.
    let ids: Vec<_> = [
        "2026-09-30T23:59:59Z",
        "2026-10-01T00:00:00Z",
        "2026-10-31T12:00:00Z",
        "2026-11-15T23:59:59Z",
        "2026-11-16T00:00:00Z",
        "2026-11-22T08:00:00Z",
        "2026-11-22T20:00:00Z",
    ]
    .map(id)
    .to_vec();
    let none = Keep::default();
    assert_eq!(kept(Keep { daily: 2, ..none }, &ids), ["20261116", "20261122"]);
    assert_eq!(kept(Keep { weekly: 2, ..none }, &ids), ["20261115", "20261122"]);
    assert_eq!(kept(Keep { monthly: 3, ..none }, &ids), ["20260930", "20261031", "20261122"]);
    assert_eq!(kept(Keep { last: 2, ..none }, &ids), ["20261122", "20261122"]);
    assert_eq!(kept(Keep { daily: 1, monthly: 2, ..none }, &ids), ["20261031", "20261122"]);
}

#[test]
fn weeks_are_those_of_iso_8601_across_the_year() {
    // 2027-01-03 is the Sunday of week 53 of 2026, which began on 2026-12-28.
    let ids = ["2026-12-28T00:00:00Z", "2027-01-03T23:00:00Z", "2027-01-04T00:00:00Z"].map(id);
    let weekly = Keep { weekly: 9, ..Keep::default() };
    assert_eq!(kept(weekly, &ids), ["20270103", "20270104"]);
}

#[test]
fn the_newest_is_kept_without_any_rule() {
    let ids = ["2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"].map(id);
    assert_eq!(kept(Keep::default(), &ids), ["20261122"]);
    assert!(Keep::default().is_empty() && Keep::default().choose(&[]).is_empty());
}

/// As somebody would say it: put them into drawers, and take the newest of each of the newest drawers.
fn model(keep: Keep, ids: &[BackupId]) -> BTreeSet<BackupId> {
    let mut kept = BTreeSet::new();
    let drawers: [(u32, &str); 3] =
        [(keep.daily, "%F"), (keep.weekly, "%G-%V"), (keep.monthly, "%Y-%m")];
    for (count, label) in drawers {
        let mut newest: BTreeMap<String, BackupId> = BTreeMap::new();
        for id in ids {
            let best = newest
                .entry(id.begun_at().strftime(label).to_string())
                .or_insert_with(|| id.clone());
            *best = best.clone().max(id.clone());
        }
        kept.extend(newest.into_values().rev().take(count as usize));
    }
    let mut newest_first: Vec<_> =
        ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    newest_first.reverse();
    kept.extend(newest_first.iter().take(keep.last as usize).cloned());
    kept.extend(newest_first.first().cloned());
    kept
}

proptest! {
    #[test]
    fn what_is_kept_is_what_the_drawers_say(
        hours in proptest::collection::vec((0_i64..24 * 900, 0_u64..3), 0..60),
        (last, daily) in (0_u32..5, 0_u32..12),
        (weekly, monthly) in (0_u32..9, 0_u32..40),
    ) {
        let begin = Timestamp::from_second(1_790_000_000).unwrap();
        let ids: Vec<_> = hours
            .iter()
            .map(|(hour, seed)| {
                let at = begin + jiff::SignedDuration::from_hours(*hour);
                BackupId::new(at, &Generator::seeded(*seed))
            })
            .collect();
        let keep = Keep { last, daily, weekly, monthly };
        let kept = keep.choose(&ids);
        prop_assert_eq!(&kept, &model(keep, &ids));
        prop_assert_eq!(kept.last(), ids.iter().max(), "the newest is always kept");
        // Whatever was removed before, the same are kept again: a prune twice is a prune once.
        let again: Vec<_> = kept.iter().cloned().collect();
        prop_assert_eq!(keep.choose(&again), kept);
    }
}
