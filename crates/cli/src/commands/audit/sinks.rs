use agentflow::audit::SinkState;
use clap::Subcommand;
use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::table,
};

/// Show where checkpoints were sent to
///
/// A sink that is no longer used counts as one that waits, until it is forgotten.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit sinks
  af audit sinks forget file:/mnt/old/checkpoints")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Forget a sink that is no more
    ///
    /// Nothing counts as waiting for it any longer. If it comes back, it is given everything from the beginning.
    Forget {
        /// Its name, as the list shows it
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    match args.action {
        None => {
            let sinks = store.admin().audit_sinks().await?;
            context.output.show(&sinks, |sinks| list(sinks))?;
        }
        Some(Action::Forget { name }) => {
            if !store.admin().forget_audit_sink(&name).await? {
                let message = format!("there is no sink {name}");
                return Err(Error::found("not_found", message).with_hint("see af audit sinks"));
            }
            context.output.show(&json!({ "forgotten": name }), |_| format!("Forgot {name}."))?;
        }
    }
    Ok(Exit::Done)
}

fn list(sinks: &[SinkState]) -> String {
    if sinks.is_empty() {
        return "No checkpoint was sent anywhere yet.".to_owned();
    }
    let rows = sinks.iter().map(|sink| {
        vec![sink.name.clone(), sink.published.to_string(), format!("{:.0}", sink.published_at)]
    });
    table(&["NAME", "PUBLISHED", "WHEN"], rows)
}
