//! What agents remember, as far as that needs no database: what memories are, how they are ranked and packed into a prompt.

mod change;
mod embedding;
mod fuse;
mod hashing;
mod kinds;
mod new;
mod pack;
mod prompt;
mod score;
mod tiers;
mod validate;

pub use change::MemoryChange;
pub use embedding::Embedding;
pub use fuse::{Fused, Hit, SearchMode, fuse, relationships};
pub use hashing::{LOCAL_MODEL, hash_features};
pub use kinds::{LogAction, MemorySource, MemoryStatus, MemoryTier, MemoryType};
pub use new::NewMemory;
pub use pack::{Packing, Parcel, estimated_tokens, pack};
pub use prompt::{PromptEntry, Section};
pub use score::{Adjustment, Ranking, Score, Scored, Signal, recency, score};
pub use tiers::TierFacts;
pub use validate::{check_reason, check_tags};
