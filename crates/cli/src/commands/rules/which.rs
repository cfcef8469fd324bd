//! What the command line calls a rule.

use agentflow::{
    Tenant,
    core::{
        ids::RuleId,
        rules::{Rule, RuleSet},
    },
};

use crate::{
    error::{Error, Result},
    pages::PAGE,
    plain,
    similar::hint,
};

/// The rule of the tenant with this name or id, or an error that helps.
pub(super) async fn find(tenant: &Tenant, called: &str) -> Result<Rule> {
    let rules = tenant.rules();
    if let Ok(id) = called.parse::<RuleId>() {
        match rules.get(id).await {
            Ok(rule) => return Ok(rule),
            // It may be the name of one, though hardly.
            Err(agentflow::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(rule) = rules.find(called).await? {
        return Ok(rule);
    }
    let known = all(tenant).await?;
    Err(missing(called, known.iter()))
}

/// Every rule of the tenant, in order of creation.
pub(super) async fn all(tenant: &Tenant) -> Result<Vec<Rule>> {
    let rules = tenant.rules();
    let mut all: Vec<Rule> = Vec::new();
    loop {
        let page = rules.list(all.last(), PAGE).await?;
        let is_last = page.len() < usize::from(PAGE);
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

/// The rule of a set with this name or id, or an error that helps.
pub(super) fn in_set<'s>(set: &'s RuleSet, called: &str) -> Result<&'s Rule> {
    let by_id = called.parse().ok().and_then(|id| set.rule(id));
    let found = by_id.or_else(|| set.rules().find(|rule| rule.spec.name == called));
    found.ok_or_else(|| missing(called, set.rules()))
}

fn missing<'r>(called: &str, known: impl Iterator<Item = &'r Rule>) -> Error {
    // A hint is one line, whatever somebody called a rule.
    let names: Vec<_> = known.map(|rule| plain::word(&rule.spec.name)).collect();
    let otherwise = match names.as_slice() {
        [] => "there is no rule at all".to_owned(),
        names if names.len() <= 5 => format!("there is {}", names.join(", ")),
        _ => "`af rules list` shows all of them".to_owned(),
    };
    let hint = hint(called, names.iter().map(String::as_str), otherwise);
    Error::found("not_found", format!("there is no rule `{}`", plain::word(called))).with_hint(hint)
}
