//! The words of identity: who acts, what may be done, and how credentials are written.

mod credential;
mod email;
mod permission;

pub use credential::{ApiKey, KeyEnvironment, SessionToken};
pub use email::Email;
pub use permission::Permission;

use crate::words::words;

words!(
    /// What kind of actor a principal is.
    PrincipalKind, "type" {
        /// A person.
        Human = "human",
        /// A program with credentials of its own.
        Service = "service",
    }
);

words!(
    /// What somebody is in a team.
    TeamRole, "role" {
        /// Answers for it. There is always one.
        Owner = "owner",
        /// Runs it.
        Admin = "admin",
        /// Works in it.
        Member = "member",
        /// Looks on.
        Viewer = "viewer",
    }
);
