//! A chain against a model of it: never a value that nobody said last.

use agentflow::secrets::SecretsProvider;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::{
    chain::{START, Stage, name},
    stub::{Fault, Stub},
};

/// What happens to a chain of two, of which the first cannot always be asked.
#[derive(Debug, Clone)]
enum Happening {
    Put(u8),
    Remove,
    Fail(Fault),
    Heal,
    Pass(i64),
    Get,
    Set(u8),
    /// The first one gives what it said so many minutes ago.
    Age(i64),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        (0..9_u8).prop_map(Happening::Put),
        Just(Happening::Remove),
        Just(Happening::Fail(Fault::Unavailable)),
        Just(Happening::Fail(Fault::Corrupt)),
        Just(Happening::Heal),
        (0..40_i64).prop_map(Happening::Pass),
        Just(Happening::Get),
        Just(Happening::Get),
        (10..19_u8).prop_map(Happening::Set),
        (0..40_i64).prop_map(Happening::Age),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn never_a_value_that_nobody_said_last(happenings in happenings(), has_fallback in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (one, two) = (Stub::new("one", &[]), Stub::new("two", &[("a", "later")]));
            let stage = if has_fallback { Stage::with_fallback(&[&one], &two) } else { Stage::new(&[&one, &two]) };
            // What the chain knows of the first one, and since when that is true.
            let (mut known, mut now, mut is_down): (Option<(String, i64)>, _, _) = (None, 0, false);
            // Since when what the first one has is what it said last.
            let mut stale = None;
            let start: Timestamp = START.parse().unwrap();
            for happening in happenings {
                match happening {
                    Happening::Put(value) => {
                        one.put("a", &value.to_string());
                        stale = None;
                    }
                    Happening::Age(minutes) => {
                        stale = one.value("a").map(|_| now - minutes);
                        let since = start + SignedDuration::from_mins(now - minutes);
                        one.age("a", Some(&since.to_string()));
                    }
                    Happening::Remove => {
                        one.remove("a");
                        stale = None;
                    }
                    Happening::Fail(fault) => {
                        one.fail(fault);
                        is_down = true;
                    }
                    Happening::Heal => {
                        one.fail(None);
                        is_down = false;
                    }
                    Happening::Pass(minutes) => {
                        now += minutes;
                        stage.pass(minutes);
                    }
                    Happening::Set(value) => {
                        let value = value.to_string();
                        let set = stage.chain.set(&name("a"), value.clone().into()).await;
                        assert_eq!(set.is_err(), is_down);
                        known = (!is_down).then_some((value, now));
                        if !is_down {
                            stale = None;
                        }
                    }
                    Happening::Get => {
                        let got = stage.get("a").await;
                        let later = has_fallback.then(|| "later".to_owned());
                        let expected = match (is_down, one.value("a")) {
                            (false, Some(value)) => {
                                let said = stale.unwrap_or(now);
                                if known.as_ref().is_none_or(|(_, known)| *known <= said) {
                                    known = Some((value.clone(), said));
                                }
                                Some(value)
                            }
                            (false, None) => {
                                known = None;
                                Some("later".to_owned())
                            }
                            (true, _) => match &known {
                                Some((value, said)) if now - said <= 60 => Some(value.clone()),
                                _ => later,
                            },
                        };
                        let got = got.ok().map(|it| it.value.expose_secret().to_owned());
                        assert_eq!(got, expected);
                    }
                }
            }
        });
    }
}
