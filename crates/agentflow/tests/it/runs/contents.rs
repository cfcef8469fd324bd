//! What is kept of what runs are given, and of what comes of them.

use agentflow::{
    core::hash::Sha256,
    runs::{ContentDigest, Run},
};
use serde_json::{Value, json};

use super::support::Place;
use crate::support::World;

const SECRET: &str = "IBAN-DE02";

fn digest_of(canonical: &str) -> ContentDigest {
    let sha256 = Sha256::of(&[canonical.as_bytes()]);
    ContentDigest { bytes: canonical.len() as u64, sha256 }
}

async fn start(place: &Place) -> Run {
    place.start_with(json!({ "z": 1.50, "account": SECRET })).await
}

const CANONICAL: &str = r#"{"account":"IBAN-DE02","z":1.5}"#;

#[tokio::test]
async fn a_workspace_that_keeps_contents_keeps_the_input_and_its_digest() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let run = start(&place).await;
    assert_eq!(run.input.value, Some(json!({ "z": 1.5, "account": SECRET })));
    assert_eq!(run.input.digest, Some(digest_of(CANONICAL)));
    assert_eq!((run.output.value, run.output.digest), (None, None));
}

#[tokio::test]
async fn a_workspace_that_keeps_no_contents_keeps_sizes_and_hashes() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    // High risk, so that there is a request for approval as well.
    let definition = format!("risk_tier: high\n{}", super::support::steps_of(1));
    let mode = agentflow::DataPersistenceMode::MetadataOnly;
    let place = Place::with(&tenant, mode, &definition).await;
    let run = start(&place).await;
    assert_eq!(run.input.value, None);
    assert_eq!(run.input.digest, Some(digest_of(CANONICAL)));
    let shown = serde_json::to_value(&run).unwrap();
    assert_eq!(shown["input"]["bytes"], json!(CANONICAL.len()));
    assert_eq!(shown["input"].get("value"), None);
    let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.approvals.len(), 1);
    assert_eq!(timeline.decision.unwrap().input, None);

    // Nowhere in the database, whatever the table.
    let superuser = world.superuser().await;
    let tables = "SELECT c.oid::regclass::text FROM pg_class AS c
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')";
    let mut seen = 0;
    for table in superuser.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let sql = format!("SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{SECRET}%'");
        let count: i64 = superuser.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(count, 0, "{table}");
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[tokio::test]
async fn the_digest_of_what_a_step_is_given_is_that_of_the_definition() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = "steps:
  - { name: pay, type: connector_action, tool: bank, with: { b: 1, a: x } }
  - { name: ask, type: approval_gate, with: { what: all } }
  - { name: large, type: branch, cases: [{ when: 'true', goto: end }] }
";
    let place = Place::with(&tenant, agentflow::DataPersistenceMode::Full, definition).await;
    let run = place.start().await;
    let steps = tenant.runs().timeline(run.id).await.unwrap().unwrap().steps;
    let inputs: Vec<_> = steps.iter().map(|it| it.input).collect();
    let expected =
        [Some(digest_of(r#"{"a":"x","b":1}"#)), Some(digest_of(r#"{"what":"all"}"#)), None];
    assert_eq!(inputs, expected);
    assert_eq!(
        steps.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>().join(" "),
        "connector_action approval_gate branch"
    );
}

#[tokio::test]
async fn a_number_keeps_its_value_and_its_digest_through_the_database() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    for number in ["1e300", "-0.0", "0.1", "9007199254740991", "1e-7", "5e-324"] {
        let input: Value = serde_json::from_str(&format!("{{\"n\":{number}}}")).unwrap();
        let run = place.start_with(input).await;
        let again = tenant.runs().get(run.id).await.unwrap().unwrap();
        let value = again.input.value.unwrap();
        assert_eq!(
            ContentDigest::of("input", &value).unwrap(),
            run.input.digest.unwrap(),
            "{number}"
        );
    }
}

#[tokio::test]
async fn a_list_has_sizes_and_hashes_and_a_run_has_the_contents() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let run = place.start_with(json!({ "order": 12 })).await;
    let listed = tenant.runs().list(agentflow::runs::RunFilter::default(), None, 9).await.unwrap();
    assert_eq!((&listed[0].input.value, listed[0].input.digest), (&None, run.input.digest));
    assert_eq!(place.now(&run).await.input.value, Some(json!({ "order": 12 })));
}
