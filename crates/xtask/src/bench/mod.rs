//! Comparisons that need more than a benchmark of our own.

mod npm;
pub(crate) mod peers;
mod table;
