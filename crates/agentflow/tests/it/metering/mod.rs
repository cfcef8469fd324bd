//! Usage: recorded once, rated, summed up right whatever comes late.

mod months;
pub mod overtaken;
mod place;
mod prices;
mod record;
mod refusals;
mod report;
mod rerate;
mod retention;
mod summaries;
mod support;
mod themselves;
