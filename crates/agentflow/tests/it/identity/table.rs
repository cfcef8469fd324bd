//! docs/identity.md shows which permissions there are and who has them.

use std::{collections::BTreeMap, path::Path};

use crate::support::World;

const ROLES: [&str; 5] =
    ["workspace_admin", "operator", "approver", "auditor", "integration_admin"];

/// The rows of the table: permission, and what it is for with the built-in roles that hold it.
fn documented() -> BTreeMap<String, (String, Vec<String>)> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/identity.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.filter(|(name, _)| name.contains(':'))
        .map(|(name, rest)| {
            let cells: Vec<_> = rest.split('|').map(str::trim).collect();
            let held = ROLES.iter().zip(&cells[1..]).filter(|(_, mark)| **mark == "✓");
            let roles = held.map(|(role, _)| (*role).to_owned()).collect();
            (name.to_owned(), (cells[0].to_owned(), roles))
        })
        .collect()
}

#[tokio::test]
async fn the_guide_shows_every_permission_and_who_has_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let seeded = tenant.roles().permissions().await.unwrap();
    let seeded: BTreeMap<_, _> = seeded
        .into_iter()
        .map(|it| {
            let mut roles = it.builtin_roles;
            roles.sort_by_key(|role| ROLES.iter().position(|known| known == role));
            (it.name.to_string(), (it.description, roles))
        })
        .collect();
    assert_eq!(documented(), seeded);
}
