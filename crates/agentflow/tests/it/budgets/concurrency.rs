//! Many callers at once, some of whom never come back.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use agentflow::{
    Config, Store, Tenant, TenantId,
    budgets::{Amounts, BudgetSpec, Decision, Limits, ReserveRequest, Subject},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
};
use futures::future::join_all;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use tokio_postgres::Client;

use super::{BEGINNING, Bank, Dice, at, budget, cents, of_model, tokens};

const URL: &str = "AF_IT_SPENDER_URL";
const TENANT: &str = "AF_IT_SPENDER_TENANT";
const LIMIT: u64 = 20_000;

/// Reserves, and then settles, releases, or forgets. Says how much was settled for certain.
async fn spend(tenant: Tenant, seed: u64, rounds: u64) -> u64 {
    let mut dice = Dice(seed);
    let budgets = tenant.budgets();
    let mut settled = 0;
    for _ in 0..rounds {
        let amount = 1 + dice.below(40);
        let request = ReserveRequest::new(of_model("gpt-4"), Amounts::tokens(amount));
        let Ok(Decision::Reserved(held)) = budgets.reserve(request).await else { continue };
        let used = dice.below(amount + 1);
        match dice.below(10) {
            0 => {}
            1 | 2 => budgets.release(held.id).await.unwrap(),
            _ => {
                budgets.settle(held.id, Amounts::tokens(used)).await.unwrap();
                settled += used;
            }
        }
    }
    settled
}

/// The most that was spent and reserved at once, as long as it is looked at.
async fn watch(superuser: &Client, until: &AtomicBool) -> i64 {
    let mut most = 0;
    while !until.load(Ordering::Relaxed) {
        let row = superuser
            .query_opt("SELECT (spent_tokens + reserved_tokens)::bigint FROM budget_periods", &[])
            .await
            .unwrap();
        most = most.max(row.map_or(0, |row| row.get(0)));
    }
    most
}

/// What the rows say: spent and reserved of the one period, and what was settled by the reservations.
async fn rows(bank: &Bank) -> (i64, i64, i64) {
    let superuser = bank.world.superuser().await;
    let row = superuser
        .query_one(
            "SELECT p.spent_tokens::bigint, p.reserved_tokens::bigint,
                    (SELECT coalesce(sum(actual_tokens), 0)::bigint FROM budget_reservations)
             FROM budget_periods p",
            &[],
        )
        .await
        .unwrap();
    (row.get(0), row.get(1), row.get(2))
}

/// Everything has expired; whoever comes next writes it down.
async fn expire(bank: &Bank) {
    bank.pass(SignedDuration::from_hours(1));
    assert_eq!(bank.used("llm").await.1, 0, "reserved by what the state says");
    bank.budgets().release(agentflow::ReservationId(uuid::Uuid::nil())).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_callers_never_exceed_a_limit_and_nothing_stays_reserved() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(LIMIT))).await;
    let elsewhere = bank.elsewhere();
    let (done, superuser) = (Arc::new(AtomicBool::new(false)), bank.world.superuser().await);
    let watching = {
        let done = Arc::clone(&done);
        tokio::spawn(async move { watch(&superuser, &done).await })
    };
    let settled = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..200)
        .map(|seed| {
            let tenant = if seed % 2 == 0 { bank.tenant.clone() } else { elsewhere.clone() };
            let settled = Arc::clone(&settled);
            tokio::spawn(async move {
                let mine = spend(tenant, seed, 10).await;
                settled.fetch_add(mine, Ordering::Relaxed);
            })
        })
        .collect();
    // Every fifth is dropped wherever it is, once others have got through.
    let mut killed = 0;
    for (index, task) in tasks.into_iter().enumerate() {
        if index % 5 == 4 {
            task.abort();
            killed += usize::from(task.await.is_err());
        } else {
            task.await.unwrap();
        }
    }
    done.store(true, Ordering::Relaxed);
    let most = watching.await.unwrap();
    assert!(most <= LIMIT.cast_signed(), "{most} of {LIMIT}");
    expire(&bank).await;
    let (spent, reserved, by_reservations) = rows(&bank).await;
    assert_eq!((reserved, spent), (0, by_reservations));
    let certain = settled.load(Ordering::Relaxed).cast_signed();
    assert!(certain <= spent && spent <= LIMIT.cast_signed(), "{certain} {spent}");
    assert!(killed > 0 || certain == spent);
    let left = LIMIT - spent.unsigned_abs();
    let _ = bank.reserved(Amounts::tokens(left)).await;
    assert_eq!(bank.refused(Subject::default(), Amounts::tokens(1)).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_unit_is_given_to_one_of_many() {
    let bank = Bank::new().await;
    let limits = Limits { tokens: Some(7), calls: Some(9), cost_in_cents: Some(cents("0.000005")) };
    bank.set(budget("llm", limits)).await;
    let elsewhere = bank.elsewhere();
    let amounts = Amounts { tokens: 1, calls: 1, cost_in_cents: cents("0.000001") };
    let work = (0..200).map(|index| {
        let tenant = if index % 2 == 0 { bank.tenant.clone() } else { elsewhere.clone() };
        tokio::spawn(async move {
            let request = ReserveRequest::new(Subject::default(), amounts);
            tenant.budgets().reserve(request).await.unwrap().reserved().is_some()
        })
    });
    let given = join_all(work).await.into_iter().filter(|it| *it.as_ref().unwrap()).count();
    assert_eq!(given, 5, "the cost is the tightest");
    let state = bank.state("llm").await.state;
    assert_eq!(state.cost_in_cents.left(), Some(Decimal::ZERO));
    assert_eq!((state.tokens.reserved, state.calls.reserved), (5.into(), 5.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_at_once_reserves_once() {
    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(100))).await;
    let elsewhere = bank.elsewhere();
    let work = (0..60).map(|index| {
        let tenant = if index % 2 == 0 { bank.tenant.clone() } else { elsewhere.clone() };
        tokio::spawn(async move {
            let request = ReserveRequest::new(Subject::default(), Amounts::tokens(50));
            let key = format!("job-{}", index % 3 % 2);
            tenant.budgets().reserve(request.with_key(key)).await.unwrap().reserved().unwrap()
        })
    });
    let all: Vec<_> = join_all(work).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|it| !it.repeated).count(), 2);
    let ids: std::collections::BTreeSet<_> = all.iter().map(|it| it.id.0).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(bank.used("llm").await, (0, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_who_want_the_same_budgets_in_another_order_do_not_block_each_other() {
    let bank = Bank::new().await;
    for name in ["a", "b", "c"] {
        let subject = of_model(&format!("{name}*"));
        bank.set(BudgetSpec { subject, ..budget(name, tokens(1_000_000)) }).await;
    }
    bank.set(budget("all", tokens(1_000_000))).await;
    let stores: Vec<_> = (0..4).map(|_| bank.elsewhere()).collect();
    let work = (0..80_usize).map(|index| {
        let budgets = stores[index % 4].budgets();
        let models = ["abc", "b", "ca", "a", "c"];
        tokio::spawn(async move {
            for step in 0..4 {
                let subject = of_model(models[(index + step * (1 + index % 3)) % models.len()]);
                let key = format!("{}", (index * 7 + step * 3) % 50);
                let request = ReserveRequest::new(subject, Amounts::tokens(1)).with_key(key);
                match budgets.reserve(request).await {
                    Ok(Decision::Reserved(held)) if !held.repeated => {
                        budgets.settle(held.id, Amounts::tokens(1)).await.unwrap();
                    }
                    Ok(Decision::Reserved(_)) => {}
                    Ok(Decision::Refused(refusals)) => panic!("{refusals:?}"),
                    // Somebody else's key.
                    Err(error) => assert!(error.to_string().contains("with the key"), "{error}"),
                }
            }
        })
    });
    for done in join_all(work).await {
        done.unwrap();
    }
    assert_eq!(bank.used("all").await, (50, 0));
}

/// Not a test: what the child processes of the next test do.
#[tokio::test(flavor = "multi_thread")]
async fn play_spender() {
    let (Ok(url), Ok(tenant)) = (std::env::var(URL), std::env::var(TENANT)) else { return };
    let store = Store::with_sources(
        Config::from_url(&url).unwrap(),
        Arc::new(ManualClock::at(at(BEGINNING))),
        Arc::new(RandomIds::from_os()),
        Arc::new(Generator::from_os()),
    )
    .unwrap();
    let tenant = store.tenant(tenant.parse::<TenantId>().unwrap());
    let work = (0..16).map(|seed| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            for round in 0.. {
                spend(tenant.clone(), u64::from(std::process::id()) * 1_000 + seed + round, 1)
                    .await;
                eprintln!("round");
            }
        })
    });
    join_all(work).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_are_killed_leave_nothing_reserved() {
    use std::io::{BufRead, BufReader};

    let bank = Bank::new().await;
    bank.set(budget("llm", tokens(LIMIT))).await;
    for round in 0..3_usize {
        let children: Vec<Child> = (0..2)
            .map(|_| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "budgets::concurrency::play_spender", "--nocapture"])
                    .env(URL, format!("{}?sslmode=disable", bank.world.database.url()))
                    .env(TENANT, bank.tenant.id().to_string())
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for mut child in children {
            let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            let work = tokio::task::spawn_blocking(move || {
                let rounds =
                    lines.filter(|line| line.contains("round")).take(20 + 13 * round).count();
                child.kill().unwrap();
                child.wait().unwrap();
                rounds
            });
            assert!(work.await.unwrap() > 0, "it did not begin");
        }
        let (spent, reserved, _) = rows(&bank).await;
        assert!(spent + reserved <= LIMIT.cast_signed(), "{spent} + {reserved}");
    }
    expire(&bank).await;
    let (spent, reserved, by_reservations) = rows(&bank).await;
    assert_eq!((reserved, spent), (0, by_reservations));
    assert!(spent > 0);
}
