//! Names of objects, fields and derived fields.

/// The longest name, in characters.
const MAX_LENGTH: usize = 255;

/// Words that are part of the grammar. They cannot stand behind a dot either.
const KEYWORDS: [&str; 4] = ["false", "in", "null", "true"];

/// Words that CEL reserves for languages around it.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

/// Types, and functions that are called without a dot or have this before their dot.
const GLOBALS: [&str; 28] = [
    "__result__",
    "base64",
    "bool",
    "bytes",
    "cel",
    "double",
    "duration",
    "dyn",
    "float",
    "google",
    "has",
    "int",
    "list",
    "map",
    "matches",
    "math",
    "null_type",
    "object",
    "optional",
    "optional_type",
    "proto",
    "size",
    "string",
    "strings",
    "timestamp",
    "type",
    "types",
    "uint",
];

/// Checks the name of a field, which stands behind a dot. The error says what is wrong with it.
pub(super) fn check_field(name: &str) -> Result<(), String> {
    if !is_identifier(name) {
        return Err(format!(
            "expected a name of 1 to {MAX_LENGTH} letters, digits and `_`, with no digit in front"
        ));
    }
    if KEYWORDS.contains(&name) {
        return Err(format!("`{name}` is a word of the expression language; take another name"));
    }
    Ok(())
}

/// Checks a name that an expression can begin with: of an object or a derived field.
pub(super) fn check_global(name: &str) -> Result<(), String> {
    check_field(name)?;
    if RESERVED.contains(&name) {
        return Err(format!("`{name}` is a word of the expression language; take another name"));
    }
    if GLOBALS.contains(&name) {
        return Err(format!(
            "`{name}` is a type or function of the expression language; take another name"
        ));
    }
    Ok(())
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= MAX_LENGTH
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
