//! Thresholds are told once in a period.

use agentflow::budgets::{Amounts, BudgetPeriod, BudgetSpec, Limits, Measure};
use futures::future::join_all;
use jiff::SignedDuration;

use super::{Bank, budget, tokens};

#[tokio::test]
async fn each_threshold_is_told_once_in_a_period() {
    let bank = Bank::new().await;
    let spec = BudgetSpec {
        period: BudgetPeriod::Hour,
        thresholds: vec![50, 80, 100],
        ..budget("llm", Limits { calls: Some(1), ..tokens(100) })
    };
    let id = bank.set(spec).await.id;
    let use_up = async |used| {
        let reserved = bank.reserved(Amounts::tokens(10)).await;
        let settled = bank.budgets().settle(reserved.id, Amounts::tokens(used)).await.unwrap();
        settled.alerts.iter().map(|it| it.percent).collect::<Vec<_>>()
    };
    assert_eq!(use_up(49).await, [0; 0]);
    assert_eq!(use_up(1).await, [50]);
    assert_eq!(use_up(10).await, [0; 0]);
    // Told of more than was reserved, it counts all the same.
    assert_eq!(use_up(60).await, [80, 100]);
    bank.pass(SignedDuration::from_hours(1));
    assert_eq!(use_up(50).await, [50]);
    let alerts = bank.budgets().alerts(id, 10).await.unwrap();
    assert_eq!(alerts.iter().map(|it| it.percent).collect::<Vec<_>>(), [50, 50, 80, 100]);
    let last = &alerts[3];
    assert_eq!((last.measure, last.spent, last.allowed), (Measure::Tokens, 120.into(), 100.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_reach_it_at_once_are_told_once_among_them() {
    let bank = Bank::new().await;
    let id = bank
        .set(BudgetSpec { thresholds: vec![10, 50, 100], ..budget("llm", tokens(200)) })
        .await
        .id;
    let (here, there) = (bank.tenant.clone(), bank.elsewhere());
    let mut reserved = Vec::new();
    for _ in 0..100 {
        reserved.push(bank.reserved(Amounts::tokens(2)).await.id);
    }
    let work = reserved.into_iter().enumerate().map(|(index, id)| {
        let budgets = if index % 2 == 0 { here.budgets() } else { there.budgets() };
        tokio::spawn(async move { budgets.settle(id, Amounts::tokens(2)).await.unwrap().alerts })
    });
    let told = join_all(work).await.into_iter().flat_map(Result::unwrap);
    let mut told: Vec<_> = told.map(|it| it.percent).collect();
    told.sort_unstable();
    assert_eq!(told, [10, 50, 100]);
    assert_eq!(bank.budgets().alerts(id, 10).await.unwrap().len(), 3);
}
