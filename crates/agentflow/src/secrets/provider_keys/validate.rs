use std::{sync::Arc, time::Duration};

use agentflow_core::{
    audit::Actor,
    hash::Sha256,
    ids::ProviderKeyId,
    secret::{CheckResult, ValidationStatus, ValidationTest},
};
use agentflow_sql::queries::provider_keys as sql;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    ProviderKey, ProviderKeys,
    keys::{revoked, too_busy},
    sealed::{Goes, Stored},
};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
    scope::TenantTx,
    secrets::{
        MASK,
        check::{CheckedKey, KeyChecker, Outcome},
        sealing,
    },
    settle::{settle, settle_with},
};

const OPERATION: &str = "validate a provider key";
/// How long an answer counts for the same value.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// Live checks in a workspace within [`WINDOW`].
const MOST: i64 = 3;
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// The longest that a checker may take.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest reason that is stored, in characters.
const LONGEST_REASON: usize = 500;

/// How a key is validated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ValidateOptions {
    /// Whether the provider is asked even if it answered within the last five minutes.
    pub force: bool,
}

/// What validating a key came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Validated {
    /// What the check said; `error` when it could not be told, which leaves the status of the key as it was.
    pub result: CheckResult,
    /// Why it did not pass.
    pub reason: Option<String>,
    /// When the provider was asked.
    pub validated_at: Timestamp,
    /// Whether it is what the provider said earlier.
    pub is_cached: bool,
    /// The key now.
    pub key: ProviderKey,
}

impl ProviderKeys {
    /// Asks the provider whether it takes a key, and stores what it says. The answer is kept for five minutes; a workspace may ask
    /// three times a minute, for all of its keys together.
    ///
    /// The checker gets the key as it is, without a grant: it is part of the program, and the program alone decides which one it
    /// is; never take it, or where it asks, from a tenant. That the key is opened for it is recorded before it is called.
    ///
    /// Fails with [`Error::Limited`] when it has done so, with [`Error::Conflict`] when the key was revoked, and with
    /// [`Error::Corrupt`] when it does not open or its settings were changed in the database. That the provider does not take the key,
    /// or cannot be reached, is a result and no error.
    pub async fn validate(
        &self,
        id: ProviderKeyId,
        checker: &Arc<dyn KeyChecker>,
        options: ValidateOptions,
        by: &Actor,
    ) -> Result<Validated> {
        let opened = self.stored(OPERATION, id).await?;
        if !options.force
            && let Some(known) = self.last_check(&opened).await?
        {
            return Ok(known);
        }
        let place = self.place(id);
        let goes = Goes::from(&opened.key);
        let value = self.open_key(OPERATION, &place, goes, &opened.sealed).await?;
        let check = self.reserve(&opened, by).await?;
        let asked = checker.check(CheckedKey {
            provider_type: &opened.key.provider_type,
            settings: &opened.key.settings,
            value: &value,
        });
        let outcome = tokio::time::timeout(LONGEST, asked).await.unwrap_or_else(|_| {
            Outcome::error(format!("the check took longer than {} s", LONGEST.as_secs()))
        });
        self.conclude(check, &opened, clean(outcome, &value), by).await
    }

    /// What the provider said about the same value a short time ago.
    async fn last_check(&self, opened: &Stored) -> Result<Option<Validated>> {
        const TABLE: &str = "key_validation_results";
        let since = before(self.0.shared.now(), KEPT);
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_last_check()
            .bind(&flight, self.0.tenant.as_uuid(), opened.key.id.as_uuid(), &since)
            .opt()
            .await;
        let Some(row) = flight.land(row).await? else { return Ok(None) };
        let told: Map<String, Value> =
            stored_json(TABLE, "result_details", row.id, &row.result_details)?;
        if told.get("of") != Some(&Value::from(fingerprint(&opened.sealed))) {
            return Ok(None);
        }
        Ok(Some(Validated {
            result: known(TABLE, "result", row.id, &row.result)?,
            reason: told.get("reason").and_then(Value::as_str).map(str::to_owned),
            validated_at: row.validated_at,
            is_cached: true,
            key: opened.key.clone(),
        }))
    }

    /// Takes one of the checks that the workspace has, before anybody is asked: who is interrupted has used it up. And records
    /// that the key leaves the library, for the checker gets it as it is.
    async fn reserve(&self, opened: &Stored, by: &Actor) -> Result<Uuid> {
        let (tenant, id) = (self.0.tenant.as_uuid(), opened.key.id.as_uuid());
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_workspace_of_provider_key().bind(&tx, tenant, id).opt().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let workspace = opened.key.workspace_id.as_uuid();
        let recent = sql::list_recent_checks()
            .bind(&tx, tenant, workspace, &before(now, WINDOW), &MOST)
            .all()
            .await;
        let (tx, recent) = settle(OPERATION, tx, recent).await?;
        let (tx, ()) = settle_with(tx, refuse_more(&recent, now)).await?;
        let (tx, key) = self.lock(OPERATION, tx, opened.key.id).await?;
        let (tx, is_same) = self.is_same(tx, opened).await?;
        let answer = match is_same {
            _ if key.is_revoked() => Err(revoked(OPERATION)),
            false => Err(too_busy(OPERATION)),
            true => Ok(()),
        };
        let (tx, ()) = settle_with(tx, answer).await?;
        let check = self.0.shared.next_id();
        let inserted = sql::insert_validation_result()
            .bind(
                &tx,
                tenant,
                &check,
                id,
                &ValidationTest::CallTest.as_str(),
                &CheckResult::Error.as_str(),
                &details(&opened.sealed, Some("the check was not finished")),
                &now,
            )
            .await;
        let (tx, _) = settle(OPERATION, tx, inserted).await?;
        tx.audit_and_commit(&key.event("provider_key.opened_for_check", by)).await?;
        Ok(check)
    }

    /// Whether what was opened is what is stored, in a transaction that holds the row. It may have been wrapped with another key.
    async fn is_same(&self, tx: TenantTx, opened: &Stored) -> Result<(TenantTx, bool)> {
        let (tx, sealed) = self.sealed_now(OPERATION, tx, opened.key.id).await?;
        let before = sealing::content(&opened.sealed);
        Ok((tx, sealed.is_some_and(|it| sealing::content(&it) == before)))
    }

    async fn conclude(
        &self,
        check: Uuid,
        opened: &Stored,
        outcome: Outcome,
        by: &Actor,
    ) -> Result<Validated> {
        let (id, now) = (opened.key.id, self.0.shared.now());
        let reason = outcome.reason.as_deref();
        let tx = self.0.begin(OPERATION).await?;
        let (tx, _) = self.lock(OPERATION, tx, id).await?;
        let finished = sql::finish_validation_result()
            .bind(
                &tx,
                &outcome.test.as_str(),
                &outcome.result.as_str(),
                &details(&opened.sealed, reason),
                &now,
                self.0.tenant.as_uuid(),
                &check,
            )
            .await;
        let (tx, _) = settle(OPERATION, tx, finished).await?;
        // What is known about one value says nothing about the next.
        let (tx, is_same) = self.is_same(tx, opened).await?;
        let tx = match outcome.result {
            CheckResult::Pass if is_same => {
                self.judge(OPERATION, tx, id.0, ValidationStatus::Valid, None).await?
            }
            CheckResult::Fail if is_same => {
                let fault = reason.or(Some("the provider does not take it"));
                self.judge(OPERATION, tx, id.0, ValidationStatus::Invalid, fault).await?
            }
            _ => tx,
        };
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let event = key
            .event("provider_key.validated", by)
            .with_detail("result", outcome.result.as_str())
            .with_detail("reason", outcome.reason.clone())
            .with_detail("validation_status", key.validation_status.as_str());
        tx.audit_and_commit(&event).await?;
        let Outcome { result, reason, .. } = outcome;
        Ok(Validated { result, reason, validated_at: now, is_cached: false, key })
    }
}

/// What is stored of a check.
pub(super) fn details(sealed: &[u8], reason: Option<&str>) -> Value {
    let mut details = json!({ "of": fingerprint(sealed) });
    if let Some(reason) = reason {
        details["reason"] = Value::from(reason);
    }
    details
}

/// Tells one stored value from another, however it is wrapped. Says nothing about the key: it is of what was made of it with a
/// random data key.
fn fingerprint(sealed: &[u8]) -> String {
    Sha256::of(&[sealing::content(sealed)]).to_string()[..16].to_owned()
}

/// A checker may be anybody's, and a provider may repeat what it was sent.
fn clean(mut outcome: Outcome, value: &SecretString) -> Outcome {
    outcome.reason = outcome.reason.map(|reason| {
        let reason = reason.replace(value.expose_secret(), MASK).replace('\0', " ");
        reason.chars().take(LONGEST_REASON).collect::<String>()
    });
    outcome.reason = outcome.reason.filter(|reason| !reason.is_empty());
    outcome
}

/// `recent`: the newest live checks in the workspace, newest first, at most as many as it may have.
fn refuse_more(recent: &[Timestamp], now: Timestamp) -> Result<()> {
    let Some(oldest) =
        recent.last().filter(|_| i64::try_from(recent.len()).unwrap_or(i64::MAX) >= MOST)
    else {
        return Ok(());
    };
    let left = WINDOW.saturating_sub(now.duration_since(*oldest));
    let retry_after = Duration::try_from(left).unwrap_or_default();
    let reason = format!(
        "the workspace may have {MOST} keys checked by their providers in a minute, and has done so"
    );
    Err(Error::Limited { operation: OPERATION, reason, retry_after })
}

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
