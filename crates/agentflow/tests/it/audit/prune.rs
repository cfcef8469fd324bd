//! Retention: old entries leave as bundles, the chain goes on, and nothing is ever lost on the way.

mod interrupted;
mod random;
mod refused;

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use agentflow::{
    Error, NewTenant, Store, Tenant,
    audit::{Actor, ExportOptions, PruneOptions, PruneReport, Verdict, VerifyOptions},
    core::{
        audit::bundle::{self, BundleReport},
        clock::{Clock, ManualClock},
        hash::Sha256,
        ids::{RandomIds, TenantId},
        random::Generator,
    },
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_postgres::Client;

use super::{
    event,
    export::{key, keys},
};
use crate::support::{World, config};

type Records = Vec<(i64, String)>;

/// A tenant whose entries have the times that a test gives them, and a folder for bundles.
struct Keeper {
    world: World,
    store: Store,
    tenant: Tenant,
    superuser: Client,
    clock: Arc<ManualClock>,
    folder: TempDir,
}

impl Keeper {
    async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2025-01-01T00:00:00Z".parse().unwrap()));
        let store = Store::with_sources(
            config(&world.database),
            clock.clone(),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        )
        .unwrap();
        let admin = store.admin();
        let row = admin.tenants().create(NewTenant::named("Acme"), &Actor::system()).await.unwrap();
        let tenant = store.tenant(row.id);
        let superuser = world.superuser().await;
        let folder = tempfile::tempdir().unwrap();
        Self { world, store, tenant, superuser, clock, folder }
    }

    /// A chain of so many entries a day, with a checkpoint at the end of each. The days are over.
    async fn with_days(days: &[usize]) -> Self {
        let keeper = Self::new().await;
        for (day, entries) in days.iter().enumerate() {
            // Creating the tenant was an entry of the first day.
            keeper.append(entries - usize::from(day == 0)).await;
            keeper.checkpoint().await;
            keeper.pass_days(1);
        }
        keeper
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass_days(&self, days: i64) {
        self.clock.set(self.now() + SignedDuration::from_hours(24 * days));
    }

    /// Where the day begins that was so many days ago.
    fn days_ago(&self, days: i64) -> Timestamp {
        self.now() - SignedDuration::from_hours(24 * days)
    }

    async fn append(&self, entries: usize) {
        let events: Vec<_> = (0..entries).map(event).collect();
        for events in events.chunks(5_000) {
            self.tenant.audit().append_many(events).await.unwrap();
        }
    }

    async fn checkpoint(&self) {
        let only = Some(self.tenant.id());
        let round = self.store.admin().take_checkpoints(&key(), &[], only).await.unwrap();
        assert!(round.is_complete(), "{round:?}");
    }

    fn options(&self, before: Timestamp) -> PruneOptions {
        PruneOptions { before: Some(before), ..PruneOptions::new(self.folder.path(), key()) }
    }

    async fn try_prune(&self, options: &PruneOptions) -> Result<PruneReport, Error> {
        let (admin, by) = (self.store.admin(), Actor::user("ann"));
        admin.prune_audit(self.tenant.id(), options, &by, &|_| ()).await
    }

    async fn prune(&self, before: Timestamp) -> PruneReport {
        self.try_prune(&self.options(before)).await.unwrap()
    }

    /// What the rows are.
    async fn rows(&self) -> Records {
        let sql = "SELECT seq, record FROM audits WHERE tenant_id = $1 ORDER BY seq";
        let rows = self.superuser.query(sql, &[&self.tenant.id().0]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// The bundles in the folder, each verified, in the order of their entries.
    fn bundles(&self) -> Vec<Bundle> {
        let files = self.files().into_iter();
        let mut bundles: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|it| it == "bundle"))
            .map(Bundle::open)
            .collect();
        bundles.sort_by_key(|bundle| bundle.verified.header.first_seq);
        bundles
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }

    async fn assert_verified(&self) {
        for deep in [false, true] {
            let options = VerifyOptions { deep, keys: keys(), ..VerifyOptions::default() };
            let report = self.store.admin().verify_audit(&options, &|_| ()).await.unwrap();
            assert_eq!(report.status, Verdict::Success, "{report:?}");
        }
    }

    /// Bundles and rows together are what there was, and only what was recorded as removed is gone.
    async fn assert_nothing_lost(&self, before: &Records) {
        let mut all: std::collections::BTreeMap<i64, String> =
            self.rows().await.into_iter().collect();
        for bundle in self.bundles() {
            for (seq, record) in bundle.records {
                let other = all.insert(seq, record.clone());
                assert!(
                    other.is_none_or(|other| other == record),
                    "entry {seq} is there in two versions"
                );
            }
        }
        for (seq, record) in before {
            assert_eq!(all.get(seq), Some(record), "entry {seq} is lost");
        }
        let removed: Vec<_> = all.values().filter_map(|record| read_removal(record)).collect();
        let pruned = self.tenant.audit().head().await.unwrap().pruned_seq;
        assert_eq!(removed.last().map_or(0, |(_, to, ..)| *to), pruned);
        let mut next = 1;
        for (from, to, file, sha256) in removed {
            assert_eq!(from, next, "removals follow each other");
            next = to + 1;
            let bytes = std::fs::read(self.folder.path().join(file)).unwrap();
            assert_eq!(Sha256::of(&[&bytes]).to_string(), sha256);
        }
        self.assert_verified().await;
    }

    /// What the chain says was removed, as far as that is not removed itself.
    async fn removed(&self) -> Vec<Removal> {
        self.rows().await.iter().filter_map(|(_, record)| read_removal(record)).collect()
    }
}

/// First and last entry, file and its hash.
type Removal = (i64, i64, String, String);

fn read_removal(record: &str) -> Option<Removal> {
    let record: serde_json::Value = serde_json::from_str(record).unwrap();
    let details = &record["details"];
    let text = |key: &str| details[key].as_str().unwrap().to_owned();
    let number = |key: &str| details[key].as_i64().unwrap();
    (record["action"] == "audit.pruned")
        .then(|| (number("from_seq"), number("to_seq"), text("file"), text("sha256")))
}

struct Bundle {
    verified: BundleReport,
    records: Records,
}

impl Bundle {
    fn open(path: impl AsRef<Path>) -> Self {
        let file = File::open(path).unwrap();
        let mut records = Vec::new();
        let verified = bundle::verify_records(file, &keys(), &mut |_| (), &mut |seq, record| {
            records.push((i64::try_from(seq).unwrap(), record.to_owned()));
            Ok(())
        });
        Self { verified: verified.unwrap(), records }
    }
}

#[tokio::test]
async fn old_entries_leave_as_a_bundle_and_the_chain_goes_on() {
    let keeper = Keeper::with_days(&[10, 7, 20, 5]).await;
    let before = keeper.rows().await;
    let proved = keeper.tenant.audit().prove(3).await.unwrap();
    let report = keeper.prune(keeper.days_ago(2)).await;
    assert_eq!((report.removed, report.first_seq, report.last_seq), (17, 1, 17));
    let bundle = report.bundle.unwrap();
    assert_eq!(bundle.path.parent(), Some(keeper.folder.path()));
    let name = bundle.path.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, format!("audit-{}-1-17.bundle", keeper.tenant.id()));
    let bytes = std::fs::read(&bundle.path).unwrap();
    assert_eq!((bundle.sha256, bundle.bytes), (Sha256::of(&[&bytes]), bytes.len() as u64));
    let opened = Bundle::open(&bundle.path);
    assert!(opened.verified.is_whole());
    assert_eq!(opened.records, before[..17]);
    assert_eq!(keeper.files().len(), 1, "nothing else is left in the folder");

    let rows = keeper.rows().await;
    assert_eq!(rows[..25], before[17..]);
    let removed = keeper.removed().await;
    assert_eq!(removed, [(1, 17, name.to_owned(), bundle.sha256.to_string())]);
    keeper.assert_nothing_lost(&before).await;
    assert_eq!(proved.proof.verify(&proved.record, &keys()).unwrap().seq, 3);

    keeper.append(3).await;
    keeper.checkpoint().await;
    keeper.assert_verified().await;
    let path = keeper.folder.path().join("export");
    let writer = File::create(&path).unwrap();
    let (by, all) = (Actor::system(), ExportOptions::default());
    keeper.tenant.audit().export(&all, &by, writer, &|_| ()).await.unwrap();
    let exported = Bundle::open(&path);
    assert_eq!((exported.verified.header.left_out, exported.verified.gaps), (17, 1));
    assert_eq!(exported.verified.header.first_seq, 18);
    let proved = keeper.tenant.audit().prove(18).await.unwrap();
    assert_eq!(proved.proof.verify(&proved.record, &keys()).unwrap().seq, 18);
}

#[tokio::test]
async fn an_old_entry_behind_a_younger_one_stays() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    let mut late = event("late");
    late.occurred_at = Some(keeper.days_ago(1_000));
    keeper.tenant.audit().append(&late).await.unwrap();
    let mut early = event("early");
    early.occurred_at = Some(keeper.now() + SignedDuration::from_hours(24 * 1_000));
    keeper.tenant.audit().append(&early).await.unwrap();
    keeper.append(3).await;
    keeper.checkpoint().await;
    keeper.append(3).await;
    keeper.pass_days(100);
    let report = keeper.prune(keeper.days_ago(100)).await;
    assert_eq!((report.first_seq, report.last_seq), (1, 10), "not the late one at 11");
    let report = keeper.prune(keeper.now()).await;
    assert_eq!(report.removed, 0, "entry 12 is younger, and no checkpoint was taken between");
    assert!(report.bundle.is_none());
    assert_eq!(keeper.bundles().len(), 1);
}

#[tokio::test]
async fn what_is_removed_ends_at_a_checkpoint() {
    let keeper = Keeper::new().await;
    keeper.append(9).await;
    keeper.checkpoint().await;
    keeper.append(10).await;
    keeper.pass_days(2);
    keeper.append(1).await;
    let before = keeper.rows().await;
    let report = keeper.prune(keeper.days_ago(1)).await;
    assert_eq!(
        (report.first_seq, report.last_seq),
        (1, 10),
        "up to 20 are old, the checkpoint is at 10"
    );
    assert_eq!(report.round.unwrap().checkpoints, 1);
    keeper.assert_nothing_lost(&before).await;
}

#[tokio::test]
async fn a_whole_chain_can_leave() {
    let keeper = Keeper::with_days(&[1]).await;
    let before = keeper.rows().await;
    let report = keeper.prune(keeper.now()).await;
    assert_eq!((report.removed, report.last_seq), (1, 1));
    let rows = keeper.rows().await;
    assert_eq!((rows.len(), rows[0].0), (1, 2), "only the entry that says so is left");
    keeper.assert_nothing_lost(&before).await;
    keeper.pass_days(1);
    let report = keeper.prune(keeper.now()).await;
    assert_eq!((report.first_seq, report.last_seq), (2, 2));
    let bundle = Bundle::open(report.bundle.unwrap().path);
    assert_eq!((bundle.verified.header.left_out, bundle.verified.gaps), (1, 1));
    keeper.assert_nothing_lost(&before).await;
}

#[tokio::test]
async fn bundles_follow_each_other_without_a_hole() {
    let keeper = Keeper::with_days(&[4, 9, 1, 16, 3]).await;
    let before = keeper.rows().await;
    for days in [4, 3, 2, 1, 0] {
        keeper.prune(keeper.days_ago(days)).await;
        keeper.assert_nothing_lost(&before).await;
    }
    let mut next = 1;
    for bundle in keeper.bundles() {
        assert_eq!(bundle.verified.header.first_seq, next);
        next = bundle.verified.header.last_seq + 1;
    }
    assert!(next > 33);
}

#[tokio::test]
async fn entries_are_kept_as_long_as_the_tenant_wants_and_a_year_by_default() {
    let keeper = Keeper::with_days(&[5]).await;
    let by_default = PruneOptions::new(keeper.folder.path(), key());
    keeper.pass_days(364);
    // On the last day they are a year old, and no older.
    assert_eq!(keeper.try_prune(&by_default).await.unwrap().removed, 0);
    let insert = "INSERT INTO audit_configs (tenant_id, retention_days) VALUES ($1, 30)";
    keeper.superuser.execute(insert, &[&keeper.tenant.id().0]).await.unwrap();
    let report = keeper.try_prune(&by_default).await.unwrap();
    assert_eq!((report.removed, report.before), (5, keeper.days_ago(30)));
    let delete = "DELETE FROM audit_configs";
    keeper.superuser.execute(delete, &[]).await.unwrap();
    keeper.pass_days(366);
    let report = keeper.try_prune(&by_default).await.unwrap();
    assert_eq!((report.first_seq, report.before), (6, keeper.days_ago(365)));
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let keeper = Keeper::with_days(&[6, 6]).await;
    keeper.append(1).await;
    let before = keeper.rows().await;
    let options = PruneOptions { dry_run: true, ..keeper.options(keeper.days_ago(1)) };
    let report = keeper.try_prune(&options).await.unwrap();
    assert_eq!((report.removed, report.first_seq, report.last_seq), (6, 1, 6));
    assert!(report.bundle.is_none() && report.round.is_none() && keeper.files().is_empty());
    assert_eq!(keeper.rows().await, before);
    let lag = keeper.store.admin().audit_lag().await.unwrap();
    assert_eq!(lag.entries, 1, "no checkpoint was taken");
}

#[tokio::test]
async fn entries_go_in_steps_that_end_at_checkpoints() {
    let keeper = Keeper::with_days(&[4_000, 4_000, 4_000, 15_000, 10]).await;
    let before = keeper.rows().await;
    let report = keeper.prune(keeper.days_ago(1)).await;
    assert_eq!(report.removed, 27_000);
    let steps: Vec<_> = keeper.removed().await.iter().map(|(from, to, ..)| (*from, *to)).collect();
    assert_eq!(steps, [(1, 8_000), (8_001, 12_000), (12_001, 27_000)]);
    keeper.assert_nothing_lost(&before).await;
}

#[tokio::test]
async fn a_suspended_tenant_is_pruned_as_well_and_others_are_left_alone() {
    let keeper = Keeper::with_days(&[5]).await;
    let admin = keeper.store.admin();
    let other = admin.tenants().create(NewTenant::named("Beta"), &Actor::system()).await.unwrap();
    admin.take_checkpoints(&key(), &[], None).await.unwrap();
    admin.tenants().suspend(keeper.tenant.id(), &Actor::system()).await.unwrap();
    keeper.pass_days(1);
    assert_eq!(keeper.prune(keeper.now()).await.removed, 6);
    let head = keeper.store.tenant(other.id).audit().head().await.unwrap();
    assert_eq!((head.seq, head.pruned_seq), (1, 0));
    let by = Actor::system();
    let unknown = TenantId(uuid::Uuid::from_u128(1));
    for dry_run in [true, false] {
        let options = PruneOptions { dry_run, ..keeper.options(keeper.now()) };
        let error = admin.prune_audit(unknown, &options, &by, &|_| ()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    drop(keeper.world);
}
