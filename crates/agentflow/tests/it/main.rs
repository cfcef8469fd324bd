//! The library against a real PostgreSQL. One binary, one server, a database for each test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic")]
#![expect(unreachable_pub, reason = "the modules of a test binary share freely")]

mod agents;
mod approvals;
mod archive;
mod audit;
mod budgets;
mod conversations;
mod identity;
mod isolation;
mod memory;
mod metering;
mod observe;
mod policies;
#[cfg(unix)]
mod pooler;
#[cfg(unix)]
mod postgres15;
mod printed;
mod rules;
mod runs;
mod schema;
mod secrets;
#[cfg(unix)]
mod servers;
mod session;
mod settings;
mod startup;
mod support;
mod tenancy;
#[cfg(unix)]
mod tls;
mod unreadable;
mod workflows;
mod workspace_settings;

/// An event about nothing.
fn scope_event() -> agentflow::audit::Event {
    use agentflow::audit::{Actor, Event, Resource};

    Event::new("test.happened", Resource::kind("test"), Actor::system())
}
