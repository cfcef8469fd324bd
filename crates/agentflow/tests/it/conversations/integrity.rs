//! Every way to change a stored message, and what replay says about it.

use agentflow::{conversations::Replay, core::ids::MessageId};
use uuid::Uuid;

use super::{Stage, pages};

const ALL: Replay = Replay::Between { since: None, until: None };

/// Changes of one row each, and what the verdict must say.
const CHANGES: &[(&str, &str)] = &[
    ("trace_id = overlay(trace_id PLACING '0' FROM 1)", "hash mismatch"),
    ("trace_id = NULL", "hash mismatch"),
    ("span_id = overlay(span_id PLACING '0' FROM 16)", "hash mismatch"),
    ("span_id = NULL", "hash mismatch"),
    ("from_agent = 'Planner'", "hash mismatch"),
    ("to_agent = 'coder '", "hash mismatch"),
    ("type = 'event'", "hash mismatch"),
    ("payload = jsonb_set(payload, '{text}', '\"a é\"')", "hash mismatch"),
    ("payload = payload - 'number'", "hash mismatch"),
    ("payload = payload || '{\"more\": null}'", "hash mismatch"),
    ("payload = '[]'", "hash mismatch"),
    ("payload = jsonb_set(payload, '{ratio}', '0.1000000000000000055')", "payload: the number 0.1"),
    (
        "payload = jsonb_set(payload, '{ratio}', '9007199254740993')",
        "payload.ratio: 9007199254740993",
    ),
    ("metadata = '{\"attempt\": 2}'", "hash mismatch"),
    ("metadata = '{}'", "hash mismatch"),
    ("cost = jsonb_set(cost, '{tokens}', '13')", "hash mismatch"),
    ("cost = jsonb_set(cost, '{dollars}', '0.0030001')", "hash mismatch"),
    ("cost = jsonb_set(cost, '{tokens}', '12.5')", "cost: invalid type"),
    ("cost = cost || '{\"euros\": 1}'", "cost: unknown field `euros`"),
    ("ts = ts + interval '1 microsecond'", "hash mismatch"),
    ("envelope_hash = repeat('0', 64)", "hash mismatch: expected 0000"),
    ("ts = 'infinity'", "ts: expected a time"),
    ("ts = '-infinity'", "ts: expected a time"),
    ("ts = '12345-01-01'", "ts: expected a time"),
    ("ts = '0044-03-15 BC'", "ts: expected a time"),
    ("payload = NULL", "payload: is missing"),
    ("envelope_hash = NULL", "envelope_hash: is missing"),
    ("envelope_hash = upper(envelope_hash)", "envelope_hash: expected 64 lower-case"),
    ("trace_id = upper(trace_id)", "trace_id: expected 32"),
    ("type = 'gossip'", "type: expected one of"),
    ("from_agent = ''", "from: expected 1 to 255"),
    ("metadata = '[]'", "metadata: invalid type"),
    ("cost = '7'", "cost: invalid type"),
    ("payload = (repeat('[', 101) || repeat(']', 101))::jsonb", "nested deeper than 100"),
    ("payload = (repeat('[', 300) || repeat(']', 300))::jsonb", "recursion limit"),
];

/// What keeps a row from being forged further, for who owns the table.
const DROP_CONSTRAINTS: &str = "
    DO $$
    DECLARE
        v_name text;
    BEGIN
        FOR v_name IN
            SELECT conname FROM pg_constraint WHERE conrelid = 'messages'::regclass AND contype = 'c'
        LOOP
            EXECUTE format('ALTER TABLE messages DROP CONSTRAINT %I', v_name);
        END LOOP;
    END
    $$;
    ALTER TABLE messages ALTER payload DROP NOT NULL, ALTER envelope_hash DROP NOT NULL;";

#[tokio::test]
async fn whatever_is_changed_in_a_row_is_found_and_named_and_nothing_else_is() {
    let stage = Stage::new().await;
    let total = u32::try_from(CHANGES.len()).unwrap() + 3;
    let stored = stage.store(total).await;
    assert!(stage.verify_all().await.is_good());
    stage.forge(DROP_CONSTRAINTS).await;
    let id = |index: usize| stored[index].envelope().id;
    for (index, (change, _)) in CHANGES.iter().enumerate() {
        stage.forge(&format!("UPDATE messages SET {change} WHERE id = '{}'", id(index))).await;
    }
    // What is not hashed does not matter.
    for (unhashed, index) in [
        ("feedback_rating = 'negative', feedback_comment = 'no'", CHANGES.len()),
        ("created_at = 'infinity'", CHANGES.len() + 1),
    ] {
        stage.forge(&format!("UPDATE messages SET {unhashed} WHERE id = '{}'", id(index))).await;
    }

    let mut expected: Vec<_> = (0..CHANGES.len()).map(id).collect();
    for page in [1, 2, 5, 1_000] {
        let mut told = Vec::new();
        let report = stage
            .tenant
            .messages()
            .replay(&ALL, &pages(page), |message, verdict| {
                assert_eq!(message.verdict(), verdict);
                told.extend(verdict.is_err().then_some(message.id));
            })
            .await
            .unwrap();
        let mut bad: Vec<_> = report.bad.iter().map(|bad| bad.id).collect();
        assert_eq!(bad, told, "pages of {page}");
        bad.sort();
        expected.sort();
        assert_eq!(bad, expected, "pages of {page}");
        assert_eq!((report.total, report.bad_total()), (total.into(), CHANGES.len() as u64));
    }
    let report = stage.verify_all().await;
    assert_eq!((report.total, report.verified), (total.into(), 3));
    for (index, (change, reason)) in CHANGES.iter().enumerate() {
        let bad = report.bad.iter().find(|bad| bad.id == id(index)).unwrap();
        assert!(bad.reason.contains(reason), "{change}: {}", bad.reason);
        let message = stage.tenant.messages().get(id(index)).await.unwrap().unwrap();
        assert_eq!(message.verdict().unwrap_err(), bad.reason);
        assert!(message.sealed().is_err());
    }
}

#[tokio::test]
async fn every_changed_digit_of_a_hash_trace_or_span_is_found() {
    let stage = Stage::new().await;
    let message = stage.store(1).await.remove(0);
    let id = message.envelope().id;
    let tampered = async |set: String| {
        stage.forge(&format!("UPDATE messages SET {set} WHERE tenant_id = :t")).await;
        stage.tenant.messages().get(id).await.unwrap().unwrap().verdict().is_err()
    };
    let hash = message.envelope_hash().to_string();
    for (column, text) in
        [("envelope_hash", hash), ("trace_id", "ab".repeat(16)), ("span_id", "cd".repeat(8))]
    {
        for at in 0..text.len() {
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            let set = format!("{column} = overlay('{text}' PLACING '{digit}' FROM {})", at + 1);
            assert!(tampered(set).await, "{column}, digit {at}");
        }
        assert!(!tampered(format!("{column} = '{text}'")).await, "{column} is as it was");
    }
}

#[tokio::test]
async fn a_message_under_another_id_is_found_under_that_id() {
    let stage = Stage::new().await;
    let stored = stage.store(2).await;
    let other = MessageId(Uuid::from_u128(u128::MAX));
    let id = stored[0].envelope().id;
    stage.forge(&format!("UPDATE messages SET id = '{other}' WHERE id = '{id}'")).await;
    let report = stage.verify_all().await;
    assert_eq!(report.bad.iter().map(|bad| bad.id).collect::<Vec<_>>(), [other]);
}

#[tokio::test]
async fn the_first_bad_message_ends_a_replay_that_was_asked_to() {
    let stage = Stage::new().await;
    let stored = stage.store(9).await;
    for index in [3, 6] {
        let id = stored[index].envelope().id;
        stage.forge(&format!("UPDATE messages SET to_agent = 'eve' WHERE id = '{id}'")).await;
    }
    for page in [1, 2, 4, 100] {
        let options =
            agentflow::conversations::ReplayOptions { stop_at_first: true, ..pages(page) };
        let report = stage.tenant.messages().replay(&ALL, &options, |_, _| ()).await.unwrap();
        assert_eq!((report.total, report.verified), (4, 3), "pages of {page}");
        assert_eq!(report.bad[0].id, stored[3].envelope().id);
    }
}

#[tokio::test]
async fn a_report_names_ten_thousand_bad_messages_and_counts_the_rest() {
    let stage = Stage::new().await;
    stage
        .forge(
            "INSERT INTO messages (tenant_id, id, from_agent, to_agent, type, ts, envelope_hash)
             SELECT :t, gen_random_uuid(), 'a', 'b', 'event', now(), repeat('0', 64)
             FROM generate_series(1, 10050)",
        )
        .await;
    let report = stage.verify_all().await;
    assert_eq!((report.total, report.bad_total(), report.bad.len()), (10_050, 10_050, 10_000));
    assert!(report.bad.is_sorted_by_key(|bad| bad.id));
}
