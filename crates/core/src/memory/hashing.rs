//! Vectors of texts without a model: feature hashing.
//!
//! What vectors of `local-hash-v1` are made of must never change: those that are stored would no longer be compared with like.

use std::collections::BTreeMap;

/// What the vectors are called that [`hash_features`] makes.
pub const LOCAL_MODEL: &str = "local-hash-v1";

/// How much a word weighs, against a trigram of characters.
const WORD: f64 = 1.0;
const TRIGRAM: f64 = 0.4;
/// Words that are in every English text tell little.
const STOP_WORD: f64 = 0.1;

/// In their order.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "do", "for", "from", "had", "has",
    "have", "he", "her", "his", "i", "if", "in", "is", "it", "its", "not", "of", "on", "or", "she",
    "so", "that", "the", "their", "they", "this", "to", "was", "we", "were", "what", "when",
    "which", "who", "will", "with", "you",
];

/// A vector of so many numbers, 1 or more, of length 1: its words and the trigrams of their characters, hashed.
///
/// Texts that share words, or parts of them, are near each other, without regard to case and order; what a text means is not
/// known. A feature that is there n times counts 1 + ln n times. The same text always has the same vector, on every machine.
pub fn hash_features(text: &str, dimensions: usize) -> Vec<f32> {
    let dimensions = dimensions.max(1);
    let mut sums = vec![0.0_f64; dimensions];
    for (hash, (count, weight)) in features(text) {
        // The sign keeps what falls together by chance from adding up.
        let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
        sums[place(hash, dimensions)] += sign * weight * (1.0 + f64::from(count).ln());
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt();
    if length < 1e-9 {
        // Without features, or with such as cancel each other out: at least it is always the same.
        sums.fill(0.0);
        sums[place(hash('t', text), dimensions)] = 1.0;
        return sums.into_iter().map(narrow).collect();
    }
    sums.into_iter().map(|sum| narrow(sum / length)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "vectors are stored in single precision")]
fn narrow(number: f64) -> f32 {
    number as f32
}

#[expect(clippy::cast_possible_truncation, reason = "a remainder is less than what it is of")]
fn place(hash: u64, dimensions: usize) -> usize {
    (hash % dimensions as u64) as usize
}

/// By their hashes and in that order, so that sums are the same everywhere: how often each is there, and what it weighs.
fn features(text: &str) -> BTreeMap<u64, (u32, f64)> {
    let mut features = BTreeMap::new();
    let mut add = |hash, weight| {
        let (count, _) = features.entry(hash).or_insert((0_u32, weight));
        *count = count.saturating_add(1);
    };
    let text = text.to_lowercase();
    for word in text.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if STOP_WORDS.binary_search(&word).is_ok() {
            add(hash('w', word), STOP_WORD);
            continue;
        }
        add(hash('w', word), WORD);
        let characters: Vec<char> = format!("^{word}$").chars().collect();
        for trigram in characters.windows(3) {
            let trigram: String = trigram.iter().collect();
            add(hash('c', &trigram), TRIGRAM);
        }
    }
    features
}

/// FNV-1a, and then mixed as in `SplitMix64`: its high and its low bits are both good.
fn hash(kind: char, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut kind_bytes = [0; 4];
    for byte in kind.encode_utf8(&mut kind_bytes).bytes().chain(text.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(one: &str, other: &str) -> f64 {
        let (one, other) = (hash_features(one, 1536), hash_features(other, 1536));
        one.iter().zip(&other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }

    #[test]
    fn vectors_have_the_length_one_and_the_dimensions_asked_for() {
        for dimensions in [1, 2, 3, 256, 1536, 16_000] {
            for text in ["", " ", "…!?", "a", "the order AX-4711 is late", "日本語のテキスト"]
            {
                let vector = hash_features(text, dimensions);
                assert_eq!(vector.len(), dimensions);
                let length: f64 = vector.iter().map(|it| f64::from(*it).powi(2)).sum();
                assert!((length - 1.0).abs() < 1e-5, "{text:?} {dimensions} {length}");
            }
        }
    }

    #[test]
    fn texts_that_share_words_or_parts_of_them_are_nearer_than_others() {
        let text = "The customer prefers invoices by email";
        let same = similarity(text, "the CUSTOMER prefers, invoices: by email");
        assert!((same - 1.0).abs() < 1e-5, "{same}");
        let akin = similarity(text, "invoicing of customers: email is preferred");
        let other = similarity(text, "The deployment failed on a Tuesday night");
        assert!(akin > other + 0.2, "{akin} {other}");
        assert!(other.abs() < 0.15, "{other}");
    }

    #[test]
    fn words_that_are_everywhere_hardly_count() {
        let shared = similarity("it is what it was for the dog", "it is what it was for the rain");
        assert!(shared < 0.5, "{shared}");
    }

    #[test]
    fn a_word_that_is_repeated_counts_less_each_time() {
        let once = similarity("invoice", "invoice deployment");
        let often = similarity("invoice", &format!("{}deployment", "invoice ".repeat(10)));
        assert!(once < often && often < 0.97, "{once} {often}");
    }

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn vectors_that_are_stored_are_those_of_this_version() {
        let vector = hash_features("The order AX-4711 was sent on Monday", 8);
        let expected = [
            0.331_168_38,
            -0.607_142_03,
            0.110_389_46,
            0.165_584_19,
            -0.386_363_12,
            -0.220_778_93,
            -0.496_752_6,
            0.193_181_56_f32,
        ];
        for (number, expected) in vector.iter().zip(expected) {
            assert!((number - expected).abs() < 1e-6, "{vector:?}");
        }
    }
}
