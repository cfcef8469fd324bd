//! Whether what AgentFlow works with is there, and how to start what is not.
//!
//! [`validate`] asks everything at once and comes back within ten seconds, whatever is down: a server that refuses, one that
//! accepts and says nothing, a host that drops packets, a name that nobody knows.
//!
//! No message holds a password or a key; addresses are shown without who asks.

mod checks;
mod fault;
mod foreign;
mod guide;
mod machine;
mod name;
mod pace;
mod place;
mod report;
mod run;
mod settings;
mod tls;
mod tools;

pub use machine::{Machine, Platform};
pub use name::Name;
pub use report::{Environment, Report, Service, Status};
pub use run::{Progress, validate};
pub use settings::{Folder, QdrantSettings, RedisSettings, Settings};
pub use tools::{TOOLS, Tools};
