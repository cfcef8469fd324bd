//! Connectors of workspaces to other systems, with their credentials, sealed.
//!
//! As with provider keys, who manages connectors never gets to see credentials: only a service that a connector is granted to opens
//! them, and each opening is recorded.

mod apart;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod connectors;
mod grants;
mod install;
mod rotate;
mod rows;
mod unseal;

pub use connectors::{ConnectorFilter, Connectors};
pub use install::NewConnector;
pub use rows::Connector;
pub use unseal::ConnectorSecret;
