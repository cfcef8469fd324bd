use std::collections::HashSet;

/// What an agent can do: (what its team shares ∪ what it shares ∪ its own) − what is disabled, in this order and each
/// name once.
///
/// ```
/// use agentflow_core::agent::effective_skills;
///
/// let skills = effective_skills(&["search", "mail"], &["mail", "code"], &["poems"], &["mail"]);
/// assert_eq!(skills, ["search", "code", "poems"]);
/// ```
pub fn effective_skills<S: AsRef<str>>(
    team_shared: &[S],
    shared: &[S],
    custom: &[S],
    disabled: &[S],
) -> Vec<String> {
    let mut seen: HashSet<&str> = disabled.iter().map(AsRef::as_ref).collect();
    [team_shared, shared, custom]
        .into_iter()
        .flatten()
        .map(AsRef::as_ref)
        .filter(|name| seen.insert(name))
        .map(str::to_owned)
        .collect()
}
