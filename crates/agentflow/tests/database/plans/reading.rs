//! What a plan reads of the tables of tenants.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

/// A table, or a partition of one, that costs no more to read has a few pages.
const LITTLE: f64 = 50.0;

/// More than what is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// All rows of a table, of all tenants.
    Table(String),
    /// All rows that a tenant has in a table.
    Tenant(String),
}

impl Reading {
    pub fn table(&self) -> &str {
        match self {
            Self::Table(table) | Self::Tenant(table) => table,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "all of {table}"),
            Self::Tenant(table) => write!(f, "all that the tenant has in {table}"),
        }
    }
}

/// Of each index, what it is ordered by behind the tenant.
pub type Keys = BTreeMap<String, String>;

/// What a plan, as EXPLAIN gives it in JSON, reads without need. A page that ends with its limit is read by need.
pub fn of(plan: &str, keys: &Keys) -> BTreeSet<Reading> {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let mut found = BTreeSet::new();
    walk(&plan[0]["Plan"], false, keys, &mut found);
    found
}

/// `ends` says whether somebody above stops asking for rows when there are enough.
fn walk(node: &Value, ends: bool, keys: &Keys, found: &mut BTreeSet<Reading>) {
    let kind = node["Node Type"].as_str().unwrap();
    if let Some(table) = node["Relation Name"].as_str() {
        let table = without_partition(table).to_owned();
        match kind {
            "Seq Scan" if node["Total Cost"].as_f64().unwrap() > LITTLE => {
                found.insert(Reading::Table(table));
            }
            "Index Scan" | "Index Only Scan" if !(ends || is_bound(node, keys)) => {
                found.insert(Reading::Tenant(table));
            }
            "Bitmap Heap Scan" if !bitmap_is_bound(&node["Plans"][0], keys) => {
                found.insert(Reading::Tenant(table));
            }
            _ => (),
        }
    }
    let passes_on = match kind {
        "Limit" => true,
        // All rows come before the first goes on.
        "Sort" | "Aggregate" | "Hash" | "WindowAgg" | "SetOp" | "Materialize" | "Memoize"
        | "Unique" => false,
        _ => ends,
    };
    for (number, child) in children(node).enumerate() {
        let is_own =
            matches!(child["Parent Relationship"].as_str(), Some("Outer" | "Subquery" | "Member"));
        let is_merged = kind == "Merge Join" && number == 1;
        walk(child, passes_on && (is_own || is_merged), keys, found);
    }
}

/// Whether the part of an index that is read is bound by what it is ordered by behind the tenant: it is equal to something, or between two
/// things. By what comes still later, all of the tenant's part is gone through, or as many places in it as there are values before.
fn is_bound(node: &Value, keys: &Keys) -> bool {
    let key = node["Index Name"].as_str().and_then(|name| keys.get(name));
    let condition = node["Index Cond"].as_str();
    key.zip(condition).is_some_and(|(key, condition)| {
        let key = key.trim_matches(['(', ')']);
        let parts = condition.split(" AND ").map(|part| part.trim_start_matches('('));
        let bounds: Vec<_> = parts
            .filter_map(|part| part.trim_start_matches("ROW(").strip_prefix(key))
            .filter_map(|rest| rest.find([' ', ',']).map(|at| rest[at..].trim_start()))
            .collect();
        let is_equal = |it: &&str| it.starts_with('=') || it.starts_with("IS NULL");
        let has = |sign| bounds.iter().any(|it| it.starts_with(sign) || it.starts_with(','));
        bounds.iter().any(is_equal) || has('<') && has('>')
    })
}

fn bitmap_is_bound(node: &Value, keys: &Keys) -> bool {
    match node["Node Type"].as_str().unwrap() {
        "BitmapAnd" => children(node).any(|it| bitmap_is_bound(it, keys)),
        "BitmapOr" => children(node).all(|it| bitmap_is_bound(it, keys)),
        _ => is_bound(node, keys),
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node["Plans"].as_array().into_iter().flatten()
}

/// Partitions are read for their table.
fn without_partition(table: &str) -> &str {
    ["memories", "metering_events"]
        .into_iter()
        .find(|whole| table.strip_prefix(whole).is_some_and(|rest| rest.starts_with('_')))
        .unwrap_or(table)
}
