//! Keys taken apart.

use super::{
    facts::{self, Fact},
    secrets::{
        HARMLESS, LONGEST_AT_THE_END, SECRET_IDS, SECRETS_AT_THE_END, ends_in_a_secret, is_secret,
        may_name_a_secret,
    },
};

/// What a key says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing about a secret, or which one is meant.
    Other,
    /// It is a secret.
    Secret,
    /// It is a secret, unless it is a switch: `csrf: true`.
    SecretOrSwitch,
    /// It is something about a secret.
    Fact(Fact),
}

/// Longer keys are taken apart without a look ahead.
const MOST_LOOKED_AT: usize = 64;

pub(super) fn meaning(key: &str) -> Meaning {
    if looks_harmless(key) { Meaning::Other } else { Words::of(key).meaning() }
}

/// Whether the letters of a key, whatever stands between them, hold no word of a secret. Not known of keys that are long
/// or hold letters that are ASCII in lower case only.
fn looks_harmless(key: &str) -> bool {
    let mut letters = [0; MOST_LOOKED_AT];
    let mut count = 0;
    if key.len() > MOST_LOOKED_AT || !key.is_ascii() {
        return false;
    }
    for (letter, slot) in key.bytes().filter(u8::is_ascii_alphabetic).zip(&mut letters) {
        *slot = letter.to_ascii_lowercase();
        count += 1;
    }
    !may_name_a_secret(&letters[..count])
}

/// The words of a key, in lower case, one after the other.
struct Words {
    text: String,
    ends: Vec<usize>,
}

/// The most words that are looked at together: *verification code* has two, and camel case may have cut one more.
const MOST_TOGETHER: usize = 4;

impl Words {
    /// Words end at whatever is no letter, and where camel case begins the next one.
    fn of(key: &str) -> Self {
        let mut words =
            Self { text: String::with_capacity(key.len()), ends: Vec::with_capacity(8) };
        let mut before = ' ';
        let mut characters = key.chars().peekable();
        while let Some(character) = characters.next() {
            let is_next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = before.is_lowercase() || (before.is_uppercase() && is_next_lower);
            if !character.is_alphabetic() || (character.is_uppercase() && begins) {
                words.end_word();
            }
            if character.is_alphabetic() {
                words.text.extend(character.to_lowercase());
            }
            before = character;
        }
        words.end_word();
        words
    }

    fn end_word(&mut self) {
        if self.text.len() > self.ends.last().copied().unwrap_or(0) {
            self.ends.push(self.text.len());
        }
    }

    /// Some of the words, written together.
    fn run(&self, first: usize, count: usize) -> &str {
        let begin = if first == 0 { 0 } else { self.ends[first - 1] };
        &self.text[begin..self.ends[first + count - 1]]
    }

    fn meaning(&self) -> Meaning {
        let named = self.named();
        if named == Meaning::Other {
            return named;
        }
        match (named, self.fact()) {
            (_, Some(Fact::Name)) if self.any_run(|_, _, words| SECRET_IDS.contains(&words)) => {
                Meaning::Secret
            }
            (_, Some(Fact::Name)) => Meaning::Other,
            (Meaning::Fact(_), _) | (_, None) => named,
            (_, Some(fact)) => Meaning::Fact(fact),
        }
    }

    /// What is named, whatever is said about it.
    fn named(&self) -> Meaning {
        let mut named = Meaning::Other;
        let is_secret = self.any_run(|first, together, words| {
            let is_one = is_secret(words) || (together == 1 && ends_in_a_secret(words));
            if is_one && !self.is_harmless(first, together) {
                return true;
            }
            if words.len() <= LONGEST_AT_THE_END
                && SECRETS_AT_THE_END.contains(&words)
                && self.is_followed_by_its_like(first + together)
            {
                named = Meaning::SecretOrSwitch;
            } else if together == 1 && named == Meaning::Other && words.ends_with("tokens") {
                named = Meaning::Fact(Fact::Tokens);
            }
            false
        });
        if is_secret { Meaning::Secret } else { named }
    }

    /// Whether this holds for some words: which is the first, how many they are, and what they are together.
    fn any_run(&self, mut holds: impl FnMut(usize, usize, &str) -> bool) -> bool {
        let count = self.ends.len();
        (0..count).any(|first| {
            (1..=MOST_TOGETHER.min(count - first))
                .any(|together| holds(first, together, self.run(first, together)))
        })
    }

    /// Whether a secret of several words is no secret together with the words around it.
    fn is_harmless(&self, first: usize, together: usize) -> bool {
        let end = first + together;
        (end.saturating_sub(MOST_TOGETHER)..=first).any(|from| {
            let most = self.ends.len().min(from + MOST_TOGETHER);
            (end..=most).any(|to| HARMLESS.contains(&self.run(from, to - from)))
        })
    }

    /// Whether nothing follows but what leaves a secret a secret, and what is said about one.
    fn is_followed_by_its_like(&self, from: usize) -> bool {
        (from..self.ends.len()).all(|at| {
            let word = self.run(at, 1);
            facts::is_carrier(word) || facts::said_by(word).is_some_and(|fact| fact != Fact::Name)
        })
    }

    /// What the key says about a secret, if it is not for one.
    fn fact(&self) -> Option<Fact> {
        let before_last = self.ends.len().checked_sub(2)?;
        facts::said_by(self.run(before_last + 1, 1)).or_else(|| {
            let is_fact = facts::asks_whether(self.run(0, 1))
                || facts::is_measured_by_token(self.run(before_last, 2));
            is_fact.then_some(Fact::Plain)
        })
    }
}
