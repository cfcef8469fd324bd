//! Texts and bytes in quotes.

use super::scan::Finding;

/// Where the text that begins at `at` ends. None when none begins there.
pub(super) fn text_end(source: &str, at: usize) -> Option<Result<usize, Finding>> {
    let rest = &source[at..];
    let prefix = rest.bytes().take_while(|it| matches!(it, b'r' | b'R' | b'b' | b'B')).count();
    let (is_raw, is_known) = match rest[..prefix].to_ascii_lowercase().as_str() {
        "" | "b" => (false, true),
        "r" | "br" | "rb" => (true, true),
        _ => (false, false),
    };
    let quote = rest[prefix..].chars().next().filter(|it| is_known && matches!(it, '"' | '\''))?;
    let is_triple = rest[prefix..].bytes().take(3).filter(|it| *it == quote as u8).count() == 3
        && rest.len() >= prefix + 3;
    let closing = quote.to_string().repeat(if is_triple { 3 } else { 1 });
    let body = at + prefix + closing.len();
    let unclosed = || {
        let message = format!("the text is not closed; expected {closing} at its end");
        Finding::new(at..body, message)
    };
    if is_raw {
        let end = source[body..].find(&closing).map(|length| body + length + closing.len());
        return Some(end.ok_or_else(unclosed));
    }
    let mut here = body;
    loop {
        let rest = &source[here..];
        if rest.starts_with(&closing) {
            return Some(Ok(here + closing.len()));
        }
        match rest.chars().next() {
            None => return Some(Err(unclosed())),
            Some('\n') if !is_triple => {
                let message = "the text is not closed at the end of the line; write \\n for a new line, or use \
                               three quotes";
                return Some(Err(Finding::new(at..body, message)));
            }
            Some('\\') => match escape(rest) {
                Some(length) => here += length,
                None if rest.len() == 1 => return Some(Err(unclosed())),
                None => return Some(Err(bad_escape(rest, here))),
            },
            Some(character) => here += character.len_utf8(),
        }
    }
}

fn bad_escape(rest: &str, at: usize) -> Finding {
    let character = rest[1..].chars().next().unwrap_or('\\');
    let shown = if character.is_control() {
        format!("\\U+{:04X}", u32::from(character))
    } else {
        format!("\\{character}")
    };
    let message = match character {
        'x' | 'X' => "expected two hexadecimal digits behind \\x".to_owned(),
        'u' => "expected four hexadecimal digits of a character behind \\u".to_owned(),
        'U' => "expected eight hexadecimal digits of a character behind \\U".to_owned(),
        '0'..='3' => "expected three octal digits behind \\".to_owned(),
        _ => {
            format!("unknown escape `{shown}`; write \\\\ for a backslash, or r\"…\" for a pattern")
        }
    };
    Finding::new(at..at + 1 + character.len_utf8(), message)
}

/// The length of the escape at the beginning of `rest`, if it is one.
fn escape(rest: &str) -> Option<usize> {
    let hex = |digits: usize| {
        let digits = rest.get(2..2 + digits)?;
        let is_hex = digits.bytes().all(|it| it.is_ascii_hexdigit());
        is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    match rest[1..].chars().next()? {
        '\\' | '/' | '"' | '\'' | '`' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '?' => Some(2),
        'x' | 'X' => hex(2).map(|_| 4),
        'u' => hex(4).and_then(char::from_u32).map(|_| 6),
        'U' => hex(8).and_then(char::from_u32).map(|_| 10),
        '0'..='3' => {
            let digits = rest.get(2..4)?;
            digits.bytes().all(|it| matches!(it, b'0'..=b'7')).then_some(4)
        }
        _ => None,
    }
}
