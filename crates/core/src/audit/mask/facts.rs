//! The words of keys that are about a secret, rather than for one.

/// What a key can say about a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// How much or how long, whether, and in what state.
    Plain,
    /// When.
    Time,
    /// How many tokens of a language model.
    Tokens,
    /// Which secret, where and of what kind.
    Name,
}

/// First words of a question whose answer is yes or no.
pub(super) fn asks_whether(word: &str) -> bool {
    matches!(
        word,
        "allows" | "can" | "has" | "is" | "must" | "needs" | "requires" | "should" | "uses" | "was"
    )
}

/// What a last word says about a secret without telling it.
pub(super) fn said_by(word: &str) -> Option<Fact> {
    if is_name(word) {
        Some(Fact::Name)
    } else if is_time(word) {
        Some(Fact::Time)
    } else {
        (is_amount(word) || is_duration(word) || is_state(word)).then_some(Fact::Plain)
    }
}

/// Words after a secret that leave it one.
pub(super) fn is_carrier(word: &str) -> bool {
    matches!(
        word,
        "base"
            | "bytes"
            | "code"
            | "confirm"
            | "confirmation"
            | "content"
            | "contents"
            | "data"
            | "hash"
            | "header"
            | "headers"
            | "hex"
            | "info"
            | "json"
            | "new"
            | "number"
            | "old"
            | "params"
            | "payload"
            | "plain"
            | "raw"
            | "response"
            | "string"
            | "text"
            | "value"
            | "yaml"
    )
}

fn is_amount(word: &str) -> bool {
    matches!(
        word,
        "budget"
            | "cost"
            | "costs"
            | "count"
            | "counts"
            | "length"
            | "limit"
            | "limits"
            | "percent"
            | "percentage"
            | "price"
            | "rate"
            | "ratio"
            | "remaining"
            | "score"
            | "size"
            | "strength"
            | "threshold"
            | "total"
            | "totals"
            | "usage"
            | "used"
    )
}

fn is_time(word: &str) -> bool {
    matches!(word, "at" | "date" | "expiration" | "expires" | "expiry" | "since" | "until")
}

fn is_duration(word: &str) -> bool {
    matches!(
        word,
        "age"
            | "days"
            | "duration"
            | "hours"
            | "minutes"
            | "ms"
            | "seconds"
            | "secs"
            | "timeout"
            | "ttl"
    )
}

fn is_state(word: &str) -> bool {
    matches!(
        word,
        "changed"
            | "checked"
            | "created"
            | "deleted"
            | "disabled"
            | "enabled"
            | "expired"
            | "policy"
            | "present"
            | "removed"
            | "required"
            | "revoked"
            | "rotated"
            | "status"
            | "updated"
            | "valid"
            | "verified"
            | "version"
    )
}

fn is_name(word: &str) -> bool {
    matches!(
        word,
        "alg"
            | "algorithm"
            | "endpoint"
            | "id"
            | "ids"
            | "issuer"
            | "kind"
            | "method"
            | "name"
            | "names"
            | "path"
            | "scope"
            | "scopes"
            | "type"
            | "types"
    )
}

/// The token of language models.
pub(super) fn is_measured_by_token(words: &str) -> bool {
    matches!(words, "firsttoken" | "maxtoken" | "mintoken" | "pertoken")
}
