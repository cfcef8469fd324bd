//! What a superuser can do to a chain, and how it is found out.

use agentflow::{Store, audit::Verdict};

use super::{chain::verify_all, story::Told, tenants::Pair};
use crate::{
    error::{Error, Result},
    output::thousands,
};

const FIND: &str = include_str!("../../../queries/demo/find_payout.sql");
const TRIGGERS_OFF: &str = include_str!("../../../queries/demo/triggers_off.sql");
const REWRITE: &str = include_str!("../../../queries/demo/rewrite_record.sql");

/// Somewhere in the middle of the chain.
const BEHIND: i64 = 13_000;
const AMOUNT: &str = "\"amount_cents\":";

/// The entry that was forged, as it was before.
pub(super) struct Forged {
    seq: i64,
    record: String,
}

pub(super) async fn tamper(store: &Store, pair: &Pair) -> Result<Told<Forged>> {
    let superuser = store.admin().connect().await?;
    let row = superuser.query_one(FIND, &[pair.victim.id.as_uuid(), &BEHIND]).await;
    let row = row.map_err(|error| Error::sql("find an entry to forge", &error))?;
    let (seq, record): (i64, String) = (row.get("seq"), row.get("record"));
    let (before, after) = (amount(&record), record.replacen(AMOUNT, &format!("{AMOUNT}9"), 1));
    rewrite(store, pair, seq, &after).await?;

    let report = verify_all(store).await?;
    let holds = report.status == Verdict::Tampered
        && report.first_tampered_tenant == Some(pair.victim.id)
        && report.first_tampered_seq == Some(seq);
    let (slug, shown) = (&pair.victim.slug, thousands(seq));
    let did = format!(
        "As superuser, triggers off, turned {before} cents into {} in entry {shown} of {slug}.",
        amount(&after)
    );
    let proved = match (holds, report.first_tampered_seq) {
        (true, _) => format!("Verification names entry {shown} of {slug}, and no other."),
        (false, Some(other)) => format!("But verification names entry {}.", thousands(other)),
        (false, None) => "But verification found nothing.".to_owned(),
    };
    Ok(Told { value: Forged { seq, record }, did, proved, holds })
}

pub(super) async fn repair(store: &Store, pair: &Pair, forged: &Forged) -> Result<Told<()>> {
    rewrite(store, pair, forged.seq, &forged.record).await?;
    let holds = verify_all(store).await?.status == Verdict::Success;
    let did = format!("Put the old text of entry {} back.", thousands(forged.seq));
    let proved = if holds {
        "Verification succeeds again: it depends on what is stored, and on nothing else."
    } else {
        "But verification still fails."
    };
    Ok(Told { value: (), did, proved: proved.to_owned(), holds })
}

async fn rewrite(store: &Store, pair: &Pair, seq: i64, record: &str) -> Result<()> {
    let fail = |error: tokio_postgres::Error| Error::sql("change an audit entry", &error);
    let mut superuser = store.admin().connect().await?;
    let tx = superuser.transaction().await.map_err(fail)?;
    tx.batch_execute(TRIGGERS_OFF).await.map_err(fail)?;
    let changed = tx.execute(REWRITE, &[pair.victim.id.as_uuid(), &seq, &record]).await;
    if changed.map_err(fail)? != 1 {
        return Err(Error::found("not_found", format!("there is no entry {seq} to change")));
    }
    tx.commit().await.map_err(fail)
}

fn amount(record: &str) -> String {
    let digits = record.split(AMOUNT).nth(1).unwrap_or_default();
    thousands(digits.chars().take_while(char::is_ascii_digit).collect::<String>())
}
