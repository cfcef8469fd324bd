//! The commands: one file each, with its arguments and its `run`.

mod agent;
mod approval;
mod audit;
mod backup;
mod budget;
mod completions;
mod connector;
mod conversation;
mod demo;
mod doctor;
mod down;
mod key;
mod key_ring;
mod memory;
mod message;
mod metrics;
mod migrate;
mod plan;
mod policy;
mod price;
mod provider_key;
mod role;
mod rules;
mod run;
mod secret;
mod service;
mod session;
mod status;
mod team;
mod tenant;
mod tool;
mod up;
mod usage;
mod user;
mod validate;
mod workflow;
mod workspace;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit, metrics::Serving};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(up::Args),
    Down(down::Args),
    Status(status::Args),
    Demo(demo::Args),
    Validate(validate::Args),
    Doctor(doctor::Args),
    Migrate(migrate::Args),
    Tenant(tenant::Args),
    Workspace(workspace::Args),
    User(user::Args),
    Service(service::Args),
    Team(team::Args),
    Role(role::Args),
    Key(key::Args),
    Session(session::Args),
    Agent(agent::Args),
    Tool(tool::Args),
    Conversation(conversation::Args),
    Message(message::Args),
    Memory(memory::Args),
    Rules(rules::Args),
    Workflow(workflow::Args),
    Plan(plan::Args),
    Policy(policy::Args),
    Run(run::Args),
    Approval(approval::Args),
    Secret(secret::Args),
    ProviderKey(provider_key::Args),
    Connector(connector::Args),
    KeyRing(key_ring::Args),
    Usage(usage::Args),
    Price(price::Args),
    Budget(budget::Args),
    Audit(audit::Args),
    Backup(backup::Args),
    Metrics(metrics::Args),
    Completions(completions::Args),
}

impl Command {
    /// What is served meanwhile by a command that goes on until it is stopped.
    pub(crate) fn served(&self) -> Option<&Serving> {
        match self {
            Self::Run(args) => args.served(),
            Self::Audit(args) => args.served(),
            _ => None,
        }
    }
}

pub(crate) async fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Up(args) => up::run(&args, context).await,
        Command::Down(args) => down::run(&args, context).await,
        Command::Status(args) => status::run(&args, context).await,
        Command::Demo(args) => Box::pin(demo::run(&args, context)).await,
        Command::Validate(args) => Box::pin(validate::run(&args, context)).await,
        Command::Doctor(args) => Box::pin(doctor::run(&args, context)).await,
        Command::Migrate(args) => Box::pin(migrate::run(args, context)).await,
        Command::Tenant(args) => tenant::run(args, context).await,
        Command::Workspace(args) => workspace::run(args, context).await,
        Command::User(args) => Box::pin(user::run(args, context)).await,
        Command::Service(args) => Box::pin(service::run(args, context)).await,
        Command::Team(args) => Box::pin(team::run(args, context)).await,
        Command::Role(args) => Box::pin(role::run(args, context)).await,
        Command::Key(args) => Box::pin(key::run(args, context)).await,
        Command::Session(args) => Box::pin(session::run(args, context)).await,
        Command::Agent(args) => Box::pin(agent::run(args, context)).await,
        Command::Tool(args) => Box::pin(tool::run(args, context)).await,
        Command::Conversation(args) => Box::pin(conversation::run(args, context)).await,
        Command::Message(args) => Box::pin(message::run(args, context)).await,
        Command::Memory(args) => Box::pin(memory::run(args, context)).await,
        Command::Rules(args) => Box::pin(rules::run(args, context)).await,
        Command::Workflow(args) => Box::pin(workflow::run(args, context)).await,
        Command::Plan(args) => Box::pin(plan::run(args, context)).await,
        Command::Policy(args) => Box::pin(policy::run(args, context)).await,
        Command::Run(args) => Box::pin(run::run(args, context)).await,
        Command::Approval(args) => Box::pin(approval::run(args, context)).await,
        Command::ProviderKey(args) => Box::pin(provider_key::run(args, context)).await,
        Command::Connector(args) => Box::pin(connector::run(args, context)).await,
        Command::Secret(args) => Box::pin(secret::run(args, context)).await,
        Command::KeyRing(args) => Box::pin(key_ring::run(args, context)).await,
        Command::Usage(args) => Box::pin(usage::run(args, context)).await,
        Command::Price(args) => Box::pin(price::run(args, context)).await,
        Command::Budget(args) => Box::pin(budget::run(args, context)).await,
        Command::Audit(args) => Box::pin(audit::run(args, context)).await,
        Command::Backup(args) => Box::pin(backup::run(args, context)).await,
        Command::Metrics(args) => metrics::run(&args, context).await,
        Command::Completions(args) => completions::run(&args, context),
    }
}
