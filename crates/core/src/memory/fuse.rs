use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash},
};

use crate::words::words;

words!(
    /// By what memories are looked for.
    SearchMode, "mode" {
        /// By nearness in meaning and by words: what only one of them finds is found.
        Hybrid = "hybrid",
        /// By nearness in meaning alone.
        Vector = "vector",
        /// By words alone.
        Text = "text",
    }
);

/// Softens how much the first ranks are ahead of those that follow.
const RANK_CONSTANT: f64 = 60.0;

/// What a search found, before it is ranked: in the list of the nearest vectors, in that of the matching texts, or in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<K> {
    /// What was found. Each once.
    pub id: K,
    /// The cosine of the angle to the query, −1 to 1, if it is among the nearest.
    pub similarity: Option<f64>,
    /// How well its text matches, above 0, if it is among the best matches.
    pub text_score: Option<f64>,
}

/// What a search found, ranked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused<K> {
    /// What was found.
    pub id: K,
    /// As in the [`Hit`], if that counts.
    pub similarity: Option<f64>,
    /// As in the [`Hit`], if that counts.
    pub text_score: Option<f64>,
    /// How many are nearer, plus 1.
    pub vector_rank: Option<u32>,
    /// How many match better, plus 1.
    pub text_rank: Option<u32>,
    /// How well it fits the query. By vectors: the similarity, −1 to 1. By texts: the score over the best score, 0 to 1. By both:
    /// the sum of `1 / (60 + rank)` over the lists that have it, over the most that this could be, 0 to 1; if no text matches, the
    /// similarity, for the nearest of what has nothing to do with it is not a good hit; if nothing is near, the texts alone.
    pub relevance: f64,
}

/// Ranks the hits, best first, and equally good ones in the order of their ids. What only has what the mode does not look at
/// is left out; by both, so are vectors that point elsewhere: with a similarity of 0 or less.
pub fn fuse<K: Copy + Ord>(mode: SearchMode, hits: &[Hit<K>]) -> Vec<Fused<K>> {
    let by_vector = mode != SearchMode::Text;
    let by_text = mode != SearchMode::Vector;
    let mut fused: Vec<_> = hits
        .iter()
        .map(|hit| Fused {
            id: hit.id,
            similarity: hit.similarity.filter(|value| {
                by_vector && value.is_finite() && (mode == SearchMode::Vector || *value > 0.0)
            }),
            text_score: hit.text_score.filter(|value| by_text && value.is_finite()),
            vector_rank: None,
            text_rank: None,
            relevance: 0.0,
        })
        .filter(|it| it.similarity.is_some() || it.text_score.is_some())
        .collect();
    let near = descending(fused.iter().filter_map(|it| it.similarity));
    let matching = descending(fused.iter().filter_map(|it| it.text_score));
    let lists = usize::from(!near.is_empty()) + usize::from(!matching.is_empty());
    let best_text = matching.first().copied();
    for it in &mut fused {
        it.vector_rank = it.similarity.map(|value| rank(&near, value));
        it.text_rank = it.text_score.map(|value| rank(&matching, value));
        it.relevance = match mode {
            SearchMode::Vector => it.similarity.unwrap_or_default(),
            SearchMode::Text => over_best(it.text_score, best_text),
            SearchMode::Hybrid if matching.is_empty() => it.similarity.unwrap_or_default(),
            SearchMode::Hybrid => reciprocal_ranks([it.vector_rank, it.text_rank], lists),
        };
    }
    fused.sort_by(|a, b| b.relevance.total_cmp(&a.relevance).then(a.id.cmp(&b.id)));
    fused
}

fn over_best(score: Option<f64>, best: Option<f64>) -> f64 {
    match (score, best) {
        (Some(score), Some(best)) if best > 0.0 => (score / best).clamp(0.0, 1.0),
        _ => 0.0,
    }
}

fn reciprocal_ranks(ranks: [Option<u32>; 2], lists: usize) -> f64 {
    let sum: f64 =
        ranks.iter().flatten().map(|rank| 1.0 / (RANK_CONSTANT + f64::from(*rank))).sum();
    let most = if lists == 2 { 2.0 } else { 1.0 } / (RANK_CONSTANT + 1.0);
    (sum / most).clamp(0.0, 1.0)
}

fn descending(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// Equal values have the same rank, so that no order of ids decides how well something fits.
fn rank(descending: &[f64], value: f64) -> u32 {
    let greater = descending.partition_point(|other| *other > value);
    u32::try_from(greater + 1).unwrap_or(u32::MAX)
}

/// For each thing the best relevance, at least 0, of a hit that it is linked with, in whichever direction. What is linked with
/// no hit is not there.
pub fn relationships<K: Copy + Eq + Hash, S: BuildHasher>(
    relevance: &HashMap<K, f64, S>,
    links: impl IntoIterator<Item = (K, K)>,
) -> HashMap<K, f64> {
    let mut best = HashMap::new();
    for (one, other) in links {
        if one == other {
            continue;
        }
        for (from, to) in [(one, other), (other, one)] {
            if let Some(value) = relevance.get(&from) {
                let best = best.entry(to).or_insert(0.0_f64);
                *best = best.max(*value);
            }
        }
    }
    best
}
