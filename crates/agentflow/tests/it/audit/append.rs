//! Appending: alone, many at once, inside a transaction; and what is refused.

use agentflow::{
    Error, NewWorkspace, WorkspaceId,
    audit::{Actor, AuditFilter, Event, Resource, Verdict},
    core::{audit::genesis_hash, hash::Sha256},
};
use serde_json::json;

use super::{Victim, event};

#[tokio::test]
async fn an_appended_event_is_stored_as_it_was_given() {
    let victim = Victim::with_entries(1).await;
    let workspace = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let given = Event {
        workspace_id: Some(workspace),
        occurred_at: Some("2026-11-21T04:41:00.123456Z".parse().unwrap()),
        client_ip: Some("10.0.0.1".parse().unwrap()),
        user_agent: Some("curl/8".into()),
        ..event("é\u{1f600}\n\"\\")
            .failed()
            .from_source("cli")
            .with_detail("a", json!([1, 2.5, null]))
    };
    let appended = victim.tenant.audit().append(&given).await.unwrap();
    assert_eq!((appended.first_seq, appended.last_seq), (2, 2));

    let entry = &victim.tenant.audit().list(&AuditFilter::default(), 1).await.unwrap()[0];
    assert_eq!((entry.seq, entry.hash), (2, appended.head_hash));
    assert_eq!(entry.action.as_deref(), Some("thing.done"));
    assert_eq!(
        (entry.actor_type.as_deref(), entry.actor_id.as_deref()),
        (Some("user"), Some("ann"))
    );
    assert_eq!(entry.resource_type.as_deref(), Some("thing"));
    assert_eq!(entry.resource_id.as_deref(), Some("é\u{1f600}\n\"\\"));
    assert_eq!((entry.status.as_deref(), entry.source.as_deref()), (Some("failure"), Some("cli")));
    assert_eq!(
        (entry.workspace_id, entry.occurred_at),
        (Some(WorkspaceId(workspace)), given.occurred_at)
    );
    assert_eq!(entry.details, Some(json!({"a": [1, 2.5, null], "number": "é\u{1f600}\n\"\\"})));
    assert!(entry.record.contains(r#""client_ip":"10.0.0.1""#), "{}", entry.record);
    victim.assert_intact(true).await;
}

/// The published formula, computed by PostgreSQL from what anybody can read and not by this library.
#[tokio::test]
async fn every_hash_is_the_published_formula() {
    let victim = Victim::with_entries(1).await;
    victim.tenant.audit().append(&event("alone")).await.unwrap();
    let many: Vec<_> = (0..50).map(event).collect();
    victim.tenant.audit().append_many(&many).await.unwrap();
    let sql = "
        SELECT seq, hash, sha256(
            coalesce(
                lag(hash) OVER (ORDER BY seq),
                sha256(convert_to(E'agentflow/audit/v1\\n', 'UTF8') || decode(replace(tenant_id::text, '-', ''), 'hex'))
            ) || convert_to(record, 'UTF8'))
        FROM audits WHERE tenant_id = $1 ORDER BY seq";
    let rows = victim.superuser.query(sql, &[&victim.tenant.id().0]).await.unwrap();
    assert_eq!(rows.len(), 52);
    for row in &rows {
        assert_eq!(row.get::<_, Vec<u8>>(1), row.get::<_, Vec<u8>>(2), "{}", row.get::<_, i64>(0));
    }
    let head = victim.tenant.audit().head().await.unwrap();
    assert_eq!(Sha256::from_slice(&rows[51].get::<_, Vec<u8>>(1)), Some(head.hash));

    let entries = victim.tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    assert_eq!(entries.last().unwrap().prev_hash, genesis_hash(victim.tenant.id()));
    let parts: [&[u8]; 2] = [entries[0].prev_hash.as_bytes(), entries[0].record.as_bytes()];
    assert_eq!(Sha256::of(&parts), entries[0].hash);
}

#[tokio::test]
async fn many_are_appended_in_their_order() {
    let victim = Victim::with_entries(1).await;
    let many: Vec<_> = (0..300).map(event).collect();
    let appended = victim.tenant.audit().append_many(&many).await.unwrap();
    assert_eq!((appended.first_seq, appended.last_seq), (2, 301));
    let entries = victim.tenant.audit().list(&AuditFilter::default(), 300).await.unwrap();
    let stored: Vec<_> = entries.iter().rev().map(|e| e.resource_id.clone().unwrap()).collect();
    let expected: Vec<_> = (0..300).map(|n| n.to_string()).collect();
    assert_eq!(stored, expected);
    assert_eq!(entries[0].hash, appended.head_hash);
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn many_are_appended_all_or_none() {
    let victim = Victim::with_entries(3).await;
    let before = victim.tenant.audit().head().await.unwrap();
    let many = [event(1), event(2).with_detail("n", u64::MAX), event(3)];
    let error = victim.tenant.audit().append_many(&many).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "details.n"),
        "{error:?}"
    );
    assert_eq!(victim.tenant.audit().head().await.unwrap(), before);

    let error = victim.tenant.audit().append_many(&[]).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "events"),
        "{error:?}"
    );
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_its_path() {
    let victim = Victim::with_entries(1).await;
    let nul = || json!([{ "b": "x\0" }]);
    for (refused, field) in [
        (event(1).with_detail("n", 1_i64 << 53), "details.n"),
        (event(1).with_detail("n", -(1_i64 << 53)), "details.n"),
        (event(1).with_detail("n", json!({ "deep": [0, u64::MAX] })), "details.n.deep[1]"),
        (event(1).with_detail("a", nul()), "details.a[0].b"),
        (event(1).with_detail("big", "x".repeat(1 << 20)), "details"),
        (Event { action: "Not Dotted".into(), ..event(1) }, "action"),
        (Event { resource_type: String::new(), ..event(1) }, "resource_type"),
        (Event { actor_id: "a\0".into(), ..event(1) }, "actor_id"),
        (Event { user_agent: Some("x".repeat(513)), ..event(1) }, "user_agent"),
        (event(1).from_source("No Way"), "source"),
    ] {
        let error = victim.tenant.audit().append(&refused).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{field}: {error:?}"
        );
    }
    let line = r#"{"action":"a.b","resource_type":"c","details":[1]}"#;
    assert!(serde_json::from_str::<Event>(line).is_err(), "details are an object");
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 1);

    let kept = event(1).with_detail("n", (1_i64 << 53) - 1).with_detail("s", "\\u0000");
    victim.tenant.audit().append(&kept).await.unwrap();
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn the_largest_records_are_kept_and_verified() {
    let victim = Victim::with_entries(1).await;
    let large = |n: usize| event(n).with_detail("text", "é€".repeat(1_000_000 / 5));
    victim.tenant.audit().append_many(&[large(1), event(2), large(3)]).await.unwrap();
    victim.tenant.audit().append(&large(4)).await.unwrap();
    victim.assert_intact(true).await;
    victim.forge("UPDATE audits SET record = record || ' ' WHERE tenant_id = :t AND seq = 4").await;
    victim.assert_tampered(false, 4, "hash is not the hash of its record").await;
}

#[tokio::test]
async fn an_entry_in_a_transaction_is_committed_with_the_change_it_is_about() {
    let victim = Victim::with_entries(1).await;
    let ann = Actor::user("ann");
    let id =
        victim.tenant.workspaces().create(NewWorkspace::named("Finance"), &ann).await.unwrap().id;
    let about = Event::new("workspace.renamed", Resource::new("workspace", id), ann);
    let rename = "UPDATE workspaces SET description = $1 WHERE tenant_id = $2";
    let params: (&str, _) = ("renamed", victim.tenant.id().0);

    let tx = victim.tenant.begin().await.unwrap();
    tx.execute(rename, &[&params.0, &params.1]).await.unwrap();
    tx.audit(&about).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = victim.tenant.begin().await.unwrap();
    tx.execute(rename, &[&params.0, &params.1]).await.unwrap();
    tx.audit(&about).await.unwrap();
    drop(tx);
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 2, "tenant and workspace created");
    let workspace = victim.tenant.workspaces().get(id).await.unwrap().unwrap();
    assert_eq!(workspace.description, None);

    let tx = victim.tenant.begin().await.unwrap();
    tx.execute(rename, &[&params.0, &params.1]).await.unwrap();
    tx.audit(&about).await.unwrap();
    let appended = tx.audit_and_commit(&about).await.unwrap();
    assert_eq!(appended.last_seq, 4);
    let workspace = victim.tenant.workspaces().get(id).await.unwrap().unwrap();
    assert_eq!(workspace.description.as_deref(), Some("renamed"));
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn a_refused_entry_takes_the_change_along() {
    let victim = Victim::with_entries(1).await;
    let tx = victim.tenant.begin().await.unwrap();
    tx.execute(
        "INSERT INTO workspaces (tenant_id, id, name, region, metadata)
                SELECT id, gen_random_uuid(), 'Secret', region, '{}' FROM tenants",
        &[],
    )
    .await
    .unwrap();
    let refused = event(1).with_detail("n", u64::MAX);
    assert!(matches!(tx.audit_and_commit(&refused).await, Err(Error::InvalidInput { .. })));
    assert!(victim.tenant.workspaces().list().await.unwrap().is_empty());
    let verdict = victim.verdict(true).await;
    assert_eq!((verdict.status, verdict.total_records), (Verdict::Success, 1));
}
