//! Tokens of SQL text, as far as needed to find where a statement ends.
//!
//! The rules are those of PostgreSQL's scanner with `standard_conforming_strings = on`. Text that
//! is cut short (an unterminated string, say) becomes one token up to the end: the server then says
//! what is wrong with it.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Comment,
    /// A keyword or unquoted identifier.
    Word,
    /// `"identifier"`.
    Quoted,
    /// `'…'`, `E'…'` or `$tag$…$tag$`.
    Text,
    /// A number, or one character of anything else.
    Symbol,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) offset: usize,
}

impl Token<'_> {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The name a word or quoted identifier stands for: folded or unquoted.
    pub(crate) fn identifier(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_ascii_lowercase()),
            Kind::Quoted => {
                let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
                Some(inner.replace("\"\"", "\""))
            }
            _ => None,
        }
    }
}

/// The tokens of `sql`; together they are `sql` without gaps.
pub(crate) fn tokens(sql: &str) -> Lexer<'_> {
    Lexer { sql, at: 0 }
}

/// The tokens of `sql` that mean something: no white space, no comments.
pub(crate) fn meaning(sql: &str) -> impl Iterator<Item = Token<'_>> {
    tokens(sql).filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
}

pub(crate) struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.sql[self.at..];
        let (kind, length) = scan(rest)?;
        let token = Token { kind, text: &rest[..length], offset: self.at };
        self.at += length;
        Some(token)
    }
}

/// Kind and length of the token `rest` begins with. Every length ends at an ASCII character or at a
/// run of non-ASCII ones, hence at a character boundary.
fn scan(rest: &str) -> Option<(Kind, usize)> {
    let bytes = rest.as_bytes();
    let next = bytes.get(1).copied();
    Some(match *bytes.first()? {
        byte if is_space(byte) => (Kind::Space, run(bytes, 0, is_space)),
        b'-' if next == Some(b'-') => (Kind::Comment, run(bytes, 0, |byte| byte != b'\n')),
        b'/' if next == Some(b'*') => (Kind::Comment, block_comment(bytes)),
        b'\'' => (Kind::Text, quoted(bytes, 0, b'\'')),
        b'"' => (Kind::Quoted, quoted(bytes, 0, b'"')),
        b'e' | b'E' if next == Some(b'\'') => (Kind::Text, escape_string(bytes)),
        b'$' => dollar_string(rest).map_or((Kind::Symbol, 1), |length| (Kind::Text, length)),
        byte if byte.is_ascii_digit() => (Kind::Symbol, run(bytes, 0, is_number)),
        byte if is_word_start(byte) => (Kind::Word, run(bytes, 0, is_word_part)),
        _ => (Kind::Symbol, 1),
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// The first position at or after `from` whose byte is not `wanted`.
fn run(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = &bytes[from..];
    from + rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len())
}

fn block_comment(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of the quoted text that opens at `from`. A doubled quote is seen as an end and a new
/// beginning.
fn quoted(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    bytes.len()
}

/// `E'…'`, where a backslash takes the next character along. A piece on a later line continues the
/// string, with the same rule (`E'a'` newline `'b'`), as in PostgreSQL.
fn escape_string(bytes: &[u8]) -> usize {
    let mut at = 2;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => {
                let after = run(bytes, at + 1, is_space);
                let continued =
                    bytes.get(after) == Some(&b'\'') && bytes[at + 1..after].contains(&b'\n');
                if !continued {
                    return at + 1;
                }
                at = after + 1;
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of the `$tag$…$tag$` that `rest` begins with; `None` if it is something else, such as
/// `$1`.
fn dollar_string(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let tag_end = run(bytes, 1, |byte| byte != b'$' && is_word_part(byte));
    if bytes.get(tag_end) != Some(&b'$') || (tag_end > 1 && !is_word_start(bytes[1])) {
        return None;
    }
    let (tag, body) = rest.split_at(tag_end + 1);
    Some(body.find(tag).map_or(rest.len(), |at| tag.len() + at + tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(sql: &str) -> Vec<(Kind, &str)> {
        meaning(sql).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn a_dollar_inside_a_word_opens_no_string() {
        assert_eq!(kinds("a$b$c"), [(Kind::Word, "a$b$c")]);
        assert_eq!(kinds("$1$2")[0], (Kind::Symbol, "$"));
        assert_eq!(kinds("$a$;'$b$ $a$"), [(Kind::Text, "$a$;'$b$ $a$")]);
    }

    #[test]
    fn escape_strings_follow_their_own_rules() {
        assert_eq!(kinds(r"E'a\'b;'"), [(Kind::Text, r"E'a\'b;'")]);
        assert_eq!(kinds(r"'a\';")[0], (Kind::Text, r"'a\'"));
        assert_eq!(kinds("e'a'\n'b\\';'"), [(Kind::Text, "e'a'\n'b\\';'")]);
        assert_eq!(kinds(r"name'x\'")[1], (Kind::Text, r"'x\'"));
    }

    #[test]
    fn an_escape_at_the_end_of_the_text_is_no_panic() {
        assert_eq!(kinds("E'\\"), [(Kind::Text, "E'\\")]);
        assert_eq!(kinds("E'\\ä"), [(Kind::Text, "E'\\ä")]);
    }

    #[test]
    fn comments_nest() {
        assert_eq!(kinds("/* a /* b */ ; */ x -- ;"), [(Kind::Word, "x")]);
    }

    #[test]
    fn identifiers_are_folded_or_unquoted() {
        let names: Vec<_> = meaning(r#"Items "My ""x""""#).map(|t| t.identifier()).collect();
        assert_eq!(names, [Some("items".to_owned()), Some("My \"x\"".to_owned())]);
    }

    proptest! {
        #[test]
        fn tokens_cover_any_text_without_gaps(
            sql in r#"([a-zE0-9ä€ '"$\\;()\n*/-]|\$\$|/\*|.){0,60}"#,
        ) {
            let mut end = 0;
            for token in tokens(&sql) {
                prop_assert_eq!(token.offset, end);
                prop_assert!(!token.text.is_empty());
                end += token.text.len();
            }
            prop_assert_eq!(end, sql.len());
        }
    }
}
