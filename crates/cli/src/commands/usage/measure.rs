//! What a chart shows.

use agentflow::metering::{UsageReport, UsageRow};
use clap::ValueEnum;
use rust_decimal::Decimal;

use super::numbers::{cents, grouped};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Measure {
    Cost,
    Tokens,
    InputTokens,
    OutputTokens,
    Calls,
    Storage,
    Minutes,
    Events,
}

impl Measure {
    pub(super) fn of(self, row: &UsageRow) -> Decimal {
        match self {
            Self::Cost => row.cost_in_cents,
            Self::Tokens => row.tokens,
            Self::InputTokens => row.input_tokens,
            Self::OutputTokens => row.output_tokens,
            Self::Calls => row.connector_calls + row.api_calls,
            Self::Storage => row.storage_bytes,
            Self::Minutes => row.compute_minutes,
            Self::Events => row.events.into(),
        }
    }

    pub(super) fn shown(self, value: Decimal) -> String {
        if self == Self::Cost { cents(value) } else { grouped(value) }
    }

    pub(super) const fn unit(self) -> &'static str {
        match self {
            Self::Cost => "Cost in cents",
            Self::Tokens => "Tokens",
            Self::InputTokens => "Input tokens",
            Self::OutputTokens => "Output tokens",
            Self::Calls => "Calls",
            Self::Storage => "Bytes stored",
            Self::Minutes => "Minutes",
            Self::Events => "Events",
        }
    }

    /// What all of it comes to. Of a level that is what was there in the end.
    pub(super) fn in_all(self, report: &UsageReport) -> String {
        let last = report.rows.last().map(|row| row.start);
        let counts = |row: &&UsageRow| self != Self::Storage || Some(row.start) == last;
        let sum: Decimal = report.rows.iter().filter(counts).map(|row| self.of(row)).sum();
        let (which, noun) = match self {
            Self::Cost => ("In all", "cents"),
            Self::Tokens => ("In all", "tokens"),
            Self::InputTokens => ("In all", "input tokens"),
            Self::OutputTokens => ("In all", "output tokens"),
            Self::Calls => ("In all", "calls"),
            Self::Storage => ("At the end", "bytes"),
            Self::Minutes => ("In all", "minutes"),
            Self::Events => ("In all", "events"),
        };
        format!("{which}: {} {noun}.", self.shown(sum))
    }
}
