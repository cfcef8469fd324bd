use agentflow_core::canonical;
use serde::Serialize;
use serde_json::{Map, Value};

/// The names of the fields in which two values of a type differ, in alphabetical order.
///
/// Numbers are compared as numbers: `jsonb` gives `10000000000000000` back for `1e16`, which is no change.
pub(super) fn changed_fields<T: Serialize>(before: &T, after: &T) -> Vec<String> {
    let (before, after) = (fields(before), fields(after));
    after
        .iter()
        .filter(|(name, value)| before.get(*name).and_then(text) != text(value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// The names of all fields of a value, in alphabetical order.
pub(super) fn field_names<T: Serialize>(value: &T) -> Vec<String> {
    fields(value).keys().cloned().collect()
}

fn fields<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// None for what cannot be written, which was refused before it came here.
fn text(value: &Value) -> Option<String> {
    canonical::to_string_as_doubles(value, "").ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_differ_by_what_they_mean_and_not_by_how_a_number_is_kept() {
        let before = json!({ "a": 1e16, "b": [1.0], "c": "x", "d": null });
        let after =
            json!({ "a": 10_000_000_000_000_000_u64, "b": [1], "c": "y", "d": null, "e": null });
        assert_eq!(changed_fields(&before, &after), ["c", "e"]);
        assert_eq!(changed_fields(&after, &after), [""; 0]);
        assert_eq!(field_names(&before), ["a", "b", "c", "d"]);
    }
}
