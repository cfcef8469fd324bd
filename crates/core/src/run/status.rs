use crate::words::words;

words!(
    /// Where a run stands.
    RunStatus, "status" {
        /// It waits for a worker.
        Queued = "queued",
        /// A worker has it, or had it and was lost.
        Running = "running",
        /// It waits for people.
        WaitingApproval = "waiting_approval",
        /// All its steps are done.
        Succeeded = "succeeded",
        /// A step failed and is tried again later.
        FailedRetryable = "failed_retryable",
        /// It failed for good.
        FailedTerminal = "failed_terminal",
        /// Somebody stopped it.
        Canceled = "canceled",
    }
);

words!(
    /// Where a step of a run stands.
    StepStatus, "status" {
        /// It is not begun.
        Ready = "ready",
        /// A worker does it, or did and was lost.
        Running = "running",
        /// It waits for people.
        WaitingApproval = "waiting_approval",
        /// It is done.
        Succeeded = "succeeded",
        /// It failed and is tried again later.
        FailedRetryable = "failed_retryable",
        /// It failed for good.
        FailedTerminal = "failed_terminal",
        /// It is not done any more: a branch went past it, or the run ended before.
        Canceled = "canceled",
    }
);

words!(
    /// Where a request for approval stands.
    ApprovalStatus, "status" {
        /// It is to be decided.
        Requested = "requested",
        /// As many approved it as it needs.
        Approved = "approved",
        /// Somebody rejected it.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// Its run ended before.
        Canceled = "canceled",
    }
);

words!(
    /// What made a run start.
    TriggerType, "trigger_type" {
        /// Somebody did.
        Manual = "manual",
        /// The time for it came.
        Scheduled = "scheduled",
        /// Something went wrong that it is to mend.
        Incident = "incident",
        /// Another system did.
        Webhook = "webhook",
    }
);

/// Statuses that rows go through, one step at a time. The database refuses every other step.
macro_rules! transitions {
    ($name:ident: [$($first:ident),+], [$($from:ident => $to:ident),+ $(,)?]) => {
        impl $name {
            /// With what a row may begin.
            pub const FIRST: &'static [Self] = &[$( Self::$first ),+];

            /// Every step there is, as from and to.
            pub const TRANSITIONS: &'static [(Self, Self)] = &[$( (Self::$from, Self::$to) ),+];

            /// Whether there is a step from this to that.
            pub fn may_become(self, to: Self) -> bool {
                Self::TRANSITIONS.contains(&(self, to))
            }

            /// Whether it is for ever.
            pub fn is_final(self) -> bool {
                Self::TRANSITIONS.iter().all(|(from, _)| *from != self)
            }
        }
    };
}

transitions!(RunStatus: [Queued, WaitingApproval], [
    Queued => Running,
    Queued => Canceled,
    Running => WaitingApproval,
    Running => Succeeded,
    Running => FailedRetryable,
    Running => FailedTerminal,
    Running => Canceled,
    WaitingApproval => Running,
    WaitingApproval => FailedTerminal,
    WaitingApproval => Canceled,
    FailedRetryable => Queued,
    FailedRetryable => Canceled,
]);

transitions!(StepStatus: [Ready], [
    Ready => Running,
    Ready => Canceled,
    Running => WaitingApproval,
    Running => Succeeded,
    Running => FailedRetryable,
    Running => FailedTerminal,
    Running => Canceled,
    WaitingApproval => Running,
    WaitingApproval => FailedTerminal,
    WaitingApproval => Canceled,
    FailedRetryable => Ready,
    FailedRetryable => Canceled,
]);

transitions!(ApprovalStatus: [Requested], [
    Requested => Approved,
    Requested => Rejected,
    Requested => Expired,
    Requested => Canceled,
]);
