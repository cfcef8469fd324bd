//! The rules on real databases: quiet where nothing is wrong, and not where something is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod catalog;
mod clean;
mod disturbed;
mod examine;
mod limits;
mod plants;
mod policies;
mod support;
