//! Several providers, asked one after the other, and what they said last while they cannot be asked.

#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod chain;
mod link;
mod memory;
mod provider;
mod watching;

pub use self::chain::ChainProvider;
pub use link::{ChainLink, ChainRole};
