//! What to do about what is down: it depends on what happened, where the service is, and which system this is.

mod start;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use told::Guide;
