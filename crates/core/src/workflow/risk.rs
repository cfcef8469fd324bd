use crate::words::words;

words!(
    /// How much harm a workflow or an action can do: it decides who has to approve.
    RiskTier, "risk_tier" {
        /// None that matters.
        Low = "low",
        /// Some that can be undone.
        Medium = "medium",
        /// Some that cannot.
        High = "high",
    }
);
