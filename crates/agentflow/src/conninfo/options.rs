use super::invalid;
use crate::error::Result;

pub(super) type Options = std::collections::BTreeMap<String, String>;

/// Of them the driver knows less than we do: nothing of files, and not that no time can also be no limit.
const OURS: [&str; 5] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout"];

/// Takes the options that are ours out of a connection string.
pub(super) fn split_options(text: &str) -> Result<(String, Options)> {
    let mut options = Options::new();
    let mut take = |key: &str, value: &str| {
        let ours = OURS.contains(&key);
        if ours {
            options.insert(key.to_owned(), value.to_owned());
        }
        ours
    };
    let rest = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let kept: Vec<_> = query
            .split('&')
            .filter(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                !pair.is_empty() && !take(key, &percent_decode(value))
            })
            .collect();
        if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
    } else {
        let pairs = key_value_pairs(text)?;
        let kept: Vec<_> = pairs
            .iter()
            .filter(|(key, value)| !take(key, value))
            .map(|(key, value)| {
                format!("{key}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
            })
            .collect();
        kept.join(" ")
    };
    Ok((rest, options))
}

/// libpq's `key=value` form: values may be quoted with `'`, and `\` escapes.
pub(super) fn key_value_pairs(text: &str) -> Result<Vec<(String, String)>> {
    let malformed = || invalid("DATABASE_URL", "expected a postgres:// URL or key=value pairs");
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(malformed)?;
        let mut value = String::new();
        let mut chars = after.trim_start().chars();
        let quoted = chars.as_str().starts_with('\'');
        if quoted {
            chars.next();
        }
        loop {
            match chars.next() {
                Some('\\') => value.push(chars.next().ok_or_else(malformed)?),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(malformed()),
                None => break,
            }
        }
        pairs.push((key.trim().to_owned(), value));
        rest = chars.as_str().trim_start();
    }
    Ok(pairs)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
