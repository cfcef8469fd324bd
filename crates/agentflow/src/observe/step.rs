use std::time::Duration;

use tracing::{Span, field};

use super::metric;
use crate::runs::StepContext;

/// The span of an attempt at a step: what its handler asks of the database is inside.
pub(crate) fn span(context: &StepContext) -> Span {
    tracing::debug_span!(
        target: "agentflow::step",
        "step",
        tenant = %context.tenant.id(),
        run = %context.run.id,
        step = %context.step_id,
        attempt = context.attempt,
        outcome = field::Empty,
    )
}

/// An attempt is over.
pub(crate) fn ended(span: &Span, kind: &'static str, outcome: &'static str, took: Duration) {
    span.record("outcome", outcome);
    metrics::histogram!(metric::STEP_DURATION, "kind" => kind, "outcome" => outcome).record(took);
}
