use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rules::{
    FaultKind,
    cel::meter::{Meter, Stop},
};

/// The largest compiled regular expression, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// The most that the regular expressions which are written out in one expression may come to, in ranges of characters with
/// their repetitions written out: 4 MB or so when compiled.
pub(in crate::rules::cel) const MAX_RANGES: usize = 50_000;

/// Steps to compile the smallest regular expression.
const COMPILE: usize = 300;

/// Of a class of characters with many ranges, few are looked at for each character of a text.
const MAX_LOOKED_AT: usize = 16;

/// Whether `pattern`, which is compiled for this once, is found in `text`.
pub(in crate::rules::cel) fn matches(
    text: &str,
    pattern: &str,
    meter: &mut Meter,
) -> Result<bool, Stop> {
    let fail = |error| Stop::new(FaultKind::Argument, error);
    meter.charge(COMPILE + pattern.len())?;
    let size = Size::of(pattern).map_err(fail)?;
    meter.charge(size.ranges)?;
    Pattern::compile(pattern, size).map_err(fail)?.matches(text, meter)
}

/// A regular expression, compiled.
#[derive(Debug)]
pub(in crate::rules::cel) struct Pattern {
    regex: Regex,
    size: Size,
}

impl Pattern {
    /// Compiles a regular expression whose size fits into `room`, and takes it from there.
    pub(in crate::rules::cel) fn new(text: &str, room: &mut usize) -> Result<Self, String> {
        let size = Size::of(text)?;
        let Some(left) = room.checked_sub(size.ranges) else {
            return Err("the regular expressions are too large together; repeat less, or name the characters: [0-9] \
                        is 60 times smaller than \\d"
                .to_owned());
        };
        *room = left;
        Self::compile(text, size)
    }

    fn compile(text: &str, size: Size) -> Result<Self, String> {
        let built = RegexBuilder::new(text).size_limit(MAX_COMPILED_BYTES).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "the regular expression is too large; repeat less".to_owned()
            }
            error => words(&error.to_string()),
        })?;
        Ok(Self { regex, size })
    }

    /// Whether it is found in `text`.
    pub(in crate::rules::cel) fn matches(
        &self,
        text: &str,
        meter: &mut Meter,
    ) -> Result<bool, Stop> {
        // Linear in the text, but at worst every state of the expression is looked at for every byte.
        let each = 16_usize.saturating_add(self.size.states);
        meter.charge(text.len().saturating_mul(each) / 64 + 1)?;
        Ok(self.regex.is_match(text))
    }
}

/// How large a regular expression is when its repetitions are written out.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// What is compiled.
    ranges: usize,
    /// What may be looked at for each character.
    states: usize,
}

impl Size {
    fn of(pattern: &str) -> Result<Self, String> {
        let parsed = regex_syntax::Parser::new().parse(pattern);
        parsed.map(|hir| Self::of_hir(&hir)).map_err(|error| words(&error.to_string()))
    }

    /// Recurses as deep as the parser lets patterns be nested.
    fn of_hir(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self { ranges: 1, states: 1 },
            HirKind::Literal(literal) => Self { ranges: literal.0.len(), states: literal.0.len() },
            HirKind::Class(class) => {
                let ranges = match class {
                    Class::Unicode(class) => class.ranges().len(),
                    Class::Bytes(class) => class.ranges().len(),
                };
                Self { ranges, states: ranges.min(MAX_LOOKED_AT) }
            }
            HirKind::Repetition(repetition) => {
                let times = repetition.max.unwrap_or(repetition.min).max(1);
                let times = usize::try_from(times).unwrap_or(usize::MAX);
                let inner = Self::of_hir(&repetition.sub);
                Self {
                    ranges: inner.ranges.saturating_mul(times).saturating_add(1),
                    states: inner.states.saturating_mul(times).saturating_add(1),
                }
            }
            HirKind::Capture(capture) => Self::of_hir(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().map(Self::of_hir).fold(Self::default(), |sum, it| Self {
                    ranges: sum.ranges.saturating_add(it.ranges).saturating_add(1),
                    states: sum.states.saturating_add(it.states).saturating_add(1),
                })
            }
        }
    }
}

/// The last line of an error says what is wrong; those before it draw the place.
fn words(error: &str) -> String {
    let reason = error.lines().last().unwrap_or_default();
    format!("bad regular expression: {}", reason.trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(text: &str, pattern: &str) -> Option<u64> {
        let mut meter = Meter::new(crate::rules::Limits::default());
        matches(text, pattern, &mut meter).ok().map(|_| meter.used())
    }

    #[test]
    fn what_takes_long_costs_much_and_what_does_not_costs_little() {
        let text: String =
            (0_u64..200_000).map(|it| if it * it % 7 < 3 { 'a' } else { 'b' }).collect();
        for slow in ["a[ab]{2000}c", "(a.*|b){1,400}.*a.{400}c", "(x?){900}"] {
            assert_eq!(cost(&text, slow), None, "{slow}");
        }
        assert!(cost("ann@example.com", "^[a-z0-9.]+@[a-z0-9]+[.]com$").unwrap() < 500);
        assert!(cost(&text, "abc").unwrap() < 100_000);
    }

    #[test]
    fn classes_count_with_their_ranges_and_repetitions() {
        let of = |pattern: &str| Size::of(pattern).unwrap().ranges;
        assert!(of(r"\d") > 50 && of(r"[\w]{50}") > 50 * 500 && of(r"\pL{50}") > 50 * 500);
        assert!(of("[0-9]{50}") < 200);
        assert!(of("((((a{99}){99}){99}){99}){99}") > 1_000_000_000);
    }

    #[test]
    fn what_is_written_out_has_so_much_room() {
        let mut room = MAX_RANGES;
        let mut kept = Vec::new();
        let error = loop {
            match Pattern::new(r"\w{16}", &mut room) {
                Ok(pattern) => kept.push(pattern),
                Err(error) => break error,
            }
        };
        assert!((1..10).contains(&kept.len()), "{}", kept.len());
        assert!(error.starts_with("the regular expressions are too large together"), "{error}");
    }
}
