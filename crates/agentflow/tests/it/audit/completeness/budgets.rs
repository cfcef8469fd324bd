//! Budgets, and what is added to them.

use agentflow::budgets::{
    Amounts, BudgetPeriod, BudgetSpec, Enforcement, Limits, NewIncrease, Subject,
};
use jiff::SignedDuration;

use super::Book;

pub(super) async fn budgets() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let budgets = book.tenant.budgets();
    let spec = BudgetSpec {
        name: "llm".to_owned(),
        subject: Subject::default(),
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Day,
        time_zone: "UTC".to_owned(),
        limits: Limits { tokens: Some(1), ..Limits::default() },
        thresholds: vec![100],
        carry_over_percent: 0,
    };
    let id = budgets.set(spec, &by).await.unwrap().id;
    book.saw("budgets/budgets.rs set", "budget.created", "budget").await;
    let new = NewIncrease {
        amounts: Amounts::tokens(1),
        from: None,
        until: book.now() + SignedDuration::from_hours(1),
        reason: "more".to_owned(),
    };
    let increase = budgets.increase(id, new, &by).await.unwrap().id;
    book.saw("budgets/increases.rs increase", "budget.increased", "budget").await;
    budgets.end_increase(increase, &by).await.unwrap();
    book.saw("budgets/increases.rs end_increase", "budget.increase_ended", "budget").await;
    budgets.delete(id, &by).await.unwrap();
    book.saw("budgets/budgets.rs delete", "budget.deleted", "budget").await;
}
