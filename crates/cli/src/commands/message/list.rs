use agentflow::conversations::ReplayOptions;

use super::{
    contract::{self, Contract},
    which::Which,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::table,
};

/// List messages in the order in which they were sent
///
/// JSON has the ten keys of the contract and `envelope_hash`, one message a line, and can be checked by programs that know
/// nothing of AgentFlow. A message that is not what was hashed is listed as well, and `fault` says why.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message list --trace 4bf92f3577b34da6a3ce929d0e0e4736
  af message list --since 2026-11-01 --output json > messages.json
  python3 docs/verify-envelope.py messages.json")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let what = args.which.find(&tenant).await?;
    let messages = tenant.messages();
    let options = ReplayOptions::default();
    if !context.output.is_json() {
        let mut rows = Vec::new();
        messages.replay(&what, &options, |message, _| rows.push(contract::row(message))).await?;
        let text = if rows.is_empty() {
            "There is no such message.".to_owned()
        } else {
            table(&contract::HEADER, rows)
        };
        context.output.line(&text)?;
        return Ok(Exit::Done);
    }
    // As text, which is smaller than what it is made from; shown at the end, for an error must not follow half a list.
    let (mut lines, mut failed) = (Vec::new(), None);
    messages
        .replay(&what, &options, |message, _| {
            match serde_json::to_string(&Contract::from(message)) {
                Ok(line) => lines.push(line),
                Err(error) => failed = Some(error),
            }
        })
        .await?;
    if let Some(error) = failed {
        return Err(Error::io("write JSON", &error.into()));
    }
    let text =
        if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) };
    context.output.raw(&text)?;
    Ok(Exit::Done)
}
