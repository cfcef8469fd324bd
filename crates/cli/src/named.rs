//! What the command line calls things within a tenant: the thing itself, or an error that helps.

use agentflow::{
    ApiKeyId, Email, PrincipalId, RoleId, Tenant, Workspace, WorkspaceId,
    audit::Actor,
    identity::{ApiKeyRow, Principal, Role, Team, User},
};

use crate::{
    error::{Error, Result},
    output::Output,
    pages::{PAGE, all},
    similar::hint,
};

/// How much of an API key is shown, and looked for, behind its environment.
const KEY_ID: usize = 12;

fn missing(what: &str, name: &str) -> Error {
    Error::found("not_found", format!("there is no {what} `{name}`"))
}

/// The principal that a change is recorded as done by.
pub(crate) async fn actor(tenant: &Tenant, name: &str) -> Result<Actor> {
    let Some(found) = tenant.principals().find(name).await? else {
        let message = format!("there is no principal `{name}`, which --as or AF_ACTOR names");
        let error = Error::found("not_found", message);
        return Err(error.with_hint(principal_hint(tenant, name).await?));
    };
    if !found.is_active {
        let message = format!("the principal `{name}`, which --as or AF_ACTOR names, is inactive");
        return Err(Error::found("invalid_input", message));
    }
    Ok(found.actor())
}

/// A person by e-mail or id, or a service by name or id.
pub(crate) async fn principal(tenant: &Tenant, name: &str) -> Result<Principal> {
    if let Some(found) = tenant.principals().find(name).await? {
        return Ok(found);
    }
    Err(missing("principal", name).with_hint(principal_hint(tenant, name).await?))
}

/// There may be too many people to compare with all of them; services are few.
async fn principal_hint(tenant: &Tenant, name: &str) -> Result<String> {
    let otherwise = "`af user list` and `af service list` show all of them";
    if name.contains('@') || name.parse::<PrincipalId>().is_ok() {
        return Ok(otherwise.to_owned());
    }
    let services = tenant.services().list(None, PAGE).await?;
    Ok(hint(name, services.iter().filter_map(|it| it.service_name.as_deref()), otherwise))
}

/// A person by e-mail or id.
pub(crate) async fn user(tenant: &Tenant, name: &str) -> Result<User> {
    let users = tenant.users();
    let found = match (name.parse::<PrincipalId>(), name.parse::<Email>()) {
        (Ok(id), _) => users.get(id).await?,
        (_, Ok(email)) => users.find_by_email(&email).await?,
        _ => None,
    };
    found.ok_or_else(|| {
        missing("user", name).with_hint("a user is named by e-mail or id; `af user list` shows all")
    })
}

/// A service by name or id.
pub(crate) async fn service(tenant: &Tenant, name: &str) -> Result<Principal> {
    let found = tenant.principals().find(name).await?;
    if let Some(found) = found.filter(|it| it.service_name.is_some()) {
        return Ok(found);
    }
    let services = tenant.services().list(None, PAGE).await?;
    let names = services.iter().filter_map(|it| it.service_name.as_deref());
    Err(missing("service", name).with_hint(hint(
        name,
        names,
        "`af service list` shows all of them",
    )))
}

/// A team by slug or id.
pub(crate) async fn team(tenant: &Tenant, name: &str) -> Result<Team> {
    if let Some(found) = tenant.teams().find(name).await? {
        return Ok(found);
    }
    let teams = all(|team: &Team| team.id, async |after| tenant.teams().list(after, PAGE).await);
    let teams = teams.await?;
    let slugs = teams.iter().map(|team| team.slug.as_str());
    Err(missing("team", name).with_hint(hint(name, slugs, "`af team list` shows all of them")))
}

/// A workspace by name or id.
pub(crate) async fn workspace(tenant: &Tenant, name: &str) -> Result<Workspace> {
    let workspaces = tenant.workspaces().list().await?;
    let id: Option<WorkspaceId> = name.parse().ok();
    let is_meant = |it: &&Workspace| Some(it.id) == id || it.name == name;
    if let Some(found) = workspaces.iter().find(is_meant) {
        return Ok(found.clone());
    }
    let names = workspaces.iter().map(|it| it.name.as_str());
    let hint = hint(name, names, "`af workspace list` shows all of them");
    Err(missing("workspace", name).with_hint(hint))
}

/// The same for an option.
pub(crate) async fn workspace_id(
    tenant: &Tenant,
    name: Option<&str>,
) -> Result<Option<WorkspaceId>> {
    match name {
        Some(name) => Ok(Some(workspace(tenant, name).await?.id)),
        None => Ok(None),
    }
}

/// A role by id, or by the name it has in the workspace or else in the tenant.
pub(crate) async fn role(
    tenant: &Tenant,
    name: &str,
    workspace: Option<WorkspaceId>,
) -> Result<Role> {
    let roles = tenant.roles();
    let found = match name.parse::<RoleId>() {
        Ok(id) => roles.get(id).await?,
        Err(_) => roles.find(name, workspace).await?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let known = roles.list(workspace).await?;
    let otherwise = "`af role list` shows those of the tenant, and with --workspace those of one";
    let hint = hint(name, known.iter().map(|role| role.name.as_str()), otherwise);
    Err(missing("role", name).with_hint(hint))
}

/// An API key by id, or by the part of it that is shown. More of it is not looked at, nor repeated.
pub(crate) async fn key(tenant: &Tenant, output: &Output, name: &str) -> Result<ApiKeyRow> {
    let no_key = |name| missing("key", name).with_hint("`af key list` shows all of them");
    let keys = tenant.keys();
    if let Ok(id) = name.parse::<ApiKeyId>() {
        return keys.get(id).await?.ok_or_else(|| no_key(name));
    }
    let shown = shown_part(name);
    if shown.len() < name.len() {
        output.warn(
            "warning: more than the shown part of a key is on the command line, where other programs and the history \
             of the shell see it; if that was a whole key, rotate or revoke it",
        );
    }
    keys.find_by_prefix(shown).await?.ok_or_else(|| no_key(shown))
}

/// What may be shown of a text that may be a whole key.
fn shown_part(text: &str) -> &str {
    let environment = text.strip_prefix("af_").and_then(|rest| rest.find('_'));
    let start = environment.map_or(0, |at| "af_".len() + at + 1);
    let end = text[start..].char_indices().nth(KEY_ID).map_or(text.len(), |(at, _)| start + at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_whole_key_only_the_shown_part_is_left() {
        let whole = format!("af_live_{}", "a".repeat(72));
        assert_eq!(shown_part(&whole), "af_live_aaaaaaaaaaaa");
        assert_eq!(shown_part(&whole[8..]), "aaaaaaaaaaaa");
        assert_eq!(shown_part("afs_0123456789abcdef"), "afs_01234567");
        for short in ["", "af_", "af_live_", "af_live_abcd", "abcd", "ü"] {
            assert_eq!(shown_part(short), short);
        }
        assert_eq!(shown_part(&"ü".repeat(20)), "ü".repeat(12));
    }
}
