use crate::InvalidInput;

use super::cel;

/// Facts, read into what programs of one [`super::Language`] work on, with the derived fields computed.
#[derive(Debug)]
pub struct Facts(pub(super) cel::Facts);

impl Facts {
    /// What in the JSON is not of the type that the schema says, by path. A rule that reads it comes to a fault; others do
    /// not mind.
    pub fn findings(&self) -> &[InvalidInput] {
        self.0.findings()
    }
}
