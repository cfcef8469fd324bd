//! The list of rules itself.

use std::{collections::BTreeSet, fs, path::Path};

use agentflow_doctor::{GROUPS, Options, rules};

use crate::{limits, plants};

#[test]
fn every_rule_has_a_plant_and_every_plant_a_rule() {
    let rules: BTreeSet<_> = rules().map(|rule| rule.id).collect();
    let plants = plants::every().map(|plant| plant.rule).chain(limits::RULES);
    assert_eq!(plants.collect::<BTreeSet<_>>(), rules);
}

#[test]
fn rules_are_in_order_and_say_what_they_are_about() {
    let mut last = "";
    let mut names = BTreeSet::new();
    for rule in rules() {
        let (id, digits) = (rule.id, rule.id.strip_prefix("AF").unwrap());
        assert!(id > last, "{id} comes after {last}");
        assert!(digits.len() == 3 && GROUPS.iter().any(|(digit, _)| digits.starts_with(*digit)));
        assert!(names.insert(rule.name), "{id}: there is another {}", rule.name);
        assert!(rule.why.ends_with(['.', ')']) && rule.why.len() > 40, "{id} says why");
        assert!(!rule.title.ends_with('.') && !rule.fix.is_empty(), "{id}");
        last = id;
    }
}

#[test]
fn every_query_belongs_to_a_rule_and_is_named_after_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files = files.map(|name| name.into_string().unwrap()).filter(|name| !name.starts_with('_'));
    let named =
        rules().map(|rule| format!("{}_{}.sql", rule.id, rule.name.replace('-', "_"))).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), named);
}

#[test]
fn a_statement_to_run_by_hand_has_no_parameter_and_cannot_be_broken_out_of() {
    let options = Options { setting: "it's".to_owned(), ..Options::default() };
    let rule = rules().next().unwrap();
    let statement = rule.statement_with(&options.parameter()).unwrap();
    assert!(!statement.contains("$1") && statement.contains("it''s"), "{statement}");
}
