//! The tokens of an expression. The library has a lexer of its own; ours says in words what it refuses, finds out how
//! deep an expression is nested before anything recurses, and names the token at which the parser stopped.

use std::ops::Range;

use super::text::text_end;

/// What is wrong with a part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Text,
    Open,
    Close,
    Comma,
    Dot,
    Question,
    /// `-` and `!`, which may stand in front of an operand.
    Prefix,
    Operator,
}

const OPERATORS: [&str; 6] = ["==", "!=", "<=", ">=", "&&", "||"];

/// The tokens of `source`, or the first thing in it that is none.
pub(super) fn scan(source: &str) -> Result<Vec<Token>, Finding> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if matches!(first, ' ' | '\t' | '\n' | '\r' | '\x0c') {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = token(source, at, first)?;
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

fn token(source: &str, at: usize, first: char) -> Result<(Kind, usize), Finding> {
    let rest = &source[at..];
    if let Some(end) = text_end(source, at) {
        return Ok((Kind::Text, end? - at));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
        return Ok((Kind::Name, rest.find(|it| !is_part(it)).unwrap_or(rest.len())));
    }
    let digit_follows = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if first.is_ascii_digit() || (first == '.' && digit_follows) {
        return number(rest, at).map(|length| (Kind::Number, length));
    }
    if OPERATORS.iter().any(|it| rest.starts_with(it)) {
        return Ok((Kind::Operator, 2));
    }
    let kind = match first {
        '(' | '[' | '{' => Kind::Open,
        ')' | ']' | '}' => Kind::Close,
        ',' => Kind::Comma,
        '.' => Kind::Dot,
        '?' => Kind::Question,
        '-' | '!' => Kind::Prefix,
        '+' | '*' | '/' | '%' | '<' | '>' | ':' => Kind::Operator,
        '`' => match rest[1..].find('`') {
            Some(0) => {
                return Err(Finding::new(at..at + 2, "expected a name between the backquotes"));
            }
            Some(length) => return Ok((Kind::Name, length + 2)),
            None => return Err(Finding::new(at..at + 1, "the name in backquotes is not closed")),
        },
        other => return Err(Finding::new(at..at + other.len_utf8(), unknown_character(other))),
    };
    Ok((kind, 1))
}

fn unknown_character(character: char) -> String {
    match character {
        '=' => "unexpected `=`; write `==` to compare".to_owned(),
        '&' => "unexpected `&`; write `&&` for and".to_owned(),
        '|' => "unexpected `|`; write `||` for or".to_owned(),
        '“' | '”' | '„' | '‘' | '’' => {
            format!("unexpected `{character}`; write texts in straight quotes")
        }
        other if other.is_control() || other.is_whitespace() => {
            format!("unexpected character U+{:04X}", u32::from(other))
        }
        other => format!("unexpected character `{other}`"),
    }
}

fn number(rest: &str, at: usize) -> Result<usize, Finding> {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| from + bytes[from..].iter().take_while(|it| it.is_ascii_digit()).count();
    let is_at =
        |index: usize, wanted: &[u8]| bytes.get(index).is_some_and(|it| wanted.contains(it));
    let (mut end, mut is_float) = (digits(0), false);
    let is_hex = end == 1 && is_at(0, b"0") && is_at(1, b"xX");
    if is_hex && bytes.get(2).is_some_and(u8::is_ascii_hexdigit) {
        end = 2 + bytes[2..].iter().take_while(|it| it.is_ascii_hexdigit()).count();
    } else {
        if is_at(end, b".") && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            (end, is_float) = (digits(end + 1), true);
        }
        let sign = usize::from(is_at(end + 1, b"+-"));
        if is_at(end, b"eE") && bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            (end, is_float) = (digits(end + 1 + sign), true);
        }
    }
    let text = &rest[..end];
    let is_unsigned = !is_float && is_at(end, b"uU");
    let fits = if is_float {
        true
    } else if is_unsigned {
        whole(text).is_some()
    } else {
        // One more than the largest fits with a minus in front; that is the parser's business.
        whole(text).is_some_and(|it| it <= 1 << 63)
    };
    let end = end + usize::from(is_unsigned);
    let shown = if end > 40 { format!("{}…", &rest[..40]) } else { rest[..end].to_owned() };
    if !fits {
        let kind = if is_unsigned { "uint" } else { "int" };
        return Err(Finding::new(at..at + end, format!("{shown} is out of range for {kind}")));
    }
    Ok(end)
}

fn whole(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// How deep a bracket is inside of others.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    /// The levels around it.
    outer: usize,
    /// Choices that have begun: `a ? b : c ? d : e`.
    choices: usize,
    /// Selects, indexes and calls behind each other.
    chain: usize,
    /// Prefixes in front of each other.
    prefixes: usize,
}

impl Frame {
    fn level(self) -> usize {
        self.outer + self.choices + self.chain + self.prefixes
    }
}

/// The token at which an expression becomes nested more than `limit` levels, if it does. A parser would recurse as deep.
pub(super) fn too_deep<'t>(source: &str, tokens: &'t [Token], limit: usize) -> Option<&'t Token> {
    let (mut frame, mut around) = (Frame::default(), Vec::new());
    let mut is_operand = false;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => {
                frame.chain += usize::from(is_operand);
                around.push(frame);
                frame = Frame { outer: frame.level() + 1, ..Frame::default() };
                is_operand = false;
            }
            Kind::Close => {
                frame = around.pop().unwrap_or_default();
                frame.prefixes = 0;
                is_operand = true;
            }
            Kind::Comma => {
                frame = Frame { outer: frame.outer, ..Frame::default() };
                is_operand = false;
            }
            Kind::Dot => {
                frame.chain += usize::from(is_operand);
                is_operand = false;
            }
            Kind::Question => {
                // Behind a dot or a bracket it makes a select or an element optional.
                frame.choices += usize::from(is_operand);
                frame.chain = 0;
                is_operand = false;
            }
            Kind::Prefix => {
                frame.prefixes = if is_operand { 0 } else { frame.prefixes + 1 };
                frame.chain = 0;
                is_operand = false;
            }
            Kind::Operator => {
                (frame.chain, frame.prefixes) = (0, 0);
                is_operand = false;
            }
            Kind::Name if &source[token.span.clone()] == "in" && is_operand => {
                (frame.chain, frame.prefixes) = (0, 0);
                is_operand = false;
            }
            Kind::Name | Kind::Number | Kind::Text => {
                let is_select =
                    index > 0 && matches!(tokens[index - 1].kind, Kind::Dot | Kind::Question);
                if !is_select {
                    frame.chain = 0;
                }
                is_operand = true;
            }
        }
        if frame.level() > limit {
            return Some(token);
        }
    }
    None
}
