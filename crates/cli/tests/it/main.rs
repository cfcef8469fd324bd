//! The command line as a user meets it: every test runs the program itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod actor;
mod agent;
mod append;
mod approval;
mod audit;
mod budget;
mod connection;
mod connector;
mod conversation;
mod demo;
mod dumps;
mod help;
mod key;
mod key_ring;
mod local;
mod message;
mod message_lists;
mod message_repair;
mod migrate;
mod policy;
mod price;
mod proofs;
mod provider_key;
mod role;
mod rules;
mod run;
mod secret;
mod secrets;
mod service;
mod session;
mod support;
mod team;
mod tenant;
mod tool;
mod usage;
mod usage_record;
mod usage_report;
mod user;
mod work;
mod workflow;
mod workspace;
