//! One file for each thing that is looked at.

pub(crate) mod clock;
pub(crate) mod disk;
mod listener;
pub(crate) mod migrations;
pub(crate) mod pgvector;
pub(crate) mod postgres;
pub(crate) mod qdrant;
pub(crate) mod redis;
pub(crate) mod secrets;
