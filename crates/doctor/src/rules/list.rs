//! All of them.

use super::{health, indexes, keys, roles, row_security, versions, views};
use crate::Rule;

/// The groups: the first digit of their ids, and what they are about.
pub const GROUPS: &[(char, &str)] = &[
    ('1', "Row-level security"),
    ('2', "Keys and columns"),
    ('3', "Views, functions and triggers"),
    ('4', "Roles and grants"),
    ('5', "Indexes"),
    ('6', "Versions and settings"),
    ('7', "Health"),
];

/// Every rule, by id.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        row_security::RULES,
        keys::RULES,
        views::RULES,
        roles::RULES,
        indexes::RULES,
        versions::RULES,
        health::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rule of this id or name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id.eq_ignore_ascii_case(name) || rule.name.eq_ignore_ascii_case(name))
}
