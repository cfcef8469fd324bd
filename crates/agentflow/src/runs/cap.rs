use std::time::Duration;

use agentflow_core::{InvalidInput, ids::WorkspaceId};
use agentflow_sql::queries::runs as sql;
use jiff::Timestamp;

use super::Runs;
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

const MINUTE: i64 = 60;

impl Runs {
    /// Counts runs that are started, or refuses them: a workspace may start so many in a minute, `write_cap_per_minute` of its
    /// settings. From here to the end of the transaction other starts in the workspace wait.
    pub(super) async fn count_writes(
        &self,
        operation: &'static str,
        tx: TenantTx,
        workspace: WorkspaceId,
        writes: usize,
        cap: i32,
    ) -> Result<TenantTx> {
        let now = self.0.shared.now();
        let writes = i32::try_from(writes).unwrap_or(i32::MAX);
        let (tx, ()) = settle_with(tx, check_possible(operation, writes, cap)).await?;
        let counted = sql::count_writes()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                workspace.as_uuid(),
                &now,
                &writes,
                &cap,
            )
            .opt()
            .await;
        let (tx, counted) = settle(operation, tx, counted).await?;
        let answer = if counted.is_some() { Ok(()) } else { Err(full(operation, cap, now)) };
        Ok(settle_with(tx, answer).await?.0)
    }
}

/// What no waiting would help.
fn check_possible(operation: &'static str, writes: i32, cap: i32) -> Result<()> {
    if cap == 0 {
        let reason =
            "nothing may be started in the workspace: write_cap_per_minute of its settings is 0";
        return Err(Error::Denied { operation, reason: reason.to_owned() });
    }
    if writes > cap {
        let reason = format!(
            "{writes} are more than the workspace may start in a minute, which is {cap}; start them in smaller batches, or \
             raise write_cap_per_minute of its settings"
        );
        return Err(Error::invalid(operation)(InvalidInput::new("runs", reason)));
    }
    Ok(())
}

fn full(operation: &'static str, cap: i32, now: Timestamp) -> Error {
    let retry_after = until_next_minute(now);
    let reason = format!("the workspace may start {cap} runs in a minute, and has done so");
    Error::Limited { operation, reason, retry_after }
}

fn until_next_minute(now: Timestamp) -> Duration {
    let minute = i128::from(MINUTE) * 1_000_000_000;
    let left = minute - now.as_nanosecond().rem_euclid(minute);
    Duration::from_nanos(u64::try_from(left).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_what_is_left_of_the_minute() {
        for (now, expected) in [
            ("2026-01-01T00:00:00Z", 60_000),
            ("2026-01-01T00:00:37.5Z", 22_500),
            ("2026-01-01T23:59:59.999Z", 1),
            ("1969-12-31T23:59:59.25Z", 750),
        ] {
            let wait = until_next_minute(now.parse().unwrap());
            assert_eq!(wait, Duration::from_millis(expected), "{now}");
        }
        let text = full("start a run", 5, "2026-01-01T00:00:37.5Z".parse().unwrap()).to_string();
        assert!(text.ends_with("try again in 23 s"), "{text}");
    }
}
