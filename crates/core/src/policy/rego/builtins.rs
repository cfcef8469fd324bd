//! The functions policies may call. Those that can make much of little are looked at before they run.

use std::{cell::Cell, sync::LazyLock};

use regorus::{
    Engine, Source, Value,
    unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span},
};

use super::document;
use crate::similar::similar as most_like;

/// The longest text that is searched with a regular expression, in bytes, and the longest pattern.
const MAX_SEARCHED: usize = 16 * 1024;
const MAX_PATTERN: usize = 1000;
/// The longest text that is read as a number.
const MAX_NUMBER: usize = 400;
/// The longest whole number that is written as text or multiplied, in bits.
const MAX_BITS: u64 = 4096;
/// What a value costs, whatever it holds.
const VALUE: u64 = 32;

/// How much a function can make of what it is given.
#[derive(Clone, Copy)]
enum Cost {
    /// Nothing to speak of.
    Free,
    /// Nothing to speak of, but it looks at all it is given.
    Look,
    /// As much as it is given.
    Size,
    /// The same as JSON, with everything escaped.
    Marshal,
    /// As many values as its text has bytes.
    Parts,
    /// As many values as there are from one number to the other.
    Range,
    /// A text joined of texts.
    Join,
    /// A text in which another may stand for every occurrence of a third.
    Replace,
    /// A text made by a format.
    Format,
    /// Looks for each place of one in all of the other.
    Search,
    /// Looks for a text, which must not be empty.
    Occurrences,
    /// A number read from text.
    Number,
    /// A product.
    Product,
    /// JSON read from text.
    Json,
    /// A regular expression, which stands at this place, and the text at that.
    Regex(usize, usize),
    /// Times, which must not be those of this machine.
    Time,
}

const OFFERED: &[(&str, Cost)] = &[
    ("abs", Cost::Free),
    ("array.concat", Cost::Size),
    ("array.reverse", Cost::Size),
    ("array.slice", Cost::Size),
    ("base64.decode", Cost::Size),
    ("base64.encode", Cost::Size),
    ("base64.is_valid", Cost::Look),
    ("base64url.decode", Cost::Size),
    ("base64url.encode", Cost::Size),
    ("base64url.encode_no_pad", Cost::Size),
    ("bits.and", Cost::Size),
    ("bits.negate", Cost::Size),
    ("bits.or", Cost::Size),
    ("bits.xor", Cost::Size),
    ("ceil", Cost::Free),
    ("concat", Cost::Join),
    ("contains", Cost::Look),
    ("count", Cost::Free),
    ("endswith", Cost::Free),
    ("floor", Cost::Free),
    ("format_int", Cost::Size),
    ("hex.decode", Cost::Size),
    ("hex.encode", Cost::Size),
    ("indexof", Cost::Search),
    ("indexof_n", Cost::Search),
    ("intersection", Cost::Look),
    ("is_array", Cost::Free),
    ("is_boolean", Cost::Free),
    ("is_null", Cost::Free),
    ("is_number", Cost::Free),
    ("is_object", Cost::Free),
    ("is_set", Cost::Free),
    ("is_string", Cost::Free),
    ("json.filter", Cost::Size),
    ("json.is_valid", Cost::Json),
    ("json.marshal", Cost::Marshal),
    ("json.remove", Cost::Size),
    ("json.unmarshal", Cost::Json),
    ("lower", Cost::Size),
    ("max", Cost::Look),
    ("min", Cost::Look),
    ("numbers.range", Cost::Range),
    ("object.filter", Cost::Size),
    ("object.get", Cost::Free),
    ("object.keys", Cost::Look),
    ("object.remove", Cost::Size),
    ("object.union", Cost::Size),
    ("object.union_n", Cost::Size),
    ("product", Cost::Product),
    ("regex.find_n", Cost::Regex(0, 1)),
    ("regex.is_valid", Cost::Regex(0, 0)),
    ("regex.match", Cost::Regex(0, 1)),
    ("regex.replace", Cost::Regex(1, 0)),
    ("regex.split", Cost::Regex(0, 1)),
    ("replace", Cost::Replace),
    ("round", Cost::Free),
    ("semver.compare", Cost::Look),
    ("semver.is_valid", Cost::Look),
    ("sort", Cost::Look),
    ("split", Cost::Parts),
    ("sprintf", Cost::Format),
    ("startswith", Cost::Free),
    ("strings.any_prefix_match", Cost::Search),
    ("strings.any_suffix_match", Cost::Search),
    ("strings.count", Cost::Occurrences),
    ("strings.reverse", Cost::Size),
    ("substring", Cost::Size),
    ("sum", Cost::Look),
    ("time.add_date", Cost::Time),
    ("time.clock", Cost::Time),
    ("time.date", Cost::Time),
    ("time.diff", Cost::Time),
    ("time.format", Cost::Time),
    ("time.parse_duration_ns", Cost::Time),
    ("time.parse_ns", Cost::Time),
    ("time.parse_rfc3339_ns", Cost::Time),
    ("time.weekday", Cost::Time),
    ("to_number", Cost::Number),
    ("trim", Cost::Size),
    ("trim_left", Cost::Size),
    ("trim_prefix", Cost::Size),
    ("trim_right", Cost::Size),
    ("trim_space", Cost::Size),
    ("trim_suffix", Cost::Size),
    ("type_name", Cost::Free),
    ("union", Cost::Size),
    ("upper", Cost::Size),
];

/// Whether policies may call it.
pub(super) fn is_offered(name: &str) -> bool {
    cost(name).is_some()
}

fn cost(name: &str) -> Option<Cost> {
    let found = OFFERED.binary_search_by_key(&name, |(offered, _)| offered).ok()?;
    Some(OFFERED[found].1)
}

/// Why a function is left out that a reader of the Rego reference may expect.
pub(super) fn why_left_out(name: &str) -> Option<&'static str> {
    const OUTSIDE: &str = "it would reach outside, and a policy sees nothing but its input";
    const CHANGES: &str = "its answer changes from call to call, and a decision must be repeatable";
    Some(match name {
        "time.now_ns" => {
            "its answer changes from call to call; the time of the question is `input.time`"
        }
        "rand.intn" | "uuid.rfc4122" => CHANGES,
        "http.send"
        | "opa.runtime"
        | "net.lookup_ip_addr"
        | "rego.metadata.rule"
        | "rego.metadata.chain" => OUTSIDE,
        "print" | "trace" => "nobody would read it; what is to be told belongs into `reasons`",
        it if it.starts_with("glob.") => "write it as a regular expression, for `regex.match`",
        "walk"
        | "graph.reachable"
        | "graph.reachable_paths"
        | "bits.lsh"
        | "bits.rsh"
        | "numbers.range_step"
        | "strings.replace_n"
        | "regex.template_match"
        | "regex.find_all_string_submatch_n"
        | "regex.globs_match"
        | "object.subset"
        | "json.marshal_with_options"
        | "json.patch"
        | "units.parse"
        | "units.parse_bytes" => "what it makes cannot be bounded before it runs",
        it if it.starts_with("io.jwt.")
            || it.starts_with("crypto.")
            || it.starts_with("providers.") =>
        {
            "keys and signatures are no business of a policy"
        }
        _ => return None,
    })
}

/// `; did you mean …?`, or nothing.
pub(super) fn similar<'n>(name: &str, own: impl Iterator<Item = &'n String>) -> String {
    let known = OFFERED.iter().map(|(offered, _)| *offered).chain(own.map(String::as_str));
    most_like(name, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"))
}

thread_local! {
    /// Bytes that the evaluation of this thread may still make; `None` once it wanted more.
    static LEFT: Cell<Option<u64>> = const { Cell::new(Some(0)) };
}

/// What the functions of one evaluation may make, on this thread.
pub(super) struct Budget(());

impl Budget {
    pub(super) fn open(bytes: u64) -> Self {
        LEFT.set(Some(bytes));
        Self(())
    }

    /// Whether more was wanted than there was.
    #[expect(clippy::unused_self, reason = "only while it is open")]
    pub(super) fn is_spent(&self) -> bool {
        LEFT.get().is_none()
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        LEFT.set(Some(0));
    }
}

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

fn charge(bytes: u64) -> Result<(), Refused> {
    let left = LEFT.get().and_then(|left| left.checked_sub(bytes));
    LEFT.set(left);
    left.map(drop)
        .ok_or_else(|| Refused("the functions of the policy would make too much".to_owned()))
}

/// The functions that are looked at before they run.
pub(super) fn guarded() -> impl Iterator<Item = &'static str> {
    OFFERED.iter().filter(|(_, cost)| !matches!(cost, Cost::Free)).map(|(name, _)| *name)
}

/// What the functions of the library want to know for their messages.
static NOWHERE: LazyLock<Option<(Span, Vec<Ref<Expr>>)>> = LazyLock::new(|| {
    let source = Source::from_contents(String::new(), " ".to_owned()).ok()?;
    let span = Span { source, line: 0, col: 0, start: 0, end: 0 };
    let parameter = || Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
    let parameters = (0..8).map(|_| parameter()).collect();
    Some((span, parameters))
});

/// Puts a look at the arguments before a function.
pub(super) fn guard(engine: &mut Engine, name: &'static str) {
    let (Some(cost), Some(builtin)) = (cost(name), BUILTINS.get(name)) else { return };
    let (call, arity): BuiltinFcn = *builtin;
    let run = move |arguments: Vec<Value>| match (look(cost, &arguments), NOWHERE.as_ref()) {
        (Ok(()), _) if matches!(cost, Cost::Json) => Ok(json(name, &arguments)),
        (Ok(()), Some((span, parameters))) => {
            call(span, &parameters[..arguments.len().min(parameters.len())], &arguments, true)
        }
        (Err(refused), _) => Err(refused.into()),
        (_, None) => Err(Refused("the function cannot be called".to_owned()).into()),
    };
    // Fails only for a name that is there already, and these are all different.
    let _ = engine.add_extension(name.to_owned(), arity, Box::new(run));
}

/// Not the library's: there a certain key turns an object into a number of any size.
fn json(name: &str, arguments: &[Value]) -> Value {
    let parsed = match arguments {
        [Value::String(text)] => serde_json::from_str::<serde_json::Value>(text).ok(),
        _ => None,
    };
    match (name, parsed) {
        ("json.is_valid", parsed) => Value::from(parsed.is_some()),
        (_, Some(parsed)) => document::value(&parsed),
        (_, None) => Value::Undefined,
    }
}

/// Charges what a call will make, before it is made.
fn look(cost: Cost, arguments: &[Value]) -> Result<(), Refused> {
    match cost {
        Cost::Free => Ok(()),
        Cost::Size => size(arguments).and_then(|size| charge(size.saturating_mul(2))),
        Cost::Marshal => size(arguments).and_then(|size| charge(size.saturating_mul(6))),
        Cost::Parts => {
            let (text, delimiter) = (length(arguments, 0), length(arguments, 1));
            charge(text.saturating_add((text / delimiter.max(1) + 1).saturating_mul(2 * VALUE)))
        }
        Cost::Range => range(arguments),
        Cost::Join => {
            let joints = length(arguments, 0).saturating_mul(members(arguments, 1));
            charge(size(arguments)?.saturating_add(joints))
        }
        Cost::Replace => {
            let (text, new) = (length(arguments, 0), length(arguments, 2));
            let occurrences = text / length(arguments, 1).max(1) + 1;
            charge(text.saturating_add(occurrences.saturating_mul(new)))
        }
        Cost::Format => {
            let widths = text(arguments, 0).map_or(0, widths);
            charge(size(arguments)?.saturating_mul(6).saturating_add(widths))
        }
        Cost::Search => {
            let (within, wanted) = (length(arguments, 0), length(arguments, 1));
            let pairs = members(arguments, 0).saturating_mul(members(arguments, 1));
            let work = (within.saturating_mul(wanted) / 64).saturating_add(pairs);
            charge(
                size(arguments)?.saturating_add(work).saturating_add(within.saturating_mul(VALUE)),
            )
        }
        Cost::Occurrences if text(arguments, 1) == Some("") => {
            Err(Refused("an empty text occurs everywhere and cannot be counted".to_owned()))
        }
        Cost::Look | Cost::Occurrences => size(arguments).and_then(|size| charge(size / 16)),
        Cost::Number => match text(arguments, 0) {
            Some(it) if it.len() > MAX_NUMBER || it.trim_start().starts_with(['{', '[']) => {
                Err(Refused("the text is no number".to_owned()))
            }
            _ => Ok(()),
        },
        Cost::Product => product(arguments),
        Cost::Json => charge(length(arguments, 0).saturating_mul(2 * VALUE)),
        Cost::Regex(pattern, searched) => regex(arguments, pattern, searched),
        Cost::Time => time(arguments),
    }
}

fn text(arguments: &[Value], at: usize) -> Option<&str> {
    match arguments.get(at) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn length(arguments: &[Value], at: usize) -> u64 {
    text(arguments, at).map_or(0, |text| text.len() as u64)
}

fn members(arguments: &[Value], at: usize) -> u64 {
    match arguments.get(at) {
        Some(Value::Array(items)) => items.len() as u64,
        Some(Value::Set(items)) => items.len() as u64,
        Some(Value::Object(items)) => items.len() as u64,
        _ => 0,
    }
}

/// Bytes of everything in the arguments, what is shared counted as often as it stands there. Stops where that is more than an
/// evaluation may make, because a small value can stand for one of any size.
fn size(arguments: &[Value]) -> Result<u64, Refused> {
    let most = LEFT.get().unwrap_or(0).saturating_mul(16);
    let mut size: u64 = 0;
    let mut open: Vec<&Value> = arguments.iter().collect();
    while let Some(value) = open.pop() {
        size += VALUE;
        match value {
            Value::String(text) => size += text.len() as u64,
            Value::Number(_) => size += number_bytes(value)?,
            Value::Array(items) => open.extend(items.iter()),
            Value::Set(items) => open.extend(items.iter()),
            Value::Object(items) => items.iter().for_each(|(key, value)| open.extend([key, value])),
            Value::Null | Value::Bool(_) | Value::Undefined => {}
        }
        if size > most {
            charge(u64::MAX)?;
        }
    }
    Ok(size)
}

/// Digits of a whole number that no machine word holds.
fn number_bytes(value: &Value) -> Result<u64, Refused> {
    let bits = bits(value);
    if bits > MAX_BITS {
        return Err(Refused(format!("the number has more than {MAX_BITS} bits")));
    }
    Ok(bits / 3)
}

fn bits(value: &Value) -> u64 {
    let Value::Number(number) = value else { return 0 };
    if !number.is_integer() || number.as_i64().is_some() || number.as_u64().is_some() {
        return 64;
    }
    number.as_big().map_or(64, |big| big.bits())
}

fn range(arguments: &[Value]) -> Result<(), Refused> {
    let end = |at: usize| match arguments.get(at) {
        Some(Value::Number(number)) if number.is_integer() => number.as_i64(),
        _ => None,
    };
    match (end(0), end(1)) {
        (Some(from), Some(to)) => charge(from.abs_diff(to).saturating_add(1).saturating_mul(VALUE)),
        _ => Err(Refused("a range goes from one whole number to another".to_owned())),
    }
}

fn product(arguments: &[Value]) -> Result<(), Refused> {
    let all = match arguments.first() {
        Some(Value::Array(items)) => items.iter().map(bits).sum::<u64>(),
        Some(Value::Set(items)) => items.iter().map(bits).sum(),
        _ => 0,
    };
    // Most factors are small, and their product stays within a word or so.
    if all > MAX_BITS * 64 {
        return Err(Refused("the product has too many factors".to_owned()));
    }
    charge(all)
}

/// How far a format may widen what it writes.
fn widths(format: &str) -> u64 {
    let mut widths: u64 = 0;
    let mut width: u64 = 0;
    for c in format.chars() {
        match c.to_digit(10) {
            Some(digit) => width = width.saturating_mul(10).saturating_add(u64::from(digit)),
            None => widths = widths.saturating_add(std::mem::take(&mut width)),
        }
    }
    widths.saturating_add(width)
}

fn regex(arguments: &[Value], pattern: usize, searched: usize) -> Result<(), Refused> {
    bounded(arguments, pattern, MAX_PATTERN)?;
    bounded(arguments, searched, MAX_SEARCHED)?;
    let length_searched = length(arguments, searched);
    let replacement = text(arguments, 2).unwrap_or_default();
    let groups = replacement.bytes().filter(|byte| *byte == b'$').count() as u64;
    let replaced = (length_searched + 1).saturating_mul(replacement.len() as u64 + 1);
    charge(
        replaced
            .saturating_add(groups.saturating_mul(length_searched))
            .saturating_add(length_searched.saturating_mul(2 * VALUE)),
    )
}

fn bounded(arguments: &[Value], at: usize, most: usize) -> Result<(), Refused> {
    if length(arguments, at) > most as u64 {
        let reason = format!("the text has more than {most} bytes, too many for a pattern");
        return Err(Refused(reason));
    }
    Ok(())
}

fn time(arguments: &[Value]) -> Result<(), Refused> {
    for argument in arguments {
        let Value::Array(items) = argument else { continue };
        let local =
            |it: &Value| matches!(it, Value::String(zone) if zone.eq_ignore_ascii_case("local"));
        if items.iter().any(local) {
            let reason = "the time zone `Local` is that of a machine; name one: `Europe/Paris`";
            return Err(Refused(reason.to_owned()));
        }
    }
    size(arguments).and_then(|size| charge(size.saturating_mul(16)))
}
