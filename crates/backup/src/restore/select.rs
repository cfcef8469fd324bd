//! Which entries of a dump bring a table back, as it was.

use std::collections::{BTreeSet, HashMap};

use crate::toc::{Entry, Names};

/// What belongs to a table, or to a part of it, and goes where it goes.
const ATTACHED: [&str; 18] = [
    "ACL",
    "CHECK CONSTRAINT",
    "COMMENT",
    "CONSTRAINT",
    "DEFAULT",
    "FK CONSTRAINT",
    "INDEX",
    "INDEX ATTACH",
    "POLICY",
    "PUBLICATION TABLE",
    "ROW SECURITY",
    "RULE",
    "SECURITY LABEL",
    "SEQUENCE",
    "SEQUENCE OWNED BY",
    "SEQUENCE SET",
    "STATISTICS",
    "TRIGGER",
];
/// The same, and never another table's.
const OWN: [&str; 4] = ["TABLE DATA", "TABLE ATTACH", "STATISTICS DATA", "MATERIALIZED VIEW DATA"];
/// What a table takes along when it is dropped, although it is none of it.
const BYSTANDERS: [&str; 4] = ["FUNCTION", "MATERIALIZED VIEW", "PROCEDURE", "VIEW"];
/// What may be another table's, by `TABLE NAME` in its name.
const OF_A_TABLE: [&str; 4] = ["FK CONSTRAINT", "POLICY", "RULE", "TRIGGER"];

/// Something of others that needs a table which comes back. It is gone if it was dropped along with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bystander {
    pub(super) id: u32,
    /// What `missing_dependents.sql` calls it.
    pub(super) kind: &'static str,
    pub(super) schema: String,
    pub(super) relation: String,
    pub(super) name: String,
}

/// A choice of entries.
pub(super) struct Selection<'a> {
    entries: &'a [Entry],
    by_id: HashMap<u32, &'a Entry>,
    names: &'a Names,
    chosen: BTreeSet<u32>,
    /// Looked for in the database, and there.
    passed_over: BTreeSet<u32>,
}

impl<'a> Selection<'a> {
    pub(super) fn new(entries: &'a [Entry], names: &'a Names) -> Self {
        let by_id = entries.iter().map(|entry| (entry.id, entry)).collect();
        Self { entries, by_id, names, chosen: BTreeSet::new(), passed_over: BTreeSet::new() }
    }

    /// Chooses an entry, and all that goes with it.
    pub(super) fn choose(&mut self, id: u32) {
        self.chosen.insert(id);
        // Entries come after what they need, but for partitions, which their parent brings along.
        loop {
            let before = self.chosen.len();
            for entry in self.entries {
                self.look_at(entry);
            }
            if self.chosen.len() == before {
                break;
            }
        }
    }

    fn look_at(&mut self, entry: &'a Entry) {
        let is_near = entry.needs.iter().any(|id| self.chosen.contains(id));
        if !is_near || self.chosen.contains(&entry.id) {
            return;
        }
        if entry.kind == "TABLE ATTACH" {
            self.chosen.insert(entry.id);
            self.chosen.extend(self.partition_of(entry));
        } else if entry.kind == "SEQUENCE OWNED BY" {
            self.chosen.insert(entry.id);
            let is_sequence = |id: &u32| self.by_id.get(id).is_some_and(|it| it.kind == "SEQUENCE");
            let sequences: Vec<u32> = entry.needs.iter().copied().filter(is_sequence).collect();
            self.chosen.extend(sequences);
        } else if OWN.contains(&entry.kind)
            || (ATTACHED.contains(&entry.kind)
                && self.owner_of(entry).is_none_or(|it| self.chosen.contains(&it.id)))
        {
            self.chosen.insert(entry.id);
        }
    }

    /// The table that is attached to another one, which has its name.
    fn partition_of(&self, attach: &Entry) -> Option<u32> {
        let mut needed = attach.needs.iter().filter_map(|id| self.by_id.get(id));
        needed.find(|it| it.kind == "TABLE" && it.rest == attach.rest).map(|it| it.id)
    }

    /// The table that an entry is part of, where that can be another one than the table that it needs.
    fn owner_of(&self, entry: &Entry) -> Option<&'a Entry> {
        if !OF_A_TABLE.contains(&entry.kind) {
            return None;
        }
        let (schema, name) = entry.name(self.names)?;
        let tables = entry.needs.iter().filter_map(|id| self.by_id.get(id)).copied();
        let owns = |table: &&Entry| {
            let owner = table.name(self.names);
            owner.is_some_and(|(its, owner)| {
                its == schema && name.strip_prefix(owner).is_some_and(|rest| rest.starts_with(' '))
            })
        };
        tables
            .filter(|it| ["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"].contains(&it.kind))
            .find(owns)
    }

    /// What of others needs something chosen, and was not looked for yet.
    pub(super) fn bystanders(&self) -> Vec<Bystander> {
        let is_open = |entry: &&Entry| {
            entry.needs.iter().any(|id| self.chosen.contains(id))
                && !self.chosen.contains(&entry.id)
                && !self.passed_over.contains(&entry.id)
        };
        self.entries.iter().filter(is_open).filter_map(|entry| self.bystander(entry)).collect()
    }

    fn bystander(&self, entry: &Entry) -> Option<Bystander> {
        let (schema, name) = entry.name(self.names)?;
        let of = |kind, relation: &str, name: &str| Bystander {
            id: entry.id,
            kind,
            schema: schema.to_owned(),
            relation: relation.to_owned(),
            name: name.to_owned(),
        };
        if OF_A_TABLE.contains(&entry.kind) {
            let (_, table) = self.owner_of(entry)?.name(self.names)?;
            return Some(of(entry.kind, table, name.strip_prefix(table)?.trim_start()));
        }
        match entry.kind {
            "VIEW" | "MATERIALIZED VIEW" => Some(of("RELATION", name, name)),
            kind if BYSTANDERS.contains(&kind) => Some(of("FUNCTION", name, name)),
            _ => None,
        }
    }

    pub(super) fn pass_over(&mut self, id: u32) {
        self.passed_over.insert(id);
    }

    /// What `pg_restore` is told to make, in this order. A partition whose parent is there goes to it last: then it finds the indexes that the parent
    /// asks for, where it would get new ones before.
    pub(super) fn lines(&self) -> Vec<&'a str> {
        let is_alone = |entry: &&Entry| {
            ["TABLE ATTACH", "INDEX ATTACH"].contains(&entry.kind)
                && !entry.needs.iter().all(|id| self.chosen.contains(id))
        };
        let (alone, others): (Vec<&Entry>, Vec<&Entry>) = self.chosen().partition(is_alone);
        let last = alone.into_iter().filter(|entry| entry.kind == "TABLE ATTACH");
        others.into_iter().chain(last).map(|entry| entry.line.as_str()).collect()
    }

    /// The chosen ones, in the order in which they can be made.
    pub(super) fn chosen(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| self.chosen.contains(&entry.id))
    }
}
