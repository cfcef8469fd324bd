//! What the rules are.

use agentflow_doctor::{GROUPS, Level, Options, Rule, SEARCH_PATH, rules};
use serde::Serialize;

use super::own;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::table,
    similar,
};

/// The groups of rules that no query could check.
const OWN_GROUPS: [(char, &str); 2] = [('8', "Migrations"), ('9', "The made-up tenants")];

/// A rule, as it is told.
#[derive(Debug, Serialize)]
struct Explained {
    id: &'static str,
    name: &'static str,
    group: &'static str,
    level: Level,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    /// With the names that were given written into it.
    query: Option<String>,
    /// Where the query has to find names.
    search_path: Option<&'static str>,
}

/// Every rule, by id.
pub(super) fn every_rule() -> impl Iterator<Item = &'static Rule> {
    rules().chain(own::RULES)
}

/// The rule of this id or name, in any case.
pub(super) fn find(name: &str) -> Result<&'static Rule> {
    let found = every_rule()
        .find(|rule| rule.id.eq_ignore_ascii_case(name) || rule.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = every_rule().flat_map(|rule| [rule.id, rule.name]);
        let hint = similar::hint(name, known, "`af doctor --list` shows them all");
        Error::usage(format!("there is no rule {name}")).with_hint(hint)
    })
}

pub(super) fn one(name: &str, options: &Options, context: &Context) -> Result<Exit> {
    let rule = find(name)?;
    let explained = explained(rule, Some(options));
    context.output.show(&explained, |it| {
        let head = context.output.bold(&format!("{} {}", it.id, it.name));
        let query = it.query.as_ref().map(|query| {
            format!("\n\nQuery:\nBEGIN READ ONLY;\nSET LOCAL search_path = {SEARCH_PATH};\n{query}\nROLLBACK;")
        });
        format!(
            "{head} ({}, {})\n{}\n\nWhy: {}\n\nWhat to do: {}{}",
            it.group,
            it.level,
            it.title,
            it.why,
            it.fix,
            query.unwrap_or_default()
        )
    })?;
    Ok(Exit::Done)
}

pub(super) fn all(least: Level, context: &Context) -> Result<Exit> {
    let shown = every_rule().filter(|rule| rule.level >= least).map(|rule| explained(rule, None));
    let shown: Vec<_> = shown.collect();
    context.output.show(&shown, |shown| {
        let row = |it: &Explained| {
            vec![it.id.to_owned(), it.level.to_string(), it.name.to_owned(), it.title.to_owned()]
        };
        table(&["ID", "LEVEL", "NAME", "WHAT IT FINDS"], shown.iter().map(row))
    })?;
    Ok(Exit::Done)
}

fn explained(rule: &'static Rule, options: Option<&Options>) -> Explained {
    let group =
        GROUPS.iter().chain(&OWN_GROUPS).find(|(digit, _)| rule.id[2..].starts_with(*digit));
    Explained {
        id: rule.id,
        name: rule.name,
        group: group.map_or("", |(_, name)| *name),
        level: rule.level,
        title: rule.title,
        why: rule.why,
        fix: rule.fix,
        search_path: options.and(rule.query).map(|_| SEARCH_PATH),
        query: options.and_then(|options| rule.statement_with(&options.parameter())),
    }
}
