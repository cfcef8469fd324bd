//! The rules, by group.

mod health;
mod indexes;
mod keys;
mod list;
mod roles;
mod row_security;
mod versions;
mod views;

pub(crate) use list::find;
pub use list::{GROUPS, rules};
