//! What is said: messages, and the conversations of people and agents.
//!
//! Every message is an [envelope](agentflow_core::envelope) with the hash of its canonical form beside it. A turn of a
//! conversation is a message whose payload is a [`Turn`](agentflow_core::envelope::Turn). The columns of a row are the
//! envelope; reading puts it together again, recomputes the hash, and says of each message whether it is what was hashed.
//! The hash covers no secret, so it shows accidents and careless changes; against somebody who recomputes it, compare with
//! the hashes that others keep.
//!
//! Conversations are opened, described, closed and removed with an entry in the audit chain. Turns have none: they are
//! their own record.

mod columns;
mod conversation;
mod digits;
mod import;
mod long;
mod messages;
mod metered;
mod position;
mod raw;
mod replay;
mod restore;
mod rows;
mod state;
mod stored;
mod sweep;
mod turns;
mod verify;

pub use columns::JsonTexts;
pub use conversation::{
    Conversation, ConversationChange, ConversationFilter, Conversations, NewConversation,
};
pub use import::{ImportOptions, ImportReport};
pub use messages::Messages;
pub use metered::MeterAs;
pub use raw::RawMessage;
pub use replay::{BadMessage, Replay, ReplayOptions, ReplayReport};
pub use restore::Restored;
pub use state::{ConversationStatus, Rating};
pub use stored::StoredMessage;
pub use sweep::{SweepOptions, SweepReport};
pub use turns::NewTurn;
pub use verify::{ScanOptions, ScanProgress};
