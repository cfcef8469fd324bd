//! What the shape does not say: forms of texts, names that belong together, conditions that compile.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
    sync::LazyLock,
};

use serde_json::{Map, Value, json};

use super::{
    SemVer, StepType, Timespan, VersionConstraint,
    definition::END,
    document::{FIELDS, max_backoff},
    schema::CHECKER,
    source::Source,
};
use crate::{
    InvalidInput, InvalidInputs, canonical,
    rules::{FactSchema, FileProblem, Language, Problem},
    schema::MAX_FINDINGS,
    similar::similar,
    tenancy::Slug,
    tool::ToolSchema,
};

/// The form of a step's name in words.
const NAME_FORM: &str =
    "expected a lower-case letter, then up to 99 such letters, digits, `_` and `-`";

static LANGUAGE: LazyLock<Result<Language, InvalidInputs>> = LazyLock::new(|| {
    let schema = FactSchema::parse(&json!({ "input": "object", "steps": "object" }))?;
    Ok(Language::new(schema, &[]))
});

/// The language of conditions: `input` is what the run was given, `steps` has an object for each step that was done, by its name,
/// with its `output`. Both are of free types, so that what is not there is found only when the condition is evaluated.
pub fn language() -> Result<Language, InvalidInputs> {
    LANGUAGE.clone()
}

/// Everything that is wrong with a document, in the order of its text as far as that is known.
pub(super) fn problems(source: &Source) -> Vec<FileProblem> {
    let mut review =
        Review { source, problems: Vec::new(), told: HashSet::new(), names: Names::default() };
    review.shape();
    review.meaning();
    let is_full = review.is_full();
    let mut problems = review.problems;
    problems.sort_by_key(|it| (it.line.unwrap_or(u32::MAX), it.column));
    if is_full {
        problems.truncate(MAX_FINDINGS);
        problems.push(source.problem("", format!("more is wrong than these {MAX_FINDINGS}")));
    }
    problems
}

struct Review<'d> {
    source: &'d Source,
    problems: Vec<FileProblem>,
    /// What they are about.
    told: HashSet<String>,
    names: Names<'d>,
}

/// What conditions find of a step.
const OUTPUT: &str = "output";

/// The names of the steps in their order.
#[derive(Default)]
struct Names<'d> {
    places: HashMap<&'d str, usize>,
    ordered: Vec<&'d str>,
}

impl<'d> Review<'d> {
    /// Nobody mends more at once, and a large document could have any number of them.
    fn is_full(&self) -> bool {
        self.problems.len() > MAX_FINDINGS
    }

    /// A part of which something was said already is left alone.
    fn wrong(&mut self, path: &str, message: impl std::fmt::Display) {
        if !self.is_full() && self.told.insert(path.to_owned()) {
            self.problems.push(self.source.problem(path, message));
        }
    }

    fn shape(&mut self) {
        let findings = match CHECKER.as_ref() {
            Ok(checker) => checker.findings(&self.source.value, ""),
            Err(error) => vec![error.clone()],
        };
        for InvalidInput { field, reason } in findings {
            let reason = meant(&field, &reason).unwrap_or(reason);
            self.wrong(&field, reason);
        }
        if let Err(error) = canonical::to_string_as_doubles(&self.source.value, "") {
            self.wrong(&error.field, error.reason);
        }
    }

    fn meaning(&mut self) {
        let Value::Object(workflow) = &self.source.value else { return };
        self.form::<SemVer>(workflow, "", "version");
        self.form::<VersionConstraint>(workflow, "", "template_version_constraint");
        self.form::<Timespan>(workflow, "", "timeout");
        if let Some(schema) = workflow.get("input")
            && let Err(error) = ToolSchema::new(schema)
        {
            let field = format!("input{}", error.field.strip_prefix("schema").unwrap_or_default());
            self.wrong(&field, error.reason);
        }
        let Some(Value::Array(steps)) = workflow.get("steps") else { return };
        for (index, step) in steps.iter().enumerate() {
            self.name(index, step);
        }
        for (index, step) in steps.iter().enumerate() {
            if let Value::Object(step) = step
                && !self.is_full()
            {
                self.step(index, step);
            }
        }
    }

    /// A text that has a form of its own.
    fn form<T: FromStr<Err = InvalidInput>>(
        &mut self,
        object: &Map<String, Value>,
        path: &str,
        key: &str,
    ) -> Option<T> {
        let text = object.get(key)?.as_str()?;
        let read = text
            .parse()
            .map_err(|error: InvalidInput| self.wrong(&member(path, key), error.reason));
        read.ok()
    }

    fn name(&mut self, index: usize, step: &'d Value) {
        let name = step.get("name").and_then(Value::as_str);
        self.names.ordered.push(name.unwrap_or_default());
        let Some(name) = name else { return };
        let path = format!("steps[{index}].name");
        if name == END {
            self.wrong(
                &path,
                "`end` is where branches go to behind the last step; take another name",
            );
        } else if !is_name(name) {
            self.wrong(&path, NAME_FORM);
        } else if let Some(first) = self.names.places.get(name) {
            let message = format!("steps[{first}] is called `{name}` as well");
            self.wrong(&path, message);
        } else {
            self.names.places.insert(name, index);
        }
    }

    fn step(&mut self, index: usize, step: &'d Map<String, Value>) {
        let path = format!("steps[{index}]");
        self.fields(step, &path);
        self.form::<Timespan>(step, &path, "timeout");
        self.form::<Timespan>(step, &path, "expires_after");
        self.form::<Slug>(step, &path, "agent");
        self.retry(step, &path);
        let needs = step.get("needs").and_then(Value::as_array);
        let mut seen = HashSet::new();
        for (position, name) in needs.into_iter().flatten().enumerate() {
            let Some(name) = name.as_str() else { continue };
            let path = format!("{path}.needs[{position}]");
            if self.is_full() {
                return;
            }
            if !seen.insert(name) {
                self.wrong(&path, format!("`{name}` occurs twice"));
            }
            if let Err(message) = self.names.earlier(name, index) {
                self.wrong(&path, message);
            }
        }
        let cases = step.get("cases").and_then(Value::as_array);
        for (position, case) in cases.into_iter().flatten().enumerate() {
            let path = format!("{path}.cases[{position}]");
            self.target(case.get("goto"), &format!("{path}.goto"), index);
            if let Some(condition) = case.get("when").and_then(Value::as_str) {
                self.condition(condition, &format!("{path}.when"), index);
            }
        }
        self.target(step.get("else"), &format!("{path}.else"), index);
    }

    /// What only steps of some types have.
    fn fields(&mut self, step: &Map<String, Value>, path: &str) {
        let word = step.get("type").and_then(Value::as_str).unwrap_or_default();
        let Ok(kind) = word.parse::<StepType>() else { return };
        for (of, required, _) in FIELDS.iter().filter(|it| it.0 == kind) {
            for key in required.iter().filter(|key| !step.contains_key(**key)) {
                self.wrong(&member(path, key), format!("is missing; a step of type {of} needs it"));
            }
        }
        for key in step.keys() {
            let has = |it: &&(StepType, &[&str], &[&str])| {
                it.1.contains(&key.as_str()) || it.2.contains(&key.as_str())
            };
            let owners: Vec<_> = FIELDS.iter().filter(has).map(|it| it.0).collect();
            if !owners.is_empty() && !owners.contains(&kind) {
                let owners: Vec<_> = owners.iter().map(|it| it.as_str()).collect();
                let message = format!(
                    "only steps of type {} have it, and this is {kind}",
                    owners.join(" or ")
                );
                self.wrong(&member(path, key), message);
            }
        }
    }

    fn retry(&mut self, step: &Map<String, Value>, path: &str) {
        let Some(Value::Object(retry)) = step.get("retry") else { return };
        let path = member(path, "retry");
        let backoff = self.form::<Timespan>(retry, &path, "backoff");
        let longest = match retry.get("max_backoff") {
            Some(_) => self.form::<Timespan>(retry, &path, "max_backoff"),
            None => Some(max_backoff()),
        };
        if let (Some(backoff), Some(longest)) = (backoff, longest)
            && backoff > longest
        {
            let message = format!("{backoff} is longer than max_backoff, which is {longest}");
            self.wrong(&member(&path, "backoff"), message);
        }
    }

    fn target(&mut self, target: Option<&Value>, path: &str, index: usize) {
        if let Some(name) = target.and_then(Value::as_str)
            && name != END
            && let Err(message) = self.names.later(name, index)
        {
            self.wrong(path, message);
        }
    }

    fn condition(&mut self, condition: &str, path: &str, index: usize) {
        if self.is_full() {
            return;
        }
        if condition.trim().is_empty() {
            return self.wrong(path, "expected an expression");
        }
        let language = match LANGUAGE.as_ref() {
            Ok(language) => language,
            Err(faults) => return self.wrong(path, faults),
        };
        let problems = match language.compile(condition) {
            Ok(program) => self.unknown_steps(condition, program.reads(), index),
            Err(problems) => problems.0,
        };
        let placed = problems.iter().map(|it| self.source.problem_inside(path, condition, it));
        let placed: Vec<_> = placed.collect();
        self.problems.extend(placed);
    }

    /// The results that the condition reads by name must be there when it is asked.
    fn unknown_steps(&self, condition: &str, reads: &[String], index: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        for read in reads.iter().filter_map(|path| path.strip_prefix("steps.")) {
            if problems.len() > MAX_FINDINGS {
                break;
            }
            let mut segments = read.split('.');
            let name = segments.next().unwrap_or_default();
            let told = self.names.earlier(name, index).and_then(|()| match segments.next() {
                None | Some(OUTPUT) => Ok(()),
                Some(part) => Err(format!(
                    "of a step there is its `{OUTPUT}` alone: write steps.{name}.{OUTPUT}.{part}"
                )),
            });
            if let Err(message) = told {
                let (line, column) = find(condition, &format!("steps.{name}"));
                problems.push(Problem { line, column, message });
            }
        }
        problems.dedup();
        problems
    }
}

impl Names<'_> {
    fn place(&self, name: &str) -> Result<usize, String> {
        self.places.get(name).copied().ok_or_else(|| {
            let similar = similar(name, self.ordered.iter().copied());
            let meant = similar.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
            format!("there is no step `{name}`{meant}")
        })
    }

    fn earlier(&self, name: &str, index: usize) -> Result<(), String> {
        match self.place(name)? {
            place if place < index => Ok(()),
            place if place == index => Err(format!("`{name}` is this step itself")),
            _ => Err(format!("`{name}` stands later; only earlier steps have results")),
        }
    }

    fn later(&self, name: &str, index: usize) -> Result<(), String> {
        match self.place(name)? {
            place if place > index => Ok(()),
            place if place == index => Err(format!("`{name}` is this step itself")),
            _ => Err(format!("`{name}` stands earlier; a branch only goes forward")),
        }
    }
}

/// Line and column of a text inside of an expression, both from 1; of its beginning if it is written in another way.
fn find(expression: &str, text: &str) -> (u32, u32) {
    let found = (1..).zip(expression.lines()).find_map(|(number, line)| {
        let column = line[..line.find(text)?].chars().count();
        Some((number, u32::try_from(column).ok()?.checked_add(1)?))
    });
    found.unwrap_or((1, 1))
}

fn is_name(name: &str) -> bool {
    let rest = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    name.len() <= 100
        && name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name.bytes().all(rest)
}

fn member(path: &str, key: &str) -> String {
    canonical::joined(path, &canonical::segment(key))
}

/// For a key that nobody knows: the one that was probably meant.
fn meant(field: &str, reason: &str) -> Option<String> {
    let known = reason.strip_prefix("unknown key; expected one of: ")?;
    let key = field.rsplit('.').next()?;
    let similar = similar(key, known.split(' '))?;
    Some(format!("unknown key; did you mean `{similar}`?"))
}
