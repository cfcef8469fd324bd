use std::fmt::Display;

use rust_decimal::Decimal;

use crate::error::{Error, Result};

/// Reads a number that the database holds and sent as text: `numeric` takes more digits than there is room for here.
pub(super) fn stored_decimal(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    text: &str,
) -> Result<Decimal> {
    // Not with `parse`, which would round.
    let read = Decimal::from_str_exact(text).map(|number| number.normalize());
    read.map_err(|_| Error::Inconsistent { table, column, row: row.to_string() })
}
