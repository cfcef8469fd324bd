use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    DerivedFault, DerivedSpec, FactSchema, FileProblem, FileProblems, Language, Problems, Rule,
    RuleSet, RuleSpec,
    document::{Document, Origin, Reader, member},
};
use crate::{InvalidInput, InvalidInputs, hash::Sha256, ids::RuleId};

/// What a book is called in errors about all of it.
const WHOLE: &str = "book";

/// The rules of a tenant in one file, YAML or JSON: the schema of the facts, derived fields, and rules.
///
/// ```
/// use agentflow_core::rules::Book;
/// use serde_json::json;
///
/// let book = Book::parse(
///     "
/// schema:
///   User: { age: int, country: string? }
/// derived:
///   - { name: is_adult, expression: User.age >= 18 }
/// rules:
///   - name: may buy
///     expression: is_adult && User.age < 120
/// ",
/// )
/// .unwrap();
/// let rules = book.compile().unwrap();
/// let facts = rules.facts(&json!({ "User": { "age": 21 } })).unwrap();
/// assert_eq!(rules.evaluate_all(&facts).len(), 1);
///
/// let problems = Book::parse("rules:\n  - name: may buy\n    expresion: x").unwrap_err();
/// assert_eq!(
///     problems.to_string(),
///     "line 2, column 5: rules[0].expression: is missing\n\
///      line 3, column 5: rules[0].expresion: unknown key; expected one of: id name expression active"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// What the facts look like; without objects when the file does not say.
    pub schema: FactSchema,
    /// The derived fields, in the order of the file.
    pub derived: Vec<DerivedSpec>,
    /// The rules, in the order of the file, which is that of evaluation.
    pub rules: Vec<BookRule>,
    has_schema: bool,
    origins: Origins,
}

/// A rule of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRule {
    /// The id it is to have, if the file says so.
    pub id: Option<RuleId>,
    /// What its author wrote.
    pub spec: RuleSpec,
}

/// Where the expressions stand; nothing for a book that was not read from a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Origins {
    derived: Vec<Origin>,
    rules: Vec<Origin>,
}

impl Book {
    /// A book that comes from elsewhere than a file: problems with it have no place. Without a schema, it leaves that of a
    /// tenant alone.
    pub fn new(
        schema: impl Into<Option<FactSchema>>,
        derived: Vec<DerivedSpec>,
        rules: Vec<BookRule>,
    ) -> Self {
        let schema = schema.into();
        let has_schema = schema.is_some();
        let schema = schema.unwrap_or_default();
        Self { schema, derived, rules, has_schema, origins: Origins::default() }
    }

    /// Reads a book: JSON if the text begins with `{` and a key in double quotes, else YAML.
    ///
    /// It is an object with any of `schema`, as for [`FactSchema::parse`], `derived`, a list of `name`, `expression` and
    /// optionally `dependencies`, and `rules`, a list of `name`, `expression` and optionally `active` and `id`. Fails with
    /// everything that is wrong with it, but for what [`Book::compile`] finds.
    pub fn parse(text: &str) -> Result<Self, FileProblems> {
        let document = Document::read(text, WHOLE)?;
        let mut reader = Reader::new(&document);
        let book = read(&mut reader);
        FileProblems::unless_none(reader.problems)?;
        Ok(book)
    }

    /// Whether it says what the schema is, which may be one without objects.
    pub fn has_schema(&self) -> bool {
        self.has_schema
    }

    /// Adds what it is to be compiled with and does not say itself: a schema, and derived fields of other names.
    #[must_use]
    pub fn completed(mut self, schema: &FactSchema, derived: &[DerivedSpec]) -> Self {
        if !self.has_schema {
            self.schema = schema.clone();
        }
        let is_new = |field: &&DerivedSpec| self.derived.iter().all(|it| it.name != field.name);
        let others: Vec<_> = derived.iter().filter(is_new).cloned().collect();
        self.derived.extend(others);
        self
    }

    /// Compiles all of it but the rules that are not active: a schema may have broken those. Fails with everything that does
    /// not compile, with its place in the file where that can be told. A rule without an id gets one that is made of its name.
    pub fn compile(&self) -> Result<RuleSet, FileProblems> {
        let language = Language::new(self.schema.clone(), &self.derived);
        let mut problems: Vec<_> =
            language.faults().iter().flat_map(|fault| self.derived_problems(fault)).collect();
        let rules: Vec<_> = self.rules.iter().map(BookRule::stored).collect();
        let set = RuleSet::new(language, rules, 0, None);
        for (index, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.spec.active) {
            let failed = set.program(rule.effective_id()).and_then(Result::err);
            let subject = format!("rule `{}`", rule.spec.name);
            let origin = self.origins.rules.get(index);
            problems.extend(failed.into_iter().flat_map(|it| placed(it, &subject, origin)));
        }
        FileProblems::unless_none(problems)?;
        Ok(set)
    }

    /// As [`Book::parse`] reads it. The schema is left out when the book does not say it, for an empty one would replace
    /// another.
    pub fn to_json(&self) -> Value {
        let rules = self.rules.iter().map(|rule| {
            let mut members = Map::new();
            if let Some(id) = rule.id {
                members.insert("id".to_owned(), id.to_string().into());
            }
            members.insert("name".to_owned(), rule.spec.name.clone().into());
            members.insert("expression".to_owned(), rule.spec.expression.clone().into());
            members.insert("active".to_owned(), rule.spec.active.into());
            Value::Object(members)
        });
        let derived = self.derived.iter().map(|field| {
            let mut members = Map::new();
            members.insert("name".to_owned(), field.name.clone().into());
            members.insert("expression".to_owned(), field.expression.clone().into());
            if let Some(dependencies) = &field.dependencies {
                members.insert("dependencies".to_owned(), dependencies.clone().into());
            }
            Value::Object(members)
        });
        let mut members = Map::new();
        if self.has_schema || self.schema != FactSchema::default() {
            members.insert("schema".to_owned(), self.schema.to_json());
        }
        members.insert("derived".to_owned(), derived.collect());
        members.insert("rules".to_owned(), rules.collect());
        Value::Object(members)
    }

    fn derived_problems(&self, fault: &DerivedFault) -> Vec<FileProblem> {
        let index = self.derived.iter().position(|it| it.name == fault.name());
        let origin = index.and_then(|index| self.origins.derived.get(index));
        let subject = format!("derived field `{}`", fault.name());
        if let DerivedFault::Expression { problems, .. } = fault {
            return placed(problems, &subject, origin);
        }
        let message = fault.to_string();
        let message = message.strip_prefix(&format!("{subject}: ")).unwrap_or(&message).to_owned();
        let line = origin.and_then(Origin::line);
        vec![FileProblem { line, column: None, subject, message }]
    }
}

/// What is wrong with an expression, where it stands in the file; without a file, where it stands in the expression.
fn placed(problems: &Problems, subject: &str, origin: Option<&Origin>) -> Vec<FileProblem> {
    let placed = |problem: &super::Problem| {
        let (line, column) = origin.map_or((None, None), |it| it.of(problem));
        // Where the column of the file is not known, that of the expression helps.
        let message = if column.is_some() { problem.message.clone() } else { problem.to_string() };
        FileProblem { line, column, subject: subject.to_owned(), message }
    };
    problems.0.iter().map(placed).collect()
}

/// Reads a schema that has a file of its own: JSON if the text begins with `{` and a key in double quotes, else YAML. Fails with
/// everything that is wrong with it.
pub fn read_schema(text: &str) -> Result<Value, FileProblems> {
    let document = Document::read(text, "schema")?;
    let mut reader = Reader::new(&document);
    check_schema(&mut reader, "", &document.value);
    FileProblems::unless_none(reader.problems)?;
    Ok(document.value)
}

/// Reads the schema at `path`, and notes what is wrong with it.
fn check_schema(reader: &mut Reader<'_>, path: &str, schema: &Value) -> Option<FactSchema> {
    let InvalidInputs(faults) = match FactSchema::parse(schema) {
        Ok(schema) => return Some(schema),
        Err(faults) => faults,
    };
    for InvalidInput { field, reason } in faults {
        let is_whole = field.is_empty() || field == "schema";
        let path = match path {
            path if is_whole => path.to_owned(),
            "" => field,
            path => format!("{path}.{field}"),
        };
        reader.wrong(&path, reason);
    }
    None
}

impl BookRule {
    /// The id it says, else one that is made of its name, and so is the same every time.
    pub fn effective_id(&self) -> RuleId {
        self.id.unwrap_or_else(|| {
            let hash = Sha256::of(&[b"rule of a book: ", self.spec.name.as_bytes()]);
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&hash.as_bytes()[..16]);
            RuleId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
        })
    }

    fn stored(&self) -> Rule {
        Rule {
            id: self.effective_id(),
            spec: self.spec.clone(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Book {
    let document = reader.document;
    let mut book = Book::default();
    let known = ["schema", "derived", "rules"];
    let Some(members) = reader.object(&document.value, "", &known) else { return book };
    if let Some(schema) = members.get("schema").filter(|schema| !schema.is_null()) {
        book.has_schema = true;
        book.schema = check_schema(reader, "schema", schema).unwrap_or_default();
    }
    for (path, value) in reader.list(members, "", "derived").unwrap_or_default() {
        if let Some(field) = derived(reader, &path, value) {
            let path = member(&path, "expression");
            book.origins.derived.push(document.origin(&path, &field.expression));
            book.derived.push(field);
        }
    }
    for (path, value) in reader.list(members, "", "rules").unwrap_or_default() {
        if let Some(read) = rule(reader, &path, value) {
            let path = member(&path, "expression");
            book.origins.rules.push(document.origin(&path, &read.spec.expression));
            book.rules.push(read);
        }
    }
    refuse_twins(reader);
    book
}

fn derived(reader: &mut Reader<'_>, path: &str, value: &Value) -> Option<DerivedSpec> {
    let members = reader.object(value, path, &["name", "expression", "dependencies"])?;
    let name = reader.text(members, path, "name");
    let expression = reader.text(members, path, "expression");
    let dependencies = reader.texts(members, path, "dependencies");
    Some(DerivedSpec { name: name?.to_owned(), expression: expression?.to_owned(), dependencies })
}

fn rule(reader: &mut Reader<'_>, path: &str, value: &Value) -> Option<BookRule> {
    let members = reader.object(value, path, &["id", "name", "expression", "active"])?;
    let name = reader.text(members, path, "name");
    let expression = reader.text(members, path, "expression");
    let active = reader.flag(members, path, "active", true);
    let mut id = None;
    if members.contains_key("id") {
        match reader.text(members, path, "id").map(str::parse::<RuleId>) {
            Some(Ok(read)) => id = Some(read),
            Some(Err(fault)) => reader.wrong(&member(path, "id"), fault.reason),
            None => {}
        }
    }
    let spec = RuleSpec { name: name?.to_owned(), expression: expression?.to_owned(), active };
    if let Err(InvalidInputs(faults)) = spec.validate() {
        for fault in faults {
            reader.wrong(&member(path, &fault.field), fault.reason);
        }
    }
    Some(BookRule { id, spec })
}

/// Names and ids must differ, whatever else is wrong.
fn refuse_twins(reader: &mut Reader<'_>) {
    for (list, key, what) in
        [("derived", "name", "derived field"), ("rules", "name", "rule"), ("rules", "id", "rule")]
    {
        let mut seen = BTreeMap::new();
        let items = reader.document.value.get(list).and_then(Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            let Some(text) = item.get(key).and_then(Value::as_str) else { continue };
            let text = if key == "id" { text.to_ascii_lowercase() } else { text.to_owned() };
            let path = format!("{list}[{index}].{key}");
            if let Some(first) = seen.get(&text) {
                reader.wrong(&path, format!("`{text}` is the {key} of another {what}, {first}"));
            } else {
                seen.insert(text, format!("{list}[{index}]"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
