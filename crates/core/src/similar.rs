//! Names that somebody may have meant.

/// Longer names are not compared: it would take long, and they are no typing mistakes.
const COMPARED: usize = 64;

/// The candidate that is most like `name`, if one is like it at all. Of equals the first.
pub(super) fn similar<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    if name.is_empty() || name.len() > COMPARED {
        return None;
    }
    let limit = (name.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > COMPARED {
            continue;
        }
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.len().abs_diff(name.len()) > limit {
            continue;
        }
        let distance = distance(&name, &other);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many characters must be inserted, removed, replaced or swapped with their neighbor.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, character) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, candidate) in other.iter().enumerate() {
            let replaced = above[column] + usize::from(character != candidate);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0
                && column > 0
                && *character == other[column - 1]
                && one[row - 1] == *candidate;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn finds_what_was_meant() {
        let names = ["age", "email", "address", "transactions"];
        let cases = [
            ("agee", Some("age")),
            ("aeg", Some("age")),
            ("Age", Some("age")),
            ("adress", Some("address")),
            ("transcation", Some("transactions")),
            ("x", None),
            ("salary", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(similar(name, names), expected, "{name}");
        }
    }

    #[test]
    fn prefers_the_nearest_and_of_equals_the_first() {
        assert_eq!(similar("total", ["totals", "total1", "totale"]), Some("totals"));
        assert_eq!(similar("total", ["toal", "total"]), Some("total"));
    }

    #[test]
    fn does_not_compare_very_long_names() {
        let long = "a".repeat(10_000);
        assert_eq!(similar(&long, [long.as_str()]), None);
        assert_eq!(similar("a", [long.as_str()]), None);
    }
}
