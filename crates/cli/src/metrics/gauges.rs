use std::time::Duration;

use agentflow::{Store, observe};
use tokio::time::timeout;

/// Whether the database answered when it was asked last.
pub(super) const DATABASE_UP: &str = "af_database_up";

/// Whoever reads metrics gives up after some seconds, and so does whoever asks whether all is well.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked of the database each time somebody reads the metrics: what the command is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gauges {
    /// The runs that wait for a worker.
    Runs,
    /// The audit entries that wait to be published.
    Audit,
}

impl Gauges {
    /// Sets the gauges, and tells whether the database answered.
    pub(super) async fn collect(self, store: &Store) -> bool {
        let asked = async {
            match self {
                Self::Runs => observe::gauge_runs(&store.run_queue().waiting().await?),
                Self::Audit => observe::gauge_audit_lag(&store.admin().audit_lag().await?),
            }
            Ok::<_, agentflow::Error>(())
        };
        let is_up = match timeout(PATIENCE, asked).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%error, "the gauges could not be read");
                false
            }
            Err(_) => {
                tracing::debug!("the gauges could not be read: the database did not answer");
                false
            }
        };
        store.gauge_pool();
        metrics::gauge!(DATABASE_UP).set(f64::from(u8::from(is_up)));
        is_up
    }
}
