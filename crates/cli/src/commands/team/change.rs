use agentflow::{
    Slug, Tenant,
    identity::{Team, TeamChange},
};
use serde_json::{Map, Value};

use super::taken;
use crate::{context::Context, error::Result, named};

/// A key and its value.
pub(crate) type Setting = (String, Value);

/// Change a team
///
/// What is not named stays. Skills are replaced as a whole; settings are changed one by one.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "af team update [OPTIONS] <TEAM>",
    group = clap::ArgGroup::new("change").required(true).multiple(true),
    after_long_help = "\
Examples:
  af team update support --name \"Customer Support\" --retention-days 30
  af team update support --setting 'tone=\"warm\"' --setting limit=3"
)]
pub(super) struct Args {
    /// The team, by slug or id
    team: String,
    /// The name, for people
    #[arg(long, group = "change")]
    name: Option<String>,
    /// The short name, for command lines
    #[arg(long, group = "change")]
    slug: Option<Slug>,
    /// How many days closed conversations are kept
    #[arg(long, value_name = "N", group = "change")]
    retention_days: Option<i32>,
    /// Where events of the team are sent: http:// or https://
    #[arg(long, value_name = "URL", group = "change", conflicts_with = "no_webhook")]
    webhook_url: Option<String>,
    /// Send them nowhere
    #[arg(long, group = "change")]
    no_webhook: bool,
    /// A skill that every agent of the team has, instead of those before; may be given several times
    #[arg(long = "skill", value_name = "SKILL", group = "change", conflicts_with = "no_skills")]
    skills: Vec<String>,
    /// No skills
    #[arg(long, group = "change")]
    no_skills: bool,
    /// A setting, whose value is JSON; null takes it away; may be given several times
    #[arg(long = "setting", value_name = "KEY=JSON", group = "change", value_parser = setting)]
    settings: Vec<Setting>,
}

/// Reads `key=json`.
pub(crate) fn setting(text: &str) -> Result<Setting, String> {
    let wanted = "expected KEY=JSON, as in limit=3 or 'tone=\"warm\"'";
    let (key, value) = text.split_once('=').ok_or_else(|| wanted.to_owned())?;
    if key.is_empty() {
        return Err(wanted.to_owned());
    }
    let value = serde_json::from_str(value).map_err(|error| format!("{wanted}: {error}"))?;
    Ok((key.to_owned(), value))
}

pub(super) async fn run(args: Args, context: &Context, tenant: &Tenant) -> Result<Team> {
    let team = named::team(tenant, &args.team).await?;
    let webhook = args.no_webhook || args.webhook_url.is_some();
    let skills = args.no_skills || !args.skills.is_empty();
    let change = TeamChange {
        name: args.name,
        slug: args.slug,
        settings: changed(&team, args.settings),
        shared_skill_names: skills.then_some(args.skills),
        webhook_url: webhook.then_some(args.webhook_url),
        conversation_retention_days: args.retention_days,
    };
    let by = context.actor_in(tenant).await?;
    tenant.teams().update(team.id, change, &by).await.map_err(taken)
}

/// The settings that a team has, with these instead.
fn changed(team: &Team, given: Vec<Setting>) -> Option<Map<String, Value>> {
    if given.is_empty() {
        return None;
    }
    let mut settings = team.settings.as_object().cloned().unwrap_or_default();
    for (key, value) in given {
        if value.is_null() {
            settings.remove(&key);
        } else {
            settings.insert(key, value);
        }
    }
    Some(settings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_is_a_key_and_json() {
        assert_eq!(setting("limit=3"), Ok(("limit".to_owned(), json!(3))));
        assert_eq!(setting("a=\"x=y\""), Ok(("a".to_owned(), json!("x=y"))));
        for wrong in ["", "limit", "=3", "tone=warm", "limit="] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }
}
