use agentflow::{
    Tenant,
    secrets::{KeyCheck, ProviderKey},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::which::Which;
use crate::{
    context::Context,
    error::Result,
    output::{facts, table},
    who::Names,
};

/// How many checks are shown.
const CHECKS: u16 = 10;

/// A key, and what its latest checks came to.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    key: ProviderKey,
    checks: Vec<KeyCheck>,
}

pub(super) async fn show(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = which.find(&tenant).await?;
    let checks = tenant.provider_keys().checks(key.id, CHECKS).await?;
    let names = names(std::slice::from_ref(&key), context, &tenant).await?;
    context.output.show(&Shown { key, checks }, |shown| {
        format!("{}\n\n{}", text(&shown.key, &names), checks_text(&shown.checks))
    })
}

/// Shows a key that was changed.
pub(super) async fn describe(key: &ProviderKey, context: &Context, tenant: &Tenant) -> Result<()> {
    let names = names(std::slice::from_ref(key), context, tenant).await?;
    context.output.show(key, |key| text(key, &names))
}

pub(super) async fn list(keys: &[ProviderKey], context: &Context, tenant: &Tenant) -> Result<()> {
    let names = names(keys, context, tenant).await?;
    context.output.show(&keys, |keys| {
        if keys.is_empty() {
            return "There is no provider key yet; `af provider-key add NAME` adds one.".to_owned();
        }
        let rows = keys.iter().map(|key| {
            vec![
                key.name.clone(),
                key.provider_type.clone(),
                names.workspace(Some(key.workspace_id)),
                status(key).to_owned(),
                key.validation_status.to_string(),
                at(key.last_used_at),
                key.id.to_string(),
            ]
        });
        table(&["NAME", "TYPE", "WORKSPACE", "STATUS", "CHECKED", "LAST USED", "ID"], rows)
    })
}

pub(super) async fn names(
    keys: &[ProviderKey],
    context: &Context,
    tenant: &Tenant,
) -> Result<Names> {
    let principals = keys.iter().flat_map(|key| key.services.iter().copied().chain(key.created_by));
    let workspaces = keys.iter().map(|key| Some(key.workspace_id));
    Names::of(context, tenant, principals, workspaces).await
}

pub(super) fn text(key: &ProviderKey, names: &Names) -> String {
    let settings = Value::Object(key.settings.clone());
    let services: Vec<_> = key.services.iter().map(|id| names.principal(*id)).collect();
    let checked = match &key.validation_error {
        Some(fault) => format!("{}: {fault}", key.validation_status),
        None => key.validation_status.to_string(),
    };
    let until = key.previous_expires_at.map(|until| format!("until {until:.0}"));
    facts(&[
        ("Name", key.name.clone()),
        ("Type", key.provider_type.clone()),
        ("ID", key.id.to_string()),
        ("Workspace", names.workspace(Some(key.workspace_id))),
        ("Status", status(key).to_owned()),
        ("Checked", checked),
        ("Services", services.join(", ")),
        ("Settings", if key.settings.is_empty() { String::new() } else { settings.to_string() }),
        ("Wrapped", key.kms_key_id.clone().unwrap_or_default()),
        ("The one before", until.unwrap_or_default()),
        ("Rotated", at(key.rotated_at)),
        ("Revoked", at(key.revoked_at)),
        ("Last used", at(key.last_used_at)),
        ("Added", at(Some(key.created_at))),
        ("Added by", key.created_by.map(|id| names.principal(id)).unwrap_or_default()),
    ])
}

fn checks_text(checks: &[KeyCheck]) -> String {
    let rows = checks.iter().map(|check| {
        let reason = check.result_details.get("reason").and_then(Value::as_str);
        vec![
            at(Some(check.validated_at)),
            check.validation_test.to_string(),
            check.result.to_string(),
            reason.unwrap_or_default().to_owned(),
        ]
    });
    table(&["CHECKED", "HOW", "RESULT", "REASON"], rows)
}

fn status(key: &ProviderKey) -> &'static str {
    match key {
        key if key.is_revoked() => "revoked",
        key if key.is_active => "active",
        _ => "inactive",
    }
}

fn at(time: Option<Timestamp>) -> String {
    time.map(|at| format!("{at:.0}")).unwrap_or_default()
}
