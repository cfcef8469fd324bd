//! The statements of `queries/`, as they are prepared.

use std::path::Path;

/// A statement, with `$1` for its parameters.
pub struct Statement {
    /// `file/name`.
    pub name: String,
    pub sql: String,
    pub parameters: Vec<Parameter>,
}

pub struct Parameter {
    pub name: String,
    /// Whether it is left away at times.
    pub is_optional: bool,
}

impl Statement {
    /// Whether there is a plan of it: a lock has none.
    pub fn is_planned(&self) -> bool {
        !self.sql.starts_with("LOCK ")
    }
}

/// All of them, in the order of their files.
pub fn all() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?;
            Some((name.to_owned(), std::fs::read_to_string(path).unwrap()))
        })
        .filter(|(name, _)| !name.starts_with('_'))
        .flat_map(|(name, text)| of_file(&name, &text))
        .collect()
}

/// The statements of the text of a file.
pub fn of_file(file: &str, text: &str) -> Vec<Statement> {
    text.split("\n--! ")
        .enumerate()
        .filter_map(|(number, part)| match number {
            0 => part.strip_prefix("--! "),
            _ => Some(part),
        })
        .map(|part| {
            let (head, body) = part.split_once('\n').unwrap();
            // `name (optional?, …) : Row`, and what follows the colon is of the rows.
            let (call, _) = head.split_once(':').unwrap_or((head, ""));
            let (name, optional) = call.split_once('(').unwrap_or((call, ""));
            let optional: Vec<_> =
                optional.split([',', ')']).filter_map(|it| it.trim().strip_suffix('?')).collect();
            let (sql, names) = numbered(&without_comments(body));
            let parameters = names
                .into_iter()
                .map(|name| Parameter { is_optional: optional.contains(&name.as_str()), name })
                .collect();
            Statement { name: format!("{file}/{}", name.trim()), sql, parameters }
        })
        .collect()
}

/// Comments stand on lines of their own.
fn without_comments(body: &str) -> String {
    let lines = body.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join("\n").trim().trim_end_matches(';').to_owned()
}

/// `:name` becomes `$1`; what stands in quotes and `::type` stay.
fn numbered(text: &str) -> (String, Vec<String>) {
    let (mut sql, mut names) = (String::new(), Vec::<String>::new());
    let (mut rest, mut in_quotes) = (text, false);
    while let Some(next) = rest.chars().next() {
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let name = rest.strip_prefix(':').filter(|after| {
            !in_quotes
                && !sql.ends_with(':')
                && after.starts_with(|it: char| it.is_ascii_lowercase())
        });
        if let Some(after) = name {
            let end = after.find(|it| !is_part(it)).unwrap_or(after.len());
            let (name, left) = after.split_at(end);
            let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            sql.push('$');
            sql.push_str(&(place + 1).to_string());
            rest = left;
        } else {
            in_quotes ^= next == '\'';
            sql.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    (sql, names)
}
