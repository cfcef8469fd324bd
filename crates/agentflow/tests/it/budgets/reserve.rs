//! Reserving, settling, releasing and expiring, one caller at a time.

use agentflow::{
    Error, ReservationId,
    budgets::{Amounts, ReserveRequest, Subject},
    core::clock::Clock,
};
use jiff::SignedDuration;

use super::{Bank, budget, cents, of_model, tokens};

#[tokio::test]
async fn what_is_reserved_counts_until_it_is_settled_with_what_was_used() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(1_000))).await;
    let first = bank.reserved(Amounts::tokens(600)).await;
    assert_eq!((first.budgets, first.repeated), (1, false));
    assert_eq!(bank.used("llm").await, (0, 600));
    let refusals = bank.refused(Subject::default(), Amounts::tokens(401)).await;
    assert_eq!(
        refusals[0].to_string(),
        "budget `llm` allows 1,000 tokens a month (UTC): 0 are spent, 600 are reserved and 401 were asked for; it begins \
         anew at 2026-12-01T00:00:00+00:00"
    );
    let settled = bank.budgets().settle(first.id, Amounts::tokens(250)).await.unwrap();
    assert!(!settled.late && !settled.repeated);
    assert_eq!(bank.used("llm").await, (250, 0));
    let second = bank.reserved(Amounts::tokens(750)).await;
    bank.budgets().release(second.id).await.unwrap();
    assert_eq!(bank.used("llm").await, (250, 0));
}

#[tokio::test]
async fn to_settle_or_release_again_changes_nothing_and_otherwise_is_a_conflict() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(1_000))).await;
    let budgets = bank.budgets();
    let one = bank.reserved(Amounts::tokens(100)).await;
    budgets.settle(one.id, Amounts::tokens(90)).await.unwrap();
    assert!(budgets.settle(one.id, Amounts::tokens(90)).await.unwrap().repeated);
    let told = budgets.settle(one.id, Amounts::tokens(91)).await.unwrap_err().to_string();
    assert_eq!(told, "failed to settle a reservation: it was settled with other amounts");
    let told = budgets.release(one.id).await.unwrap_err().to_string();
    assert_eq!(told, "failed to release a reservation: it was settled");
    let other = bank.reserved(Amounts::tokens(100)).await;
    budgets.release(other.id).await.unwrap();
    budgets.release(other.id).await.unwrap();
    let told = budgets.settle(other.id, Amounts::tokens(1)).await.unwrap_err().to_string();
    assert_eq!(told, "failed to settle a reservation: it was released");
    let nobody = ReservationId("0190c6ab-0000-7000-8000-000000000001".parse().unwrap());
    assert!(matches!(budgets.release(nobody).await, Err(Error::NotFound { .. })));
    assert!(matches!(
        budgets.settle(nobody, Amounts::tokens(1)).await,
        Err(Error::NotFound { .. })
    ));
    assert_eq!(bank.used("llm").await, (90, 0));
}

#[tokio::test]
async fn what_has_expired_is_free_again_and_counts_when_it_is_settled_late() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(100))).await;
    let request = ReserveRequest::new(Subject::default(), Amounts::tokens(100));
    let gone = bank.budgets().reserve(request).await.unwrap().reserved().unwrap();
    bank.pass(SignedDuration::from_secs(599));
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(1)).await.len(), 1);
    bank.pass(SignedDuration::from_secs(1));
    assert_eq!(bank.used("llm").await, (0, 0), "nobody had to write it down");
    let next = bank.reserved(Amounts::tokens(100)).await;
    bank.budgets().release(gone.id).await.unwrap();
    assert_eq!(bank.used("llm").await, (0, 100), "what has expired is released once");
    assert!(bank.budgets().settle(gone.id, Amounts::tokens(70)).await.unwrap().late);
    assert_eq!(bank.used("llm").await, (70, 100));
    bank.budgets().settle(next.id, Amounts::tokens(0)).await.unwrap();
    assert_eq!(bank.used("llm").await, (70, 0));
}

#[tokio::test]
async fn with_the_same_key_it_is_the_same_reservation() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(100))).await;
    let budgets = bank.budgets();
    let request = ReserveRequest::new(of_model("gpt-4"), Amounts::tokens(60)).with_key("job-1");
    let first = budgets.reserve(request.clone()).await.unwrap().reserved().unwrap();
    let again = budgets.reserve(request.clone()).await.unwrap().reserved().unwrap();
    assert_eq!((again.id, again.expires_at, again.repeated), (first.id, first.expires_at, true));
    assert_eq!(bank.used("llm").await, (0, 60));
    let other = ReserveRequest { amounts: Amounts::tokens(61), ..request.clone() };
    let told = budgets.reserve(other).await.unwrap_err().to_string();
    assert_eq!(
        told,
        "failed to reserve of budgets: something else was reserved with the key `job-1`"
    );
    budgets.settle(first.id, Amounts::tokens(10)).await.unwrap();
    let told = budgets.reserve(request.clone()).await.unwrap_err().to_string();
    assert!(
        told.ends_with("what was reserved with the key `job-1` was settled; use another key"),
        "{told}"
    );
    bank.pass(SignedDuration::from_hours(1));
    assert_eq!(budgets.prune(bank.clock.now()).await.unwrap(), 1);
    assert!(!budgets.reserve(request).await.unwrap().reserved().unwrap().repeated);
    assert_eq!(bank.used("llm").await, (10, 60));
}

#[tokio::test]
async fn a_refused_key_can_be_tried_again() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(100))).await;
    let request =
        |amount| ReserveRequest::new(Subject::default(), Amounts::tokens(amount)).with_key("a");
    assert!(bank.budgets().reserve(request(101)).await.unwrap().reserved().is_none());
    assert!(bank.budgets().reserve(request(100)).await.unwrap().reserved().is_some());
}

#[tokio::test]
async fn what_cannot_be_reserved_is_refused_by_its_field() {
    let bank = Bank::new().await;
    let request = ReserveRequest::new(Subject::default(), Amounts::tokens(1));
    let negative = Amounts { cost_in_cents: cents("-0.01"), ..Amounts::default() };
    for (bad, field) in [
        (ReserveRequest { amounts: Amounts::tokens(u64::MAX), ..request.clone() }, "tokens"),
        (ReserveRequest { amounts: negative, ..request.clone() }, "cost_in_cents"),
        (request.clone().with_key(""), "key"),
        (request.clone().with_key("a\0b"), "key"),
        (request.clone().expiring_in(SignedDuration::from_millis(999)), "expires_in"),
        (request.clone().expiring_in(SignedDuration::from_hours(169)), "expires_in"),
        (ReserveRequest { subject: of_model(""), ..request.clone() }, "model"),
    ] {
        let told = bank.budgets().reserve(bad).await.unwrap_err().to_string();
        assert!(told.starts_with(&format!("failed to reserve of budgets: {field}: ")), "{told}");
    }
    // Where there is no budget, everything is allowed.
    assert_eq!(bank.reserved(Amounts::tokens(1_000_000_000_000)).await.budgets, 0);
}
