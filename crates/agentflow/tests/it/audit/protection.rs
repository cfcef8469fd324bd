//! What keeps history as it was: rights for the runtime role, triggers for everybody else.

use agentflow::{Error, audit::Actor};
use tokio_postgres::error::SqlState;

use super::{Victim, event};

async fn refusal(victim: &Victim, sql: &str) -> (SqlState, String) {
    let sql = sql.replace(":t", &format!("'{}'", victim.tenant.id()));
    let Err(error) = victim.superuser.batch_execute(&sql).await else {
        panic!("not refused: {sql}");
    };
    let error = error.as_db_error().unwrap();
    (error.code().clone(), error.message().to_owned())
}

#[tokio::test]
async fn history_is_append_only_even_for_the_owner_of_the_tables() {
    let victim = Victim::with_entries(3).await;
    let gone = victim.world.new_tenant("Gone").await;
    victim.world.store.admin().tenants().delete(gone.id, &Actor::user("ann")).await.unwrap();
    for table in ["audits", "tenant_tombstones", "audit_heads"] {
        for sql in [
            format!("UPDATE {table} SET tenant_id = gen_random_uuid()"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let (code, message) = refusal(&victim, &sql).await;
            assert_eq!(code, SqlState::RESTRICT_VIOLATION, "{sql}: {message}");
            assert!(message.contains(&format!("{table} is append-only")), "{sql}: {message}");
        }
    }
    for sql in [
        "UPDATE audits SET record = record",
        "UPDATE audits SET record = record WHERE false",
        "DELETE FROM audits WHERE seq = 2",
        "UPDATE tenant_tombstones SET last_seq = 0",
    ] {
        assert_eq!(refusal(&victim, sql).await.0, SqlState::RESTRICT_VIOLATION, "{sql}");
    }
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn a_head_moves_forward_only() {
    let victim = Victim::with_entries(5).await;
    for change in [
        "seq = seq - 1",
        "hash = sha256('x')",
        "pruned_hash = sha256('x')",
        "seq = 0, hash = pruned_hash",
        "tenant_id = gen_random_uuid()",
    ] {
        let sql = format!("UPDATE audit_heads SET {change} WHERE tenant_id = :t");
        let (code, message) = refusal(&victim, &sql).await;
        assert_eq!(code, SqlState::RESTRICT_VIOLATION, "{change}: {message}");
    }
    victim.forge("UPDATE audit_heads SET pruned_seq = 3 WHERE tenant_id = :t").await;
    let sql = "SET session_replication_role = origin; UPDATE audit_heads SET pruned_seq = 2 WHERE tenant_id = :t";
    assert_eq!(refusal(&victim, sql).await.0, SqlState::RESTRICT_VIOLATION);
}

#[tokio::test]
async fn checkpoints_stay_as_they_were_written() {
    let victim = Victim::with_entries(3).await;
    let insert =
        "INSERT INTO audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
                  VALUES (:t, 3, sha256('a'), sha256('b'), sha256('c'), 'note')";
    victim.forge(&format!("{insert}; SET session_replication_role = origin")).await;
    for sql in [
        "UPDATE audit_checkpoints SET note = 'other'",
        "DELETE FROM audit_checkpoints",
        "TRUNCATE audit_checkpoints",
    ] {
        assert_eq!(refusal(&victim, sql).await.0, SqlState::RESTRICT_VIOLATION, "{sql}");
    }
    let admin = victim.world.store.admin();
    admin.tenants().delete(victim.tenant.id(), &Actor::user("ann")).await.unwrap();
}

#[tokio::test]
async fn the_runtime_role_can_only_read_and_append() {
    let victim = Victim::with_entries(3).await;
    for table in ["audits", "audit_heads", "tenant_tombstones"] {
        for verb in ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"] {
            let row = victim
                .superuser
                .query_one(
                    "SELECT has_table_privilege('af_app', $1::text, $2::text)",
                    &[&table, &verb],
                )
                .await
                .unwrap();
            assert!(!row.get::<_, bool>(0), "{verb} on {table}");
        }
    }
    for sql in [
        "UPDATE audits SET record = record",
        "DELETE FROM audits",
        "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
         SELECT tenant_id, gen_random_uuid(), 4, hash, hash, record FROM audits LIMIT 1",
        "UPDATE audit_heads SET seq = 7",
        "DELETE FROM audit_heads",
    ] {
        let error = victim.tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error:?}");
    }
    victim.assert_intact(true).await;
}

#[tokio::test]
async fn nobody_appends_to_the_chain_of_another_tenant() {
    const APPEND: &str = "SELECT audit_append($1, ARRAY[gen_random_uuid()], ARRAY['{}'])";
    let victim = Victim::with_entries(3).await;
    let other = victim.world.tenant("Beta").await;
    let error = other.query(APPEND, &[&victim.tenant.id().0]).await.unwrap_err();
    assert!(matches!(&error, Error::Denied { .. }), "{error:?}");
    let (code, _) =
        refusal(&victim, "SELECT audit_append(:t, ARRAY[gen_random_uuid()], ARRAY['{}'])").await;
    assert_eq!(code, SqlState::INSUFFICIENT_PRIVILEGE, "not without a tenant either");
    assert_eq!(victim.tenant.audit().head().await.unwrap().seq, 3);
    victim.tenant.audit().append(&event("own")).await.unwrap();
}

#[tokio::test]
async fn appending_refuses_ids_that_do_not_match_the_records() {
    let victim = Victim::with_entries(1).await;
    for arrays in [
        "'{}', '{}'",
        "NULL, NULL",
        "ARRAY[gen_random_uuid()], '{}'",
        "ARRAY[gen_random_uuid()], ARRAY['{}', '{}']",
        "NULL, ARRAY['{}']",
        "ARRAY[gen_random_uuid()], ARRAY[NULL]",
        "ARRAY[gen_random_uuid()], ARRAY['no json']",
    ] {
        let sql = format!(
            "BEGIN; SELECT set_config('app.tenant_id', :t::text, true); SELECT audit_append(:t, {arrays})"
        );
        refusal(&victim, &sql).await;
        victim.superuser.batch_execute("ROLLBACK").await.unwrap();
    }
    victim.assert_intact(true).await;
}
