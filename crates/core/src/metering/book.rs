use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::{MetricType, Price, PriceBook};
use crate::{
    fields::unexpected,
    rules::{
        FileProblems,
        document::{Document, Reader, member},
    },
    similar::similar,
};

/// What a book is called in errors about all of it.
const WHOLE: &str = "price book";

impl PriceBook {
    /// Reads a book: JSON if the text begins with `{` and a key in double quotes, else YAML.
    ///
    /// It is an object with `effective_from`, `prices`, a list, and optionally `note`. A price has `metric_type`, `cents`, as a number or a
    /// text, and optionally `metric_name`, `model`, `tool` and `per`, which is 1 otherwise. Fails with everything that is wrong with
    /// it, also with what [`PriceBook::check`] finds.
    ///
    /// ```
    /// use agentflow_core::metering::PriceBook;
    ///
    /// let book = PriceBook::parse(
    ///     "
    /// effective_from: 2026-01-01T00:00:00Z
    /// prices:
    ///   - { metric_type: llm_tokens, metric_name: input_tokens, model: gpt-4o, cents: 250, per: 1_000_000 }
    ///   - { metric_type: api_calls, cents: \"0.05\" }
    /// ",
    /// )
    /// .unwrap();
    /// assert_eq!(book.prices.len(), 2);
    ///
    /// let problems = PriceBook::parse("prices:\n  - { metric_type: llm_tokens, cent: 1 }").unwrap_err();
    /// assert_eq!(
    ///     problems.to_string(),
    ///     "line 2, column 5: prices[0].cents: is missing\n\
    ///      line 2, column 32: prices[0].cent: unknown key; did you mean `cents`?\n\
    ///      effective_from: is missing"
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, FileProblems> {
        let document = Document::read(text, WHOLE)?;
        let mut reader = Reader::new(&document);
        let book = read(&mut reader, &document.value);
        if let (Some(book), true) = (&book, reader.problems.is_empty())
            && let Err(problems) = book.check()
        {
            problems.0.iter().for_each(|problem| reader.refuse(problem));
        }
        FileProblems::unless_none(reader.problems)?;
        Ok(book.unwrap_or_else(|| Self::new(Timestamp::UNIX_EPOCH)))
    }
}

fn read(reader: &mut Reader<'_>, value: &Value) -> Option<PriceBook> {
    let members = object(reader, value, "", &["effective_from", "note", "prices"])?;
    let effective_from = reader.text(members, "", "effective_from").map(str::parse);
    if let Some(Err(_)) = &effective_from {
        reader.wrong("effective_from", "expected a time such as 2026-01-01T00:00:00Z");
    }
    let note = optional_text(reader, members, "", "note");
    let items = reader.list(members, "", "prices");
    if items.is_none() && members.get("prices").is_none_or(Value::is_null) {
        reader.wrong("prices", "is missing");
    }
    let prices = items.into_iter().flatten();
    let prices = prices.filter_map(|(path, item)| price(reader, &path, item)).collect();
    Some(PriceBook {
        effective_from: effective_from?.ok()?,
        note: note.unwrap_or_default(),
        prices,
    })
}

fn price(reader: &mut Reader<'_>, path: &str, item: &Value) -> Option<Price> {
    let known = ["metric_type", "metric_name", "model", "tool", "cents", "per"];
    let members = object(reader, item, path, &known)?;
    let metric_type = reader.text(members, path, "metric_type").map(str::parse::<MetricType>);
    if let Some(Err(input)) = &metric_type {
        reader.wrong(&member(path, "metric_type"), &input.reason);
    }
    let [metric_name, model, tool] =
        ["metric_name", "model", "tool"].map(|key| optional_text(reader, members, path, key));
    let cents = cents(reader, members, path);
    let per = per(reader, members, path);
    Some(Price {
        metric_type: metric_type?.ok()?,
        metric_name,
        model,
        tool,
        cents: cents?,
        per: per?,
    })
}

/// The members of an object that may have the `known` keys only.
fn object<'v>(
    reader: &mut Reader<'_>,
    value: &'v Value,
    path: &str,
    known: &[&str],
) -> Option<&'v Map<String, Value>> {
    let Value::Object(members) = value else { return reader.object(value, path, known) };
    for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
        let meant = match similar(key, known.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("expected one of: {}", known.join(" ")),
        };
        reader.wrong(&member(path, key), format!("unknown key; {meant}"));
    }
    Some(members)
}

fn optional_text(
    reader: &mut Reader<'_>,
    members: &Map<String, Value>,
    path: &str,
    key: &str,
) -> Option<String> {
    match members.get(key) {
        None | Some(Value::Null) => None,
        Some(_) => reader.text(members, path, key).map(str::to_owned),
    }
}

fn cents(reader: &mut Reader<'_>, members: &Map<String, Value>, path: &str) -> Option<Decimal> {
    let path = member(path, "cents");
    let text = match members.get("cents") {
        None => {
            reader.wrong(&path, "is missing");
            return None;
        }
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => as_written(reader, &path, number)?,
        Some(other) => {
            reader.refuse(&unexpected(&path, "a number, or a text that is one", other));
            return None;
        }
    };
    let read = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
    if read.is_err() {
        reader.wrong(&path, "expected a decimal number such as 0.25");
    }
    read.ok()
}

fn per(reader: &mut Reader<'_>, members: &Map<String, Value>, path: &str) -> Option<u64> {
    match members.get("per") {
        None => Some(1),
        Some(Value::Number(number)) if number.is_u64() => {
            as_written(reader, &member(path, "per"), number)?;
            number.as_u64()
        }
        Some(_) => {
            reader.wrong(&member(path, "per"), "expected a whole number, at least 1");
            None
        }
    }
}

/// The number, unless the file has another one: what has too many digits was rounded when it was read, and some readers take
/// `010` for eight.
fn as_written(reader: &mut Reader<'_>, path: &str, number: &Number) -> Option<String> {
    let decimal =
        |text: &str| Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok();
    let read = number.to_string();
    let plain = reader.document.word(path).map(|word| word.replace('_', ""));
    let is_same = match plain.as_deref() {
        // Of what stands somewhere else or is written in another way, so many digits always come back.
        None => read.bytes().filter(u8::is_ascii_digit).count() <= 15,
        Some(word) if word.starts_with(['*', '&', '!']) => {
            read.bytes().filter(u8::is_ascii_digit).count() <= 15
        }
        Some(word) => {
            let word = word.strip_prefix('+').unwrap_or(word);
            decimal(word).is_some_and(|word| Some(word) == decimal(&read))
        }
    };
    if is_same {
        return Some(read);
    }
    reader.wrong(
        path,
        format!("is read as {read}, which is not what is written; write it as a text, in quotes"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(price: &str) -> Result<Price, String> {
        let text = format!(
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - {{ metric_type: api_calls, {price} }}"
        );
        let book = PriceBook::parse(&text).map_err(|problems| problems.to_string())?;
        Ok(book.prices[0].clone())
    }

    #[test]
    fn a_number_is_the_one_that_is_written() {
        for (cents, expected) in [
            ("0.1", "0.1"),
            ("1_000", "1000"),
            ("+2.50", "2.5"),
            ("1e2", "100"),
            ("\"0.30\"", "0.3"),
        ] {
            let price = book(&format!("cents: {cents}")).unwrap();
            assert_eq!(price.cents.normalize().to_string(), expected, "{cents}");
        }
        for cents in ["123456789012.1234567", "0.30000000000000001", "0x10", "1e-30"] {
            let refused = book(&format!("cents: {cents}")).unwrap_err();
            assert!(
                refused.starts_with("line 3, column 31: prices[0].cents: "),
                "{cents}: {refused}"
            );
        }
        let long = book("cents: 0.30000000000000001").unwrap_err();
        assert!(long.contains("is read as 0.3, which is not what is written"), "{long}");
        assert_eq!(book("cents: 1, per: 1_000").unwrap().per, 1_000);
        assert!(book("cents: 1, per: 0x10").is_err());
    }

    #[test]
    fn a_mistyped_key_is_guessed_and_a_book_is_not_empty() {
        let guessed = book("cents: 1, tol: x").unwrap_err();
        assert!(guessed.ends_with("prices[0].tol: unknown key; did you mean `tool`?"), "{guessed}");
        let empty = PriceBook::parse("effective_from: 2026-01-01T00:00:00Z\nprices: []");
        assert!(empty.unwrap_err().to_string().contains("prices: there are none"));
    }
}
