//! What is looked at before the parser: how deep it would have to go.

use regorus::{
    Source,
    unstable::{Lexer, TokenKind},
};

use super::place;
use crate::{
    policy::{MAX_NESTING, MAX_OPERATORS},
    rules::Problems,
};

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "|", "&", "==", "!=", "<", "<=", ">", ">=", "=", ":=", ".", "in",
    "not",
];
const WORDS: &[&str] =
    &["if", "else", "contains", "as", "with", "some", "every", "default", "import"];

/// Refuses more operators in a row, and more brackets inside each other, than the recursion of parser, analyses and evaluator
/// has room for.
pub(super) fn check(text: &str) -> Result<(), Problems> {
    let wrong = |error| place::of_error(text, &error);
    let source = Source::from_contents(super::FILE.to_owned(), text.to_owned()).map_err(wrong)?;
    let mut lexer = Lexer::new(&source);
    // Operators since the last beginning of something new, in each bracket that is open.
    let mut open: Vec<usize> = vec![0];
    let mut after_operand = false;
    loop {
        let token = lexer.next_token().map_err(wrong)?;
        let (kind, span) = (token.0, token.1);
        let word = match kind {
            TokenKind::Eof => return Ok(()),
            TokenKind::String | TokenKind::RawString => "",
            _ => span.text(),
        };
        let Some(here) = open.last_mut() else { return Ok(()) };
        let mut is_operand = false;
        match word {
            "(" | "[" | "{" => {
                // A call or an index is one more level, anything else behind an operand is something new.
                if after_operand && word == "{" {
                    *here = 0;
                } else if after_operand {
                    *here += 1;
                }
                open.push(0);
            }
            ")" | "]" | "}" => {
                is_operand = true;
                if open.len() > 1 {
                    open.pop();
                }
            }
            "," | ";" | ":" => *here = 0,
            it if OPERATORS.contains(&it) => *here += 1,
            // `contains` may be a function as well, and then it ends nothing.
            it if WORDS.contains(&it) => {
                if after_operand {
                    *here = 0;
                }
            }
            _ => {
                is_operand = true;
                if after_operand {
                    *here = 0;
                }
            }
        }
        after_operand = is_operand;
        let told = if open.len() > MAX_NESTING {
            format!("more than {MAX_NESTING} brackets inside each other")
        } else if open.iter().sum::<usize>() > MAX_OPERATORS {
            format!("more than {MAX_OPERATORS} operators in one expression; give its parts names")
        } else {
            continue;
        };
        let (line, column) = place::at(text, span.start);
        return Err(place::alone(line, column, told));
    }
}
