//! The words of keys that are about a secret, rather than for one.

/// First words of a question whose answer is yes or no.
pub(super) fn asks_whether(word: &str) -> bool {
    matches!(
        word,
        "allows" | "can" | "has" | "is" | "must" | "needs" | "requires" | "should" | "uses" | "was"
    )
}

/// Last words of what is said about a secret without telling it.
pub(super) fn is_attribute(word: &str) -> bool {
    is_amount(word) || is_time(word) || is_state(word) || is_name(word)
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
            | "price"
            | "rate"
            | "size"
            | "strength"
            | "total"
            | "totals"
            | "usage"
            | "used"
    )
}

fn is_time(word: &str) -> bool {
    matches!(
        word,
        "age"
            | "at"
            | "days"
            | "duration"
            | "expiration"
            | "expires"
            | "expiry"
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
