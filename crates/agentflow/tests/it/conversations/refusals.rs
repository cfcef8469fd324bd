use agentflow::{Error, core::envelope::SealedEnvelope};
use serde_json::json;

use super::Stage;

/// The contract of a message, with another hash.
fn contract(sealed: &SealedEnvelope, hash: Option<&str>) -> String {
    let mut contract = serde_json::to_value(sealed).unwrap();
    match hash {
        Some(hash) => contract["envelope_hash"] = json!(hash),
        None => drop(contract.as_object_mut().unwrap().remove("envelope_hash")),
    }
    contract.to_string()
}

#[tokio::test]
async fn a_missing_malformed_or_wrong_hash_is_refused_by_the_library() {
    let stage = Stage::new().await;
    let good = stage.message(1);
    let hash = good.envelope_hash().to_string();
    for bad in [
        None,
        Some(String::new()),
        Some(hash.to_uppercase()),
        Some(hash[..63].to_owned()),
        Some(format!("{hash}0")),
        Some("g".repeat(64)),
        Some("0".repeat(64)),
    ] {
        let error = SealedEnvelope::open(&contract(&good, bad.as_deref())).unwrap_err();
        assert_eq!(error.field, "envelope_hash", "{bad:?}: {error}");
    }
    // The same text with the right one is accepted, and stored.
    let open = SealedEnvelope::open(&contract(&good, Some(&hash))).unwrap();
    stage.tenant.messages().store(&open).await.unwrap();
}

#[tokio::test]
async fn a_missing_or_malformed_hash_is_refused_by_the_database() {
    let stage = Stage::new().await;
    let hash = stage.message(1).envelope_hash().to_string();
    let insert = |hash: &str| {
        format!(
            "INSERT INTO messages (tenant_id, id, from_agent, to_agent, type, ts, envelope_hash)
             VALUES ('{}', gen_random_uuid(), 'a', 'b', 'event', now(), {hash})",
            stage.tenant.id()
        )
    };
    for bad in [
        "NULL".to_owned(),
        "''".to_owned(),
        format!("'{}'", hash.to_uppercase()),
        format!("'{}'", &hash[..63]),
        format!("'{hash}0'"),
        format!("E'{hash}\\n'"),
        format!("'{}'", "g".repeat(64)),
    ] {
        let error = stage.superuser.batch_execute(&insert(&bad)).await.unwrap_err();
        let code = error.code().unwrap().code().to_owned();
        assert!(["23502", "23514"].contains(&code.as_str()), "{bad}: {error:?}");
    }
    assert_eq!(stage.count("SELECT count(*) FROM messages").await, 0);
    // A well-formed one is stored, whoever made it up; replay finds it.
    stage.superuser.batch_execute(&insert(&format!("'{hash}'"))).await.unwrap();
    let report = stage.verify_all().await;
    assert_eq!((report.total, report.verified), (1, 0));
    assert!(report.bad[0].reason.contains("hash mismatch"), "{report:?}");
}

#[tokio::test]
async fn the_same_id_again_is_refused_and_so_is_the_rest_of_the_batch() {
    let stage = Stage::new().await;
    let messages = stage.tenant.messages();
    messages.store(&stage.message(1)).await.unwrap();
    let batch = [stage.message(0), stage.message(1), stage.message(2)];
    let error = messages.store_many(&batch).await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "id"), "{error}");
    assert_eq!(stage.verify_all().await.total, 1);
    messages.store_many(&[]).await.unwrap();
}

#[tokio::test]
async fn what_was_said_cannot_be_changed_in_the_scope_of_a_tenant() {
    let stage = Stage::new().await;
    stage.store(1).await;
    for sql in [
        "UPDATE public.messages SET payload = '1'",
        "UPDATE public.messages SET envelope_hash = repeat('0', 64)",
        "UPDATE public.messages SET ts = now()",
    ] {
        let error = stage.tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error}");
    }
    assert!(stage.verify_all().await.is_good());
}
