use std::collections::{BTreeMap, BTreeSet};

/// English words that say nothing.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but",
    "by", "can", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his",
    "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "nor", "not", "of", "on",
    "or", "our", "out", "she", "so", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "to", "too", "up", "was", "we", "were", "what", "when",
    "where", "which", "who", "whom", "why", "will", "with", "you", "your",
];

/// The words of a text, in lower case; those with a digit, such as `INV-2024/17`, also as they are written.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let whole = text
        .split(|c: char| c.is_whitespace() || !(c.is_ascii() || c.is_alphanumeric()))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .map(|word| word.trim_matches(|c| ".,;:!?()[]{}<>\"'`".contains(c)));
    parts.chain(whole).map(str::to_owned).collect()
}

/// The words of a query that say something, or all if none does.
pub(super) fn terms(query: &str) -> BTreeSet<String> {
    let words = words(query);
    let says_something = |term: &&String| !STOP_WORDS.contains(&term.as_str());
    let terms: BTreeSet<_> = words.iter().filter(says_something).cloned().collect();
    if terms.is_empty() { words } else { terms }
}

/// For each of these texts how well its words match, above 0; what has none of the terms has no score. A term counts the more
/// the fewer of them have it.
pub(super) fn scores(terms: &BTreeSet<String>, texts: &[&BTreeSet<String>]) -> Vec<Option<f64>> {
    let mut frequencies: BTreeMap<&str, u32> = BTreeMap::new();
    for term in terms {
        let count = texts.iter().filter(|words| words.contains(term)).count();
        frequencies.insert(term, u32::try_from(count).unwrap_or(u32::MAX));
    }
    let all = f64::from(u32::try_from(texts.len()).unwrap_or(u32::MAX));
    let weight = |count: u32| {
        let count = f64::from(count);
        ((all - count + 0.5) / (count + 0.5)).ln_1p()
    };
    let score = |words: &BTreeSet<String>| {
        let matching = terms.iter().filter(|term| words.contains(*term));
        let score: f64 = matching.map(|term| weight(frequencies[term.as_str()])).sum();
        (score > 0.0).then_some(score)
    };
    texts.iter().map(|words| score(words)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_digits_are_there_as_they_are_written() {
        let found = words("See order “INV-2024/17”—please.");
        for word in ["inv-2024/17", "inv", "2024", "17", "order", "see", "please"] {
            assert!(found.contains(word), "{word}: {found:?}");
        }
    }

    #[test]
    fn words_that_say_nothing_are_looked_for_if_there_are_no_others() {
        let of = |query| terms(query).into_iter().collect::<Vec<_>>();
        assert_eq!(of("The Who of 1970"), ["1970"]);
        assert_eq!(of("The Who"), ["the", "who"]);
    }

    #[test]
    fn a_rare_word_counts_more_than_a_common_one_and_none_for_nothing() {
        let texts = ["order 1", "order 2", "order 3 of ann", "nothing of it"].map(words);
        let texts: Vec<_> = texts.iter().collect();
        let scores = scores(&terms("the order of Ann"), &texts);
        assert!(scores[2] > scores[0] && scores[0] == scores[1], "{scores:?}");
        assert!(scores[0].is_some_and(|score| score > 0.0));
        assert_eq!(scores[3], None);
    }
}
