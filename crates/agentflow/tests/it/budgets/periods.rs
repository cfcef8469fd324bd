//! When periods begin, by the calendar of a time zone.

use agentflow::budgets::{Amounts, BudgetPeriod, BudgetSpec};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone};

use super::{Bank, Dice, Subject, at, budget, tokens};
use crate::support::World;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Pacific/Apia",
];

/// The period by another library's calendar.
fn window(period: BudgetPeriod, now: &Zoned) -> (Timestamp, Option<Timestamp>) {
    let first = |date: Date| date.to_zoned(now.time_zone().clone()).unwrap().timestamp();
    let days = |from: Date, step: Span| match first(from + step) {
        // Set back over midnight, it is the day before once more.
        end if end <= now.timestamp() => (end, Some(first(from + step + step))),
        end => (first(from), Some(end)),
    };
    let today = now.date();
    match period {
        BudgetPeriod::Hour => {
            let beyond = SignedDuration::from_mins(i64::from(now.minute()))
                + SignedDuration::from_secs(i64::from(now.second()));
            let start = now.timestamp() - beyond;
            (start, Some(start + SignedDuration::from_hours(1)))
        }
        BudgetPeriod::Day => days(today, 1.day()),
        BudgetPeriod::Week => {
            let back = i64::from(today.weekday().to_monday_zero_offset());
            let monday = today - back.days();
            days(monday, 7.days())
        }
        BudgetPeriod::Month => {
            let begins = today.first_of_month();
            days(begins, 1.month())
        }
        BudgetPeriod::Total => (Timestamp::UNIX_EPOCH, None),
    }
}

/// Whole seconds of the years 1995 to 2035: anywhere, and around each change of the clocks.
fn moments(zone: &TimeZone, dice: &mut Dice) -> Vec<Timestamp> {
    let (from, to) = (at("1995-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z"));
    let span = (to.as_second() - from.as_second()).unsigned_abs();
    let mut moments: Vec<_> = (0..300)
        .map(|_| from + SignedDuration::from_secs(dice.below(span).cast_signed()))
        .collect();
    for change in zone.following(from).take_while(|change| change.timestamp() < to) {
        for minutes in [-1_500, -61, -31, -1, 0, 1, 29, 31, 59, 61, 119, 1_500] {
            let near = change.timestamp() + SignedDuration::from_mins(minutes);
            moments.push(near + SignedDuration::from_secs(dice.below(60).cast_signed()));
        }
    }
    moments
}

#[tokio::test]
async fn periods_are_those_of_the_calendar_of_the_time_zone() {
    let world = World::new().await;
    let superuser = world.superuser().await;
    let mut dice = Dice(9);
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        let moments = moments(&zone, &mut dice);
        for period in BudgetPeriod::ALL {
            let rows = superuser
                .query(
                    "SELECT w.period_start, w.period_end
                     FROM unnest($1::timestamptz[]) WITH ORDINALITY AS it (at, place),
                          budget_window($2, $3, it.at) AS w ORDER BY it.place",
                    &[&moments, &period.as_str(), &name],
                )
                .await
                .unwrap();
            for (now, row) in moments.iter().zip(&rows) {
                let got: (Timestamp, Option<Timestamp>) = (row.get(0), row.get(1));
                let expected = window(*period, &now.to_zoned(zone.clone()));
                assert_eq!(got, expected, "the {period} of {now} in {name}");
                assert!(got.0 <= *now && got.1.is_none_or(|end| *now < end));
            }
        }
    }
}

#[tokio::test]
async fn a_budget_begins_anew_at_its_own_midnight() {
    let bank = Bank::new().await;
    let of = |name: &str, period, time_zone: &str| BudgetSpec {
        period,
        time_zone: time_zone.to_owned(),
        ..budget(name, tokens(10))
    };
    // The 29th of March has 23 hours in Berlin.
    bank.clock.set(at("2026-03-28T23:00:00Z"));
    bank.set(of("day", BudgetPeriod::Day, "Europe/Berlin")).await;
    let _ = bank.reserved(Amounts::tokens(10)).await;
    bank.clock.set(at("2026-03-29T21:59:59Z"));
    let held = bank.budgets().check(&Subject::default(), &Amounts::tokens(10)).await.unwrap();
    assert!(held.is_allowed(), "what was reserved has expired");
    let reservation = bank.reserved(Amounts::tokens(10)).await;
    let refusal = &bank.refused(Subject::default(), Amounts::tokens(1)).await[0];
    assert!(refusal.to_string().ends_with("begins anew at 2026-03-30T00:00:00+02:00"), "{refusal}");
    bank.clock.set(at("2026-03-29T22:00:00Z"));
    let next = bank.reserved(Amounts::tokens(10)).await;
    // It counts where it was reserved.
    bank.budgets().settle(reservation.id, Amounts::tokens(9)).await.unwrap();
    assert_eq!(bank.used("day").await, (0, 10));
    bank.budgets().settle(next.id, Amounts::tokens(8)).await.unwrap();
    assert_eq!(bank.used("day").await, (8, 0));
}

#[tokio::test]
async fn what_is_left_is_carried_over_once_up_to_its_part_of_the_limit() {
    let bank = Bank::new().await;
    let spec = BudgetSpec {
        period: BudgetPeriod::Day,
        carry_over_percent: 50,
        ..budget("day", tokens(100))
    };
    bank.set(spec).await;
    let mut allowed = Vec::new();
    // Used up in the course of each day.
    for used in [0, 130, 20, 100, 0, 0] {
        allowed.push(bank.state("day").await.state.tokens.allowed().unwrap().to_string());
        if used > 0 {
            let held = bank.reserved(Amounts::tokens(used)).await;
            bank.budgets().settle(held.id, Amounts::tokens(used)).await.unwrap();
        }
        bank.pass(SignedDuration::from_hours(24));
    }
    assert_eq!(allowed, ["100", "150", "120", "150", "150", "150"]);
}
