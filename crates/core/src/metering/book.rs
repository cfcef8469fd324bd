use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{MetricType, Price, PriceBook};
use crate::{
    fields::unexpected,
    rules::{
        FileProblems,
        document::{Document, Reader, member},
    },
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
    ///      line 2, column 32: prices[0].cent: unknown key; expected one of: metric_type metric_name model tool cents per\n\
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
    let members = reader.object(value, "", &["effective_from", "note", "prices"])?;
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
    let members = reader.object(item, path, &known)?;
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
        // As short as it can be written, which is as it was written but for very long ones.
        Some(Value::Number(number)) => number.to_string(),
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
        Some(Value::Number(number)) if number.is_u64() => number.as_u64(),
        Some(_) => {
            reader.wrong(&member(path, "per"), "expected a whole number, at least 1");
            None
        }
    }
}
