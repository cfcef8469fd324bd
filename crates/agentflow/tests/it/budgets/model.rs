//! Random operations on budgets that overlap, against a model in plain Rust.

use std::collections::{BTreeMap, HashMap};

use agentflow::{
    Error, ReservationId, Tenant,
    audit::Actor,
    budgets::{
        Amounts, BudgetPeriod, BudgetSpec, Decision, Enforcement, Limits, NewIncrease,
        ReserveRequest,
    },
    core::clock::{Clock, ManualClock},
};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

use super::{BEGINNING, Bank, at, budget, of_model, tokens};

const MODELS: [&str; 3] = ["gpt-4", "gpt-4o", "claude"];

#[derive(Debug, Clone)]
enum Act {
    Reserve { model: usize, tokens: u64, calls: u64, key: Option<u8>, minutes: i64 },
    Settle { which: usize, tokens: u64, calls: u64 },
    Release { which: usize },
    Pass { minutes: i64 },
    Increase { budget: usize, tokens: u64, hours: i64 },
    Limit { budget: usize, tokens: Option<u64> },
}

fn act() -> impl Strategy<Value = Act> {
    let reserve =
        (0..3_usize, 0..60_u64, 0..3_u64, prop::option::weighted(0.3, 0..4_u8), 1..200_i64)
            .prop_map(|(model, tokens, calls, key, minutes)| Act::Reserve {
                model,
                tokens,
                calls,
                key,
                minutes,
            });
    let pass = prop_oneof![4 => 1..90_i64, 2 => 600..2_000_i64, 1 => 20_000..50_000_i64];
    prop_oneof![
        6 => reserve,
        4 => (0..12_usize, 0..70_u64, 0..3_u64)
            .prop_map(|(which, tokens, calls)| Act::Settle { which, tokens, calls }),
        2 => (0..12_usize).prop_map(|which| Act::Release { which }),
        3 => pass.prop_map(|minutes| Act::Pass { minutes }),
        1 => (0..4_usize, 1..50_u64, 1..40_i64)
            .prop_map(|(budget, tokens, hours)| Act::Increase { budget, tokens, hours }),
        1 => (0..4_usize, prop::option::of(0..150_u64))
            .prop_map(|(budget, tokens)| Act::Limit { budget, tokens }),
    ]
}

fn specs() -> Vec<BudgetSpec> {
    let both = |limit| Limits { calls: Some(6), ..tokens(limit) };
    vec![
        BudgetSpec {
            period: BudgetPeriod::Hour,
            carry_over_percent: 50,
            ..budget("all", tokens(100))
        },
        BudgetSpec {
            subject: of_model("gpt-*"),
            period: BudgetPeriod::Day,
            time_zone: "Europe/Berlin".to_owned(),
            carry_over_percent: 100,
            ..budget("gpt", both(90))
        },
        BudgetSpec {
            subject: of_model("gpt-4o"),
            period: BudgetPeriod::Total,
            ..budget("total", tokens(300))
        },
        BudgetSpec {
            subject: of_model("claude"),
            enforcement: Enforcement::Soft,
            period: BudgetPeriod::Month,
            ..budget("soft", both(40))
        },
    ]
}

#[derive(Debug, Clone, Copy, Default)]
struct Period {
    /// Tokens and calls.
    spent: [i128; 2],
    reserved: [i128; 2],
    carried: [i128; 2],
    /// The limits that it had last.
    limit: [Option<i128>; 2],
}

impl Period {
    /// What nobody used or holds of the limit and what was carried over; nothing without a limit.
    fn left(&self, it: usize) -> Option<i128> {
        let limit = self.limit[it]?;
        Some((limit + self.carried[it] - self.spent[it] - self.reserved[it]).max(0))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Status {
    Reserved,
    Expired,
    Released,
    Settled([i128; 2]),
}

struct Held {
    asked: [i128; 2],
    model: usize,
    key: Option<u8>,
    expires_at: Timestamp,
    holds: Vec<(usize, Timestamp)>,
    status: Status,
}

struct Model {
    specs: Vec<BudgetSpec>,
    periods: BTreeMap<(usize, Timestamp), Period>,
    increases: Vec<(usize, i128, Timestamp)>,
    held: Vec<Held>,
    made_at: Timestamp,
}

fn start(period: BudgetPeriod, zone: &str, now: Timestamp) -> Timestamp {
    let now = now.to_zoned(TimeZone::get(zone).unwrap());
    match period {
        BudgetPeriod::Hour => now
            .round(jiff::ZonedRound::new().smallest(jiff::Unit::Hour).mode(jiff::RoundMode::Trunc))
            .unwrap()
            .timestamp(),
        BudgetPeriod::Day => now.start_of_day().unwrap().timestamp(),
        BudgetPeriod::Month => now.first_of_month().unwrap().start_of_day().unwrap().timestamp(),
        BudgetPeriod::Total => Timestamp::UNIX_EPOCH,
        BudgetPeriod::Week => unreachable!(),
    }
}

impl Model {
    fn start(&self, budget: usize, now: Timestamp) -> Timestamp {
        start(self.specs[budget].period, &self.specs[budget].time_zone, now)
    }

    fn limit(&self, budget: usize) -> [Option<i128>; 2] {
        let limits = &self.specs[budget].limits;
        [limits.tokens.map(i128::from), limits.calls.map(i128::from)]
    }

    /// What a new period gets from the one before.
    fn carried(&self, budget: usize, begins: Timestamp) -> [i128; 2] {
        let percent = i128::from(self.specs[budget].carry_over_percent);
        if percent == 0 || self.made_at >= begins {
            return [0, 0];
        }
        let before = self.start(budget, begins - 1.microsecond());
        // A period that nothing was used of, and whose limits nobody changed, has those of now.
        let untouched = || Period { limit: self.limit(budget), ..Period::default() };
        let before = self.periods.get(&(budget, before)).copied().unwrap_or_else(untouched);
        [0, 1].map(|it| {
            let part = before.limit[it].map_or(0, |limit| limit * percent / 100);
            before.left(it).map_or(0, |left| left.min(part))
        })
    }

    /// Somebody changes the limit of tokens.
    fn change_limit(&mut self, budget: usize, tokens: Option<u64>, now: Timestamp) {
        let (begins, period) = self.period(budget, now);
        let spec = &mut self.specs[budget];
        if spec.limits.tokens == tokens {
            return;
        }
        spec.limits.tokens = tokens;
        if spec.limits == Limits::default() {
            spec.limits.calls = Some(5);
        }
        let limit = self.limit(budget);
        self.periods.insert((budget, begins), Period { limit, ..period });
    }

    /// What was spent late is not carried over any more.
    fn take_back(&mut self, (budget, begins): (usize, Timestamp)) {
        let spent = self.periods[&(budget, begins)];
        let next = self.periods.keys().copied().find(|(other, start)| {
            *other == budget
                && *start > begins
                && self.start(budget, *start - 1.microsecond()) == begins
        });
        if let Some(next) = next.and_then(|next| self.periods.get_mut(&next)) {
            for it in 0..2 {
                let left = spent.left(it).unwrap_or(i128::MAX);
                next.carried[it] = next.carried[it].min(left);
            }
        }
    }

    fn period(&self, budget: usize, now: Timestamp) -> (Timestamp, Period) {
        let begins = self.start(budget, now);
        let found = self.periods.get(&(budget, begins)).copied();
        let new = || Period {
            carried: self.carried(budget, begins),
            limit: self.limit(budget),
            ..Period::default()
        };
        (begins, found.unwrap_or_else(new))
    }

    fn allowed(&self, budget: usize, now: Timestamp) -> [Option<i128>; 2] {
        let (_, period) = self.period(budget, now);
        let added: i128 =
            self.increases.iter().filter(|it| it.0 == budget && it.2 > now).map(|it| it.1).sum();
        let limit = self.limit(budget);
        [
            limit[0].map(|it| it + period.carried[0] + added),
            limit[1].map(|it| it + period.carried[1]),
        ]
    }

    fn expire(&mut self, now: Timestamp) {
        for held in self.held.iter_mut().filter(|it| it.status == Status::Reserved) {
            if held.expires_at <= now {
                held.status = Status::Expired;
                for place in &held.holds {
                    let period = self.periods.get_mut(place).unwrap();
                    for (it, asked) in held.asked.iter().enumerate() {
                        period.reserved[it] -= asked;
                    }
                }
            }
        }
    }

    fn is_about(&self, budget: usize, model: usize) -> bool {
        let Some(name) = &self.specs[budget].subject.model else { return true };
        name.strip_suffix('*')
            .map_or(MODELS[model] == name, |begin| MODELS[model].starts_with(begin))
    }

    /// The budgets that are over, hard ones and soft ones; when no hard one is, it is reserved.
    fn reserve(&mut self, mut held: Held, now: Timestamp) -> (Vec<String>, Vec<String>) {
        let matching: Vec<_> =
            (0..self.specs.len()).filter(|it| self.is_about(*it, held.model)).collect();
        let (mut hard, mut soft) = (Vec::new(), Vec::new());
        let mut holds = Vec::new();
        for budget in matching {
            let (begins, period) = self.period(budget, now);
            let allowed = self.allowed(budget, now);
            for it in 0..2 {
                let would = period.spent[it] + period.reserved[it] + held.asked[it];
                if held.asked[it] > 0 && allowed[it].is_some_and(|allowed| would > allowed) {
                    let list = match self.specs[budget].enforcement {
                        Enforcement::Hard => &mut hard,
                        Enforcement::Soft => &mut soft,
                    };
                    list.push(self.specs[budget].name.clone());
                }
            }
            holds.push(((budget, begins), period));
        }
        // A period that was looked at is there, with what it got then.
        for (place, period) in &holds {
            self.periods.insert(*place, *period);
        }
        if hard.is_empty() {
            for (place, _) in &holds {
                let period = self.periods.get_mut(place).unwrap();
                for it in 0..2 {
                    period.reserved[it] += held.asked[it];
                }
            }
            held.holds = holds.into_iter().map(|(place, _)| place).collect();
            self.held.push(held);
        }
        (hard, soft)
    }

    /// Whether it can be ended so.
    fn end(&mut self, which: usize, used: Option<[i128; 2]>) -> bool {
        let held = &mut self.held[which];
        match (held.status, used) {
            (Status::Settled(before), Some(used)) => return before == used,
            (Status::Released | Status::Expired, None) => return true,
            (Status::Settled(_), None) | (Status::Released, Some(_)) => return false,
            (Status::Reserved | Status::Expired, _) => {}
        }
        for place in &held.holds {
            let period = self.periods.get_mut(place).unwrap();
            for it in 0..2 {
                if held.status == Status::Reserved {
                    period.reserved[it] -= held.asked[it];
                }
                period.spent[it] += used.map_or(0, |used| used[it]);
            }
        }
        held.status = used.map_or(Status::Released, Status::Settled);
        for place in held.holds.clone() {
            self.take_back(place);
        }
        true
    }
}

struct Game<'g> {
    tenant: &'g Tenant,
    clock: &'g ManualClock,
    model: Model,
    ids: Vec<ReservationId>,
    budgets: HashMap<usize, agentflow::budgets::Budget>,
}

impl Game<'_> {
    async fn play(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let by = Actor::user("ann");
        let budgets = self.tenant.budgets();
        let now = self.clock.now();
        match *act {
            Act::Reserve { model, tokens, calls, key, minutes } => {
                self.model.expire(now);
                self.reserve(
                    now,
                    Held {
                        asked: [tokens.into(), calls.into()],
                        model,
                        key,
                        expires_at: now + SignedDuration::from_mins(minutes),
                        holds: Vec::new(),
                        status: Status::Reserved,
                    },
                )
                .await?;
            }
            Act::Settle { which, tokens, calls } if !self.ids.is_empty() => {
                self.model.expire(now);
                let which = which % self.ids.len();
                let fits = self.model.end(which, Some([tokens.into(), calls.into()]));
                let used = Amounts { tokens, calls, ..Amounts::default() };
                let settled = budgets.settle(self.ids[which], used).await;
                prop_assert_eq!(settled.is_ok(), fits, "{:?}", settled);
            }
            Act::Release { which } if !self.ids.is_empty() => {
                self.model.expire(now);
                let which = which % self.ids.len();
                let fits = self.model.end(which, None);
                prop_assert_eq!(budgets.release(self.ids[which]).await.is_ok(), fits);
            }
            Act::Settle { .. } | Act::Release { .. } => {}
            Act::Pass { minutes } => self.clock.set(now + SignedDuration::from_mins(minutes)),
            Act::Increase { budget, tokens, hours } => {
                let until = now + SignedDuration::from_hours(hours);
                let (amounts, reason) = (Amounts::tokens(tokens), "more".to_owned());
                let new = NewIncrease { amounts, from: None, until, reason };
                let made = budgets.increase(self.budgets[&budget].id, new, &by).await;
                let fits = self.model.specs[budget].limits.tokens.is_some();
                prop_assert_eq!(made.is_ok(), fits, "{:?}", made);
                if fits {
                    self.model.increases.push((budget, tokens.into(), until));
                }
            }
            Act::Limit { budget, tokens } => {
                self.model.expire(now);
                self.model.change_limit(budget, tokens, now);
                budgets.set(self.model.specs[budget].clone(), &by).await.unwrap();
            }
        }
        self.compare().await
    }

    async fn reserve(&mut self, now: Timestamp, held: Held) -> Result<(), TestCaseError> {
        let [tokens, calls] = held.asked.map(|it| u64::try_from(it).unwrap());
        let amounts = Amounts { tokens, calls, ..Amounts::default() };
        let mut request = ReserveRequest::new(of_model(MODELS[held.model]), amounts)
            .expiring_in(held.expires_at.duration_since(now));
        request.key = held.key.map(|key| key.to_string());
        let answer = self.tenant.budgets().reserve(request).await;
        let known = self.model.held.iter().position(|it| it.key.is_some() && it.key == held.key);
        if let Some(known) = known {
            let before = &self.model.held[known];
            let is_same = (before.asked, before.model) == (held.asked, held.model);
            match answer {
                Ok(Decision::Reserved(it)) if it.repeated => {
                    prop_assert!(is_same && before.status == Status::Reserved);
                    prop_assert_eq!(it.id, self.ids[known]);
                }
                Err(Error::Conflict { .. }) => {
                    prop_assert!(!is_same || before.status != Status::Reserved);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            // It looked at the periods all the same.
            for budget in 0..4 {
                if self.model.is_about(budget, held.model) {
                    let (begins, period) = self.model.period(budget, now);
                    self.model.periods.insert((budget, begins), period);
                }
            }
            return Ok(());
        }
        let expires_at = held.expires_at;
        let (hard, soft) = self.model.reserve(held, now);
        let names = |list: &[agentflow::budgets::BudgetRefusal]| {
            let mut names: Vec<_> = list.iter().map(|it| it.name.clone()).collect();
            names.sort();
            names
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        match answer.unwrap() {
            Decision::Refused(refusals) => prop_assert_eq!(names(&refusals), sorted(hard)),
            Decision::Reserved(it) => {
                prop_assert_eq!(hard, Vec::<String>::new());
                prop_assert_eq!(names(&it.warnings), sorted(soft));
                prop_assert_eq!(it.expires_at, expires_at);
                self.ids.push(it.id);
            }
        }
        Ok(())
    }

    /// Every budget is in the state of the model.
    async fn compare(&mut self) -> Result<(), TestCaseError> {
        let now = self.clock.now();
        self.model.expire(now);
        for (index, spec) in self.model.specs.iter().enumerate() {
            let budget = self.tenant.budgets().find(&spec.name).await.unwrap().unwrap();
            let (begins, period) = self.model.period(index, now);
            let allowed = self.model.allowed(index, now);
            prop_assert_eq!(budget.state.period_start, begins);
            for (it, state) in [budget.state.tokens, budget.state.calls].iter().enumerate() {
                let got = (state.spent, state.reserved, state.carried, state.allowed());
                let expected = (
                    period.spent[it].into(),
                    period.reserved[it].into(),
                    period.carried[it].into(),
                    allowed[it].map(Into::into),
                );
                prop_assert_eq!(got, expected, "{} {}", &spec.name, it);
            }
        }
        Ok(())
    }
}

#[test]
fn overlapping_budgets_are_what_a_model_says_they_are() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bank = runtime.block_on(Bank::new());
    let config =
        ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    let number = std::sync::atomic::AtomicU32::new(0);
    proptest!(config, |(acts in prop::collection::vec(act(), 1..40))| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        runtime.block_on(async {
            bank.clock.set(at(BEGINNING));
            let id = bank.world.new_tenant(&format!("Tenant {number}")).await.id;
            let tenant = super::store(&bank.world, &bank.clock).tenant(id);
            let mut budgets = HashMap::new();
            for (index, spec) in specs().into_iter().enumerate() {
                budgets.insert(index, tenant.budgets().set(spec, &super::ann()).await.unwrap());
            }
            let model = Model {
                specs: specs(),
                periods: BTreeMap::new(),
                increases: Vec::new(),
                held: Vec::new(),
                made_at: at(BEGINNING),
            };
            let mut game = Game { tenant: &tenant, clock: &bank.clock, model, ids: Vec::new(), budgets };
            for act in &acts {
                game.play(act).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    });
}
