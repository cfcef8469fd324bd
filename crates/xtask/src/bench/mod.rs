//! Every benchmark of ours, and comparisons that need more than one of them.

mod criterion;
mod document;
mod figures;
mod npm;
pub(crate) mod peers;
mod plot;
pub(crate) mod python;
pub(crate) mod suite;
mod table;
