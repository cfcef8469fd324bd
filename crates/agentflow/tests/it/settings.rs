//! The file .env.example tells of every setting, and of nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use agentflow::Config;

/// How our settings begin. Others (HOME, NO_COLOR) belong to the system.
const OURS: [&str; 8] =
    ["AF_", "DATABASE_", "EMBEDDING_", "PG", "POSTGRES_", "REDIS_", "QDRANT_", "VAULT_"];
/// What one of our processes tells another or the client programs of PostgreSQL, its file that tells its version, and what the
/// variables of secrets begin with.
const NO_SETTINGS: [&str; 10] = [
    "AF_BENCH_RECORD",
    "AF_SECRET_",
    "AF_WATCH_DATA",
    "AF_WATCH_FOLDER",
    "AF_WATCH_PG_CTL",
    "PGGSSENCMODE",
    "PGHOSTADDR",
    "PGOPTIONS",
    "PGTARGETSESSIONATTRS",
    "PG_VERSION",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join(".env.example")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    lines
        .filter(|(name, _)| is_name(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && OURS.iter().any(|prefix| text.starts_with(prefix) && text.len() > prefix.len())
}

/// The string literals of the sources that are names of settings.
fn names_in_sources(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names_in_sources(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            names.extend(text.split('"').filter(|word| is_name(word)).map(str::to_owned));
        }
    }
}

#[test]
fn every_setting_is_in_the_example_and_nothing_else() {
    let mut read = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        names_in_sources(&entry.unwrap().path().join("src"), &mut read);
    }
    for name in NO_SETTINGS {
        assert!(read.remove(name), "{name} is no longer there");
    }
    // Read by tests and not by a source.
    read.extend(["AF_TEST_CASES", "AF_TEST_OFFLINE", "AF_TEST_ES6_NUMBERS"].map(str::to_owned));
    let compose = std::fs::read_to_string(root().join("compose.yaml")).unwrap();
    let from_compose = compose.split("${").skip(1).filter_map(|rest| rest.split_once(":-"));
    read.extend(from_compose.map(|(name, _)| name.to_owned()));
    assert_eq!(example().into_keys().collect::<BTreeSet<_>>(), read);
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let example = example();
    let config = Config::from_lookup(&|name| example.get(name).cloned()).unwrap();
    let url = &example["DATABASE_URL"];
    assert!(url.ends_with(&config.location().unwrap()), "{url}");
    let default = Config::default();
    assert_eq!(config.embedding.model, default.embedding.model);
    assert_eq!(config.embedding.dimensions, default.embedding.dimensions);
}
