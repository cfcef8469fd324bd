//! Making a backup.

mod dump;
mod make;
mod options;
mod publish;
mod seal;
mod snapshot;
mod staging;

pub use make::create;
pub use options::{CreateOptions, Created, Resume};

const OPERATION: &str = "create a backup";
