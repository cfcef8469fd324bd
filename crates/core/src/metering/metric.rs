use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::words::words;

words!(
    /// What is used.
    MetricType, "metric_type" {
        /// Tokens of models, read or written. By the end of its name a metric is of one or the other: `input_tokens`,
        /// `cached_input_tokens`, `output_tokens`.
        LlmTokens = "llm_tokens",
        /// Calls of connectors.
        ConnectorCalls = "connector_calls",
        /// Calls of an API, of models too.
        ApiCalls = "api_calls",
        /// How many bytes are stored: a level, of which the last reading counts and not the sum.
        StorageBytes = "storage_bytes",
        /// Minutes of computing.
        ComputeMinutes = "compute_minutes",
    }
);

words!(
    /// What usage is counted in.
    Unit, "unit" {
        /// Tokens of a model.
        Tokens = "tokens",
        /// Calls.
        Calls = "calls",
        /// Bytes.
        Bytes = "bytes",
        /// Minutes, with two decimal places at most.
        Minutes = "minutes",
    }
);

impl MetricType {
    /// What it is counted in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::LlmTokens => Unit::Tokens,
            Self::ConnectorCalls | Self::ApiCalls => Unit::Calls,
            Self::StorageBytes => Unit::Bytes,
            Self::ComputeMinutes => Unit::Minutes,
        }
    }

    /// Whether it is a level, of which the last reading counts; of everything else the sum.
    pub const fn is_level(self) -> bool {
        matches!(self, Self::StorageBytes)
    }
}

impl Unit {
    /// The most that one event may tell of: 10^15 bytes, 10^12 of everything else.
    pub const fn most(self) -> u64 {
        match self {
            Self::Bytes => 1_000_000_000_000_000,
            Self::Tokens | Self::Calls | Self::Minutes => 1_000_000_000_000,
        }
    }

    /// How many decimal places a quantity may have.
    pub const fn decimal_places(self) -> u32 {
        match self {
            Self::Minutes => 2,
            Self::Tokens | Self::Calls | Self::Bytes => 0,
        }
    }

    /// Whether so much can be told of in one event.
    pub fn allows(self, quantity: Decimal) -> bool {
        !quantity.is_sign_negative()
            && quantity.normalize().scale() <= self.decimal_places()
            && quantity.ceil().to_u64().is_some_and(|whole| whole <= self.most())
    }
}
