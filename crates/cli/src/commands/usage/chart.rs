//! Bars in the terminal.

use std::io::IsTerminal;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::plain;

/// Eighths of a block, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The most columns of the terminal that a label takes.
const LABEL: usize = 40;

/// Terminals that are narrower are taken for so wide.
const NARROWEST: usize = 20;

/// How many columns labels and bars keep at least, the one as long as it can be had, then the next.
const LEAST: [(usize, usize); 3] = [(10, 10), (6, 3), (1, 1)];

/// A bar with what stands beside it.
#[derive(Debug)]
pub(super) struct Bar {
    /// What it is about, each in a column of its own.
    pub(super) labels: Vec<String>,
    pub(super) value: Decimal,
    /// The value, as it is shown.
    pub(super) shown: String,
}

/// One bar below the other, the longest as long as there is room for.
pub(super) fn chart(bars: &[Bar], width: usize, is_plain: bool) -> String {
    let width = width.max(NARROWEST);
    let labels: Vec<Vec<_>> = bars
        .iter()
        .map(|bar| bar.labels.iter().map(|label| plain::word(label)).collect())
        .collect();
    let mut widths = vec![0; labels.iter().map(Vec::len).max().unwrap_or(0)];
    for row in &labels {
        for (most, label) in widths.iter_mut().zip(row) {
            *most = label.width().min(LABEL).max(*most);
        }
    }
    let value_width = bars.iter().map(|bar| bar.shown.width()).max().unwrap_or(0);
    let gap = if width < 2 * NARROWEST { 1 } else { 2 };
    // The last column of a terminal stays empty: some begin a new line behind it.
    let room = width.saturating_sub(1 + value_width + gap * (widths.len() + 1));
    for (least_label, least_bar) in LEAST {
        shrink(&mut widths, room.saturating_sub(least_bar), least_label);
    }
    let bar_width = room.saturating_sub(widths.iter().sum()).max(1);
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
    let line = |(bar, labels): (&Bar, &Vec<String>)| {
        let mut line = String::new();
        for (label, width) in labels.iter().zip(&widths) {
            let label = cut(label, *width, is_plain);
            line.push_str(&label);
            line.push_str(&" ".repeat(width.saturating_sub(label.width()) + gap));
        }
        line.push_str(&" ".repeat(value_width.saturating_sub(bar.shown.width())));
        line.push_str(&bar.shown);
        line.push_str(&" ".repeat(gap));
        line.push_str(&drawn(bar.value, most, bar_width, is_plain));
        line.trim_end().to_owned()
    };
    bars.iter().zip(&labels).map(line).collect::<Vec<_>>().join("\n")
}

/// Takes from the widest column as long as they take more than `room` in all.
fn shrink(widths: &mut [usize], room: usize, least: usize) {
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > least => *widest -= 1,
            _ => return,
        }
    }
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

fn cut(label: &str, width: usize, is_plain: bool) -> String {
    if label.width() <= width {
        return label.to_owned();
    }
    let sign = match (is_plain, width) {
        (true, ..4) => "",
        (true, _) => "...",
        (false, _) => "…",
    };
    let (mut shown, mut taken) = (String::new(), sign.width());
    for character in label.chars() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            break;
        }
        shown.push(character);
    }
    shown + sign
}

/// How wide the terminal is; 80 columns where there is none.
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
        Bar { labels: vec![label.to_owned()], value: value.into(), shown: value.to_string() }
    }

    #[test]
    fn bars_are_as_long_as_their_share_of_the_longest() {
        let bars = [bar("gpt-4o", 160), bar("a", 85), bar("none", 0), bar("least", 1)];
        let text = "gpt-4o 160 ████████████████████\n\
                    a       85 ██████████▋\n\
                    none     0\n\
                    least    1 ▏";
        assert_eq!(chart(&bars, 32, false), text);
        let text = "gpt-4o 160 ####################\n\
                    a       85 ###########\n\
                    none     0\n\
                    least    1 #";
        assert_eq!(chart(&bars, 32, true), text);
        assert_eq!(chart(&[], 80, false), "");
        assert_eq!(chart(&[bar("x", 0)], 80, false), "x  0");
    }

    #[test]
    fn long_labels_are_cut_and_what_a_terminal_would_obey_is_spelled_out() {
        let long = chart(&[bar(&"ü".repeat(41), 1)], 80, false);
        assert!(long.starts_with(&format!("{}…  1", "ü".repeat(39))), "{long}");
        // Chinese characters take two columns each.
        let wide = chart(&[bar("模型", 1), bar("gpt", 1)], 40, true);
        assert!(wide.starts_with("模型  1  #") && wide.contains("\ngpt   1  #"), "{wide}");
        let evil = chart(&[bar("a\u{1b}[2J", 1)], 80, true);
        assert!(evil.starts_with("a\\u{1b}[2J  1  #"), "{evil}");
    }

    #[test]
    fn every_terminal_is_wide_enough_and_every_column_is_seen() {
        let bar = |name: &str| Bar {
            labels: vec!["2026-03-01 10:00".to_owned(), name.repeat(30), "模".repeat(30)],
            value: 1.into(),
            shown: "1,234,567.00".to_owned(),
        };
        let bars = [bar("a"), bar("b")];
        for width in 20..200 {
            for is_plain in [true, false] {
                let shown = chart(&bars, width, is_plain);
                let widest = shown.lines().map(UnicodeWidthStr::width).max().unwrap();
                assert!(widest <= width, "{width}\n{shown}");
                assert!(width < 24 || shown.contains('b'), "{width}\n{shown}");
            }
        }
    }
}
