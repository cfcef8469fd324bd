use std::{collections::HashMap, fmt::Write, sync::Arc};

use cel_core::MapKey;

use super::{MAX_KEY_CHARS, MAX_READS, Step, is_name, preview, push_key, push_name, shown};

/// Where in the facts a value stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::rules::cel) struct Place {
    /// As it is shown. Long keys are shortened in it, and may look the same.
    pub(super) path: Arc<str>,
    /// The numbers of those keys, by which they are told apart.
    long: Vec<usize>,
}

impl Place {
    pub(super) fn new(path: &Arc<str>) -> Self {
        Self { path: Arc::clone(path), long: Vec::new() }
    }

    /// `None` if there are too many long keys.
    pub(super) fn member(&self, step: Step<'_>, keys: &mut LongKeys) -> Option<Self> {
        let mut long = self.long.clone();
        if let Step::Key(MapKey::String(key)) = step
            && key.chars().nth(MAX_KEY_CHARS).is_some()
        {
            long.push(keys.number(key)?);
        }
        Some(Self { path: extend(&self.path, step).into(), long })
    }
}

/// The keys that are shortened in paths.
#[derive(Debug, Default)]
pub(super) struct LongKeys {
    numbers: HashMap<Arc<str>, usize>,
    /// Numbers by the address of the key: a key is as long as facts are, and is hashed once only. As the keys are held, no
    /// other comes to stand there.
    addresses: HashMap<usize, (Arc<str>, usize)>,
}

impl LongKeys {
    fn number(&mut self, key: &Arc<str>) -> Option<usize> {
        let address = key.as_ptr().addr();
        if let Some((_, number)) = self.addresses.get(&address) {
            return Some(*number);
        }
        if self.addresses.len() >= 2 * MAX_READS {
            return None;
        }
        let next = self.numbers.len();
        let number = *self.numbers.entry(Arc::clone(key)).or_insert(next);
        self.addresses.insert(address, (Arc::clone(key), number));
        Some(number)
    }
}

fn extend(path: &str, step: Step<'_>) -> String {
    let mut text = String::with_capacity(path.len() + 12);
    text.push_str(path);
    match step {
        Step::Key(MapKey::String(name)) => {
            let shown = preview::shorten(name, MAX_KEY_CHARS);
            // A long name is still shown as one.
            let beginning =
                if shown.len() == name.len() { name } else { shown.trim_end_matches('…') };
            push_name(&mut text, &shown, is_name(beginning));
        }
        Step::Key(key) => push_key(&mut text, key),
        Step::Index(MapKey::Int(at)) => {
            let _ = write!(text, "[{at}]");
        }
        Step::Index(key) => {
            let _ = write!(text, "[{}]", shown(key));
        }
    }
    text
}
