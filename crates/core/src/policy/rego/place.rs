//! Messages of the library, read: its own are drawings with the line of the text in them.

use std::fmt;

use crate::rules::{Problem, Problems};

/// One problem.
pub(super) fn alone(line: u32, column: u32, message: impl Into<String>) -> Problems {
    Problems(vec![Problem { line, column, message: message.into() }])
}

/// An error of the compiler.
pub(super) fn of_error(text: &str, error: &impl fmt::Display) -> Problems {
    let mut problem = read(&error.to_string());
    problem.line = problem.line.max(1);
    problem.column = problem.column.max(1);
    // The library counts four columns for a tab.
    if let Some(line) = text.lines().nth(problem.line as usize - 1) {
        let mut column = 1;
        let mut characters = 1;
        for c in line.chars() {
            if column >= problem.column {
                break;
            }
            column += if c == '\t' { 4 } else { 1 };
            characters += 1;
        }
        problem.column = characters;
    }
    Problems(vec![problem])
}

/// Line, column and message of `\n--> file:3:7\n  |\n3 | …\n  | ^\nerror: message`. Line 0 if there is none.
pub(super) fn read(message: &str) -> Problem {
    let place = message.find("--> ").and_then(|at| {
        let mut parts = message[at..].lines().next()?.rsplit(':');
        let column: u32 = parts.next()?.trim().parse().ok()?;
        let line: u32 = parts.next()?.trim().parse().ok()?;
        Some((line, column))
    });
    let (line, column) = place.unwrap_or((0, 0));
    let said = message.rfind("error: ").map_or(message, |at| &message[at + "error: ".len()..]);
    let said = said.split("--> ").next().unwrap_or(said);
    let mut told = String::new();
    for word in said.split_whitespace() {
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(word);
    }
    Problem { line, column, message: told }
}

/// The place of a byte of the text, counted in characters.
pub(super) fn at(text: &str, byte: u32) -> (u32, u32) {
    let mut byte = (byte as usize).min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = &text[..byte];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
