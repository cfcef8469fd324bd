//! A drill as a page. Whatever comes from a backup is text, never markup.

use std::fmt::{self, Display, Write};

use super::{DrillReport, Verdict};
use crate::check::Check;

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1d21; background: #fff; max-width: 54rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #d6dae0; padding-bottom: .25rem; }
p { margin: .25rem 0; }
.quiet { color: #5a626d; }
.verdict { display: inline-block; font-weight: 600; padding: .3rem .8rem; border: 2px solid; border-radius: .35rem; margin: .75rem 0; }
.passed { color: #0b6b34; }
.failed { color: #a4161a; }
.numbers { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
.numbers div { border: 1px solid #d6dae0; border-radius: .35rem; padding: .6rem .9rem; min-width: 9rem; }
.numbers b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #e8ebef; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2, tr { break-inside: avoid; } }
";

/// A text in which nothing is markup.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // It would hide or turn around what follows.
                control if control.is_control() || is_direction(control) => {
                    f.write_char('\u{fffd}')?;
                }
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writing to a text does not fail.
pub(super) fn page(report: &DrillReport) -> String {
    let mut page = String::new();
    let _ = write_page(&mut page, report);
    page
}

fn write_page(page: &mut String, report: &DrillReport) -> fmt::Result {
    let backup = Escaped(&report.backup);
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    writeln!(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(
        page,
        "<title>Restore drill of backup {backup}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )?;
    writeln!(
        page,
        "<h1>Restore drill</h1>\n<p class=\"quiet\">Backup <code>{backup}</code>, {}</p>",
        Escaped(&report.started_at)
    )?;
    let (class, words) = match report.verdict {
        Verdict::Passed => ("passed", "Passed: the backup was restored, and every check held"),
        Verdict::Failed => ("failed", "Failed: this backup would not have brought the data back"),
    };
    writeln!(page, "<p class=\"verdict {class}\">{words}</p>")?;
    write_numbers(page, report)?;
    if let Some(error) = &report.error {
        writeln!(page, "<h2>Why it ended</h2>\n<p>{}</p>", Escaped(error))?;
    }
    write_checks(page, &report.checks)?;
    write_remarks(page, &report.remarks)?;
    write_phases(page, report)?;
    write_backup(page, report)?;
    writeln!(
        page,
        "<p class=\"quiet\">Written by {} at {}.</p>",
        Escaped(&report.program),
        Escaped(&report.finished_at)
    )?;
    writeln!(page, "</body>\n</html>")
}

fn write_numbers(page: &mut String, report: &DrillReport) -> fmt::Result {
    let rpo = report.rpo_seconds.map_or_else(|| "unknown".to_owned(), in_words);
    let numbers = [
        (rpo, "age of the backup (RPO)"),
        (seconds(report.rto_milliseconds), "until restored and checked (RTO)"),
        (report.rows.to_string(), "rows"),
        (report.tables.to_string(), "tables"),
    ];
    writeln!(page, "<div class=\"numbers\">")?;
    for (number, name) in numbers {
        writeln!(page, "<div><b>{}</b>{name}</div>", Escaped(number))?;
    }
    writeln!(page, "</div>")
}

fn write_checks(page: &mut String, checks: &[Check]) -> fmt::Result {
    if checks.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<h2>Checks</h2>\n<table>\n<tr><th>Check</th><th>Result</th><th>Seen</th></tr>"
    )?;
    for check in checks {
        let (class, word) =
            if check.has_passed() { ("passed", "holds") } else { ("failed", "fails") };
        write!(page, "<tr><th>{}</th><td class=\"{class}\">{word}</td><td>", Escaped(check.name))?;
        if check.has_passed() {
            write!(page, "{}", Escaped(&check.detail))?;
        } else {
            write!(page, "<ul>")?;
            for fault in &check.faults {
                write!(page, "<li>{}</li>", Escaped(fault))?;
            }
            write!(page, "</ul>")?;
        }
        writeln!(page, "</td></tr>")?;
    }
    writeln!(page, "</table>")
}

fn write_remarks(page: &mut String, remarks: &[String]) -> fmt::Result {
    if remarks.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h2>Remarks</h2>\n<ul>")?;
    for remark in remarks {
        writeln!(page, "<li>{}</li>", Escaped(remark))?;
    }
    writeln!(page, "</ul>")
}

fn write_phases(page: &mut String, report: &DrillReport) -> fmt::Result {
    writeln!(page, "<h2>Time</h2>\n<table>\n<tr><th>Phase</th><th>Took</th></tr>")?;
    for phase in &report.phases {
        let took = seconds(phase.milliseconds);
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"number\">{took}</td></tr>",
            Escaped(phase.name)
        )?;
    }
    let all = seconds(report.rto_milliseconds);
    writeln!(page, "<tr><th>All</th><td class=\"number\">{all}</td></tr>\n</table>")
}

fn write_backup(page: &mut String, report: &DrillReport) -> fmt::Result {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    let rows = [
        ("Kept in", report.location.clone()),
        ("Database", text(&report.database)),
        ("Snapshot", text(&report.created_at.map(|at| at.to_string()))),
        (
            "Signed by",
            report.signed_by.clone().unwrap_or_else(|| "nobody that was asked for".to_owned()),
        ),
        ("Encrypted", if report.is_encrypted { "yes" } else { "no" }.to_owned()),
        ("Parts", format!("{}, {} bytes", report.parts, report.bytes)),
        ("Migration", text(&report.migration_version.map(|version| version.to_string()))),
        ("Backed up from", format!("PostgreSQL {}", text(&report.postgres_version))),
        ("Restored to", format!("PostgreSQL {}", text(&report.restored_to_version))),
        ("Restored with", format!("pg_restore {}", text(&report.pg_restore_version))),
    ];
    writeln!(page, "<h2>Backup</h2>\n<table>")?;
    for (name, value) in rows {
        writeln!(page, "<tr><th>{name}</th><td>{}</td></tr>", Escaped(value))?;
    }
    writeln!(page, "</table>")
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
}

fn in_words(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, drill::DRILL_FORMAT, restore::PhaseTime};

    const HOSTILE: &str = "</td><script>alert('1')</script>\"&\u{202e}\n";

    fn report() -> DrillReport {
        let at = "2026-11-22T08:00:00Z".parse().unwrap();
        DrillReport {
            format: DRILL_FORMAT,
            verdict: Verdict::Failed,
            backup: "20261122T080000Z-7f3a9c21".parse().unwrap(),
            location: HOSTILE.to_owned(),
            kind: None,
            database: Some(HOSTILE.to_owned()),
            signed_by: Some(HOSTILE.to_owned()),
            created_at: Some(at),
            started_at: at,
            finished_at: at,
            rpo_seconds: Some(90_061),
            rto_milliseconds: 12_034,
            postgres_version: Some(HOSTILE.to_owned()),
            restored_to_version: Some("18.6".to_owned()),
            pg_restore_version: None,
            migration_version: Some(11),
            program: HOSTILE.to_owned(),
            parts: 1,
            bytes: 2,
            is_encrypted: true,
            tables: 3,
            rows: 4,
            phases: vec![PhaseTime { name: "verify", milliseconds: 34 }],
            checks: vec![Check {
                name: "rows",
                detail: HOSTILE.to_owned(),
                faults: vec![Fault::new(format_args!("table {HOSTILE}"), HOSTILE)],
            }],
            remarks: vec![HOSTILE.to_owned()],
            error: Some(HOSTILE.to_owned()),
        }
    }

    #[test]
    fn whatever_a_backup_says_is_text_and_no_markup() {
        let page = report().to_html();
        assert!(!page.contains("<script") && !page.contains("alert('"), "{page}");
        assert!(!page.contains('\u{202e}'));
        assert_eq!(page.matches("&lt;script&gt;").count(), 9, "{page}");
        assert_eq!(page.matches("<td").count(), page.matches("</td>").count());
    }

    #[test]
    fn a_page_needs_nothing_else_and_says_what_counts() {
        let mut report = report();
        report.verdict = Verdict::Passed;
        let page = report.to_html();
        for absent in ["http://", "https://", "src=", "<link", "<img", "url(", "javascript:"] {
            assert!(!page.contains(absent), "{absent}");
        }
        for told in
            ["Passed", "1 d 1 h", "12.034 s", "PostgreSQL 18.6", "20261122T080000Z-7f3a9c21"]
        {
            assert!(page.contains(told), "{told}");
        }
    }
}
