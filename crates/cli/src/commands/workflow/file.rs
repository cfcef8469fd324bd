//! What is wrong with the file of a workflow.

use agentflow::core::rules::FileProblems;

use crate::error::Error;

/// The error for a file that cannot be accepted: each problem is a cause.
pub(super) fn refused(name: &str, problems: &FileProblems) -> Error {
    with_causes(name, problems.0.iter().map(ToString::to_string).collect())
}

/// The same for what the library found, which needs the tenant.
pub(super) fn not_published(name: &str, error: agentflow::Error) -> Error {
    let agentflow::Error::InvalidInputs { inputs, .. } = &error else { return error.into() };
    let causes = inputs.0.iter().map(|input| match input.reason.split_once(": ") {
        // The place in front, as everywhere.
        Some((place, reason)) if place.starts_with("line ") => {
            format!("{place}: {}: {reason}", input.field)
        }
        _ => input.to_string(),
    });
    with_causes(name, causes.collect())
}

fn with_causes(name: &str, causes: Vec<String>) -> Error {
    let mut error = Error::found("invalid_input", format!("{name} cannot be accepted"));
    if let Error::Told(report) = &mut error {
        report.causes = causes;
    }
    error
}
