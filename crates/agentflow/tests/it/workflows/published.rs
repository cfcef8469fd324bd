//! What was published never changes, not even by SQL.

use super::{ann, definition, refunds};
use crate::support::World;

/// Another value of the type of a column.
fn another(column: &str, kind: &str) -> String {
    match kind {
        "uuid" => "gen_random_uuid()".to_owned(),
        "text" if column == "version" => "'9.9.9'".to_owned(),
        "text" => format!("coalesce({column}, '') || ' '"),
        "jsonb" => format!("{column} || '{{\"more\": 1}}'"),
        "bytea" => format!("sha256({column})"),
        "boolean" => format!("NOT {column}"),
        "timestamp with time zone" => {
            format!("coalesce({column}, now()) + interval '1 microsecond'")
        }
        "risk_tier" => format!("CASE WHEN {column} = 'low' THEN 'high' ELSE 'low' END::risk_tier"),
        other => panic!("no other value of {column} {other} is known; add one"),
    }
}

#[tokio::test]
async fn no_column_of_a_published_version_can_be_changed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let published =
        tenant.workflows().publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap();
    let client = world.superuser().await;
    let sql = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
               WHERE attrelid = 'workflow_versions'::regclass AND attnum > 0 AND NOT attisdropped";
    let columns = client.query(sql, &[]).await.unwrap();
    assert!(columns.len() >= 14, "{}", columns.len());
    for column in columns {
        let (column, kind): (String, String) = (column.get(0), column.get(1));
        // Who published may go; everything else stays. As superuser, whom no grant and no policy holds.
        let value =
            if column == "published_by" { "NULL".to_owned() } else { another(&column, &kind) };
        let done =
            client.execute(&format!("UPDATE workflow_versions SET {column} = {value}"), &[]).await;
        if column == "published_by" {
            assert_eq!(done.unwrap(), 1);
            continue;
        }
        let error = done.expect_err(&column);
        let error = error.as_db_error().unwrap();
        // Row-level security and this key hold it in its tenant.
        if column == "tenant_id" {
            assert_eq!(error.constraint(), Some("workflows_latest_version_fkey"));
            continue;
        }
        assert_eq!(
            error.message(),
            "workflow versions never change: publish another version",
            "{column}"
        );
        assert_eq!(error.code().code(), "23001", "{column}");
    }
    let after = tenant.workflows().get_version(published.version.id).await.unwrap();
    assert_eq!(after, Some(published.version));
    // Whoever published it may go, but nobody else takes the place, and nobody the empty one.
    let somebody = "UPDATE workflow_versions SET published_by = gen_random_uuid()";
    let error = client.execute(somebody, &[]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23001", "{error:?}");
    // What changes nothing is no change.
    client.execute("UPDATE workflow_versions SET version = version", &[]).await.unwrap();
}

#[tokio::test]
async fn a_tenant_cannot_change_it_through_its_own_scope_either() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    tenant.workflows().publish(workflow.id, &definition("1.0.0"), &ann()).await.unwrap();
    for sql in [
        "UPDATE workflow_versions SET risk_tier = 'high'",
        "UPDATE workflow_versions SET is_published = false",
        "UPDATE workflow_versions SET published_by = gen_random_uuid()",
        "UPDATE workflow_versions SET published_by = NULL",
        "DELETE FROM workflow_versions",
    ] {
        let error = tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, agentflow::Error::Denied { .. }), "{sql}: {error:?}");
    }
}
