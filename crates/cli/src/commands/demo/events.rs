use agentflow::audit::Event;

use crate::{
    commands::audit::lines::event,
    error::{Error, Result},
    lines::Lines,
};

const FILE: &str = include_str!("../../../demo/events.jsonl");

/// The events that ship with the program, read as `af audit append` reads a file.
pub(super) fn events() -> Result<Vec<Event>> {
    let mut lines = Lines::new(FILE.as_bytes());
    let mut events = Vec::new();
    while let Some(line) =
        lines.next(event).map_err(|error| Error::io("read the events", &error))?
    {
        let event = line.map_err(|bad| Error::found("invalid_input", bad.to_string()))?;
        events.push(event);
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_ships_is_an_event() {
        let events = events().unwrap();
        assert_eq!(events.len(), 1_000);
        assert!(events.iter().any(|event| event.action == "payout.approved"));
    }
}
