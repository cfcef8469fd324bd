//! Exports as bundles: what is in them is what is in the chain, and whoever has the key can tell.

mod random;

use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use agentflow::{
    Error, Tenant,
    audit::{Actor, AuditFilter, EventStatus, ExportOptions, ExportProgress},
    core::{
        audit::{
            Checkpoint, TrustedKeys,
            bundle::{self, BundleReport},
            tenant_origin,
        },
        hash::Sha256,
        ids::TenantId,
        merkle::{CompactRange, leaf_hash},
        note::SigningKey,
        random::Generator,
    },
};
use tokio_postgres::Client;

use super::{Victim, event, fill, options, rechain, verify};

pub(super) fn key() -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(7))
}

pub(super) fn keys() -> TrustedKeys {
    TrustedKeys::new([key().verifying_key().clone()])
}

/// Puts a checkpoint of the first `seq` entries where a round puts it, at any size and without looking at the entries.
pub(super) async fn put_checkpoint(client: &Client, tenant: TenantId, seq: i64) {
    const LAST: &str =
        "SELECT seq, head_hash, compact_range FROM audit_checkpoints WHERE tenant_id = $1
                        ORDER BY seq DESC LIMIT 1";
    const HASHES: &str =
        "SELECT hash FROM audits WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq";
    const INSERT: &str =
        "INSERT INTO audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
                          VALUES ($1, $2, $3, $4, $5, $6)";
    let (mut tree, mut after) = (CompactRange::new(), 0_i64);
    if let Some(last) = client.query_opt(LAST, &[&tenant.0]).await.unwrap() {
        after = last.get(0);
        let hashes = last.get::<_, &[u8]>(2).chunks(32).map(|it| Sha256::from_slice(it).unwrap());
        let end = u64::try_from(after).unwrap() - 1;
        tree = CompactRange::from_hashes(0, end, hashes.collect::<Vec<_>>()).unwrap();
        tree.push(leaf_hash(last.get(1)));
    }
    let (mut before, mut head) = (tree.clone(), Vec::new());
    for row in client.query(HASHES, &[&tenant.0, &(after + 1), &seq]).await.unwrap() {
        before = tree.clone();
        head = row.get(0);
        tree.push(leaf_hash(&head));
    }
    let (size, root) = (tree.end(), tree.root().unwrap());
    assert_eq!(size, u64::try_from(seq).unwrap());
    let key = key();
    let origin = tenant_origin(key.verifying_key().name(), tenant).unwrap();
    let note = Checkpoint { origin, size, root }.sign(&key).unwrap().to_string();
    let range: Vec<u8> = before.hashes().flat_map(|hash| hash.0).collect();
    let root = root.as_bytes();
    client.execute(INSERT, &[&tenant.0, &seq, &head, &root, &range, &note]).await.unwrap();
}

/// Memory that outlives the export that it was handed to.
#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Exports, verifies, and gives what is in the bundle.
async fn export(tenant: &Tenant, options: &ExportOptions) -> Exported {
    let output = Output::default();
    let by = Actor::user("ann");
    let report = tenant.audit().export(options, &by, output.clone(), &|_| ()).await.unwrap();
    let exported = open(&output.bytes());
    let header = &exported.verified.header;
    assert_eq!(header.tenant_id, tenant.id());
    assert_eq!(
        (report.count, report.first_seq, report.last_seq, report.left_out),
        (header.count, header.first_seq, header.last_seq, header.left_out)
    );
    assert_eq!(report.checkpoint, exported.verified.checkpoint);
    assert_eq!(report.bytes, exported.verified.bytes);
    assert_eq!(report.sha256, Sha256::of(&[&output.bytes()]));
    exported
}

struct Exported {
    verified: BundleReport,
    records: Vec<(i64, String)>,
}

fn open(bytes: &[u8]) -> Exported {
    let mut records = Vec::new();
    let verified = bundle::verify_records(bytes, &keys(), &mut |_| (), &mut |seq, record| {
        records.push((i64::try_from(seq).unwrap(), record.to_owned()));
        Ok(())
    });
    Exported { verified: verified.unwrap(), records }
}

async fn refused(tenant: &Tenant, options: &ExportOptions) -> Error {
    let by = Actor::user("ann");
    tenant.audit().export(options, &by, io::sink(), &|_| ()).await.unwrap_err()
}

/// The rows that pass, oldest first: asked of the list, which reads them in quite another way.
async fn expected(tenant: &Tenant, options: &ExportOptions, size: i64) -> Vec<(i64, String)> {
    let (mut filter, mut rows) = (options.filter.clone(), Vec::new());
    let end = options.to_seq.unwrap_or(size).min(size) + 1;
    filter.before_seq = Some(filter.before_seq.map_or(end, |seq| seq.min(end)));
    loop {
        let page = tenant.audit().list(&filter, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before_seq = Some(last.seq);
        rows.extend(page.into_iter().map(|entry| (entry.seq, entry.record)));
    }
    rows.retain(|(seq, _)| options.from_seq.is_none_or(|from| *seq >= from));
    rows.reverse();
    rows
}

impl Victim {
    async fn with_checkpoint(length: i64) -> Self {
        let victim = Self::with_entries(usize::try_from(length).unwrap()).await;
        victim.checkpoint(length).await;
        victim
    }

    pub(super) async fn checkpoint(&self, seq: i64) {
        put_checkpoint(&self.superuser, self.tenant.id(), seq).await;
    }

    /// Removes entries as retention does, without a bundle.
    pub(super) async fn drop_prefix(&self, seq: i64) {
        let sql = "SELECT audit_prune($1, $2)";
        self.superuser.query_one(sql, &[&self.tenant.id().0, &seq]).await.unwrap();
    }
}

#[tokio::test]
async fn an_export_holds_every_record_at_any_size() {
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1_023, 1_024, 1_025] {
        let victim = Victim::with_checkpoint(size).await;
        let exported = export(&victim.tenant, &ExportOptions::default()).await;
        let rows = expected(&victim.tenant, &ExportOptions::default(), size).await;
        assert_eq!(rows.len(), usize::try_from(size).unwrap());
        assert_eq!(exported.records, rows, "{size} entries");
        assert!(exported.verified.is_whole());
        assert_eq!((exported.verified.gaps, exported.verified.header.filter), (0, None));
    }
}

#[tokio::test]
async fn what_was_exported_is_recorded_afterwards() {
    let victim = Victim::with_checkpoint(10).await;
    let filter = AuditFilter { actor_id: Some("ann".to_owned()), ..AuditFilter::default() };
    let options = ExportOptions { filter, to_seq: Some(8), ..ExportOptions::default() };
    let output = Output::default();
    let by = Actor::user("bob");
    let report =
        victim.tenant.audit().export(&options, &by, output.clone(), &|_| ()).await.unwrap();
    let entry = victim.tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    assert_eq!((entry.seq, entry.action.as_deref()), (11, Some("audit.exported")));
    assert_eq!(entry.actor_id.as_deref(), Some("bob"));
    let details = entry.details.unwrap();
    assert_eq!((&details["count"], &details["size"]), (&7.into(), &10.into()));
    assert_eq!(details["filter"], serde_json::json!({ "actor_id": "ann", "to_seq": 8 }));
    assert_eq!(details["sha256"], report.sha256.to_string());
    assert_eq!(open(&output.bytes()).verified.header.filter.unwrap()["actor_id"], "ann");
}

#[tokio::test]
async fn an_export_without_a_checkpoint_says_how_to_take_one() {
    let victim = Victim::with_entries(3).await;
    let error = refused(&victim.tenant, &ExportOptions::default()).await;
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("af audit checkpoint"), "{error}");
    victim.checkpoint(2).await;
    let absent = ExportOptions { checkpoint: Some(3), ..ExportOptions::default() };
    let error = refused(&victim.tenant, &absent).await;
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 3, "nothing was recorded");
}

#[tokio::test]
async fn bounds_that_hold_nothing_are_refused_and_unknown_tenants_too() {
    let victim = Victim::with_checkpoint(3).await;
    for (from_seq, to_seq, checkpoint) in [
        (Some(0), None, None),
        (None, Some(-1), None),
        (Some(3), Some(2), None),
        (None, None, Some(0)),
    ] {
        let options = ExportOptions { from_seq, to_seq, checkpoint, ..ExportOptions::default() };
        let error = refused(&victim.tenant, &options).await;
        assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    }
    let unknown = victim.world.store.tenant(TenantId(uuid_of(1)));
    let error = refused(&unknown, &ExportOptions::default()).await;
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let admin = victim.world.store.admin();
    admin.tenants().suspend(victim.tenant.id(), &Actor::user("ann")).await.unwrap();
    let error = refused(&victim.tenant, &ExportOptions::default()).await;
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
}

fn uuid_of(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

#[tokio::test]
async fn an_export_of_nothing_still_proves_how_much_is_left_out() {
    let victim = Victim::with_checkpoint(100).await;
    let filter = AuditFilter { action: Some("never.done".to_owned()), ..AuditFilter::default() };
    let nothing = ExportOptions { filter, ..ExportOptions::default() };
    let beyond = ExportOptions { from_seq: Some(101), ..ExportOptions::default() };
    for options in [nothing, beyond] {
        let exported = export(&victim.tenant, &options).await;
        let header = &exported.verified.header;
        assert_eq!((header.count, header.left_out, header.size), (0, 100, 100));
        assert_eq!((header.first_seq, header.last_seq, exported.verified.gaps), (0, 0, 1));
        assert!(exported.records.is_empty());
    }
}

#[tokio::test]
async fn an_export_ends_where_the_chosen_checkpoint_does() {
    let victim = Victim::with_entries(50).await;
    for size in [1, 20, 33] {
        victim.checkpoint(size).await;
    }
    for size in [1, 20, 33] {
        let options = ExportOptions { checkpoint: Some(size), ..ExportOptions::default() };
        let exported = export(&victim.tenant, &options).await;
        assert_eq!(i64::try_from(exported.records.len()).unwrap(), size);
    }
    let last = export(&victim.tenant, &ExportOptions::default()).await;
    assert_eq!(last.verified.header.size, 33, "the last one, though there are more entries");
}

#[tokio::test]
async fn a_pruned_beginning_is_a_gap() {
    let victim = Victim::with_entries(40).await;
    for size in [8, 13, 40] {
        victim.checkpoint(size).await;
    }
    let before = export(&victim.tenant, &ExportOptions::default()).await;
    for pruned in [8, 13] {
        victim.drop_prefix(pruned).await;
        let after = export(&victim.tenant, &ExportOptions::default()).await;
        let header = &after.verified.header;
        assert_eq!(header.left_out, u64::try_from(pruned).unwrap());
        assert_eq!((header.first_seq, after.verified.gaps), (header.left_out + 1, 1));
        assert_eq!(after.records, before.records[usize::try_from(pruned).unwrap()..]);
        assert_eq!(after.verified.checkpoint, before.verified.checkpoint);
    }
    victim.drop_prefix(40).await;
    let nothing = export(&victim.tenant, &ExportOptions::default()).await;
    assert_eq!((nothing.verified.header.count, nothing.verified.header.left_out), (0, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_during_an_export_do_not_matter() {
    let victim = Victim::with_checkpoint(3_000).await;
    let rows = expected(&victim.tenant, &ExportOptions::default(), 3_000).await;
    let finished = AtomicBool::new(false);
    let write = async {
        let mut count = 0;
        while !finished.load(Ordering::Relaxed) {
            victim.tenant.audit().append_many(&[event(1), event(2)]).await.unwrap();
            count += 1;
        }
        count
    };
    let read = async {
        for _ in 0..10 {
            let exported = export(&victim.tenant, &ExportOptions::default()).await;
            assert_eq!(exported.records, rows);
        }
        finished.store(true, Ordering::Relaxed);
    };
    let (count, ()) = tokio::join!(write, read);
    assert!(count > 0);
    let verdict = verify(&victim.tenant, &options(1, 1_000)).await;
    assert_eq!(verdict.total_records, 3_010 + 2 * count, "ten exports were recorded as well");
}

#[tokio::test]
async fn a_chain_that_was_tampered_with_is_not_exported() {
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5";
    let half = "UPDATE audits SET hash = sha256(prev_hash || convert_to(record, 'UTF8')) WHERE tenant_id = :t AND seq = 5";
    let note = "UPDATE audit_checkpoints SET note = replace(note, 'audit.example', 'other.example')
                WHERE tenant_id = :t";
    for (forgery, named) in [
        (edit.to_owned(), "entry 5: hash is not the hash of its record"),
        (format!("{edit}; {half}"), "entry 6: prev_hash is not the hash of the entry before"),
        (format!("{edit}; {}", rechain(5)), "not those that were signed"),
        ("DELETE FROM audits WHERE tenant_id = :t AND seq = 5".to_owned(), "entry 5 is missing"),
        ("DELETE FROM audits WHERE tenant_id = :t AND seq > 7".to_owned(), "entry 8 is missing"),
        ("DELETE FROM audits WHERE tenant_id = :t".to_owned(), "entry 1 is missing"),
        ("UPDATE audit_checkpoints SET root_hash = sha256('x')".to_owned(), "not what its note says"),
        ("UPDATE audit_checkpoints SET head_hash = sha256('x')".to_owned(), "not what its note says"),
        (
            "ALTER TABLE audits DROP CONSTRAINT audits_seq_key; CREATE INDEX ON audits (tenant_id, seq);
             INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
             SELECT tenant_id, gen_random_uuid(), seq, prev_hash, hash, record
             FROM audits WHERE tenant_id = :t AND seq = 5".to_owned(),
            "entry 5 is there twice",
        ),
        ("DELETE FROM audit_heads WHERE tenant_id = :t".to_owned(), "not found"),
    ] {
        let victim = Victim::with_checkpoint(10).await;
        victim.forge(&forgery).await;
        let error = refused(&victim.tenant, &ExportOptions::default()).await;
        assert!(error.to_string().contains(named), "{forgery}: {error}");
    }
    // A signature that is not ours is for whoever has the key to see: the database holds no key.
    let victim = Victim::with_checkpoint(10).await;
    victim.forge(note).await;
    let output = Output::default();
    let by = Actor::system();
    let all = ExportOptions::default();
    victim.tenant.audit().export(&all, &by, output.clone(), &|_| ()).await.unwrap();
    assert!(bundle::verify(output.bytes().as_slice(), &keys(), &mut |_| ()).is_err());
}

#[tokio::test]
async fn tampering_among_the_entries_left_out_is_seen_too() {
    let victim = Victim::with_entries(200).await;
    victim.checkpoint(100).await;
    victim.checkpoint(200).await;
    let some = ExportOptions { from_seq: Some(150), to_seq: Some(160), ..ExportOptions::default() };
    let exported = export(&victim.tenant, &some).await;
    assert_eq!((exported.records.len(), exported.verified.gaps), (11, 2));
    for seq in [120, 180] {
        let change =
            format!("UPDATE audits SET hash = sha256('x') WHERE tenant_id = :t AND seq = {seq}");
        let keep = format!(
            "CREATE TABLE kept AS SELECT hash FROM audits WHERE tenant_id = :t AND seq = {seq}"
        );
        victim.forge(&format!("{keep}; {change}")).await;
        let error = refused(&victim.tenant, &some).await;
        assert!(matches!(error, Error::Tampered { .. }), "{seq}: {error:?}");
        let restore = change.replace("sha256('x')", "(SELECT hash FROM kept)");
        victim.forge(&format!("{restore}; DROP TABLE kept")).await;
    }
    export(&victim.tenant, &some).await;
}

#[tokio::test]
async fn a_tenant_exports_its_own_chain_only() {
    let victim = Victim::with_checkpoint(10).await;
    let other = victim.world.tenant("Beta").await;
    fill(&other, 20).await;
    put_checkpoint(&victim.superuser, other.id(), 20).await;
    for (tenant, size) in [(&victim.tenant, 10), (&other, 20)] {
        let exported = export(tenant, &ExportOptions::default()).await;
        assert_eq!(exported.records.len(), size);
        assert_eq!(exported.verified.header.tenant_id, tenant.id());
    }
}

#[tokio::test]
async fn long_records_and_every_character_come_through() {
    let victim = Victim::with_entries(1).await;
    let long = "x".repeat(300_000);
    let events = [
        event("long").with_detail("text", long.as_str()),
        event("line breaks").with_detail("text", "a\nb\r\nc\u{2028}d\u{85}e"),
        event("others").with_detail("text", "ß 漢 🦀 \u{7f} \" \\ \t"),
    ];
    victim.tenant.audit().append_many(&events).await.unwrap();
    victim.checkpoint(4).await;
    let exported = export(&victim.tenant, &ExportOptions::default()).await;
    assert_eq!(exported.records, expected(&victim.tenant, &ExportOptions::default(), 4).await);
}

/// Fails after some bytes, as a full disk does.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_writer_that_fails_is_told_and_nothing_is_recorded() {
    let victim = Victim::with_checkpoint(2_000).await;
    let (by, all) = (Actor::system(), ExportOptions::default());
    for room in [0, 100_000, 400_000] {
        let audit = victim.tenant.audit();
        let error = audit.export(&all, &by, Full(room), &|_| ()).await.unwrap_err();
        assert!(
            error.is_unavailable() && error.to_string().contains("cannot be written"),
            "{error}"
        );
    }
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 2_000);
    export(&victim.tenant, &all).await;
}

#[tokio::test]
async fn progress_grows_to_the_total() {
    let victim = Victim::with_checkpoint(25_000).await;
    let seen = Mutex::new(Vec::new());
    let note = |progress: ExportProgress| seen.lock().unwrap().push(progress);
    let (by, all) = (Actor::system(), ExportOptions::default());
    victim.tenant.audit().export(&all, &by, io::sink(), &note).await.unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() >= 3 && seen.is_sorted_by_key(|progress| progress.done), "{seen:?}");
    assert_eq!(*seen.last().unwrap(), ExportProgress { done: 25_000, total: 25_000 });
}

#[tokio::test]
async fn an_export_that_is_dropped_leaves_the_connections_usable() {
    let victim = Victim::with_checkpoint(25_000).await;
    for at in [0_u64, 10_000, 20_000] {
        let reached = tokio::sync::Notify::new();
        let note = |progress: ExportProgress| {
            if progress.done >= at {
                reached.notify_one();
            }
        };
        let (by, all, audit) = (Actor::system(), ExportOptions::default(), victim.tenant.audit());
        tokio::select! {
            biased;
            () = reached.notified() => {}
            exported = audit.export(&all, &by, io::sink(), &note) => { exported.unwrap(); }
        }
    }
    let last = victim.tenant.audit().head().await.unwrap().seq;
    assert!((25_000..=25_003).contains(&last));
    let (by, all, audit) = (Actor::system(), ExportOptions::default(), victim.tenant.audit());
    let report = audit.export(&all, &by, io::sink(), &|_| ()).await.unwrap();
    assert_eq!(report.count, 25_000);
}

#[tokio::test]
async fn failed_events_can_be_asked_for() {
    let victim = Victim::with_entries(1).await;
    victim
        .tenant
        .audit()
        .append_many(&[event(1).failed(), event(2), event(3).failed()])
        .await
        .unwrap();
    victim.checkpoint(4).await;
    let filter = AuditFilter { status: Some(EventStatus::Failure), ..AuditFilter::default() };
    let failed = ExportOptions { filter, ..ExportOptions::default() };
    let exported = export(&victim.tenant, &failed).await;
    let seqs: Vec<_> = exported.records.iter().map(|(seq, _)| *seq).collect();
    assert_eq!((seqs, exported.verified.gaps), (vec![2, 4], 2));
}
