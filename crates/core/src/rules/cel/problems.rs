//! What is wrong with an expression, in words, with line and column.

use std::ops::Range;

use cel_core::parser::ParseError;

use super::scan::{Finding, Token};
use crate::rules::{Problem, Problems};

/// The most problems that are listed of one expression.
const MAX_PROBLEMS: usize = 20;

/// The longest piece of an expression that is quoted, in characters.
const QUOTED: usize = 40;

/// Findings in the order of the text, each once.
pub(super) fn problems_of(source: &str, mut findings: Vec<Finding>) -> Problems {
    findings.sort_by_key(|it| it.span.start);
    let mut problems: Vec<Problem> = Vec::new();
    for finding in findings {
        let (line, column) = place(source, finding.span.start);
        let problem = Problem { line, column, message: finding.message };
        if !problems.contains(&problem) && problems.len() < MAX_PROBLEMS {
            problems.push(problem);
        }
    }
    Problems(problems)
}

/// Line and column of a byte, both from 1, the column in characters.
pub(super) fn place(source: &str, offset: usize) -> (u32, u32) {
    let boundary = (0..=offset.min(source.len())).rev().find(|it| source.is_char_boundary(*it));
    let before = &source[..boundary.unwrap_or(0)];
    let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// A piece of the source for a message.
pub(super) fn quoted(source: &str, span: Range<usize>) -> String {
    let text = source.get(span).unwrap_or_default();
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// What the parser reports, in our words.
pub(super) fn parse_findings(
    source: &str,
    tokens: &[Token],
    errors: Vec<ParseError>,
) -> Vec<Finding> {
    errors.into_iter().filter_map(|error| parse_finding(source, tokens, error)).collect()
}

fn parse_finding(source: &str, tokens: &[Token], error: ParseError) -> Option<Finding> {
    let ParseError { message, span } = error;
    // Of what stands at the end, the span is empty.
    let found = |span: Range<usize>| match tokens.iter().find(|it| it.span.start >= span.start) {
        Some(token) => (token.span.clone(), quoted(source, token.span.clone())),
        None => (source.trim_end().len()..source.len(), "end of text".to_owned()),
    };
    let finding = |span, message| Some(Finding::new(span, message));
    if let Some(rest) = message.strip_prefix("expected '")
        && let Some((wanted, _)) = rest.split_once("', found")
    {
        let (at, found) = found(span);
        return finding(at, format!("expected `{wanted}`, found {found}"));
    }
    if message.starts_with("expected identifier after '.'")
        || message.starts_with("expected field name")
    {
        // The parser has gone on behind the token already.
        let behind = tokens.iter().position(|it| it.span.start >= span.start.max(1));
        let before = match behind {
            _ if message.ends_with("found None") => None,
            Some(index) => tokens.get(index.saturating_sub(1)),
            None => tokens.last(),
        };
        let (at, found) = match before {
            Some(token) if !source[token.span.clone()].ends_with('.') => {
                (token.span.clone(), quoted(source, token.span.clone()))
            }
            _ => (source.trim_end().len()..source.len(), "end of text".to_owned()),
        };
        let what = if message.contains("field name") {
            "the name of a field"
        } else {
            "a name behind `.`"
        };
        return finding(at, format!("expected {what}, found {found}"));
    }
    if message.starts_with("unexpected token:") || message.starts_with("unexpected end") {
        let (at, found) = found(span);
        return finding(at, format!("expected a value, found {found}"));
    }
    match message.as_str() {
        "empty input" => finding(0..0, "expected an expression".to_owned()),
        "unexpected tokens after expression" => {
            let (at, found) = found(span);
            let message = match source.get(at.clone()).map(str::to_lowercase).as_deref() {
                Some("and") => format!("unexpected {found}; write `&&`"),
                Some("or") => format!("unexpected {found}; write `||`"),
                _ => format!("unexpected {found} behind the expression; expected an operator"),
            };
            finding(at, message)
        }
        "iteration variable must be an identifier" => {
            let message =
                format!("expected the name of a variable, got {}", quoted(source, span.clone()));
            finding(span, message)
        }
        "first argument must be an identifier" | "second argument must be an identifier" => None,
        "cel.bind() first argument must be an identifier" => {
            finding(span, "the first argument of `cel.bind` is the name of a variable".to_owned())
        }
        "has() argument must be a field selection (e.g., has(m.x))" => {
            finding(span, "`has` takes a field: has(User.name)".to_owned())
        }
        other => {
            let message = if other.contains("is a reserved word") {
                format!("{} is a word that cannot be a name", quoted(source, span.clone()))
            } else if other.contains("overflows i64") {
                format!("{} is out of range for int", source.get(span.clone()).unwrap_or_default())
            } else {
                plain(other)
            };
            finding(span, message)
        }
    }
}

/// A message of the library with our quotes: `all() requires exactly 2 arguments, got 1`.
pub(super) fn plain(message: &str) -> String {
    match message.split_once("() requires ") {
        Some((function, rest)) => format!("`{function}` takes {rest}"),
        None => message.replace('\'', "`").replace(" expects ", " takes "),
    }
}
