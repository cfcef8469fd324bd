//! Memories: what agents remember.

mod add;
mod changes;
mod crowd;
mod dispute;
mod duplicates;
mod embed_anew;
mod filters;
mod forget;
mod history;
mod http_embedder;
mod mind;
mod pages;
mod promote;
mod ranking;
mod recall;
mod reconstruct;
mod reindex;
mod rows_gone;
mod search;
mod side_channel;
mod similar;
mod store;
mod support;
mod sweep;
mod tags;
mod visibility;
