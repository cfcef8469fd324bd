//! Rego by regorus: the only place that names it.

mod builtins;
mod check;
mod document;
mod place;
mod tokens;

use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use regorus::{Engine, LimitError, PolicyLengthConfig, Value, utils::limits::ExecutionTimerConfig};

pub(super) use self::document::Input;
use super::{
    Document, Limits, MAX_LINE, MAX_POLICY_BYTES, MAX_REASON_CHARS, MAX_REASONS, PolicyDecision,
    PolicyEffect, decision::STOPPED,
};
use crate::{
    hash::Sha256,
    rules::{Problem, Problems},
};

/// The program that evaluates policies, with its version.
pub const ENGINE: &str = "regorus 0.14.1";

/// What the text is called in messages of the library.
const FILE: &str = "policy";

/// Room on the stack for the parser and the analyses, which recurse.
const COMPILE_STACK: usize = 32 * 1024 * 1024;
/// Room for evaluating what is not nested, and for each level of what is.
const BASE_STACK: usize = 512 * 1024;
const LEVEL_STACK: usize = 16 * 1024;
/// Room for dropping and comparing a value, for each of its levels.
const VALUE_STACK: usize = 1024;

/// How many units of work pass between looks at the clock.
const TICKS: NonZeroU32 = NonZeroU32::new(16).unwrap();
/// How many idle evaluators a policy keeps.
const MAX_IDLE: usize = 64;

/// A compiled policy. May be shared between threads, and asked by many of them at once.
pub struct Policy {
    name: String,
    digest: Sha256,
    effect: String,
    reasons: Option<String>,
    stack: usize,
    evaluator: Engine,
    /// Evaluators hold what an evaluation made, so each serves one at a time.
    idle: Mutex<Vec<Engine>>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Policy");
        shown.field("name", &self.name).field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Policy {
    /// Compiles a policy: Rego v1 with a package, in which the rule `effect` gives `"allow"`, `"require_approval"` or `"deny"`,
    /// and the rule `reasons`, if there is one, a set or an array of texts.
    ///
    /// Fails with what is wrong, each with its place: what does not parse, functions that are unknown or reach outside, functions
    /// that call themselves, `with`, and what is beyond the limits of this module.
    ///
    /// ```
    /// use agentflow_core::policy::Policy;
    ///
    /// let text = "package region\n\ndefault effect := \"allow\"\n\neffect := \"deny\" if input.workspace.region != \"eu\"\n";
    /// assert!(Policy::compile("region", text).is_ok());
    ///
    /// let error = Policy::compile("clock", "package clock\n\neffect := \"deny\" if time.now_ns() > 5\n").unwrap_err();
    /// assert!(error.to_string().starts_with("line 3, column 21: `time.now_ns`"), "{error}");
    /// ```
    pub fn compile(name: &str, text: &str) -> Result<Self, Problems> {
        if text.len() > MAX_POLICY_BYTES {
            let message = format!(
                "the policy has {} bytes; at most {MAX_POLICY_BYTES} are possible",
                text.len()
            );
            return Err(place::alone(1, 1, message));
        }
        let compile = || catch_unwind(AssertUnwindSafe(|| Self::compile_here(name, text)));
        stacker::maybe_grow(COMPILE_STACK, COMPILE_STACK, compile).unwrap_or_else(|_| {
            Err(place::alone(1, 1, "the compiler failed on this policy; write it in a simpler way"))
        })
    }

    fn compile_here(name: &str, text: &str) -> Result<Self, Problems> {
        tokens::check(text)?;
        let mut engine = Engine::new();
        engine.set_rego_v0(false);
        engine.set_strict_builtin_errors(true);
        // Else what is printed goes to stderr. There is no print, but the library may change its mind.
        engine.set_gather_prints(true);
        engine.set_policy_length_config(length_config());
        engine.set_execution_timer_config(timer(Limits::default().time));
        let wrong = |error| place::of_error(text, &error);
        engine.add_policy(FILE.to_owned(), text.to_owned()).map_err(wrong)?;
        let outline = {
            let module =
                engine.get_modules().first().ok_or_else(|| place::alone(1, 1, "is empty"))?;
            check::module(module, text)?
        };
        for name in builtins::guarded() {
            builtins::guard(&mut engine, name);
        }
        engine.compile_with_entrypoint(&outline.effect.as_str().into()).map_err(wrong)?;
        Ok(Self {
            name: name.to_owned(),
            digest: Sha256::of(&[text.as_bytes()]),
            effect: outline.effect,
            reasons: outline.reasons,
            stack: BASE_STACK + outline.levels * LEVEL_STACK + outline.value_levels * VALUE_STACK,
            evaluator: engine,
            idle: Mutex::default(),
        })
    }

    /// The name it was compiled under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its text.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// Asks the policy. What goes wrong in it, takes too long, or is no answer, denies.
    ///
    /// Up to a limit of time, the same document gets the same answer.
    pub fn evaluate(&self, document: &Document, limits: &Limits) -> PolicyDecision {
        unless_too_slow_twice(|| self.attempt(document, limits)).unwrap_or_else(|refusal| refusal)
    }

    /// Fails with a refusal when the evaluation did.
    fn attempt(
        &self,
        document: &Document,
        limits: &Limits,
    ) -> Result<PolicyDecision, PolicyDecision> {
        let mut engine = self.take();
        let answer = || {
            // After a panic nothing of the evaluator is kept.
            catch_unwind(AssertUnwindSafe(|| {
                let asked = self.ask(&mut engine, document, limits);
                engine.set_input(Value::Null);
                (asked, engine)
            }))
        };
        match stacker::maybe_grow(self.stack, self.stack, answer) {
            Ok((Ok(decision), engine)) => {
                self.give_back(engine);
                Ok(decision)
            }
            // What failed may hold much, and be in whatever state.
            Ok((Err(refusal), _)) => Err(refusal),
            Err(_) => Err(PolicyDecision::refusal("the policy failed: the evaluator broke off")),
        }
    }

    fn ask(
        &self,
        engine: &mut Engine,
        document: &Document,
        limits: &Limits,
    ) -> Result<PolicyDecision, PolicyDecision> {
        let began = Instant::now();
        engine.set_execution_timer_config(timer(limits.time));
        engine.set_input(document.rego().value());
        let budget = builtins::Budget::open(limits.memory);
        let effect = engine.eval_rule(self.effect.clone());
        let reasons = match (&effect, &self.reasons) {
            (Ok(_), Some(path)) => {
                let left = limits.time.saturating_sub(began.elapsed());
                engine.set_execution_timer_config(timer(left));
                Some(engine.eval_rule(path.clone()))
            }
            _ => None,
        };
        // Whatever came of it: rules may go on where one of several definitions failed.
        if budget.is_spent() {
            return Err(PolicyDecision::refusal(format!(
                "the policy failed: its functions would make more than {} bytes",
                limits.memory
            )));
        }
        if began.elapsed() > limits.time {
            return Err(too_slow(limits));
        }
        match (effect, reasons.transpose()) {
            (Ok(effect), Ok(reasons)) => Ok(answer(&effect, reasons.as_ref(), document)),
            (Err(error), _) | (_, Err(error)) => Err(failure(&error, document, limits)),
        }
    }

    fn take(&self) -> Engine {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| self.evaluator.clone())
    }

    fn give_back(&self, engine: Engine) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(engine);
        }
    }
}

/// In place of what could quote the document.
const PRIVATE: &str =
    "why is not kept, for it could quote what was asked about; a simulation tells";

fn length_config() -> PolicyLengthConfig {
    let mut config = PolicyLengthConfig::default();
    if let (Some(columns), Some(bytes)) =
        (NonZeroU32::new(MAX_LINE), NonZeroUsize::new(MAX_POLICY_BYTES))
    {
        config.max_col = columns;
        config.max_file_bytes = bytes;
    }
    config
}

fn timer(limit: Duration) -> ExecutionTimerConfig {
    ExecutionTimerConfig { limit, check_interval: TICKS }
}

/// A machine that was busy with something else may have taken the time; what is slow by itself is so again.
fn unless_too_slow_twice(
    mut attempt: impl FnMut() -> Result<PolicyDecision, PolicyDecision>,
) -> Result<PolicyDecision, PolicyDecision> {
    attempt().or_else(|refusal| {
        let is_too_slow = refusal.reasons.iter().any(|reason| reason.starts_with(STOPPED));
        if is_too_slow { attempt() } else { Err(refusal) }
    })
}

fn too_slow(limits: &Limits) -> PolicyDecision {
    PolicyDecision::refusal(format!("{STOPPED}{} ms", limits.time.as_millis()))
}

fn failure<E: fmt::Display + AsRef<dyn std::error::Error + Send + Sync>>(
    error: &E,
    document: &Document,
    limits: &Limits,
) -> PolicyDecision {
    let cause: &(dyn std::error::Error + 'static) = error.as_ref();
    if let Some(LimitError::TimeLimitExceeded { .. }) = cause.downcast_ref::<LimitError>() {
        return too_slow(limits);
    }
    let Problem { line, column, mut message } = place::read(&error.to_string());
    if document.is_private() {
        PRIVATE.clone_into(&mut message);
    }
    let reason = if line == 0 {
        format!("the policy failed: {message}")
    } else {
        format!("the policy failed at line {line}, column {column}: {message}")
    };
    PolicyDecision::refusal(cut(&reason))
}

fn answer(effect: &Value, reasons: Option<&Value>, document: &Document) -> PolicyDecision {
    let expected = "expected \"allow\", \"require_approval\" or \"deny\"";
    let effect = match effect {
        Value::String(word) => {
            let Ok(effect) = word.parse::<PolicyEffect>() else {
                if document.is_private() {
                    return PolicyDecision::refusal(format!("effect is another text; {expected}"));
                }
                let word = cut(word);
                return PolicyDecision::refusal(format!("effect is \"{word}\"; {expected}"));
            };
            effect
        }
        Value::Undefined => {
            let reason = "no effect holds; give the policy a default: `default effect := \"deny\"`";
            return PolicyDecision::refusal(reason);
        }
        other => {
            let kind = kind(other);
            return PolicyDecision::refusal(format!("effect is {kind}; {expected}"));
        }
    };
    let mut told = match reasons {
        None | Some(Value::Undefined) => Vec::new(),
        Some(Value::Set(reasons)) => match texts(reasons.iter()) {
            Ok(told) => told,
            Err(refusal) => return refusal,
        },
        Some(Value::Array(reasons)) => match texts(reasons.iter()) {
            Ok(told) => told,
            Err(refusal) => return refusal,
        },
        Some(other) => return bad_reasons(kind(other)),
    };
    told.sort_unstable();
    told.dedup();
    if told.len() > MAX_REASONS {
        let more = told.len() - MAX_REASONS;
        told.truncate(MAX_REASONS);
        told.push(format!("… and {more} more"));
    }
    PolicyDecision { effect, reasons: told }
}

fn texts<'v>(values: impl Iterator<Item = &'v Value>) -> Result<Vec<String>, PolicyDecision> {
    values
        .map(|value| match value {
            Value::String(text) => Ok(cut(text)),
            other => Err(bad_reasons(&format!("a collection with {} in it", kind(other)))),
        })
        .collect()
}

fn bad_reasons(found: &str) -> PolicyDecision {
    PolicyDecision::refusal(format!("reasons is {found}; expected a set or an array of texts"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Set(_) => "a set",
        Value::Object(_) => "an object",
        Value::Undefined => "undefined",
    }
}

/// A text as it can be stored: without U+0000, and not too long.
fn cut(text: &str) -> String {
    let mut kept: String = text
        .chars()
        .take(MAX_REASON_CHARS)
        .map(|c| if c == '\0' { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(MAX_REASON_CHARS).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_asked_again_once_if_its_time_was_over_and_never_if_it_failed() {
        let slow = || Err(too_slow(&Limits::default()));
        let failed = || Err(PolicyDecision::refusal("the policy failed: at line 1"));
        let allowed = || Ok(PolicyDecision { effect: PolicyEffect::Allow, reasons: Vec::new() });
        for (first, second, told, asked) in [
            (slow(), allowed(), allowed(), 2),
            (slow(), slow(), slow(), 2),
            (slow(), failed(), failed(), 2),
            (failed(), allowed(), failed(), 1),
            (allowed(), failed(), allowed(), 1),
        ] {
            let mut answers = vec![second, first];
            let mut count = 0;
            let answer = unless_too_slow_twice(|| {
                count += 1;
                answers.pop().expect("it is asked twice at most")
            });
            assert_eq!((answer, count), (told, asked));
        }
    }
}
