//! What is shown, and in which form. All of stdout is written here.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use clap::error::ErrorKind;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::json;

use crate::{
    cli::{Format, GlobalOptions},
    error::{Error, Report, Result},
    exit::Exit,
    interrupt, logging, plain,
    remark::{Remark, remark},
};

const COLORS: [&str; 5] = ["\u{1b}[32m", "\u{1b}[31m", "\u{1b}[2m", "\u{1b}[1m", "\u{1b}[0m"];

/// Where results and remarks go.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
    color: bool,
}

impl Output {
    pub(crate) fn new(options: &GlobalOptions) -> Self {
        let color = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { format: options.output, quiet: options.quiet, color }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Shows the result of a command: the value as JSON, or what `human` makes of it.
    pub(crate) fn show<T: Serialize>(
        &self,
        value: &T,
        human: impl FnOnce(&T) -> String,
    ) -> Result<()> {
        if self.is_json() { self.json(value) } else { self.line(&human(value)) }
    }

    /// Shows what a check came to, and ends with its verdict. A verdict does not become another because nobody reads on:
    /// `af audit verify | head -1` must not be green.
    pub(crate) fn conclude<T: Serialize>(
        &self,
        value: &T,
        exit: Exit,
        human: impl FnOnce(&T) -> String,
    ) -> Result<Exit> {
        match self.show(value, human) {
            Ok(()) | Err(Error::BrokenPipe) => Ok(exit),
            Err(error) => Err(error),
        }
    }

    /// Shows a value as JSON, whatever the format.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Error::io("write JSON", &error.into()))?;
        self.raw(&text)
    }

    /// Writes text for people to stdout, with a line end if it has none. What a terminal would obey is spelled out.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        let colors: &[&str] = if self.color { &COLORS } else { &[] };
        self.raw(&plain::painted(text, colors))
    }

    /// Writes text to stdout as it is, with a line end if it has none.
    #[expect(clippy::unused_self, reason = "keeps writing to stdout in one place")]
    pub(crate) fn raw(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        write!(stdout, "{text}{end}")
            .and_then(|()| stdout.flush())
            .map_err(|error| Error::io("write the output", &error))
    }

    /// A remark for people, on stderr. Results do not go this way.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            remark(&Remark::Note(text));
        }
    }

    /// A remark that is made even if `--quiet` is given.
    #[expect(clippy::unused_self, reason = "remarks are made where results are")]
    pub(crate) fn warn(&self, text: &str) {
        remark(&Remark::Warning(text));
    }

    pub(crate) fn show_error(&self, error: &Error) -> Exit {
        match error {
            Error::BrokenPipe => Exit::Done,
            Error::Interrupted => {
                let report = Report {
                    kind: "interrupted",
                    message: interrupt::words().to_owned(),
                    hint: None,
                    causes: Vec::new(),
                    exit: Exit::Interrupted,
                };
                self.show_report(&report)
            }
            Error::Told(report) => self.show_report(report),
        }
    }

    fn show_report(&self, report: &Report) -> Exit {
        if self.is_json() {
            // What went wrong went wrong, whether somebody reads it or not.
            let _ = self.json(&json!({ "error": report }));
            return report.exit;
        }
        remark(&Remark::Error(report));
        report.exit
    }

    pub(crate) fn good(&self, text: &str) -> String {
        self.painted("32", text)
    }

    pub(crate) fn bad(&self, text: &str) -> String {
        self.painted("31", text)
    }

    pub(crate) fn dim(&self, text: &str) -> String {
        self.painted("2", text)
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    fn painted(&self, code: &str, text: &str) -> String {
        let text = plain::text(text);
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
    }
}

/// Help and version go to stdout; a command line that cannot be understood is an error like any other.
pub(crate) fn show_usage(error: &clap::Error) -> Exit {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let arguments: Vec<_> = std::env::args_os().collect();
    let wants_json = arguments.iter().any(|argument| argument == "--output=json")
        || arguments.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json");
    if asked_for || !(wants_json || logging::is_json()) {
        // Nothing can be done about a closed pipe, and it is not an error.
        let _ = error.print();
        return if asked_for { Exit::Done } else { Exit::Usage };
    }
    let rendered = error.render().to_string();
    let message = rendered.trim().trim_start_matches("error: ");
    let (message, rest) = message.split_once("\n\n").unwrap_or((message, ""));
    let hint = rest.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let report = Report {
        kind: "usage",
        message: message.to_owned(),
        hint: Some(hint.unwrap_or("see --help").to_owned()),
        causes: Vec::new(),
        exit: Exit::Usage,
    };
    let format = if wants_json { Format::Json } else { Format::Human };
    let output = Output { format, quiet: false, color: false };
    output.show_report(&report)
}

/// A table without lines, as wide as it needs to be; on a terminal, as wide as that.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    // Some terminals do not know how wide they are.
    if io::stdout().is_terminal() && table.width().is_some_and(|width| width >= 60) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        table.add_row(row.iter().map(|value| plain::cell(value)).collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// Names and values under each other. What a terminal would obey is spelled out in the values.
pub(crate) fn facts(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 1;
    let lines: Vec<_> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{:<width$} {}", format!("{name}:"), plain::word(value)))
        .collect();
    lines.join("\n")
}

/// 1234567 as 1,234,567.
pub(crate) fn thousands(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0
            && digit.is_ascii_digit()
            && (digits.len() - at).is_multiple_of(3)
            && !text.ends_with('-')
        {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 entry", "2,000 entries".
pub(crate) fn counted(count: impl Display, one: &str, many: &str) -> String {
    let text = thousands(count);
    let word = if text == "1" { one } else { many };
    format!("{text} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let shown: Vec<_> = [0, 12, 999, 1000, 123_456, -1234].iter().map(thousands).collect();
        assert_eq!(shown, ["0", "12", "999", "1,000", "123,456", "-1,234"]);
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
    }

    #[test]
    fn facts_stand_under_each_other_and_empty_ones_are_left_out() {
        let text = facts(&[("a", "1".into()), ("long", "2".into()), ("none", String::new())]);
        assert_eq!(text, "a:    1\nlong: 2");
    }

    #[test]
    fn a_value_can_neither_command_the_terminal_nor_pass_for_another_line() {
        let evil = "x\u{1b}[2J\nStatus: active".to_owned();
        let spelled = "x\\u{1b}[2J\\u{a}Status: active";
        assert_eq!(facts(&[("Name", evil.clone())]), format!("Name: {spelled}"));
        assert!(table(&["NAME"], [vec![evil.clone()]]).contains(spelled));
        let output = Output { format: Format::Human, quiet: false, color: true };
        assert_eq!(output.good("a\u{1b}[31m"), "\u{1b}[32ma\\u{1b}[31m\u{1b}[0m");
        assert!(COLORS.iter().any(|color| output.bold("").starts_with(color)));
    }
}
