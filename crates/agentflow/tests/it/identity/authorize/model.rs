//! Random scenes against a naive model: everything in memory, one walk over all bindings.

use std::collections::{BTreeSet, HashMap};

use agentflow::{
    BindingId, PrincipalId, RoleId, Tenant, WorkspaceId,
    identity::{Access, Reason},
};
use jiff::SignedDuration;
use proptest::prelude::*;
use uuid::Uuid;

use super::{super::clocked::Clocked, denials, permission, with_key};

const PRINCIPALS: usize = 4;
const WORKSPACES: usize = 2;
const CUSTOM_ROLES: usize = 4;
/// Held by few and by many of the built-in roles.
const PERMISSIONS: [&str; 6] =
    ["run:start", "run:read", "approval:decide", "secret:read", "budget:create", "tenant:read"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Never,
    Later,
    Now,
    Before,
}

#[derive(Debug, Clone)]
struct Bound {
    principal: usize,
    role: usize,
    workspace: Option<usize>,
    end: End,
}

/// Who asks: a principal, of which the last one is nobody, with a key or without.
#[derive(Debug, Clone)]
struct Asker {
    principal: usize,
    /// Bits of the permissions it is limited to, and its workspace.
    key: Option<(Option<u8>, Option<usize>)>,
}

#[derive(Debug, Clone)]
struct Scene {
    active: Vec<bool>,
    /// Bits of the permissions, and the workspace, of each custom role.
    custom: Vec<(u8, Option<usize>)>,
    bound: Vec<Bound>,
    askers: Vec<Asker>,
    /// Asker, permission, and the workspace, of which the last one is nowhere.
    questions: Vec<(usize, usize, Option<usize>)>,
}

fn scene() -> impl Strategy<Value = Scene> {
    let place = || prop_oneof![1 => Just(None), 2 => (0..WORKSPACES).prop_map(Some)];
    let end = prop_oneof![4 => Just(End::Never), 2 => Just(End::Later), 1 => Just(End::Now), 1 => Just(End::Before)];
    let roles = 5 * (1 + WORKSPACES) + CUSTOM_ROLES;
    let bound = (0..PRINCIPALS, 0..roles, place(), end)
        .prop_map(|(principal, role, workspace, end)| Bound { principal, role, workspace, end });
    let key = (prop::option::of(1..64_u8), prop::option::of(0..WORKSPACES));
    let asker = (0..=PRINCIPALS, prop::option::weighted(0.3, key))
        .prop_map(|(principal, key)| Asker { principal, key });
    let anywhere = prop_oneof![1 => Just(None), 3 => (0..=WORKSPACES).prop_map(Some)];
    (
        prop::collection::vec(prop::bool::weighted(0.85), PRINCIPALS),
        prop::collection::vec((0..64_u8, place()), CUSTOM_ROLES),
        prop::collection::vec(bound, 0..14),
        prop::collection::vec(asker, 1..5),
        prop::collection::vec((0..4_usize, 0..PERMISSIONS.len(), anywhere), 25),
    )
        .prop_map(|(active, custom, bound, askers, mut questions)| {
            for question in &mut questions {
                question.0 %= askers.len();
            }
            Scene { active, custom, bound, askers, questions }
        })
}

/// The same ids in every tenant, so that a row of another one would be noticed.
fn number(kind: u128, index: usize) -> Uuid {
    Uuid::from_u128((kind << 64) + index as u128)
}

fn principal(index: usize) -> PrincipalId {
    PrincipalId(number(1, index))
}

fn place(index: usize) -> WorkspaceId {
    WorkspaceId(number(2, index))
}

fn holds(bits: u8, permission: usize) -> bool {
    bits & (1 << permission) != 0
}

struct ModelRole {
    id: RoleId,
    name: String,
    workspace: Option<usize>,
    holds: BTreeSet<usize>,
}

/// A scene in a tenant of its own, and the model of it.
struct Stage<'a> {
    scene: &'a Scene,
    tenant: Tenant,
    roles: Vec<ModelRole>,
    /// The bindings that were made, with their place.
    bound: Vec<(BindingId, Bound)>,
}

impl<'a> Stage<'a> {
    async fn set(clocked: &Clocked, scene: &'a Scene, name: &str) -> Self {
        let row = clocked.world.new_tenant(name).await;
        let tenant = clocked.store.tenant(row.id);
        let superuser = clocked.world.superuser().await;
        let run = async |sql: Vec<String>| {
            let sql = sql.join(";").replace(":t", &format!("'{}'", row.id));
            superuser.batch_execute(&sql).await.unwrap();
        };
        run(insert_parts(scene)).await;
        let roles = Self::model_roles(&tenant, scene).await;
        let (mut sql, mut bound, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (index, new) in scene.bound.iter().enumerate() {
            let role = &roles[new.role];
            let new = Bound { workspace: role.workspace.or(new.workspace), ..new.clone() };
            if taken.insert((new.principal, new.role, new.workspace)) {
                let id = number(4, index);
                sql.push(insert_binding(clocked, id, role.id, &new));
                bound.push((BindingId(id), new));
            }
        }
        run(sql).await;
        Self { scene, tenant, roles, bound }
    }

    /// The built-in roles of the tenant and of each workspace, then the custom ones.
    async fn model_roles(tenant: &Tenant, scene: &Scene) -> Vec<ModelRole> {
        let held: HashMap<String, Vec<String>> = tenant
            .roles()
            .permissions()
            .await
            .unwrap()
            .into_iter()
            .map(|info| (info.name.to_string(), info.builtin_roles))
            .collect();
        let mut roles = Vec::new();
        for workspace in [None, Some(0), Some(1)] {
            let mut of = tenant.roles().list(workspace.map(place)).await.unwrap();
            of.retain(|role| role.is_builtin && role.workspace_id == workspace.map(place));
            of.sort_by(|a, b| a.name.cmp(&b.name));
            roles.extend(of.into_iter().map(|role| {
                ModelRole {
                    holds: (0..PERMISSIONS.len())
                        .filter(|index| held[PERMISSIONS[*index]].contains(&role.name))
                        .collect(),
                    id: role.id,
                    name: role.name,
                    workspace,
                }
            }));
        }
        roles.extend(scene.custom.iter().enumerate().map(|(index, (bits, workspace))| ModelRole {
            id: RoleId(number(3, index)),
            name: format!("c{index}"),
            workspace: *workspace,
            holds: (0..PERMISSIONS.len()).filter(|it| holds(*bits, *it)).collect(),
        }));
        roles
    }

    fn access(&self, asker: &Asker) -> Access {
        let id = principal(asker.principal);
        let Some((bits, workspace)) = asker.key else { return self.tenant.access(id) };
        let scopes = bits.map(|bits| {
            let names = PERMISSIONS.iter().enumerate().filter(|(index, _)| holds(bits, *index));
            names.map(|(_, name)| permission(name)).collect()
        });
        self.tenant.access_of(&with_key(id, scopes, workspace.map(place)))
    }

    /// The reasons that would be right.
    fn expected(&self, (asker, permission, at): (usize, usize, Option<usize>)) -> Vec<Reason> {
        let asker = &self.scene.askers[asker];
        match self.scene.active.get(asker.principal) {
            None => return vec![Reason::UnknownPrincipal],
            Some(false) => return vec![Reason::InactivePrincipal],
            Some(true) => {}
        }
        if let Some((bits, workspace)) = asker.key {
            if bits.is_some_and(|bits| !holds(bits, permission)) {
                return vec![Reason::OutsideScopes];
            }
            if workspace.is_some() && workspace != at {
                return vec![Reason::OutsideWorkspace];
            }
        }
        let mut grants: Vec<_> = self
            .bound
            .iter()
            .filter(|(_, bound)| {
                bound.principal == asker.principal
                    && matches!(bound.end, End::Never | End::Later)
                    && (bound.workspace.is_none() || bound.workspace == at)
                    && self.roles[bound.role].holds.contains(&permission)
            })
            .collect();
        if grants.iter().any(|(_, bound)| bound.workspace.is_some()) {
            grants.retain(|(_, bound)| bound.workspace.is_some());
        }
        let granted = |(id, bound): &&(BindingId, Bound)| Reason::Granted {
            role_id: self.roles[bound.role].id,
            role_name: self.roles[bound.role].name.clone(),
            binding_id: *id,
            binding_workspace_id: bound.workspace.map(place),
        };
        let granted: Vec<_> = grants.iter().map(granted).collect();
        if granted.is_empty() { vec![Reason::NoBinding] } else { granted }
    }
}

/// Everything but the bindings. `:t` is the tenant.
fn insert_parts(scene: &Scene) -> Vec<String> {
    let mut sql = Vec::new();
    for index in 0..WORKSPACES {
        let id = place(index);
        sql.push(format!(
            "INSERT INTO workspaces (tenant_id, id, name, region) VALUES (:t, '{id}', 'w{index}', 'us-east-1')"
        ));
    }
    for (index, active) in scene.active.iter().enumerate() {
        let id = principal(index);
        sql.push(format!(
            "INSERT INTO principals (tenant_id, id, type, display_name, is_active)
             VALUES (:t, '{id}', 'human', 'p{index}', {active})"
        ));
    }
    for (index, (bits, workspace)) in scene.custom.iter().enumerate() {
        let (id, at) = (number(3, index), literal(workspace.map(|at| place(at).0)));
        sql.push(format!(
            "INSERT INTO rbac_roles (tenant_id, id, workspace_id, name) VALUES (:t, '{id}', {at}, 'c{index}')"
        ));
        let held = PERMISSIONS.iter().enumerate().filter(|(index, _)| holds(*bits, *index));
        sql.extend(held.map(|(_, name)| {
            format!("INSERT INTO role_permissions (tenant_id, role_id, permission) VALUES (:t, '{id}', '{name}')")
        }));
    }
    sql
}

fn insert_binding(clocked: &Clocked, id: Uuid, role: RoleId, new: &Bound) -> String {
    let end = match new.end {
        End::Never => "NULL".to_owned(),
        End::Later => format!("'{}'", clocked.now() + SignedDuration::from_micros(1)),
        End::Now => format!("'{}'", clocked.now()),
        End::Before => format!("'{}'", clocked.now() - SignedDuration::from_hours(1)),
    };
    let (principal, at) = (principal(new.principal), literal(new.workspace.map(|at| place(at).0)));
    format!(
        "INSERT INTO rbac_bindings (tenant_id, id, principal_id, role_id, workspace_id, expires_at)
         VALUES (:t, '{id}', '{principal}', '{role}', {at}, {end})"
    )
}

fn literal(id: Option<Uuid>) -> String {
    id.map_or("NULL".to_owned(), |id| format!("'{id}'"))
}

#[test]
fn every_answer_is_that_of_a_naive_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let clocked = runtime.block_on(Clocked::new());
    let config = ProptestConfig {
        cases: 80,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let case = std::cell::Cell::new(0);
    let seen = std::cell::RefCell::new(HashMap::<&str, usize>::new());
    proptest!(config, |(scene in scene())| {
        case.set(case.get() + 1);
        let name = format!("Tenant {}", case.get());
        let stage = runtime.block_on(Stage::set(&clocked, &scene, &name));
        let (answers, recorded) = runtime.block_on(async {
            let accesses: Vec<_> = scene.askers.iter().map(|asker| stage.access(asker)).collect();
            let asked = scene.questions.iter().map(async |(asker, index, at)| {
                let asked = permission(PERMISSIONS[*index]);
                accesses[*asker].authorize(&asked, at.map(place)).await.unwrap()
            });
            (futures::future::join_all(asked).await, denials(&stage.tenant).await.len())
        });
        let mut denied = BTreeSet::new();
        for (question, answer) in scene.questions.iter().zip(answers) {
            let expected = stage.expected(*question);
            prop_assert!(expected.contains(&answer.reason), "{question:?}: {answer:?}, not {expected:?}");
            prop_assert_eq!(answer.allowed, matches!(answer.reason, Reason::Granted { .. }));
            prop_assert_eq!(answer.permission.as_str(), PERMISSIONS[question.1]);
            prop_assert_eq!(answer.workspace_id, question.2.map(place));
            prop_assert_eq!(answer.principal_id, principal(scene.askers[question.0].principal));
            if !answer.allowed {
                denied.insert(*question);
            }
            *seen.borrow_mut().entry(answer.reason.as_str()).or_default() += 1;
        }
        prop_assert_eq!(recorded, denied.len());
    });
    // Each kind of answer came often enough to mean something.
    let seen = seen.into_inner();
    assert!(seen.len() == 6 && seen.values().all(|count| *count >= 20), "{seen:?}");
}
