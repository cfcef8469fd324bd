//! How much each signal counts, on the command line.

use agentflow::core::agent::RetrievalWeights;

/// Reads `semantic=0.7,recency=0.3`; what is not named counts for nothing.
pub(super) fn weights(text: &str) -> Result<RetrievalWeights, String> {
    let mut weights = RetrievalWeights {
        semantic: 0.0,
        recency: 0.0,
        importance: 0.0,
        continuity: 0.0,
        relationship: 0.0,
    };
    for part in text.split(',') {
        let (name, number) = part.split_once('=').unwrap_or((part, ""));
        let weight = match name.trim() {
            "semantic" => &mut weights.semantic,
            "recency" => &mut weights.recency,
            "importance" => &mut weights.importance,
            "continuity" => &mut weights.continuity,
            "relationship" => &mut weights.relationship,
            name => {
                return Err(format!(
                    "there is no signal `{name}`; there are semantic, recency, importance, continuity and relationship"
                ));
            }
        };
        *weight = super::values::part(number.trim()).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_counts_for_nothing() {
        let read = weights("semantic=0.7, recency=0.3").unwrap();
        assert_eq!((read.semantic, read.recency, read.importance), (0.7, 0.3, 0.0));
        assert!(weights("meaning=1").unwrap_err().contains("there are semantic, recency"));
        assert!(weights("recency=2").unwrap_err().starts_with("recency: expected"));
        assert!(weights("recency").is_err() && weights("").is_err());
    }
}
