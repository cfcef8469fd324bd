//! What the database itself refuses of a memory, whoever writes it.

use std::collections::BTreeSet;

use tokio_postgres::error::SqlState;

use super::mind::Mind;

/// Each check of the table, what it refuses, and what is just within.
const CHECKS: &[(&str, &[&str], &[&str])] = &[
    (
        "memories_entry_key_length",
        &["entry_key = ''", "entry_key = repeat('é', 256)"],
        &["entry_key = 'é'", "entry_key = repeat('é', 255)", "entry_key = NULL"],
    ),
    (
        "memories_content_length",
        &["content = ''", "content = repeat('é', 65537)"],
        &["content = 'é'", "content = repeat('é', 65536)"],
    ),
    (
        "memories_subject_length",
        &["subject = ''", "subject = repeat('é', 256)"],
        &["subject = 'é'", "subject = repeat('é', 255)", "subject = NULL"],
    ),
    (
        "memories_embedding_of_model",
        &["embedding = '[1]'", "embedding_model = 'm'"],
        &["embedding = '[1]', embedding_model = 'm'", "embedding = NULL, embedding_model = NULL"],
    ),
    (
        "memories_embedding_direction",
        &[
            "embedding = '[0, 0]', embedding_model = 'm'",
            "embedding = '[9e-16]', embedding_model = 'm'",
            "embedding = '[1.1e15]', embedding_model = 'm'",
        ],
        &[
            "embedding = '[0, 1.1e-15]', embedding_model = 'm'",
            "embedding = '[9e14]', embedding_model = 'm'",
            "embedding = NULL, embedding_model = NULL",
        ],
    ),
    (
        "memories_embedding_model_length",
        &[
            "embedding = '[1]', embedding_model = ''",
            "embedding = '[1]', embedding_model = repeat('é', 256)",
        ],
        &[
            "embedding = '[1]', embedding_model = 'é'",
            "embedding = '[1]', embedding_model = repeat('é', 255)",
            "embedding = NULL, embedding_model = NULL",
        ],
    ),
    (
        "memories_extraction_model_length",
        &["extraction_model = ''", "extraction_model = repeat('é', 256)"],
        &["extraction_model = 'é'", "extraction_model = repeat('é', 255)"],
    ),
    (
        "memories_importance_range",
        &["importance = 0", "importance = 11", "importance = -1"],
        &["importance = 1", "importance = 10"],
    ),
    (
        "memories_confidence_range",
        &["confidence = -0.1", "confidence = 1.1", "confidence = 'NaN'", "confidence = 'Infinity'"],
        &["confidence = 0", "confidence = 1"],
    ),
    ("memories_version_positive", &["version = 0", "version = -1"], &["version = 1"]),
    (
        "memories_not_by_itself",
        &["superseded_by = id"],
        &[
            "superseded_by = (SELECT other.id FROM memories AS other WHERE other.content = 'coffee')",
            "superseded_by = NULL",
        ],
    ),
    (
        "memories_references",
        &[
            "source_message_ids = ARRAY[gen_random_uuid(), NULL]",
            "contradicts = ARRAY[gen_random_uuid(), NULL]",
            "related_to = ARRAY[gen_random_uuid(), NULL]",
            "source_message_ids = ARRAY[ARRAY[gen_random_uuid()]]",
            "contradicts = ARRAY[ARRAY[gen_random_uuid()]]",
            "related_to = ARRAY[ARRAY[gen_random_uuid()]]",
        ],
        &[
            "source_message_ids = ARRAY[gen_random_uuid(), gen_random_uuid()]",
            "contradicts = ARRAY[gen_random_uuid(), gen_random_uuid()]",
            "related_to = ARRAY[gen_random_uuid(), gen_random_uuid()]",
            "source_message_ids = '{}', contradicts = '{}', related_to = '{}'",
        ],
    ),
    (
        "memories_metadata_object",
        &["metadata = '[]'", "metadata = 'null'", "metadata = '7'", r#"metadata = '"x"'"#],
        &["metadata = '{}'"],
    ),
    (
        "memories_expires_at_range",
        &[
            "expires_at = 'infinity'",
            "expires_at = '-infinity'",
            "expires_at = '10000-01-01T00:00:00Z'",
            "expires_at = '0001-12-31T23:59:59.999999Z BC'",
        ],
        &[
            "expires_at = '0001-01-01T00:00:00Z'",
            "expires_at = '9999-12-31T23:59:59.999999Z'",
            "expires_at = NULL",
        ],
    ),
];

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_the_database_and_what_is_just_within_is_taken() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let id = mind.add("tea").await.id;
    mind.add("coffee").await;
    // As the library writes: in the scope of the tenant, by the role that is bound by it.
    let client = mind.world.superuser().await;
    let scope = format!("SET app.tenant_id = '{}'; SET ROLE af_app", mind.tenant.id());
    client.batch_execute(&scope).await.unwrap();
    let update = async |set: &str| {
        let sql = format!("UPDATE memories SET {set} WHERE id = $1");
        client.execute(&sql, &[&id.0]).await
    };
    for (constraint, refused, taken) in CHECKS {
        for set in *refused {
            let error = update(set).await.expect_err(set);
            let error = error.as_db_error().unwrap_or_else(|| panic!("{set}: {error:?}"));
            assert_eq!(*error.code(), SqlState::CHECK_VIOLATION, "{set}: {error:?}");
            assert_eq!(error.constraint(), Some(*constraint), "{set}");
        }
        for set in *taken {
            let updated = update(set).await.unwrap_or_else(|error| panic!("{set}: {error:?}"));
            assert_eq!(updated, 1, "{set}");
        }
    }

    let sql = "SELECT conname::text FROM pg_constraint WHERE conrelid = 'memories'::regclass AND contype = 'c'";
    let checks = client.query(sql, &[]).await.unwrap();
    let checks: BTreeSet<&str> = checks.iter().map(|row| row.get(0)).collect();
    let tried: BTreeSet<&str> = CHECKS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(checks, tried);
}
