//! Did you mean …?

/// The words closest to `word`, best first; none that is too different to be meant.
pub(crate) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 4);
    let mut close: Vec<(usize, &str)> = known
        .filter_map(|candidate| {
            let begins = word.len() >= 2 && candidate.starts_with(&word);
            let distance = if begins { 1 } else { distance(&word, candidate) };
            (distance <= limit).then_some((distance, candidate))
        })
        .collect();
    close.sort_unstable();
    close.truncate(3);
    close.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The hint for a word that is not there: the closest of the known ones, else `otherwise`.
pub(crate) fn hint<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> String {
    let close = closest(word, known);
    if close.is_empty() {
        return otherwise.into();
    }
    let names: Vec<_> = close.iter().map(|name| format!("`{name}`")).collect();
    format!("did you mean {}?", names.join(" or "))
}

/// Letters to insert, remove, replace, or swap with their neighbor.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                let best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped =
                    i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_close_and_other_words_are_not() {
        let known = ["acme", "acme-west", "globex", "initech"];
        assert_eq!(closest("amce", known.into_iter()), ["acme"]);
        assert_eq!(closest("Acme", known.into_iter()), ["acme", "acme-west"]);
        assert_eq!(closest("globx", known.into_iter()), ["globex"]);
        assert!(closest("umbrella", known.into_iter()).is_empty());
        assert!(closest("", known.into_iter()).is_empty());
    }
}
