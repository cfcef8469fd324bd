//! Text that a terminal shows as it is and does not obey.
//!
//! Names, ids and details are what somebody stored, and may hold control sequences: to clear the screen, to write over
//! what stands above, to turn text around. People are shown such characters as `\\u{1b}`; JSON keeps them.

use std::fmt::Write as _;

/// What is written of a value in a table.
const CELL: usize = 200;

/// A value within a line: every character that does not simply stand there is spelled out.
pub(crate) fn word(text: &str) -> String {
    spelled(text, |_| false)
}

/// A value in a table: as [`word`], and cut when it is very long.
pub(crate) fn cell(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        // The last character makes room for the sign that something is missing.
        Some(_) => format!("{}…", word(&text.chars().take(CELL - 1).collect::<String>())),
        None => word(text),
    }
}

/// Text of several lines: as [`word`], but line ends and tabs stay.
pub(crate) fn text(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    spelled(&text, |character| matches!(character, '\n' | '\t'))
}

/// As [`text`], but the colors given stay as well: those that we wrote ourselves.
pub(crate) fn painted(line: &str, colors: &[&str]) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        shown.push_str(&text(&rest[..at]));
        rest = &rest[at..];
        let color = colors.iter().find(|color| rest.starts_with(**color));
        let length = if let Some(color) = color {
            shown.push_str(color);
            color.len()
        } else {
            shown.push_str(&word("\u{1b}"));
            1
        };
        rest = &rest[length..];
    }
    shown.push_str(&text(rest));
    shown
}

fn spelled(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) && !stays(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters (C0, DEL, C1), and those that break lines or change the direction of writing.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        let shown = word("a\u{1b}[2J\r\u{7}\u{9b}1m\u{7f}\u{202e}\u{2066}\nb");
        assert_eq!(shown, "a\\u{1b}[2J\\u{d}\\u{7}\\u{9b}1m\\u{7f}\\u{202e}\\u{2066}\\u{a}b");
        assert_eq!(word("Müller & Söhne 株式会社 👩‍💻"), "Müller & Söhne 株式会社 👩‍💻");
        assert_eq!(text("a\tb\r\nc\rd\n"), "a\tb\nc\\u{d}d\n");
    }

    #[test]
    fn our_own_colors_stay_and_nothing_else_does() {
        let colors = ["\u{1b}[32m", "\u{1b}[0m"];
        assert_eq!(
            painted("\u{1b}[32mok\u{1b}[0m \u{1b}[2J\u{1b}\n", &colors),
            "\u{1b}[32mok\u{1b}[0m \\u{1b}[2J\\u{1b}\n"
        );
        assert_eq!(painted("\u{1b}[32mok", &[]), "\\u{1b}[32mok");
    }

    #[test]
    fn a_very_long_value_is_cut_in_a_table() {
        assert_eq!(cell(&"ü".repeat(200)), "ü".repeat(200));
        let cut = cell(&"ü".repeat(201));
        assert_eq!((cut.chars().count(), cut.ends_with("ü…")), (200, true));
    }
}
