use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use super::MessageType;
use crate::schema;

/// The JSON Schema (draft 2020-12) of the contract, as `docs/envelope.schema.json` has it.
pub fn json_schema() -> Value {
    schema::of::<Contract>()
}

/// A message between agents. The hash is over RFC 8785 of the first ten keys, always all of them: an absent trace or
/// span counts as "", an absent payload as null, absent metadata as {}, an absent cost as zero.
#[derive(JsonSchema)]
#[schemars(title = "AgentFlow message envelope", rename = "Envelope", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "says what the contract is; its fields are read by hand, with paths in the errors"
)]
struct Contract {
    /// A ULID: 26 characters of Crockford's base 32, upper case. Readers take the UUID of the same 128 bits as well.
    #[schemars(regex(pattern = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"))]
    id: String,
    /// The trace: 32 lower-case hexadecimal digits, or empty.
    #[schemars(default, regex(pattern = r"^([0-9a-f]{32})?$"))]
    trace_id: String,
    /// The span: 16 lower-case hexadecimal digits, or empty.
    #[schemars(default, regex(pattern = r"^([0-9a-f]{16})?$"))]
    span_id: String,
    /// Who sent it.
    #[schemars(length(min = 1, max = 255))]
    from: String,
    /// Who it is for.
    #[schemars(length(min = 1, max = 255))]
    to: String,
    /// What it is for.
    #[schemars(rename = "type")]
    kind: MessageType,
    /// Anything. Integers must be doubles, texts and keys without U+0000, at most 100 levels.
    #[schemars(default)]
    payload: Value,
    /// What is to be known about it; the same limits.
    #[schemars(default)]
    metadata: Option<BTreeMap<String, Value>>,
    /// What it cost.
    #[schemars(default)]
    cost: ContractCost,
    /// When it was sent: RFC 3339. Cut to microseconds and put into UTC before it is hashed.
    #[schemars(extend("format" = "date-time"))]
    ts: String,
    /// SHA-256 of the canonical form: 64 lower-case hexadecimal digits. Required to store a message.
    #[schemars(default, regex(pattern = r"^([0-9a-f]{64})?$"))]
    envelope_hash: String,
}

/// What a message cost.
#[derive(JsonSchema, Default, serde::Serialize)]
#[schemars(deny_unknown_fields)]
struct ContractCost {
    /// Tokens of the model.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    tokens: u64,
    /// US dollars.
    #[schemars(range(min = 0))]
    dollars: f64,
}
