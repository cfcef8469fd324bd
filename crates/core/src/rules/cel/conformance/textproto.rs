//! Reads the text form of protocol buffers into a tree, without a schema.

use std::fmt;

/// The fields of a message in the order of the text; a repeated field occurs once for each element. The name of an
/// expanded `Any` is its type's URL in brackets.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Message(Vec<(String, Field)>);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field {
    Message(Message),
    /// What stands in quotes, for `string` and `bytes` alike.
    Text(Vec<u8>),
    /// A number, an enum's value, true or false.
    Word(String),
}

impl Message {
    pub(super) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Field> {
        self.0.iter().filter(move |(it, _)| it == name).map(|(_, field)| field)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, field)| field)
    }

    pub(super) fn message(&self, name: &str) -> Option<&Self> {
        match self.field(name)? {
            Field::Message(it) => Some(it),
            _ => None,
        }
    }

    pub(super) fn messages<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Self> {
        self.all(name).filter_map(|it| match it {
            Field::Message(it) => Some(it),
            _ => None,
        })
    }

    /// The text of a field, empty when it is not there.
    pub(super) fn text(&self, name: &str) -> String {
        match self.field(name) {
            Some(Field::Text(it)) => String::from_utf8_lossy(it).into_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        matches!(self.field(name), Some(Field::Word(it)) if it == "true" || it == "1")
    }

    /// The first field, of a message that can have one only.
    pub(super) fn first(&self) -> Option<(&str, &Field)> {
        self.0.first().map(|(name, field)| (name.as_str(), field))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// What stops the reader, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    line: usize,
    reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Reads a whole file.
pub(super) fn read(text: &str) -> Result<Message, Unreadable> {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let message = reader.fields(None)?;
    Ok(message)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn fail<T>(&self, reason: impl Into<String>) -> Result<T, Unreadable> {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.split(|it| *it == b'\n').count();
        Err(Unreadable { line, reason: reason.into() })
    }

    /// The next byte that is neither blank nor in a comment; it is not taken.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.at)? {
                b'#' => {
                    let rest = &self.text[self.at..];
                    self.at += rest.iter().position(|it| *it == b'\n').unwrap_or(rest.len());
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn fields(&mut self, end: Option<u8>) -> Result<Message, Unreadable> {
        let mut message = Message::default();
        loop {
            let next = self.peek();
            if next == end {
                self.at += usize::from(end.is_some());
                return Ok(message);
            }
            if next.is_none() {
                return self.fail("the text ends inside of a message");
            }
            let name = self.name()?;
            let colon = self.take(b':');
            if self.take(b'[') {
                while !self.take(b']') {
                    message.0.push((name.clone(), self.value(colon)?));
                    self.take(b',');
                }
            } else {
                message.0.push((name, self.value(colon)?));
            }
            let _ = self.take(b',') || self.take(b';');
        }
    }

    fn name(&mut self) -> Result<String, Unreadable> {
        if !self.take(b'[') {
            return self.word();
        }
        let rest = &self.text[self.at..];
        let Some(length) = rest.iter().position(|it| *it == b']') else {
            return self.fail("expected `]` behind a type's URL");
        };
        self.at += length + 1;
        Ok(format!("[{}]", String::from_utf8_lossy(&rest[..length]).trim()))
    }

    fn word(&mut self) -> Result<String, Unreadable> {
        let rest = &self.text[self.at..];
        let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(byte);
        let length = rest.iter().position(|it| !belongs(it)).unwrap_or(rest.len());
        if length == 0 {
            return self.fail("expected a name or a value");
        }
        self.at += length;
        Ok(String::from_utf8_lossy(&rest[..length]).into_owned())
    }

    fn value(&mut self, colon: bool) -> Result<Field, Unreadable> {
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Ok(Field::Message(self.fields(Some(b'}'))?))
            }
            Some(b'<') => {
                self.at += 1;
                Ok(Field::Message(self.fields(Some(b'>'))?))
            }
            _ if !colon => self.fail("expected `:` or a message"),
            Some(b'"' | b'\'') => {
                let mut text = Vec::new();
                while let Some(quote @ (b'"' | b'\'')) = self.peek() {
                    self.quoted(quote, &mut text)?;
                }
                Ok(Field::Text(text))
            }
            Some(b'-') => {
                self.at += 1;
                self.peek();
                Ok(Field::Word(format!("-{}", self.word()?)))
            }
            _ => Ok(Field::Word(self.word()?)),
        }
    }

    fn quoted(&mut self, quote: u8, text: &mut Vec<u8>) -> Result<(), Unreadable> {
        self.at += 1;
        loop {
            let Some(&byte) = self.text.get(self.at) else {
                return self.fail("the text ends inside of quotes");
            };
            self.at += 1;
            match byte {
                _ if byte == quote => return Ok(()),
                b'\n' => return self.fail("a line ends inside of quotes"),
                b'\\' => self.escape(text)?,
                _ => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Unreadable> {
        let Some(&byte) = self.text.get(self.at) else {
            return self.fail("the text ends behind a backslash");
        };
        self.at += 1;
        match byte {
            b'a' => text.push(7),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'v' => text.push(11),
            b'\\' | b'\'' | b'"' | b'?' => text.push(byte),
            b'0'..=b'7' => {
                self.at -= 1;
                let code = self.digits(8, 1, 3)?;
                let Ok(code) = u8::try_from(code) else {
                    return self.fail("an octal escape is more than a byte");
                };
                text.push(code);
            }
            b'x' | b'X' => {
                let code = self.digits(16, 1, 2)?;
                text.extend(u8::try_from(code));
            }
            b'u' | b'U' => {
                let length = if byte == b'u' { 4 } else { 8 };
                let code = self.digits(16, length, length)?;
                let Some(code) = char::from_u32(code) else {
                    return self.fail("an escape is no character");
                };
                text.extend_from_slice(code.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return self.fail(format!("unknown escape `\\{}`", char::from(byte))),
        }
        Ok(())
    }

    fn digits(&mut self, radix: u32, least: usize, most: usize) -> Result<u32, Unreadable> {
        let rest = self.text[self.at..].iter().take(most);
        let digits: Vec<_> = rest.map_while(|it| char::from(*it).to_digit(radix)).collect();
        if digits.len() < least {
            return self.fail("too few digits in an escape");
        }
        self.at += digits.len();
        Ok(digits.into_iter().fold(0, |number, digit| number * radix + digit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_messages_lists_quotes_and_comments() {
        let text = r#"
            # A comment.
            name: "a" 'b'  # and another
                "\x63\144\u00e9\n"
            inner { number: -12 deep < flag: true > } inner: { number: - 3.5e+2, }
            list: [1, 2u,
                   3] empty: []
            any { [type.googleapis.com/a.B] { e: SOME_VALUE; } }
        "#;
        let message = read(text).unwrap();
        assert_eq!(message.text("name"), "abcd\u{e9}\n");
        let inner: Vec<_> = message.messages("inner").collect();
        assert_eq!(inner[0].field("number"), Some(&Field::Word("-12".into())));
        assert!(inner[0].message("deep").unwrap().is_true("flag"));
        assert_eq!(inner[1].field("number"), Some(&Field::Word("-3.5e+2".into())));
        let words = ["1", "2u", "3"].map(|it| Field::Word(it.into()));
        assert!(message.all("list").eq(&words));
        assert_eq!(message.field("empty"), None);
        let (name, any) = message.message("any").unwrap().first().unwrap();
        assert_eq!(name, "[type.googleapis.com/a.B]");
        let Field::Message(any) = any else { panic!("{any:?}") };
        assert_eq!(any.field("e"), Some(&Field::Word("SOME_VALUE".into())));
    }

    #[test]
    fn names_the_line_of_what_it_cannot_read() {
        let cases = [
            ("a: 1\nb {", 2, "the text ends inside of a message"),
            ("a: \"x\ny\"", 2, "a line ends inside of quotes"),
            ("a: '\\q'", 1, "unknown escape `\\q`"),
            ("a: '\\777'", 1, "an octal escape is more than a byte"),
            ("a: '\\u12'", 1, "too few digits in an escape"),
            ("a 1", 1, "expected `:` or a message"),
            ("\n\n}", 3, "expected a name or a value"),
            ("[a.b", 1, "expected `]` behind a type's URL"),
        ];
        for (text, line, reason) in cases {
            let unreadable = read(text).unwrap_err();
            assert_eq!(unreadable, Unreadable { line, reason: reason.into() }, "{text}");
        }
    }
}
