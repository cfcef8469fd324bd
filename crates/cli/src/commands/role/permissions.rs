use agentflow::{Tenant, identity::PermissionInfo};

use crate::{
    context::Context,
    error::{Error, Result},
    output::table,
};

/// The table of permissions and built-in roles.
pub(super) async fn run(context: &Context, tenant: &Tenant) -> Result<()> {
    let permissions = tenant.roles().permissions().await?;
    context.output.show(&permissions, |permissions| text(permissions))
}

fn text(permissions: &[PermissionInfo]) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for role in permissions.iter().flat_map(|it| &it.builtin_roles) {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    let columns: Vec<_> = roles.iter().map(|role| role.to_uppercase()).collect();
    let header: Vec<_> = ["PERMISSION"]
        .into_iter()
        .chain(columns.iter().map(String::as_str))
        .chain(["ALLOWS TO"])
        .collect();
    let rows = permissions.iter().map(|permission| {
        let held = roles.iter().map(|role| {
            let is_held = permission.builtin_roles.iter().any(|it| it == role);
            if is_held { "✓" } else { "" }.to_owned()
        });
        let name = std::iter::once(permission.name.to_string());
        name.chain(held).chain([permission.description.clone()]).collect()
    });
    table(&header, rows)
}

/// Says where all permissions stand when one is none. The library has named the closest already.
pub(crate) fn hinted(error: agentflow::Error) -> Error {
    let is_unknown = matches!(
        &error,
        agentflow::Error::InvalidInput { input, .. } if input.field == "permission"
    );
    let told = Error::from(error);
    if is_unknown { told.with_hint("`af role permissions` shows all of them") } else { told }
}
