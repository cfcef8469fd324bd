use serde_json::Value;

use super::{check, definition::WorkflowDefinition, document::WorkflowDocument, source::Source};
use crate::{
    InvalidInput, InvalidInputs,
    rules::{FileProblem, FileProblems},
};

/// A definition that was read from a text, and where its parts stand in it.
#[derive(Debug)]
pub struct WorkflowFile {
    /// What it says.
    pub definition: WorkflowDefinition,
    source: Source,
}

impl WorkflowFile {
    /// Reads a text of at most 256 KiB: JSON if it begins with `{` and a key in double quotes, else YAML 1.2 without anchors,
    /// aliases and merge keys. Fails with everything that is wrong with it.
    ///
    /// ```
    /// use agentflow_core::workflow::WorkflowFile;
    ///
    /// let problems = WorkflowFile::parse(
    ///     "version: 1.0.0
    /// steps:
    ///   - { name: check, type: branch, cases: [{ when: input.total > 100, goto: ask }] }
    ///   - { name: pay, type: connector_action, tol: bank }
    /// ",
    /// )
    /// .unwrap_err();
    /// assert_eq!(
    ///     problems.to_string(),
    ///     "line 3, column 69: steps[0].cases[0].goto: there is no step `ask`\n\
    ///      line 4, column 5: steps[1].tool: is missing; a step of type connector_action needs it\n\
    ///      line 4, column 42: steps[1].tol: unknown key; did you mean `tool`?"
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, FileProblems> {
        let source = Source::read(text).map_err(|problem| FileProblems(vec![problem]))?;
        Ok(Self { definition: read(&source)?, source })
    }

    /// Something about the part at `path`, `steps[2].tool`, with its place in the text.
    pub fn problem(&self, path: &str, message: impl std::fmt::Display) -> FileProblem {
        self.source.problem(path, message)
    }
}

impl WorkflowDefinition {
    /// Reads a text, as [`WorkflowFile::parse`] does.
    pub fn parse(text: &str) -> Result<Self, FileProblems> {
        WorkflowFile::parse(text).map(|file| file.definition)
    }

    /// Reads a document. Fails with everything that is wrong with it.
    pub fn from_value(document: Value) -> Result<Self, InvalidInputs> {
        read(&Source::of(document)).map_err(|problems| inputs(&problems))
    }
}

fn read(source: &Source) -> Result<WorkflowDefinition, FileProblems> {
    let problems = check::problems(source);
    if !problems.is_empty() {
        return Err(FileProblems(problems));
    }
    // The checks say it all; what they do not say yet is told here with its path.
    let document: WorkflowDocument = serde_path_to_error::deserialize(whole_numbers(&source.value))
        .map_err(|error| {
            let path = error.path().to_string();
            FileProblems(vec![source.problem(&path, error.inner())])
        })?;
    Ok(document.into())
}

/// `3.0` as `3` where a count is wanted: the same number in JSON, and not for the reader of an integer.
fn whole_numbers(document: &Value) -> Value {
    let mut document = document.clone();
    let steps = document.get_mut("steps").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten() {
        for pointer in ["/approvers", "/retry/max_attempts"] {
            if let Some(number) = step.pointer_mut(pointer)
                && let Some(double) = number.as_f64()
                && double.fract() == 0.0
                && (0.0..1e6).contains(&double)
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "in range and without a fraction"
                )]
                let whole = double as u32;
                *number = whole.into();
            }
        }
    }
    document
}

/// The problems as bad fields, with their places in the reasons.
pub fn inputs(problems: &FileProblems) -> InvalidInputs {
    let inputs = problems.0.iter().map(|problem| {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("line {line}, column {column}: "),
            (Some(line), None) => format!("line {line}: "),
            _ => String::new(),
        };
        InvalidInput::new(problem.subject.as_str(), format!("{place}{}", problem.message))
    });
    InvalidInputs(inputs.collect())
}
