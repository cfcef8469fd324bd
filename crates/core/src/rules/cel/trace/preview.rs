use base64::{Engine, engine::general_purpose::STANDARD};
use cel_core::{MapKey, Value, time};
use serde_json::{Map, Value as Json};

/// The most characters of a text, and elements of a list or an object.
const MAX_CHARS: usize = 200;
const MAX_ELEMENTS: usize = 20;
/// The most values in all, for lists in lists.
const MAX_VALUES: usize = 500;
const MARK: &str = "…";

/// A value as JSON; of what is long only the beginning, then `…`.
pub(super) fn json(value: &Value) -> Json {
    let mut left = MAX_VALUES;
    cut(value, &mut left)
}

fn cut(value: &Value, left: &mut usize) -> Json {
    *left = left.saturating_sub(1);
    match value {
        Value::Bool(it) => Json::from(*it),
        Value::Int(it) => Json::from(*it),
        Value::UInt(it) => Json::from(*it),
        Value::Double(it) if it.is_finite() => Json::from(*it),
        Value::Double(it) => Json::from(it.to_string()),
        Value::String(it) => Json::from(text(it)),
        Value::Bytes(it) => {
            let beginning = &it[..it.len().min(MAX_CHARS)];
            Json::from(shorten(&STANDARD.encode(beginning), MAX_CHARS))
        }
        Value::Timestamp(it) => Json::from(time::format_timestamp(it)),
        Value::Duration(it) => Json::from(time::format_duration(it)),
        Value::Type(it) => Json::from(it.name.as_ref()),
        Value::Optional(it) => it.as_value().map_or(Json::Null, |it| cut(it, left)),
        Value::List(items) => {
            let mut shown = Vec::new();
            for item in items.iter() {
                if shown.len() == MAX_ELEMENTS || *left == 0 {
                    shown.push(Json::from(MARK));
                    break;
                }
                shown.push(cut(item, left));
            }
            Json::Array(shown)
        }
        Value::Map(map) => {
            let mut shown = Map::new();
            for (key, item) in map.iter() {
                if shown.len() == MAX_ELEMENTS || *left == 0 {
                    shown.insert(MARK.to_owned(), Json::from(MARK));
                    break;
                }
                let key = match key {
                    MapKey::String(it) => shorten(it, MAX_CHARS),
                    key => key.to_value().to_string(),
                };
                shown.insert(key, cut(item, left));
            }
            Json::Object(shown)
        }
        // A fact of a wrong type. It is not null, and there is no other way to say so in the middle of a value.
        Value::Error(it) => Json::from(format!("({})", text(&it.message))),
        Value::Null | Value::Message(_) | Value::Enum(_) => Json::Null,
    }
}

/// A text, of a long one the beginning.
pub(super) fn text(it: &str) -> String {
    shorten(it, MAX_CHARS)
}

/// At most `limit` characters, with a mark if there were more.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}{MARK}", &text[..end]),
        None => text.to_owned(),
    }
}
