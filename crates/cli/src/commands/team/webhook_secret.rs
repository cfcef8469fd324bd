use agentflow::{Tenant, identity::WebhookSecret};
use clap::Subcommand;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::{
    commands::provider_key::How,
    confirm::confirm,
    context::Context,
    error::Result,
    named,
    output::facts,
    secret::{Misplaced, Whole, new_value},
};

/// The secret that posts to the webhook of a team are signed with
///
/// It is `whsec_` and base64, or any other text of one line. It is stored sealed, which needs a key ring: see `af key-ring`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af team webhook-secret rotate support --grace 48h > secret.txt
  af team webhook-secret set support < secret.txt")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show whether there is one
    Show(Which),
    /// Sign with the secret on stdin from now on, and with no other
    Set {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        misplaced: Misplaced,
    },
    /// Replace the secret by a new random one
    ///
    /// It is printed on stdout, and never again. Posts are signed with both until the time of grace is over.
    Rotate {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Sign no more
    Remove(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The team, by slug or id
    team: String,
}

/// What is known of a secret that was just made, and the secret.
#[derive(Debug, Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    known: &'a WebhookSecret,
    secret: &'a str,
}

pub(super) async fn run(args: Args, context: &Context, tenant: &Tenant) -> Result<()> {
    let teams = tenant.teams();
    let known = match args.action {
        Action::Show(which) => {
            teams.webhook_secret(named::team(tenant, &which.team).await?.id).await?
        }
        Action::Set { which, misplaced } => {
            misplaced.refuse("secret")?;
            let id = named::team(tenant, &which.team).await?.id;
            let secret = new_value("secret", Whole::default()).await?;
            let by = context.actor_in(tenant).await?;
            teams.set_webhook_secret(id, &secret, &by).await?
        }
        Action::Rotate { which, how } => {
            let id = named::team(tenant, &which.team).await?.id;
            let by = context.actor_in(tenant).await?;
            let (known, secret) = teams.rotate_webhook_secret(id, None, &how.into(), &by).await?;
            return made(&known, secret.expose_secret(), context);
        }
        Action::Remove(which) => {
            let team = named::team(tenant, &which.team).await?;
            let question = format!("Sign posts to the webhook of {} no more?", team.slug);
            confirm(context, &question).await?;
            let by = context.actor_in(tenant).await?;
            teams.remove_webhook_secret(team.id, &by).await?
        }
    };
    context.output.show(&known, text)
}

/// For people it is all of stdout, so that `> secret.txt` keeps it and nothing else.
fn made(known: &WebhookSecret, secret: &str, context: &Context) -> Result<()> {
    if context.output.is_json() {
        context.output.json(&Made { known, secret })?;
    } else {
        context.output.raw(secret)?;
    }
    context.output.note("That is the secret. It is not shown again.");
    Ok(())
}

fn text(known: &WebhookSecret) -> String {
    let until = known.previous_expires_at.map(|until| format!("until {until:.0}"));
    facts(&[
        ("Team", known.team_id.to_string()),
        ("Signed", if known.is_set { "yes" } else { "no" }.to_owned()),
        ("Wrapped", known.kms_key_id.clone().unwrap_or_default()),
        ("The one before", until.unwrap_or_default()),
    ])
}
