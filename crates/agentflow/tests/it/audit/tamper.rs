//! Every way to change a chain, each with triggers off and constraints dropped where they are in the way.

use agentflow::audit::Verdict;

use super::{RECHAIN, Victim, fill, options, rechain};

const NOT_ITS_RECORD: &str = "hash is not the hash of its record";
const NOT_THE_ONE_BEFORE: &str = "prev_hash is not the hash of the entry before";

/// Ten entries, one forgery; the first wrong entry must be named.
async fn assert_caught(sql: &str, seq: i64, reason: &str) {
    let victim = Victim::with_entries(10).await;
    victim.assert_intact(true).await;
    victim.forge(sql).await;
    victim.assert_tampered(false, seq, reason).await;
}

#[tokio::test]
async fn an_edited_record_is_named() {
    let sql =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 5, NOT_ITS_RECORD).await;
}

#[tokio::test]
async fn an_edited_record_with_its_own_hash_repaired_is_caught_at_the_next_entry() {
    let sql = "
        UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5;
        UPDATE audits SET hash = sha256(prev_hash || convert_to(record, 'UTF8')) WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 6, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn an_edited_first_entry_is_named() {
    let sql = "UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 1";
    assert_caught(sql, 1, NOT_ITS_RECORD).await;
}

#[tokio::test]
async fn an_entry_deleted_in_the_middle_is_named() {
    assert_caught("DELETE FROM audits WHERE tenant_id = :t AND seq = 5", 5, "is missing").await;
}

#[tokio::test]
async fn a_deleted_beginning_is_named() {
    assert_caught("DELETE FROM audits WHERE tenant_id = :t AND seq <= 3", 1, "is missing").await;
}

#[tokio::test]
async fn a_deleted_tail_is_named_because_the_head_knows_it() {
    assert_caught("DELETE FROM audits WHERE tenant_id = :t AND seq = 10", 10, "is missing").await;
    assert_caught("DELETE FROM audits WHERE tenant_id = :t AND seq >= 8", 8, "is missing").await;
    assert_caught("DELETE FROM audits WHERE tenant_id = :t", 1, "is missing").await;
}

#[tokio::test]
async fn reordered_entries_are_named() {
    let sql = "
        UPDATE audits SET seq = 1000 WHERE tenant_id = :t AND seq = 4;
        UPDATE audits SET seq = 4 WHERE tenant_id = :t AND seq = 5;
        UPDATE audits SET seq = 5 WHERE tenant_id = :t AND seq = 1000";
    assert_caught(sql, 4, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn records_swapped_between_entries_are_named() {
    let sql = "
        UPDATE audits AS a SET record = b.record
        FROM audits AS b
        WHERE a.tenant_id = :t AND b.tenant_id = :t AND a.seq IN (4, 7) AND b.seq = 11 - a.seq";
    assert_caught(sql, 4, NOT_ITS_RECORD).await;
}

#[tokio::test]
async fn rows_swapped_between_tenants_are_named_in_both_chains() {
    let victim = Victim::with_entries(10).await;
    let other = victim.world.tenant("Beta").await;
    fill(&other, 10).await;
    let swap = "
        CREATE TEMP TABLE swapped AS SELECT * FROM audits WHERE seq IN (4, 5);
        UPDATE audits AS a SET record = s.record, prev_hash = s.prev_hash, hash = s.hash
        FROM swapped AS s WHERE s.seq = a.seq AND s.tenant_id <> a.tenant_id";
    victim.forge(swap).await;
    let report = victim.verify_all().await;
    assert_eq!(report.status, Verdict::Tampered);
    for verdict in &report.tenants {
        assert_eq!(verdict.first_tampered_seq, Some(4), "{verdict:?}");
    }
    assert_eq!(report.first_tampered_tenant, Some(victim.tenant.id()), "the first by id");
}

#[tokio::test]
async fn a_whole_chain_of_another_tenant_does_not_pass() {
    let victim = Victim::with_entries(3).await;
    let other = victim.world.tenant("Beta").await;
    fill(&other, 3).await;
    let replace = format!(
        "DELETE FROM audits WHERE tenant_id = :t; DELETE FROM audit_heads WHERE tenant_id = :t;
         UPDATE audits SET tenant_id = :t WHERE tenant_id = '{0}';
         UPDATE audit_heads SET tenant_id = :t WHERE tenant_id = '{0}'",
        other.id()
    );
    victim.forge(&replace).await;
    victim.assert_tampered(false, 1, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn a_removed_hash_is_named() {
    for column in ["hash", "prev_hash"] {
        let sql = format!(
            "ALTER TABLE audits ALTER {column} DROP NOT NULL;
             UPDATE audits SET {column} = NULL WHERE tenant_id = :t AND seq = 5"
        );
        assert_caught(&sql, 5, &format!("{column} is not a hash")).await;
    }
    let sql = "ALTER TABLE audits ALTER record DROP NOT NULL;
               UPDATE audits SET record = NULL WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 5, "the record is gone").await;
}

#[tokio::test]
async fn bytes_moved_between_the_two_hashes_are_named() {
    let sql = "
        ALTER TABLE audits DROP CONSTRAINT audits_hash_length, DROP CONSTRAINT audits_prev_hash_length;
        UPDATE audits SET prev_hash = prev_hash || substr(hash, 1, 1), hash = substr(hash, 2)
        WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 5, "is not a hash").await;
}

#[tokio::test]
async fn a_changed_prev_hash_alone_is_named() {
    let sql = "UPDATE audits SET prev_hash = sha256('x') WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 5, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn a_chain_rewritten_to_its_end_is_caught_by_the_head() {
    let sql = format!(
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5; {}",
        rechain(5)
    );
    assert_caught(&sql, 10, "entries were rewritten").await;
}

#[tokio::test]
async fn a_chain_rewritten_in_part_is_caught_where_that_ends() {
    let sql = RECHAIN.replace(":from", "5").replace("seq >= 5", "seq BETWEEN 5 AND 7");
    let sql = format!(
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5; {sql}"
    );
    assert_caught(&sql, 8, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn a_forged_entry_is_named_wherever_it_is_put() {
    let insert = |seq: &str, of: i64| {
        format!(
            "ALTER TABLE audits DROP CONSTRAINT audits_seq_key, DROP CONSTRAINT audits_seq_positive;
             INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
             SELECT tenant_id, gen_random_uuid(), {seq}, hash, sha256(hash || convert_to(record, 'UTF8')), record
             FROM audits WHERE tenant_id = :t AND seq = {of}"
        )
    };
    let twice = insert("5", 4);
    let victim = Victim::with_entries(10).await;
    victim.forge(&twice).await;
    victim.assert_tampered(false, 5, "entry 5").await;
    assert_caught(&insert("11", 10), 11, "not covered by the head").await;
    assert_caught(&insert("1000", 10), 11, "entry 11 is").await;
    assert_caught(&insert("0", 1), 0, "before the beginning").await;
    assert_caught(&insert("-7", 1), -7, "before the beginning").await;

    let pushed_in = "
        UPDATE audits SET seq = seq + 1000 WHERE tenant_id = :t AND seq > 5;
        UPDATE audits SET seq = seq - 999 WHERE tenant_id = :t AND seq > 1000;
        INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
        SELECT tenant_id, gen_random_uuid(), 6, hash, sha256(hash || convert_to(record, 'UTF8')), record
        FROM audits WHERE tenant_id = :t AND seq = 5;
        UPDATE audit_heads SET seq = 11 WHERE tenant_id = :t";
    assert_caught(pushed_in, 7, NOT_THE_ONE_BEFORE).await;
}

#[tokio::test]
async fn an_exact_copy_of_an_entry_is_there_twice() {
    let sql = "
        ALTER TABLE audits DROP CONSTRAINT audits_seq_key;
        INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
        SELECT tenant_id, gen_random_uuid(), seq, prev_hash, hash, record
        FROM audits WHERE tenant_id = :t AND seq = 5";
    assert_caught(sql, 5, "there twice").await;
    let last = sql.replace("seq = 5", "seq = 10");
    assert_caught(&last, 10, "there twice").await;
}

#[tokio::test]
async fn a_changed_generated_column_is_found_by_looking_deep() {
    let victim = Victim::with_entries(10).await;
    victim
        .forge(
            "ALTER TABLE audits ALTER COLUMN entry DROP EXPRESSION;
             UPDATE audits SET entry.actor_id = 'eve' WHERE tenant_id = :t AND seq = 5",
        )
        .await;
    victim.assert_intact(false).await;
    victim.assert_tampered(true, 5, "the searched fields of entry 5").await;
}

#[tokio::test]
async fn a_changed_id_is_found_by_looking_deep() {
    let victim = Victim::with_entries(10).await;
    victim.forge("UPDATE audits SET id = gen_random_uuid() WHERE tenant_id = :t AND seq = 7").await;
    victim.assert_intact(false).await;
    victim.assert_tampered(true, 7, "the id").await;
}

#[tokio::test]
async fn looking_deep_reports_a_rewritten_record_that_is_not_even_an_event() {
    for record in ["not json", "null", "[]", "{}", r#"{"occurred_at":"then"}"#, r#""\u0000""#] {
        let victim = Victim::with_entries(10).await;
        let rewrite = format!(
            "ALTER TABLE audits ALTER COLUMN entry DROP EXPRESSION;
             UPDATE audits SET record = '{record}' WHERE tenant_id = :t AND seq = 5; {};
             UPDATE audit_heads AS h SET hash = a.hash FROM audits AS a
             WHERE a.tenant_id = :t AND h.tenant_id = :t AND a.seq = 10",
            rechain(5)
        );
        victim.forge(&rewrite).await;
        victim.assert_intact(false).await;
        victim.assert_tampered(true, 5, "of entry 5").await;
    }
}

#[tokio::test]
async fn of_several_forgeries_the_first_is_named() {
    let sql = "
        UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 9;
        UPDATE audits SET prev_hash = sha256('x') WHERE tenant_id = :t AND seq = 4;
        DELETE FROM audits WHERE tenant_id = :t AND seq = 6";
    assert_caught(sql, 4, NOT_THE_ONE_BEFORE).await;
    let victim = Victim::with_entries(200).await;
    victim
        .forge("UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq IN (64, 65, 128)")
        .await;
    let verdict = super::verify(&victim.tenant, &options(3, 10)).await;
    assert_eq!(verdict.first_tampered_seq, Some(64));
}
