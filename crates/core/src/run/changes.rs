use json_patch::Patch;
use serde_json::{Map, Value};

use crate::{InvalidInput, words::words};

words!(
    /// What one person decided on a request for approval.
    ApprovalVerdict, "decision" {
        /// It is all right.
        Approved = "approved",
        /// It is not.
        Rejected = "rejected",
    }
);

/// How one object differs from another, as a JSON Patch (RFC 6902): an array of operations, empty if it does not.
///
/// ```
/// use agentflow_core::run::{apply_changes, changes};
/// use serde_json::json;
///
/// let (before, after) = (json!({ "amount": 500, "note": "" }), json!({ "amount": 450 }));
/// let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { unreachable!() };
/// let patch = changes(before, after);
/// assert_eq!(
///     patch,
///     json!([
///         { "op": "replace", "path": "/amount", "value": 450 },
///         { "op": "remove", "path": "/note" },
///     ]),
/// );
/// assert_eq!(apply_changes(before, &patch)?, *after);
/// # Ok::<(), agentflow_core::InvalidInput>(())
/// ```
pub fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Value {
    let [before, after] = [before, after].map(|object| Value::Object(object.clone()));
    let patch = json_patch::diff(&before, &after);
    // Its parts are strings and JSON, which serialize always.
    serde_json::to_value(patch).unwrap_or_default()
}

/// The object that `changes` made of another. Fails with a patch that does not fit.
pub fn apply_changes(
    before: &Map<String, Value>,
    changes: &Value,
) -> Result<Map<String, Value>, InvalidInput> {
    let invalid = |reason: String| InvalidInput::new("payload_changes", reason);
    let patch: Patch =
        serde_json::from_value(changes.clone()).map_err(|error| invalid(error.to_string()))?;
    let mut document = Value::Object(before.clone());
    json_patch::patch(&mut document, &patch).map_err(|error| invalid(error.to_string()))?;
    match document {
        Value::Object(object) => Ok(object),
        _ => Err(invalid("they leave no object".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            other => panic!("no object: {other}"),
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3_i64..3).prop_map(Value::from),
            "[a~/ ]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                objects(inner).prop_map(Value::Object),
            ]
        })
    }

    /// Few keys, so that two objects have some in common; among them those that a pointer has to escape.
    fn objects(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::btree_map("[ab~/]{0,2}", values, 0..4)
            .prop_map(|entries| entries.into_iter().collect())
    }

    proptest! {
        #[test]
        fn changes_lead_from_one_to_the_other(before in objects(values()), after in objects(values())) {
            let patch = changes(&before, &after);
            prop_assert_eq!(apply_changes(&before, &patch), Ok(after.clone()));
            prop_assert_eq!(patch == json!([]), before == after);
        }
    }

    #[test]
    fn a_patch_that_does_not_fit_is_refused() {
        let before = object(json!({ "a": 1 }));
        for patch in [
            json!({}),
            json!([{ "op": "remove", "path": "/b" }]),
            json!([{ "op": "test", "path": "/a", "value": 2 }]),
            json!([{ "op": "grow", "path": "/a" }]),
            json!([{ "op": "replace", "path": "", "value": 1 }]),
        ] {
            let error = apply_changes(&before, &patch).unwrap_err().to_string();
            assert!(error.starts_with("payload_changes: "), "{error}");
        }
    }
}
