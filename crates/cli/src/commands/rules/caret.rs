//! What is wrong with an expression, shown under its text.

use agentflow::core::rules::{Problem, Problems};

use crate::{output::Output, plain};

/// How much of a line is shown on each side of the place, in characters.
const AROUND: usize = 60;

/// Each problem with the line it is on, and a sign under the place.
pub(super) fn text(expression: &str, problems: &Problems, output: &Output) -> String {
    let shown = |problem: &Problem| {
        let told = output.bad(&format!("✗ {problem}"));
        match place(expression, problem) {
            Some(place) => format!("{told}\n{place}"),
            None => told,
        }
    };
    problems.0.iter().map(shown).collect::<Vec<_>>().join("\n")
}

fn place(expression: &str, problem: &Problem) -> Option<String> {
    let at = usize::try_from(problem.line).ok()?.checked_sub(1)?;
    let line = expression.lines().nth(at).or_else(|| expression.lines().last())?;
    let column = usize::try_from(problem.column).ok()?.checked_sub(1)?;
    let length = line.chars().count();
    // Behind the end is where something is missing.
    let column = column.min(length);
    let (from, to) = (column.saturating_sub(AROUND), (column + AROUND).min(length));
    let part = |from: usize, to: usize| {
        // A tab is as wide as the terminal likes, and a blank is a blank.
        let part: String = line.chars().skip(from).take(to - from).collect();
        plain::word(&part.replace('\t', " "))
    };
    let front = format!("{}{}", if from > 0 { "…" } else { "" }, part(from, column));
    let back = format!("{}{}", part(column, to), if to < length { "…" } else { "" });
    let blanks = " ".repeat(front.chars().count());
    Some(format!("    {front}{back}\n    {blanks}^"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expression: &str, line: u32, column: u32) -> String {
        let problem = Problem { line, column, message: String::new() };
        place(expression, &problem).unwrap_or_default()
    }

    #[test]
    fn the_sign_stands_under_the_place() {
        assert_eq!(shown("User.agee > 1", 1, 6), "    User.agee > 1\n         ^");
        assert_eq!(shown("a &&\n\tb.c", 2, 4), "     b.c\n       ^");
        assert_eq!(shown("größe &&", 1, 9), "    größe &&\n            ^");
        // Where the text ends too early, behind it.
        assert_eq!(shown("(a", 1, 3), "    (a\n      ^");
        assert_eq!(shown("(a\n", 2, 1), "    (a\n    ^");
        assert_eq!(shown("", 1, 1), "");
    }

    #[test]
    fn of_a_long_line_only_the_surroundings_are_shown() {
        let line = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let text = shown(&line, 1, 501);
        let (text, sign) = text.split_once('\n').unwrap();
        assert!(text.starts_with("    …a") && text.ends_with("b…"), "{text}");
        assert_eq!(text.chars().position(|it| it == 'X'), sign.chars().position(|it| it == '^'));
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out_and_counted() {
        assert_eq!(shown("'\u{1b}' + x", 1, 7), "    '\\u{1b}' + x\n               ^");
    }
}
