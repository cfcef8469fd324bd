//! Limits, what they are about, and how they change.

use agentflow::{
    Error, NewWorkspace,
    budgets::{
        Amounts, BudgetPeriod, BudgetSpec, Enforcement, Limits, Measure, NewIncrease, Subject,
    },
};
use jiff::SignedDuration;
use serde_json::json;

use super::{BEGINNING, Bank, ann, at, budget, cents, of_model, tokens};

#[tokio::test]
async fn no_limit_is_none_and_zero_allows_nothing() {
    let bank = Bank::new().await;
    let limits = Limits { tokens: Some(0), calls: None, cost_in_cents: Some(cents("0.5")) };
    bank.set(budget("none", limits)).await;
    assert_eq!(
        bank.refused(Subject::default(), Amounts::tokens(1)).await[0].measure,
        Measure::Tokens
    );
    // What is not asked for does not matter.
    let _ = bank.reserved(Amounts::calls(1_000_000_000_000)).await;
    let _ = bank.reserved(Amounts::cents(cents("0.5"))).await;
    let all = Amounts { tokens: 1, calls: 1, cost_in_cents: cents("0.000001") };
    let refusals = bank.refused(Subject::default(), all).await;
    let measures: Vec<_> = refusals.iter().map(|it| it.measure).collect();
    assert_eq!(measures, [Measure::Tokens, Measure::CostInCents]);
}

#[tokio::test]
async fn all_budgets_that_something_is_about_must_allow_it() {
    let bank = Bank::new().await;
    let workspaces = bank.tenant.workspaces();
    let finance = workspaces.create(NewWorkspace::named("Finance"), &ann()).await.unwrap().id;
    let about = |name: &str, subject, limit| BudgetSpec { subject, ..budget(name, tokens(limit)) };
    let in_finance = Subject { workspace_id: Some(finance), ..Subject::default() };
    let both = Subject { model: Some("gpt-4o".to_owned()), ..in_finance.clone() };
    bank.set(about("all", Subject::default(), 1_000)).await;
    bank.set(about("finance", in_finance.clone(), 500)).await;
    bank.set(about("gpt", of_model("gpt-*"), 300)).await;
    bank.set(about("gpt-4o", of_model("gpt-4o"), 200)).await;
    bank.set(about("finance by gpt-4o", both.clone(), 100)).await;
    let names = async |subject: &Subject, amount| {
        let check = bank.budgets().check(subject, &Amounts::tokens(amount)).await.unwrap();
        let refusals: Vec<_> = check.refusals.into_iter().map(|it| it.name).collect();
        (check.budgets.len(), refusals.join(" "))
    };
    assert_eq!(names(&both, 100).await, (5, String::new()));
    assert_eq!(names(&both, 101).await, (5, "finance by gpt-4o".to_owned()));
    assert_eq!(names(&both, 250).await, (5, "finance by gpt-4o gpt-4o".to_owned()));
    assert_eq!(names(&of_model("gpt-5"), 301).await, (2, "gpt".to_owned()));
    assert_eq!(names(&of_model("claude"), 1_001).await, (1, "all".to_owned()));
    assert_eq!(names(&in_finance, 501).await, (2, "finance".to_owned()));
    assert_eq!(names(&Subject::default(), 1_000).await, (1, String::new()));
    // Who is refused by one holds nothing of the others.
    assert_eq!(bank.refused(both.clone(), Amounts::tokens(101)).await.len(), 1);
    assert_eq!(bank.used("all").await, (0, 0));
    assert_eq!(bank.reserve(both, Amounts::tokens(100)).await.reserved().unwrap().budgets, 5);
    for name in ["all", "finance", "gpt", "gpt-4o", "finance by gpt-4o"] {
        assert_eq!(bank.used(name).await, (0, 100), "{name}");
    }
}

#[tokio::test]
async fn a_soft_budget_is_exceeded_and_says_so() {
    let bank = Bank::new().await;
    let soft = BudgetSpec { enforcement: Enforcement::Soft, ..budget("soft", tokens(10)) };
    bank.set(soft).await;
    let reservation = bank.reserved(Amounts::tokens(11)).await;
    assert_eq!(reservation.warnings[0].name, "soft");
    assert!(bank.reserved(Amounts::calls(1)).await.warnings.is_empty());
    let check = bank.budgets().check(&Subject::default(), &Amounts::tokens(1)).await.unwrap();
    assert!(check.is_allowed());
    assert_eq!(check.warnings.len(), 1);
}

#[tokio::test]
async fn a_limit_that_changes_counts_at_once_and_every_change_is_recorded() {
    let bank = Bank::new().await;
    let made = bank.set(budget("llm", tokens(100))).await;
    let _ = bank.reserved(Amounts::tokens(100)).await;
    let more = bank.set(budget("llm", tokens(150))).await;
    assert_eq!(more.id, made.id);
    assert_eq!(bank.set(budget("llm", tokens(150))).await.updated_at, more.updated_at);
    let _ = bank.reserved(Amounts::tokens(50)).await;
    bank.set(budget("llm", tokens(10))).await;
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(1)).await[0].allowed, 10.into());
    bank.budgets().delete(made.id, &ann()).await.unwrap();
    let _ = bank.reserved(Amounts::tokens(1_000)).await;
    let gone = bank.budgets().delete(made.id, &ann()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })));
    let recorded = bank.recorded().await;
    let actions: Vec<_> = recorded.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["budget.created", "budget.changed", "budget.changed", "budget.deleted"]);
    assert_eq!(recorded[1].1["before"]["limits"]["tokens"], json!(100));
    assert_eq!(recorded[1].1["after"]["limits"]["tokens"], json!(150));
}

#[tokio::test]
async fn an_increase_holds_for_its_time() {
    let bank = Bank::new().await;
    let llm = bank.set(budget("llm", tokens(100))).await;
    let new = |from: i64, hours: i64, amount| NewIncrease {
        amounts: Amounts::tokens(amount),
        from: Some(at(BEGINNING) + SignedDuration::from_hours(from)),
        until: at(BEGINNING) + SignedDuration::from_hours(hours),
        reason: "month-end".to_owned(),
    };
    let budgets = bank.budgets();
    budgets.increase(llm.id, new(0, 2, 30), &ann()).await.unwrap();
    let later = budgets.increase(llm.id, new(1, 3, 20), &ann()).await.unwrap();
    let mut allowed = Vec::new();
    for _ in 0..4 {
        allowed.push(bank.state("llm").await.state.tokens.allowed().unwrap().to_string());
        bank.pass(SignedDuration::from_hours(1));
    }
    assert_eq!(allowed, ["130", "150", "120", "100"]);
    bank.clock.set(at(BEGINNING) + SignedDuration::from_mins(90));
    budgets.end_increase(later.id, &ann()).await.unwrap();
    budgets.end_increase(later.id, &ann()).await.unwrap();
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(131)).await[0].allowed, 130.into());
    let _ = bank.reserved(Amounts::tokens(130)).await;
    let never = budgets.increase(llm.id, new(5, 6, 1), &ann()).await.unwrap();
    budgets.end_increase(never.id, &ann()).await.unwrap();
    assert_eq!(budgets.increases(llm.id).await.unwrap().len(), 2);
    for (bad, field) in [
        (new(2, 2, 1), "until"),
        (new(0, 1, 1), "until"),
        (new(2, 3, 0), "amounts"),
        (NewIncrease { reason: " ".to_owned(), ..new(2, 3, 1) }, "reason"),
        (NewIncrease { amounts: Amounts::calls(1), ..new(2, 3, 1) }, "calls"),
    ] {
        let told = budgets.increase(llm.id, bad, &ann()).await.unwrap_err().to_string();
        assert!(told.contains(&format!(": {field}: ")), "{told}");
    }
    let actions: Vec<_> = bank.recorded().await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions.iter().filter(|it| *it == "budget.increased").count(), 3);
    assert_eq!(actions.iter().filter(|it| *it == "budget.increase_ended").count(), 2);
}

#[tokio::test]
async fn what_cannot_be_a_budget_is_refused() {
    let bank = Bank::new().await;
    let told = async |spec| bank.budgets().set(spec, &ann()).await.unwrap_err().to_string();
    let zone = |zone: &str| BudgetSpec { time_zone: zone.to_owned(), ..budget("llm", tokens(1)) };
    assert!(told(zone("berlin")).await.contains("did you mean `Europe/Berlin`?"));
    assert!(told(zone("Europe/Berln")).await.contains("did you mean `Europe/Berlin`?"));
    for bad in ["+03", "EST+5", "", "a\0b"] {
        assert!(told(zone(bad)).await.contains("time_zone: there is no time zone"), "{bad}");
    }
    let many = BudgetSpec {
        thresholds: vec![0],
        carry_over_percent: 101,
        ..budget("", Limits::default())
    };
    let all = told(many).await;
    for field in ["name", "limits", "thresholds[0]", "carry_over_percent"] {
        assert!(all.contains(&format!("{field}: ")), "{all}");
    }
    let nowhere = Subject {
        workspace_id: Some("0190c6ab-0000-7000-8000-000000000001".parse().unwrap()),
        ..Subject::default()
    };
    let missing = told(BudgetSpec { subject: nowhere, ..budget("llm", tokens(1)) }).await;
    assert_eq!(missing, "failed to set a budget: the workspace not found");
    assert_eq!(bank.set(zone("europe/berlin")).await.spec.time_zone, "Europe/Berlin");
    bank.set(zone("EUROPE/Berlin")).await;
    let other = BudgetSpec { period: BudgetPeriod::Day, ..zone("Europe/Berlin") };
    assert!(told(other).await.contains("which never changes"));
    assert!(told(zone("UTC")).await.contains("delete it and set it anew"));
}

#[tokio::test]
async fn budgets_are_listed_by_name_in_pages_and_belong_to_their_tenant() {
    let bank = Bank::new().await;
    for name in ["c", "a", "b"] {
        bank.set(budget(name, tokens(1))).await;
    }
    let names = |page: Vec<agentflow::budgets::Budget>| {
        page.into_iter().map(|it| it.spec.name).collect::<Vec<_>>()
    };
    assert_eq!(names(bank.budgets().list(None, 2).await.unwrap()), ["a", "b"]);
    assert_eq!(names(bank.budgets().list(Some("b"), 2).await.unwrap()), ["c"]);
    let other = bank.world.tenant("Globex").await;
    assert!(other.budgets().list(None, 10).await.unwrap().is_empty());
    let id = bank.state("a").await.id;
    assert_eq!(other.budgets().get(id).await.unwrap(), None);
    assert!(matches!(other.budgets().delete(id, &ann()).await, Err(Error::NotFound { .. })));
    let reservation = bank.reserved(Amounts::tokens(1)).await;
    let theirs = other.budgets().release(reservation.id).await;
    assert!(matches!(theirs, Err(Error::NotFound { .. })));
    assert_eq!(bank.used("a").await, (0, 1));
}
