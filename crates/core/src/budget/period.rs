use crate::words::words;

words!(
    /// How long a budget lasts before it begins anew, in the time zone of the budget.
    BudgetPeriod, "period" {
        /// From the full hour.
        Hour = "hour",
        /// From midnight.
        Day = "day",
        /// From midnight before Monday (ISO 8601).
        Week = "week",
        /// From midnight before the first.
        Month = "month",
        /// For ever.
        Total = "total",
    }
);
