//! Reads event files of the audit: JSON, one event to a line.

use agentflow::{
    AuditId,
    audit::{Event, Record},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::lines::Fault;

/// The event of a line, checked.
pub(crate) fn event(text: &str) -> Result<Event, Fault> {
    // A list would pass for an event whose fields stand in order.
    if !text.trim_start().starts_with('{') {
        return Err((None, "expected a JSON object".to_owned()));
    }
    let event: Event = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        // The position within the line is in front, and "line 1" would mislead.
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        let characters = text.get(..column).map_or(column, |before| before.chars().count());
        ((characters > 0).then_some(characters), reason)
    })?;
    // Whatever the chain would refuse is found here, where the number of the line is known.
    Record::new(&event, AuditId(Uuid::nil()), Timestamp::UNIX_EPOCH)
        .map_err(|input| (None, input.to_string()))?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::Lines;

    fn read(file: &[u8]) -> Vec<Result<String, String>> {
        let mut lines = Lines::new(file);
        std::iter::from_fn(|| lines.next(event).unwrap())
            .map(|line| line.map(|it| it.action).map_err(|bad| bad.to_string()))
            .collect()
    }

    const GOOD: &str = r#"{"action":"run.started","resource_type":"run"}"#;

    #[test]
    fn line_ends_blank_lines_and_a_bom_do_not_matter() {
        let file = format!("\u{feff}{GOOD}\r\n\r\n   \n{GOOD}\n{GOOD}");
        assert_eq!(read(file.as_bytes()), vec![Ok("run.started".to_owned()); 3]);
        assert!(read(b"").is_empty());
        assert!(read(b"\n\n").is_empty());
    }

    #[test]
    fn a_bad_line_is_named_with_the_reason_and_the_next_one_is_read() {
        let bad = r#"{"action":"a","resource_type":"b","resouce_id":"c"}"#;
        let file = format!("{GOOD}\n\n{bad}\n{{\"action\":\n[1,2]\n{GOOD}\n");
        let read = read(file.as_bytes());
        assert_eq!(read.len(), 5);
        let unknown = read[1].clone().unwrap_err();
        assert!(unknown.starts_with("line 3, column 46: unknown field `resouce_id`"), "{unknown}");
        assert!(read[2].clone().unwrap_err().starts_with("line 4"), "{:?}", read[2]);
        assert_eq!(read[3], Err("line 5: expected a JSON object".to_owned()));
        assert!(read[4].is_ok());
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let mut file = GOOD.as_bytes().to_vec();
        file.extend_from_slice(b"\n{\"action\":\"\xff\"}\n");
        assert_eq!(read(&file)[1], Err("line 2, column 12: not valid UTF-8".to_owned()));
    }

    #[test]
    fn what_the_chain_would_refuse_is_refused_by_line() {
        let file = br#"{"action":"Run","resource_type":"run"}
{"action":"run","resource_type":"run","details":{"n":18446744073709551615}}
{"action":"run","resource_type":"run","details":{"t":"\u0000"}}"#;
        let reasons: Vec<_> = read(file).into_iter().map(Result::unwrap_err).collect();
        assert!(reasons[0].starts_with("line 1: action:"), "{reasons:?}");
        assert!(reasons[1].starts_with("line 2: details.n:"), "{reasons:?}");
        assert!(reasons[2].starts_with("line 3: details.t:"), "{reasons:?}");
    }
}
