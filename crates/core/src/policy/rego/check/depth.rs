//! How rules ask for each other: in circles, and how deep.

use std::collections::{BTreeMap, BTreeSet};

use super::Tree;

/// How many levels one evaluation may have: rules that ask for rules, and what is nested in them.
const MAX_LEVELS: usize = 4_000;
/// How many levels the values may have that a policy makes.
const MAX_VALUE_LEVELS: usize = 2_000;

impl Tree<'_> {
    /// Functions that call themselves, by whatever way.
    pub(super) fn recursion(&mut self) {
        let mut done = BTreeSet::new();
        let names: Vec<_> = self.rules.keys().cloned().collect();
        for name in names {
            let mut way = Vec::new();
            if let Some((at, cycle)) = self.cycle(&name, &mut way, &mut done) {
                self.wrong(
                    at,
                    format!("functions may not call themselves: {}", cycle.join(" calls ")),
                );
                return;
            }
        }
    }

    fn cycle(
        &self,
        name: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<(u32, Vec<String>)> {
        if done.contains(name) {
            return None;
        }
        way.push(name.to_owned());
        for (called, at) in &self.rules.get(name)?.calls {
            if let Some(from) = way.iter().position(|it| it == called) {
                let mut cycle = way[from..].to_vec();
                cycle.push(called.clone());
                return Some((*at, cycle));
            }
            if let Some(found) = self.cycle(called, way, done) {
                return Some(found);
            }
        }
        way.pop();
        done.insert(name.to_owned());
        None
    }

    /// Levels of an evaluation, and of the values it can make.
    pub(super) fn depths(&mut self) -> (usize, usize) {
        let mut known = BTreeMap::new();
        let names: Vec<_> = self.rules.keys().cloned().collect();
        let (mut levels, mut value_levels, mut at) = (0, 0, 0);
        for name in names {
            let depth = self.depth(&name, &mut known);
            if depth.0 > levels || depth.1 > value_levels {
                at = self.rules.get(&name).map_or(0, |facts| facts.at);
            }
            levels = levels.max(depth.0);
            value_levels = value_levels.max(depth.1);
        }
        if levels > MAX_LEVELS {
            let message = format!("rules ask for rules more than {MAX_LEVELS} levels deep");
            self.wrong(at, message);
        }
        if value_levels > MAX_VALUE_LEVELS {
            let message = format!(
                "a value could be made here of more than {MAX_VALUE_LEVELS} levels; build it of fewer parts"
            );
            self.wrong(at, message);
        }
        (levels, value_levels)
    }

    fn depth(&self, name: &str, known: &mut BTreeMap<String, (usize, usize)>) -> (usize, usize) {
        if let Some(depth) = known.get(name) {
            return *depth;
        }
        // A value that depends on itself is found by the evaluator; it adds no level here.
        known.insert(name.to_owned(), (0, 0));
        let Some(facts) = self.rules.get(name) else { return (0, 0) };
        let (mut below, mut value_levels, mut deepest_value) = (0, facts.value_levels, 0);
        for (mentioned, times) in &facts.mentions {
            let depth = self.depth(mentioned, known);
            below = below.max(depth.0);
            if self.rules.get(mentioned).is_some_and(|facts| facts.is_function) {
                // Each call may put what it is given deeper.
                value_levels = value_levels.saturating_add(depth.1.saturating_mul(*times));
            } else {
                deepest_value = deepest_value.max(depth.1);
            }
        }
        let value_levels = value_levels.saturating_add(deepest_value);
        let depth = (facts.levels.saturating_add(below), value_levels);
        known.insert(name.to_owned(), depth);
        depth
    }
}
