//! One script of a migration: its text, how it runs, and what it must not contain.

use crate::checksum::checksum;
use crate::error::Error;
use crate::lex::{Kind, meaning};
use crate::split::{Statement, split};

const NO_TRANSACTION: &str = "-- no-transaction";

/// The up or the down script of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Path for people, as the caller gave it.
    pub file: String,
    /// The text that is sent: without byte order mark, with LF line ends, so that two checkouts
    /// with the same checksum make the same database (a function body keeps its line ends).
    pub sql: String,
    /// Whether the whole script runs in one transaction; `false` when its first line is `--
    /// no-transaction`.
    pub transactional: bool,
}

impl Script {
    /// Takes the text of a file.
    pub fn new(file: impl Into<String>, text: &str) -> Script {
        let sql = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let first_line = sql.lines().next().unwrap_or_default().trim_end();
        let transactional = !first_line.eq_ignore_ascii_case(NO_TRANSACTION);
        Script { file: file.into(), sql, transactional }
    }

    /// SHA-256 in hexadecimal; line ends and trailing blanks do not count.
    pub fn checksum(&self) -> String {
        checksum(&self.sql)
    }

    /// Its statements in order.
    pub fn statements(&self) -> Vec<Statement<'_>> {
        split(&self.sql)
    }

    /// Refuses what the engine cannot run faithfully: transaction control inside a transactional
    /// script (the history row would no longer commit with it), a transaction left open by any
    /// other, and COPY through the connection.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |statement: &Statement<'_>, reason: String| Error::Refused {
            file: self.file.clone(),
            line: statement.line,
            reason,
        };
        let mut opened_by = None;
        for statement in self.statements() {
            let words = words(statement.text);
            if let Some(stream) = copy_stream(&words) {
                return Err(refuse(
                    &statement,
                    format!("COPY … {stream} needs a client that streams rows"),
                ));
            }
            match Control::of(&words) {
                Some(_) if self.transactional => {
                    let command = words[0].as_str();
                    return Err(refuse(
                        &statement,
                        format!(
                            "{command} inside a script that already runs in one transaction; \
                             remove it, or make `{NO_TRANSACTION}` the first line"
                        ),
                    ));
                }
                Some(Control::Opens) => opened_by = Some(statement),
                Some(Control::Closes) => opened_by = None,
                None => {}
            }
        }
        match opened_by {
            Some(statement) => {
                Err(refuse(&statement, "the script leaves this transaction open".to_owned()))
            }
            None => Ok(()),
        }
    }
}

/// A statement that begins or ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    Opens,
    Closes,
}

impl Control {
    pub(crate) fn of_statement(text: &str) -> Option<Control> {
        Control::of(&words(text))
    }

    fn of(words: &[String]) -> Option<Control> {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let noise = usize::from(matches!(word(1), "WORK" | "TRANSACTION"));
        let closes = match word(0) {
            "BEGIN" => return Some(Control::Opens),
            "START" if word(1) == "TRANSACTION" => return Some(Control::Opens),
            "COMMIT" | "END" | "ABORT" => true,
            "ROLLBACK" => word(1 + noise) != "TO",
            "PREPARE" => word(1) == "TRANSACTION",
            _ => false,
        };
        // COMMIT AND CHAIN begins the next transaction at once.
        let chains = word(1 + noise) == "AND" && word(2 + noise) == "CHAIN";
        closes.then_some(if chains { Control::Opens } else { Control::Closes })
    }
}

/// The words of a statement in capitals, without strings, quoted identifiers and symbols.
fn words(text: &str) -> Vec<String> {
    meaning(text)
        .filter(|token| token.kind == Kind::Word)
        .map(|token| token.text.to_ascii_uppercase())
        .collect()
}

fn copy_stream(words: &[String]) -> Option<String> {
    if words.first()? != "COPY" {
        return None;
    }
    let pair = words.windows(2).find(|pair| {
        (pair[0] == "FROM" && pair[1] == "STDIN") || (pair[0] == "TO" && pair[1] == "STDOUT")
    })?;
    Some(pair.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(sql: &str) -> Option<String> {
        Script::new("1_a.up.sql", sql).check().err().map(|error| error.to_string())
    }

    #[test]
    fn the_first_line_alone_decides_about_the_transaction() {
        for text in
            ["-- no-transaction\nx", "-- NO-Transaction  \r\nx", "\u{feff}-- no-transaction"]
        {
            assert!(!Script::new("f", text).transactional, "{text:?}");
        }
        for text in [
            "\n-- no-transaction\n",
            " -- no-transaction",
            "--no-transaction",
            "-- no-transaction!",
            "",
        ] {
            assert!(Script::new("f", text).transactional, "{text:?}");
        }
    }

    #[test]
    fn windows_files_become_the_same_text() {
        let script = Script::new("f", "\u{feff}a;\r\nb;\r\n");
        assert_eq!(script.sql, "a;\nb;\n");
        assert_eq!(script.checksum(), Script::new("f", "a;\nb;\n").checksum());
    }

    #[test]
    fn transaction_control_in_a_transactional_script_is_refused_with_its_line() {
        for command in [
            "BEGIN",
            "commit",
            "ROLLBACK",
            "END",
            "ABORT",
            "START TRANSACTION",
            "PREPARE TRANSACTION 'x'",
            "ROLLBACK WORK",
            "COMMIT PREPARED 'x'",
            "/* x */ begin",
        ] {
            let refusal = refusal(&format!("SELECT 1;\n{command};")).unwrap_or_default();
            assert!(refusal.starts_with("1_a.up.sql:2: "), "{command}: {refusal:?}");
        }
        for harmless in [
            "SAVEPOINT a",
            "ROLLBACK TO a",
            "ROLLBACK WORK TO a",
            "PREPARE p AS SELECT 1",
            "DO $$begin commit; end$$",
        ] {
            assert_eq!(refusal(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn a_script_without_transaction_may_have_its_own_but_must_end_it() {
        assert_eq!(refusal("-- no-transaction\nBEGIN; SELECT 1; COMMIT;"), None);
        for open in ["BEGIN;\nSELECT 1", "BEGIN; COMMIT AND CHAIN; SELECT 1"] {
            assert!(refusal(&format!("-- no-transaction\n{open}")).is_some(), "{open}");
        }
    }

    #[test]
    fn copy_through_the_connection_is_refused() {
        assert!(refusal("COPY t (a) FROM STDIN WITH (FORMAT csv)").is_some());
        assert!(refusal("-- no-transaction\ncopy (select 1) to stdout").is_some());
        assert_eq!(refusal("COPY t FROM '/srv/stdin'"), None);
    }
}
