use agentflow::memory::{MemoryId, MemoryLogEntry};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{text::first_line, which::missing};
use crate::{context::Context, error::Result, exit::Exit, output::Output, plain, who::joined};

/// What is no news: it is known from what is asked for, or stands in the first line of the change.
const UNTOLD: [&str; 4] = ["id", "tenant_id", "created_at", "updated_at"];

/// Show who changed a memory, when, what and why
///
/// Oldest first, also of memories that were deleted. Nobody can change it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory history 01998a5d-ac96-774b-bcce-b302099a8057
  af memory history 01998a5d-ac96-774b-bcce-b302099a8057 --output json")]
pub(super) struct Args {
    /// The memory, by id
    #[arg(value_name = "ID")]
    memory: MemoryId,
    /// At most so many changes, 1 to 1000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Only those behind this one, by its number
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let memories = context.tenant().await?.memories();
    let mut page = memories.history(args.memory, args.after, args.limit).await?;
    for entry in &mut page {
        in_utc(&mut entry.old_values);
        in_utc(&mut entry.new_values);
    }
    if page.is_empty() && args.after.is_none() {
        return Err(missing(&memories, args.memory).await?);
    }
    let output = &context.output;
    output.show(&page, |page| {
        if page.is_empty() {
            return "There are no later changes.".to_owned();
        }
        page.iter().map(|entry| told(entry, output)).collect::<Vec<_>>().join("\n")
    })?;
    if page.len() == usize::from(args.limit)
        && let Some(last) = page.last().filter(|_| !output.is_json())
    {
        output.note(&format!("There may be more: --after {}", last.seq));
    }
    Ok(Exit::Done)
}

/// Times as they are everywhere else; those of histories are as the server wrote them, such as 2026-11-21T04:41:00+00:00.
fn in_utc(values: &mut Map<String, Value>) {
    for (_, value) in values.iter_mut().filter(|(name, _)| name.ends_with("_at")) {
        if let Some(time) = value.as_str().and_then(|it| it.parse::<Timestamp>().ok()) {
            *value = Value::String(time.to_string());
        }
    }
}

fn told(entry: &MemoryLogEntry, output: &Output) -> String {
    let by = plain::word(&entry.changed_by);
    let head = format!("{} {:.0} {} by {by}", entry.seq, entry.at, entry.action);
    let mut lines = vec![output.bold(&head)];
    if let Some(reason) = &entry.reason {
        lines.push(format!("  why: {}", plain::word(reason)));
    }
    let text = |content: &Option<String>| content.as_deref().map(first_line);
    lines.extend(change("content", text(&entry.old_content), text(&entry.new_content)));
    lines.extend(change("importance", entry.old_importance, entry.new_importance));
    lines.extend(change("tier", entry.old_tier, entry.new_tier));
    lines.extend(change("status", entry.old_status, entry.new_status));
    let (old, new) = (&entry.old_values, &entry.new_values);
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !UNTOLD.contains(&name.as_str()));
    lines.extend(
        names.into_iter().filter_map(|name| change(name, value(old, name), value(new, name))),
    );
    if entry.embedding_changed {
        lines.push("  the embedding changed".to_owned());
    }
    if !entry.related.is_empty() {
        lines.push(format!("  with {}", joined(&entry.related)));
    }
    lines.join("\n")
}

/// What is nothing, or empty, is not told.
fn value(values: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match values.get(name)? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => return None,
        Value::Object(values) if values.is_empty() => return None,
        Value::Array(values) if values.iter().all(Value::is_string) => {
            let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            joined(&texts)
        }
        value => value.to_string(),
    };
    Some(plain::cell(&text))
}

/// From what to what; nothing for what neither was nor is.
fn change(name: &str, old: Option<impl ToString>, new: Option<impl ToString>) -> Option<String> {
    let name = plain::word(name);
    match (old.map(|it| it.to_string()), new.map(|it| it.to_string())) {
        (None, None) => None,
        (None, Some(new)) => Some(format!("  {name}: {new}")),
        (Some(old), None) => Some(format!("  {name}: {old} → nothing")),
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => Some(format!("  {name}: {old} → {new}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        assert_eq!(change("tier", Some("warm"), Some("hot")).unwrap(), "  tier: warm → hot");
        assert_eq!(change("tier", None::<&str>, Some("hot")).unwrap(), "  tier: hot");
        assert_eq!(change("tier", Some("hot"), None::<&str>).unwrap(), "  tier: hot → nothing");
        assert_eq!(change("tier", Some("hot"), Some("hot")), None);
        assert_eq!(change("tier", None::<&str>, None::<&str>), None);
    }

    #[test]
    fn times_end_in_z() {
        let mut values =
            json!({"expires_at": "2026-11-21T05:41:00+01:00", "subject": "x", "at": 1});
        in_utc(values.as_object_mut().unwrap());
        assert_eq!(values, json!({"expires_at": "2026-11-21T04:41:00Z", "subject": "x", "at": 1}));
    }

    #[test]
    fn what_is_empty_is_nothing() {
        let values =
            json!({"a": null, "b": [], "c": {}, "d": "x\u{1b}", "e": [1], "f": ["x", "y"]});
        let values = values.as_object().unwrap();
        let shown: Vec<_> = values.keys().map(|name| value(values, name)).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown, [None, None, None, some("x\\u{1b}"), some("[1]"), some("x, y")]);
    }
}
