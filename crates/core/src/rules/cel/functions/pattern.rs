use regex::{Regex, RegexBuilder};

use crate::rules::{
    FaultKind,
    cel::meter::{Meter, Stop},
};

/// The largest compiled regular expression, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// Steps to compile the smallest regular expression.
const COMPILE: usize = 300;

/// Whether `pattern`, which is compiled for this once, is found in `text`.
pub(in crate::rules::cel) fn matches(
    text: &str,
    pattern: &str,
    meter: &mut Meter,
) -> Result<bool, Stop> {
    meter.charge(weight(pattern))?;
    let pattern = Pattern::new(pattern).map_err(|error| Stop::new(FaultKind::Argument, error))?;
    pattern.matches(text, meter)
}

/// A regular expression, compiled.
#[derive(Debug)]
pub(in crate::rules::cel) struct Pattern(Regex);

impl Pattern {
    pub(in crate::rules::cel) fn new(text: &str) -> Result<Self, String> {
        RegexBuilder::new(text).size_limit(MAX_COMPILED_BYTES).build().map(Self).map_err(|error| {
            match error {
                regex::Error::CompiledTooBig(_) => {
                    "the regular expression is too large; repeat less".to_owned()
                }
                // Its last line says what is wrong; those before it draw the place.
                error => {
                    let text = error.to_string();
                    let reason = text.lines().last().unwrap_or_default();
                    format!("bad regular expression: {}", reason.trim_start_matches("error: "))
                }
            }
        })
    }

    /// Whether it is found in `text`.
    pub(in crate::rules::cel) fn matches(
        &self,
        text: &str,
        meter: &mut Meter,
    ) -> Result<bool, Stop> {
        // Some nanoseconds for each byte, whatever the pattern.
        meter.charge(text.len() / 4 + 1)?;
        Ok(self.0.is_match(text))
    }
}

/// The steps to compile a regular expression: by what it is when its counted repetitions are written out.
fn weight(pattern: &str) -> usize {
    const CLASS: usize = 300;
    let mut outer = Vec::new();
    let (mut sum, mut last) = (0_usize, 0_usize);
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '(' => outer.push(std::mem::take(&mut sum)),
            ')' => {
                last = sum;
                sum = sum.saturating_add(outer.pop().unwrap_or(0));
            }
            '{' => {
                let counts: String = chars.by_ref().take_while(|it| *it != '}').collect();
                let count = |it: &str| it.trim().parse::<usize>().unwrap_or(1);
                let times = counts.split(',').map(count).max().unwrap_or(1).max(1);
                sum = sum.saturating_add(last.saturating_mul(times - 1));
                last = last.saturating_mul(times);
            }
            '*' | '+' | '?' | '|' | '^' | '$' => sum = sum.saturating_add(1),
            '\\' | '.' | '[' => {
                last = match (char, chars.peek()) {
                    ('\\', Some(next)) if !next.is_ascii_alphabetic() => 1,
                    _ => CLASS,
                };
                if char == '\\' {
                    chars.next();
                }
                sum = sum.saturating_add(last);
            }
            _ => {
                last = 4;
                sum = sum.saturating_add(last);
            }
        }
    }
    let sum = outer.into_iter().fold(sum, usize::saturating_add);
    COMPILE.saturating_add(sum.saturating_mul(2))
}
