//! Budgets that are made, changed and deleted while they are used.

use agentflow::budgets::{Amounts, Budget, BudgetPeriod, BudgetSpec};
use futures::future::join_all;
use jiff::SignedDuration;
use tokio_postgres::Client;

use super::{Bank, ann, at, budget, tokens};

/// Until somebody waits for what another holds.
async fn until_one_waits(client: &Client) {
    let waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !client.query_one(waiting, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_deleted_meanwhile_does_not_fail_those_who_reserve() {
    let bank = Bank::new().await;
    bank.set(budget("stays", tokens(100))).await;
    bank.set(budget("goes", tokens(100))).await;
    let (deleter, watcher) = (bank.world.superuser().await, bank.world.superuser().await);
    deleter.batch_execute("BEGIN; DELETE FROM budgets WHERE name = 'goes'").await.unwrap();
    let (reserved, ()) = tokio::join!(bank.reserved(Amounts::tokens(10)), async {
        until_one_waits(&watcher).await;
        deleter.batch_execute("COMMIT").await.unwrap();
    });
    assert_eq!(reserved.budgets, 1);
    assert_eq!(bank.used("stays").await, (0, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_of_a_deletion_is_what_was_deleted() {
    let bank = Bank::new().await;
    let id = bank.set(budget("llm", tokens(100))).await.id;
    let (changer, watcher) = (bank.world.superuser().await, bank.world.superuser().await);
    changer.batch_execute("BEGIN; UPDATE budgets SET limit_tokens = 7").await.unwrap();
    let budgets = bank.budgets();
    let by = ann();
    let (deleted, ()) = tokio::join!(budgets.delete(id, &by), async {
        until_one_waits(&watcher).await;
        changer.batch_execute("COMMIT").await.unwrap();
    });
    deleted.unwrap();
    let (action, details) = bank.recorded().await.pop().unwrap();
    assert_eq!(action, "budget.deleted");
    assert_eq!(details["before"]["limits"]["tokens"], 7, "{details}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sets_a_budget_that_another_makes_at_that_moment_changes_it() {
    let bank = Bank::new().await;
    let other = bank.elsewhere();
    let set = (1..=16).map(|limit| {
        let tenant = if limit % 2 == 0 { bank.tenant.clone() } else { other.clone() };
        tokio::spawn(
            async move { tenant.budgets().set(budget("llm", tokens(limit)), &ann()).await },
        )
    });
    let set: Vec<Budget> = join_all(set).await.into_iter().map(|it| it.unwrap().unwrap()).collect();
    assert!(set.iter().all(|it| it.id == set[0].id));
    let recorded = bank.recorded().await;
    assert_eq!(recorded.iter().filter(|(action, _)| action == "budget.created").count(), 1);
}

#[tokio::test]
async fn what_is_carried_over_is_reckoned_with_the_limits_of_its_period() {
    let bank = Bank::new().await;
    let day = |limit| BudgetSpec {
        period: BudgetPeriod::Day,
        carry_over_percent: 100,
        ..budget("day", tokens(limit))
    };
    bank.set(day(100)).await;
    bank.pass(SignedDuration::from_hours(24));
    bank.set(day(1_000)).await;
    let carried = async || bank.state("day").await.state.tokens.carried;
    assert_eq!(carried().await, 100.into(), "yesterday it had 100");
    bank.pass(SignedDuration::from_hours(24));
    bank.set(day(10)).await;
    assert_eq!(carried().await, 1_000.into());
}

#[tokio::test]
async fn old_periods_are_pruned_and_the_latest_stays() {
    let bank = Bank::new().await;
    let spec = BudgetSpec { period: BudgetPeriod::Day, ..budget("day", tokens(10)) };
    let id = bank.set(spec).await.id;
    for day in 0..4 {
        let held = bank.reserved(Amounts::tokens(10)).await;
        if day != 1 {
            bank.budgets().settle(held.id, Amounts::tokens(10)).await.unwrap();
        }
        bank.clock.set(at("2026-11-18T12:00:00Z") + SignedDuration::from_hours(24 * (day + 1)));
    }
    let other = bank.world.tenant("Globex").await;
    assert_eq!(other.budgets().prune_periods(at("2027-01-01T00:00:00Z")).await.unwrap(), 0);
    assert_eq!(bank.budgets().prune_periods(at("2026-11-20T00:00:00Z")).await.unwrap(), 1);
    assert_eq!(bank.budgets().prune_periods(at("2027-01-01T00:00:00Z")).await.unwrap(), 2);
    assert_eq!(bank.budgets().alerts(id, 10).await.unwrap().len(), 2, "those of the latest");
}

/// Under row level security, an index is for comparisons that may run ahead of it.
#[tokio::test]
async fn budgets_are_found_by_their_anchor_and_not_one_after_the_other() {
    let bank = Bank::new().await;
    bank.set(budget("all", tokens(1))).await;
    let tenant = bank.tenant.id();
    let superuser = bank.world.superuser().await;
    superuser
        .batch_execute(&format!(
            "INSERT INTO budgets (tenant_id, name, model, limit_tokens)
             SELECT '{tenant}', 'b' || n, 'model-' || n, 1 FROM generate_series(1, 3000) AS n;
             ANALYZE budgets;
             BEGIN; SET LOCAL ROLE af_app; SET LOCAL app.tenant_id = '{tenant}';
             -- With so few, all at once may be cheaper; whether the index can be used at all is the question.
             SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
             SET LOCAL enable_bitmapscan = off; SET LOCAL enable_material = off"
        ))
        .await
        .unwrap();
    let row = superuser
        .query_one(
            "SELECT count(*) FROM matching_budgets($1, (
                 SELECT jsonb_agg(jsonb_build_object('subject', n, 'model', 'model-' || n))
                 FROM generate_series(1, 20) AS n))",
            &[&tenant.0],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, i64>(0), 40);
    let row = superuser
        .query_one(
            "SELECT pg_stat_get_xact_numscans('budgets_anchor_idx'::regclass),
                    pg_stat_get_xact_tuples_returned('budgets'::regclass)
                        + pg_stat_get_xact_tuples_returned('budgets_anchor_idx'::regclass)",
            &[],
        )
        .await
        .unwrap();
    let (scans, looked_at): (i64, i64) = (row.get(0), row.get(1));
    assert!(scans > 0 && looked_at < 200, "{scans} scans, {looked_at} looked at");
}
