//! Whether what AgentFlow works with is there, from the command line.

mod command;
mod table;

pub(crate) use command::{Args, run};
