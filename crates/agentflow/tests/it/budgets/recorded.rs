//! Usage that is recorded with a reservation, or without one.

use agentflow::{
    ReservationId,
    budgets::{Amounts, ReserveRequest, Subject},
    core::clock::Clock,
};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::json;

use super::{Bank, at, budget, tokens};

/// Counts tokens as those who record usage do.
async fn charge(bank: &Bank, moment: Timestamp, with: Option<ReservationId>, tokens: u64) {
    let charge = json!([{
        "at": moment, "reservation_id": with.map(|id| id.0), "tokens": tokens, "calls": 0, "cost_in_cents": 0
    }]);
    let superuser = bank.world.superuser().await;
    superuser
        .execute(
            "SELECT budget_charge($1, $2::jsonb, $3)",
            &[&bank.tenant.id().0, &charge, &bank.clock.now()],
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_recorded_is_spent_once_however_its_reservation_ends() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(1_000))).await;
    let budgets = bank.budgets();
    let now = bank.clock.now();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(bank.reserved(Amounts::tokens(100)).await.id);
    }
    for id in &held {
        charge(&bank, now, Some(*id), 30).await;
    }
    assert_eq!(bank.used("llm").await, (0, 400), "it is reserved still");
    budgets.settle(held[0], Amounts::tokens(20)).await.unwrap();
    assert_eq!(bank.used("llm").await, (30, 300), "more was recorded than settled");
    budgets.settle(held[1], Amounts::tokens(50)).await.unwrap();
    assert_eq!(bank.used("llm").await, (80, 200), "what was recorded is in it");
    charge(&bank, now, Some(held[1]), 5).await;
    assert_eq!(bank.used("llm").await, (80, 200), "the settlement counted");
    budgets.release(held[2]).await.unwrap();
    assert_eq!(bank.used("llm").await, (110, 100));
    charge(&bank, now, Some(held[2]), 5).await;
    assert_eq!(bank.used("llm").await, (115, 100));
    bank.pass(SignedDuration::from_hours(1));
    assert_eq!(bank.used("llm").await, (145, 0), "nobody had to write it down");
    let refusals = bank.refused(Subject::default(), Amounts::tokens(856)).await;
    assert_eq!((refusals[0].spent, refusals[0].reserved), (145.into(), 0.into()));
    charge(&bank, now, Some(held[3]), 7).await;
    assert_eq!(bank.used("llm").await, (152, 0));
    assert!(budgets.settle(held[3], Amounts::tokens(40)).await.unwrap().late);
    assert_eq!(bank.used("llm").await, (155, 0), "3 more than were recorded");
}

#[tokio::test]
async fn sums_may_be_larger_than_any_event() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(1_000))).await;
    for _ in 0..2 {
        charge(&bank, bank.clock.now(), None, 9_000_000_000_000_000_000).await;
    }
    let spent = bank.state("llm").await.state.tokens.spent;
    assert_eq!(spent, Decimal::from(18_000_000_000_000_000_000_u64));
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(1)).await.len(), 1);
}

#[tokio::test]
async fn many_that_are_due_keep_nobody_out_and_are_written_down_in_parts() {
    let bank = Bank::new().await;
    let id = bank.set(budget("llm", tokens(1_500))).await.id;
    let first = bank.reserved(Amounts::tokens(0)).await;
    let superuser = bank.world.superuser().await;
    superuser
        .batch_execute(&format!(
            "INSERT INTO budget_reservations
                 (tenant_id, tokens, calls, cost_in_cents, recorded_tokens, budget_ids, period_starts, expires_at, created_at)
             SELECT r.tenant_id, 1, 0, 0, CASE WHEN n > 1400 THEN 1 ELSE 0 END, r.budget_ids, r.period_starts,
                    r.expires_at + n * interval '1 ms', r.created_at
             FROM budget_reservations r, generate_series(1, 1500) AS n WHERE r.id = '{}';
             UPDATE budget_periods SET reserved_tokens = 1500 WHERE budget_id = '{id}'",
            first.id
        ))
        .await
        .unwrap();
    bank.pass(SignedDuration::from_hours(1));
    assert_eq!(bank.used("llm").await, (100, 0));
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(1_401)).await.len(), 1);
    let open = "SELECT count(*) FROM budget_reservations WHERE status = 'reserved'";
    assert_eq!(superuser.query_one(open, &[]).await.unwrap().get::<_, i64>(0), 501);
    let _ = bank.reserved(Amounts::tokens(1_400)).await;
    assert_eq!(superuser.query_one(open, &[]).await.unwrap().get::<_, i64>(0), 1);
    assert_eq!(bank.used("llm").await, (100, 1_400));
}

#[tokio::test]
async fn what_no_budget_is_about_expires_too() {
    let bank = Bank::new().await;
    let request = ReserveRequest::new(Subject::default(), Amounts::tokens(1)).with_key("job-1");
    let _ = bank.budgets().reserve(request.clone()).await.unwrap();
    bank.pass(SignedDuration::from_hours(1));
    let told = bank.budgets().reserve(request).await.unwrap_err().to_string();
    assert!(told.ends_with("with the key `job-1` has expired; use another key"), "{told}");
    let superuser = bank.world.superuser().await;
    let row = superuser.query_one("SELECT status FROM budget_reservations", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "expired");
}

#[tokio::test]
async fn what_is_spent_late_is_not_carried_over_any_more() {
    use agentflow::budgets::{BudgetPeriod, BudgetSpec};

    let bank = Bank::new().await;
    let spec = BudgetSpec {
        period: BudgetPeriod::Day,
        carry_over_percent: 100,
        ..budget("day", tokens(100))
    };
    bank.set(spec).await;
    let yesterday = bank.clock.now();
    let held = bank.reserved(Amounts::tokens(10)).await;
    bank.pass(SignedDuration::from_hours(24));
    let _ = bank.reserved(Amounts::tokens(1)).await;
    let carried = async || bank.state("day").await.state.tokens.carried;
    assert_eq!(carried().await, 100.into());
    charge(&bank, yesterday, None, 30).await;
    assert_eq!(carried().await, 70.into());
    bank.budgets().settle(held.id, Amounts::tokens(20)).await.unwrap();
    assert_eq!(carried().await, 50.into());
    charge(&bank, yesterday, None, 300).await;
    assert_eq!(carried().await, 0.into());
}

#[tokio::test]
async fn an_hour_of_a_clock_that_was_set_by_half_of_one_ends_when_it_does() {
    use agentflow::budgets::{BudgetPeriod, BudgetSpec};

    let bank = Bank::new().await;
    // At half past three in UTC, it is half past two there, and no longer two.
    bank.clock.set(at("2026-10-03T15:35:00Z"));
    let spec = BudgetSpec {
        period: BudgetPeriod::Hour,
        time_zone: "Australia/Lord_Howe".to_owned(),
        ..budget("hour", tokens(10))
    };
    let id = bank.set(spec).await.id;
    charge(&bank, bank.clock.now(), None, 10).await;
    let alerts = bank.budgets().alerts(id, 10).await.unwrap();
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].period_end, Some(at("2026-10-03T16:00:00Z")));
}
