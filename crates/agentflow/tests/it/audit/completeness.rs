//! Whatever changes something says so in the chain of its tenant.
//!
//! The source of the library is searched for public functions that can reach the database. Each of them is named below:
//! as one that records, and then the tests here call it and look at what it recorded; or as one that does not, with the
//! reason. A function that is in neither list fails the test, so that nobody forgets.

mod approvals;
mod archives;
mod budgets;
mod content;
mod identity;
mod key_ring;
mod memories;
mod partitions;
mod policies;
mod prices;
mod provider_keys;
mod rules;
mod runs;
mod tenancy;
mod workflows;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use agentflow::{
    NewTenant, Store, Tenant,
    audit::{Actor, AuditConfigChange, LogLevel},
    core::{
        clock::{Clock, ManualClock},
        ids::RandomIds,
        random::Generator,
    },
};
use agentflow_postgres::testing::lacks_pgvector;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio_postgres::Client;

use crate::support::{World, config};

/// File and name of what records.
const RECORDING: &[&str] = &[
    "agents/agents.rs create delete set_status update",
    "agents/tools.rs delete register",
    "archive/archives.rs export import",
    "approvals/decide.rs decide",
    "approvals/work.rs hold look",
    "audit/config.rs configure",
    "audit/export.rs export",
    "audit/mod.rs append append_many",
    "audit/prune.rs prune_audit",
    "budgets/budgets.rs delete set",
    "budgets/increases.rs end_increase increase",
    "conversations/conversation.rs close create delete describe",
    "conversations/import.rs import",
    "conversations/long.rs append_parts",
    "conversations/messages.rs store store_many",
    "conversations/metered.rs append_metered",
    "conversations/restore.rs restore_message",
    "conversations/sweep.rs expire sweep",
    "conversations/turns.rs append append_to feedback",
    "identity/access.rs authorize require",
    "identity/bindings.rs bind unbind",
    "identity/keys.rs create revoke revoke_by_prefix rotate",
    "identity/keys/login.rs authenticate",
    "identity/members.rs add_member remove_member set_role",
    "identity/principals.rs activate deactivate link_oidc rename",
    "identity/roles.rs create delete grant withdraw",
    "identity/services.rs create delete",
    "identity/sessions.rs open remove_ended revoke revoke_all",
    "identity/sessions/login.rs authenticate check",
    "identity/teams.rs create delete transfer update",
    "identity/teams/webhook_secret.rs prune_webhook_secrets remove_webhook_secret rotate_webhook_secret set_webhook_secret",
    "identity/users.rs create delete set_email",
    "identity/users/login.rs authenticate change_password set_password",
    "memory/add.rs add add_embedded",
    "memory/batch.rs add_many",
    "memory/change.rs set_pinned update",
    "memory/dispute.rs dispute resolve",
    "memory/forget.rs delete forget restore",
    "memory/supersede.rs supersede",
    "memory/sweep.rs sweep",
    "memory/tags.rs tag untag",
    "memory/embed_anew.rs embed_anew",
    "memory/partitions.rs promote reindex",
    "metering/prices.rs publish",
    "metering/rerate.rs rerate",
    "policies/bindings.rs bind set_binding unbind",
    "policies/decisions.rs decide",
    "policies/policies.rs delete publish",
    "rules/derived_fields.rs delete set",
    "rules/engine.rs add delete update",
    "rules/import.rs import",
    "rules/rules.rs add delete update",
    "rules/schemas.rs roll_back set",
    "runs/cancel.rs cancel",
    "runs/prune.rs prune",
    "runs/queue/fail.rs fail",
    "runs/queue/finish.rs finish",
    "runs/start.rs start start_many",
    "scope/tx/audit.rs audit audit_and_commit audit_many",
    "secrets/connectors/connectors.rs disable enable prune remove set_validation",
    "secrets/connectors/grants.rs grant ungrant",
    "secrets/connectors/install.rs install",
    "secrets/connectors/rotate.rs rotate",
    "secrets/connectors/unseal.rs unseal",
    "secrets/key_ring/erase.rs create_tenant_key erase",
    "secrets/key_ring/rewrap.rs rewrap",
    "secrets/provider_keys/activate.rs activate prune revoke",
    "secrets/provider_keys/add.rs add",
    "secrets/provider_keys/grants.rs grant ungrant",
    "secrets/provider_keys/rotate.rs rotate",
    "secrets/provider_keys/unseal.rs unseal unseal_active",
    "secrets/provider_keys/validate.rs validate",
    "store.rs authenticate_key authenticate_session",
    "tenancy/environments.rs create",
    "tenancy/settings.rs adjust configure",
    "tenancy/tenants.rs create delete resume suspend",
    "tenancy/workspaces.rs create delete",
    "workflows/plans.rs create delete update",
    "workflows/versions.rs publish",
    "workflows/workflows.rs create delete update",
];

/// Folders of what records only where there are memories, and what comes after them.
const NEED_PGVECTOR: [&str; 2] = ["memory/", "archive/"];

const READS: &str = "it reads";
const OWN_SQL: &str =
    "what its statement changes, only its caller knows, who records it with `audit`";

const TOUCHES: &str = "reading counts, and changes nothing of what is remembered";

/// File and name of what does not, and why not.
const SILENT: &[(&str, &str)] = &[
    ("admin.rs audit_lag audit_sinks verify_audit", READS),
    ("archive/chains.rs export list", READS),
    ("admin.rs connect", "it opens a connection for migrations, which concern no tenant"),
    (
        "admin.rs run_checkpointer take_checkpoints",
        "a checkpoint is a statement about the chain: with an entry for each there would always be one more to take",
    ),
    ("admin.rs forget_audit_sink", "it concerns no tenant"),
    ("agents/agents.rs effective_skills find get list", READS),
    ("agents/tools.rs check_arguments find get list", READS),
    ("agents/unreadable.rs find_any get_any list_any", READS),
    ("approvals/approvals.rs decisions get list", READS),
    ("audit/alert.rs send_alert", "it tells people, and changes nothing"),
    ("audit/config.rs config", READS),
    ("audit/mod.rs head list verify", READS),
    ("audit/prove.rs prove", READS),
    ("budgets/alerts.rs alerts", READS),
    ("budgets/budgets.rs find get list", READS),
    ("budgets/check.rs check", READS),
    ("budgets/increases.rs increases", READS),
    ("budgets/reserve.rs reserve", "reservations are their own record; so are alerts"),
    ("budgets/settle.rs release settle", "reservations are their own record; so are alerts"),
    ("budgets/settle.rs prune", "what it deletes ended long ago, and what was spent stays"),
    (
        "budgets/settle.rs prune_periods",
        "what it deletes ended long ago, and decides nothing any more",
    ),
    ("conversations/conversation.rs get list", READS),
    ("conversations/messages.rs get list_by_trace replay verify_all visit", READS),
    ("conversations/raw.rs raw", READS),
    ("conversations/turns.rs turns", READS),
    ("identity/access.rs explain", "somebody else asks: nobody is allowed or denied anything"),
    ("identity/bindings.rs bindings", READS),
    ("identity/keys.rs find_by_prefix get list", READS),
    ("identity/members.rs member members memberships_of", READS),
    ("identity/principals.rs find find_by_oidc get list", READS),
    ("identity/roles.rs find get list permissions", READS),
    ("identity/services.rs find list", READS),
    ("identity/sessions.rs get list", READS),
    (
        "identity/sessions.rs touch",
        "it moves nothing but the time of the last use; whoever authenticates is recorded at verbose",
    ),
    ("identity/teams.rs find get list", READS),
    (
        "identity/teams/webhook_secret.rs webhook",
        "what is sealed stays within what it returns, which signs with it and shows it to nobody",
    ),
    ("identity/teams/webhook_secret.rs webhook_secret", READS),
    ("identity/users.rs find_by_email get list", READS),
    ("memory/history.rs at history", READS),
    ("memory/memories.rs count embedding get list", READS),
    ("memory/partitions.rs partitions", READS),
    (
        "memory/partitions.rs drop_orphans",
        "the tenant was deleted, which the tombstone tells of: there is no chain any more",
    ),
    ("memory/settings.rs settings", READS),
    (
        "memory/store/fallback.rs flush",
        "the store behind it records what it writes: tests of memory::store look at that",
    ),
    ("memory/recall.rs recall", TOUCHES),
    ("memory/search.rs search touch", TOUCHES),
    ("memory/similar.rs find_similar", READS),
    ("metering/prices.rs current get list", READS),
    (
        "metering/record.rs record record_many",
        "events are their own record; at verbose the chain tells of them, too: tests/it/metering/record.rs",
    ),
    ("metering/refresh.rs refresh", "it makes nothing that the events do not say"),
    ("metering/report.rs report", READS),
    (
        "metering/retention.rs maintain",
        "months concern all tenants; what is dropped is in the log and in its report",
    ),
    ("metering/retention.rs months", READS),
    ("policies/bindings.rs bindings get_binding", READS),
    ("policies/decisions.rs decisions get_decision simulate", READS),
    ("policies/policies.rs find get list", READS),
    ("policies/replay.rs replay", READS),
    ("rules/derived_fields.rs list", READS),
    ("rules/engine.rs changed_since load load_with_clock refresh", READS),
    ("rules/engines.rs get run", READS),
    ("rules/rules.rs book find get list list_active revision", READS),
    ("rules/schemas.rs active get history", READS),
    ("runs/prune.rs count_old", READS),
    (
        "runs/queue/begin.rs begin",
        "that a step began is in the timeline of the run; how the run ends is recorded",
    ),
    (
        "runs/queue/claim.rs claim",
        "who has a run changes with every lease; how the run ends is recorded",
    ),
    ("runs/queue/waiting.rs waiting", READS),
    ("runs/queue/lease.rs release renew", "as claiming: it says how long somebody has a run"),
    ("runs/runs.rs get list", READS),
    ("runs/timeline.rs timeline", READS),
    ("runs/wake.rs wake", "it tells workers that something is due, and changes nothing"),
    (
        "runs/worker/mod.rs run",
        "what becomes of the runs it claims, the queue records, and approvals what it asks for",
    ),
    ("scope/tx/statements.rs execute query", OWN_SQL),
    (
        "scope/tx.rs commit rollback",
        "it ends a transaction, whose statements were recorded one by one",
    ),
    ("scope/tx.rs record_usage", "events are their own record"),
    ("tenant.rs begin execute query", OWN_SQL),
    ("secrets/connectors/connectors.rs get list", READS),
    (
        "secrets/guard.rs delete get list rotate set",
        "each into the access log it was given, which for a tenant is its chain: tests/it/secrets/guard.rs",
    ),
    ("secrets/alerts.rs flush", "it waits for what was told"),
    ("secrets/guard.rs flush_alerts", "it waits for what was told"),
    ("secrets/key_ring/admin.rs rotate stage", "the shared key concerns no tenant"),
    ("secrets/key_ring/check.rs check open", READS),
    ("secrets/key_ring/init.rs adopt init", "the shared key concerns no tenant"),
    ("secrets/key_ring/retire.rs retire", "the shared key concerns no tenant"),
    ("secrets/key_ring/survey.rs status", READS),
    ("secrets/provider_keys/keys.rs checks get list", READS),
    ("secrets/rotation_log.rs list", READS),
    ("store.rs check", READS),
    ("tenant.rs rule_engine", READS),
    ("tenancy/environments.rs list", READS),
    ("tenancy/settings.rs config", READS),
    ("tenancy/tenants.rs find find_by_slug for_each get list tombstone", READS),
    ("tenancy/workspaces.rs get list", READS),
    ("webhook.rs post", "it is a client of HTTP"),
    ("workflows/plans.rs get list", READS),
    ("workflows/versions.rs find_version get_version versions", READS),
    ("workflows/workflows.rs find get list", READS),
];

/// What was seen to record, by all tests of this file together.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn named(lines: impl Iterator<Item = &'static str>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in lines {
        let (file, names) = line.split_once(' ').unwrap();
        for name in names.split(' ') {
            assert!(all.insert(format!("{file} {name}")), "{file} {name} is listed twice");
        }
    }
    all
}

/// The public functions in a folder of source that can wait for something.
fn search(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, root, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        for (start, _) in text.match_indices("pub ") {
            let signature = text[start..].split_once('{').map_or("", |(head, _)| head);
            let Some((before, name)) = signature.split_once("fn ") else { continue };
            let words = ["pub", "async", "const", "unsafe"];
            let is_function = before.split_whitespace().all(|word| words.contains(&word));
            let waits = before.contains("async")
                || name.contains("-> impl Future")
                || name.contains("-> BoxFuture");
            if is_function && waits {
                let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap();
                found.insert(format!("{file} {}", &name[..end]));
            }
        }
    }
}

#[test]
fn every_public_function_is_known_to_record_or_not_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    search(&root, &root, &mut found);
    let recording = named(RECORDING.iter().copied());
    let silent = named(SILENT.iter().map(|(names, _)| *names));
    let both: Vec<_> = recording.intersection(&silent).collect();
    assert!(both.is_empty(), "in both lists: {both:?}");
    let known: BTreeSet<_> = recording.union(&silent).cloned().collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "new, and in neither list of {}: {unknown:#?}", file!());
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "listed in {}, and not there any more: {gone:#?}", file!());
}

/// A tenant, and everything that was recorded in its chain so far.
struct Book {
    world: World,
    store: Store,
    tenant: Tenant,
    superuser: Client,
    clock: Arc<ManualClock>,
    /// The last entry that was looked at.
    last: i64,
    by: Actor,
}

impl Book {
    /// A tenant that wants everything recorded.
    async fn open() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let (ids, entropy) = (Arc::new(RandomIds::from_os()), Arc::new(Generator::from_os()));
        let config = config(&world.database);
        let store = Store::with_sources(config, clock.clone(), ids, entropy).unwrap();
        let by = Actor::user("ann");
        let row = store.admin().tenants().create(NewTenant::named("Acme"), &by).await.unwrap();
        let tenant = store.tenant(row.id);
        let superuser = world.superuser().await;
        let level = AuditConfigChange { log_level: Some(LogLevel::Verbose), ..Default::default() };
        tenant.audit().configure(level, &by).await.unwrap();
        let mut book = Self { world, store, tenant, superuser, clock, last: 1, by };
        book.saw("audit/config.rs configure", "audit.configured", "audit_config").await;
        book
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, duration: SignedDuration) {
        self.clock.set(self.now() + duration);
    }

    /// What was recorded since it was last asked. Without entering the tenant, which may be suspended.
    async fn news(&mut self) -> Vec<Value> {
        let sql = "SELECT seq, record FROM audits WHERE tenant_id = $1 AND seq > $2 ORDER BY seq";
        let rows = self.superuser.query(sql, &[self.tenant.id().as_uuid(), &self.last]).await;
        let rows = rows.unwrap();
        self.last = rows.last().map_or(self.last, |row| row.get(0));
        rows.iter().map(|row| serde_json::from_str(row.get(1)).unwrap()).collect()
    }

    /// The function just called recorded one entry, by the usual actor.
    async fn saw(&mut self, function: &str, action: &str, resource: &str) -> Value {
        let by = self.by.clone();
        self.saw_by(function, action, resource, &by).await
    }

    /// The same by somebody else.
    async fn saw_by(&mut self, function: &str, action: &str, resource: &str, by: &Actor) -> Value {
        let mut news = self.news().await;
        assert_eq!(news.len(), 1, "{function}: expected one {action}, got {news:#?}");
        let entry = news.remove(0);
        check(&entry, function, action, resource, by);
        entry
    }

    /// The function just called recorded these entries, whose actor is told for each.
    async fn saw_all(&mut self, function: &str, entries: &[(&str, &str, &Actor)]) {
        let news = self.news().await;
        assert_eq!(news.len(), entries.len(), "{function}: {news:#?}");
        for (entry, (action, resource, by)) in news.iter().zip(entries) {
            check(entry, function, action, resource, by);
        }
    }
}

fn check(entry: &Value, function: &str, action: &str, resource: &str, by: &Actor) {
    let told = ["action", "resource_type", "actor_type", "actor_id"].map(|key| entry[key].as_str());
    let expected = [action, resource, by.kind.as_str(), by.id.as_str()].map(Some);
    assert_eq!(told, expected, "{function}");
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(function.to_owned());
}

/// One test and not several, because only together do they see everything.
#[tokio::test]
async fn every_change_is_recorded_with_who_did_what_to_which_thing() {
    let lacks = lacks_pgvector("audit::completeness, what memories and archives record");
    let unless_it_lacks = async |work: BoxFuture<'static, ()>| {
        if !lacks {
            work.await;
        }
    };
    tokio::join!(
        Box::pin(identity::people_and_teams()),
        Box::pin(identity::roles_and_services()),
        Box::pin(identity::credentials()),
        Box::pin(tenancy::tenants_and_workspaces()),
        Box::pin(tenancy::the_chain_itself()),
        Box::pin(content::agents_and_tools()),
        Box::pin(content::conversations()),
        Box::pin(content::messages()),
        Box::pin(rules::rules()),
        Box::pin(workflows::workflows_and_plans()),
        Box::pin(policies::policies()),
        Box::pin(prices::prices()),
        Box::pin(runs::runs()),
        Box::pin(approvals::approvals()),
        Box::pin(budgets::budgets()),
        Box::pin(provider_keys::provider_keys()),
        Box::pin(provider_keys::connectors()),
        Box::pin(provider_keys::webhook_secrets()),
        Box::pin(key_ring::key_ring()),
        unless_it_lacks(Box::pin(memories::memories())),
        unless_it_lacks(Box::pin(partitions::partitions())),
        unless_it_lacks(Box::pin(archives::archives())),
    );
    let seen = SEEN.lock().unwrap();
    let mut listed = named(RECORDING.iter().copied());
    listed.retain(|it| !lacks || !NEED_PGVECTOR.iter().any(|folder| it.starts_with(folder)));
    let missing: Vec<_> = listed.difference(&seen).collect();
    assert!(missing.is_empty(), "listed as recording, and not called here: {missing:#?}");
    let more: Vec<_> = seen.difference(&listed).collect();
    assert!(more.is_empty(), "called here, and not listed: {more:#?}");
}

/// The reasons are for people; this is so that none is empty.
#[test]
fn every_silence_has_its_reason() {
    let reasons: BTreeMap<_, _> = SILENT.iter().copied().collect();
    assert!(reasons.values().all(|reason| !reason.is_empty()));
    assert_eq!(reasons.len(), SILENT.len());
}
