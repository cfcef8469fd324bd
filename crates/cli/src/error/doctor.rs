//! Errors of the doctor: kinds, exit codes, and what to do.

use agentflow_doctor::{Error as DoctorError, rules};

use super::Error;
use crate::{exit::Exit, similar};

impl From<DoctorError> for Error {
    fn from(error: DoctorError) -> Self {
        let (kind, exit) = match &error {
            DoctorError::NoSchema { .. }
            | DoctorError::NoTenantColumn { .. }
            | DoctorError::NoRule { .. } => ("usage", Exit::Usage),
            _ if error.is_unavailable() => ("unavailable", Exit::Unavailable),
            _ => ("database", Exit::Failed),
        };
        let told = Self::new(kind, exit, error.to_string()).with_sources(&error);
        match &error {
            DoctorError::NoRule { id } => told.with_hint(which_rule(id)),
            DoctorError::NoSchema { .. } => told.with_hint(
                "--schema takes one name, as it is stored; give it several times for several",
            ),
            DoctorError::NoTenantColumn { .. } => told.with_hint(
                "--tenant-column says what it is called, --schema where the tables are; tables that belong to no tenant are named with \
                 --global",
            ),
            _ => told,
        }
    }
}

fn which_rule(id: &str) -> String {
    let known = rules().flat_map(|rule| [rule.id, rule.name]);
    similar::hint(id, known, "`af doctor --list` shows them all")
}
