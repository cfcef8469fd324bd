//! Bars in the terminal.

use std::io::IsTerminal;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::plain;

/// Eighths of a block, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The most characters of a label.
const LABEL: usize = 40;

/// How wide a bar is at least, on however narrow a terminal.
const LEAST: usize = 10;

/// A bar with what stands beside it.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: Decimal,
    /// The value, as it is shown.
    pub(super) shown: String,
}

/// One bar below the other, the longest as long as there is room for.
pub(super) fn chart(bars: &[Bar], width: usize, is_plain: bool) -> String {
    let labels: Vec<_> = bars.iter().map(|bar| cut(&plain::word(&bar.label), is_plain)).collect();
    let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let label_width = longest(&mut labels.iter().map(|label| label.chars().count()));
    let value_width = longest(&mut bars.iter().map(|bar| bar.shown.chars().count()));
    let room = width.saturating_sub(label_width + value_width + 4).max(LEAST);
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
    let line = |(bar, label): (&Bar, &String)| {
        let drawn = drawn(bar.value, most, room, is_plain);
        format!("{label:<label_width$}  {:>value_width$}  {drawn}", bar.shown).trim_end().to_owned()
    };
    bars.iter().zip(&labels).map(line).collect::<Vec<_>>().join("\n")
}

/// A bar of at most `room` characters. What is not nothing can be seen.
fn drawn(value: Decimal, most: Decimal, room: usize, is_plain: bool) -> String {
    if value.is_zero() || most.is_zero() {
        return String::new();
    }
    let steps = if is_plain { 1 } else { 8 };
    let share = (value / most).to_f64().unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of at most 1 of the width of a terminal"
    )]
    let length = ((share * (room * steps) as f64).round() as usize).clamp(1, room * steps);
    if is_plain {
        return "#".repeat(length);
    }
    let mut drawn = "█".repeat(length / steps);
    drawn.extend((length % steps).checked_sub(1).map(|eighths| EIGHTHS[eighths]));
    drawn
}

fn cut(label: &str, is_plain: bool) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    let sign = if is_plain { "..." } else { "…" };
    label.chars().take(LABEL - sign.chars().count()).chain(sign.chars()).collect()
}

/// How wide the terminal is; 80 characters where there is none.
pub(super) fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let terminal = || {
        let width = comfy_table::Table::new().width();
        width.filter(|_| std::io::stdout().is_terminal()).map(usize::from)
    };
    set.or_else(terminal).filter(|width| *width > 0).unwrap_or(80)
}

/// Whether the terminal shows more than ASCII, as far as the environment tells.
pub(super) fn is_unicode() -> bool {
    if cfg!(windows) {
        return true;
    }
    let set =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = set.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: i64) -> Bar {
        Bar { label: label.to_owned(), value: value.into(), shown: value.to_string() }
    }

    #[test]
    fn bars_are_as_long_as_their_share_of_the_longest() {
        let bars = [bar("gpt-4o", 160), bar("a", 85), bar("none", 0), bar("least", 1)];
        let text = "gpt-4o  160  ████████████████████\n\
                    a        85  ██████████▋\n\
                    none      0\n\
                    least     1  ▏";
        assert_eq!(chart(&bars, 33, false), text);
        let text = "gpt-4o  160  ####################\n\
                    a        85  ###########\n\
                    none      0\n\
                    least     1  #";
        assert_eq!(chart(&bars, 33, true), text);
        assert!(chart(&bars, 0, false).contains(&"█".repeat(LEAST)));
        assert_eq!(chart(&[], 80, false), "");
        assert_eq!(chart(&[bar("x", 0)], 80, false), "x  0");
    }

    #[test]
    fn long_labels_are_cut_and_what_a_terminal_would_obey_is_spelled_out() {
        let long = chart(&[bar(&"ü".repeat(41), 1)], 80, false);
        assert!(long.starts_with(&format!("{}…  1", "ü".repeat(39))), "{long}");
        let evil = chart(&[bar("a\u{1b}[2J", 1)], 80, true);
        assert!(evil.starts_with("a\\u{1b}[2J  1  #"), "{evil}");
    }
}
