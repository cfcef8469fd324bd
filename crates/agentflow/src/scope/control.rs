use agentflow_core::InvalidInput;

use crate::error::{Error, Result};

/// The commands that read and write rows. Every other one could end the transaction of a scope, change what holds in it,
/// or leave something behind in the session.
const COMMANDS: [&str; 8] =
    ["select", "insert", "update", "delete", "merge", "with", "values", "table"];

/// What a statement must not mention: the ways in which a tenant, a role or a setting is changed.
const ENTRANCES: [&str; 5] = ["set_config", "enter_tenant", "app.tenant_id", "pg_settings", "u&\""];

/// Refuses a statement of the caller that would leave the scope: after COMMIT or RESET ROLE, whatever comes next would
/// run in the role of the connection string. This is a rail and no wall: what a function does inside is not seen.
pub(crate) fn refuse_control(operation: &'static str, sql: &str) -> Result<()> {
    let command = skip_comments(sql).trim_start_matches('(');
    let command: String = command
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_lowercase();
    let text = sql.to_ascii_lowercase();
    let reason = if !COMMANDS.contains(&command.as_str()) {
        let commands = COMMANDS.map(str::to_ascii_uppercase).join(", ");
        format!("a statement in the scope of a tenant must begin with one of: {commands}")
    } else if let Some(entrance) = ENTRANCES.iter().find(|entrance| text.contains(**entrance)) {
        format!("`{entrance}` cannot be used in the scope of a tenant")
    } else {
        return Ok(());
    };
    Err(Error::InvalidInput { operation, input: InvalidInput::new("sql", reason) })
}

/// What follows blanks and comments; those between `/*` and `*/` nest.
fn skip_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if rest.starts_with("/*") {
            after_block_comment(rest)
        } else {
            return rest;
        }
        .trim_start();
    }
}

fn after_block_comment(mut rest: &str) -> &str {
    let mut depth = 0_usize;
    loop {
        if let Some(inside) = rest.strip_prefix("/*") {
            (depth, rest) = (depth + 1, inside);
        } else if let Some(outside) = rest.strip_prefix("*/") {
            (depth, rest) = (depth - 1, outside);
            if depth == 0 {
                return rest;
            }
        } else {
            let mut chars = rest.chars();
            if chars.next().is_none() {
                return "";
            }
            rest = chars.as_str();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_would_leave_the_scope_are_refused() {
        for sql in [
            "COMMIT",
            "  rollback",
            "; COMMIT",
            ";RESET ROLE",
            "-- quiet\nRESET ROLE",
            "/* quiet */ Set role postgres",
            "/* /* */ */ COMMIT",
            "/* unfinished",
            "DO $$ BEGIN END $$",
            "CREATE TEMP TABLE workspaces ()",
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "LISTEN everything",
            "SELECT pg_catalog.SET_CONFIG('role', 'postgres', true)",
            "SELECT U&\"set\\005fconfig\"('role', 'none', true)",
            "UPDATE pg_settings SET setting = 'evil'",
            "SELECT enter_tenant('01890a5d-ac96-774b-bcce-b302099a8057')",
            "",
        ] {
            assert!(refuse_control("run a statement", sql).is_err(), "{sql}");
        }
        for sql in [
            "SELECT 1",
            "/* a /* nested */ comment */ select 1",
            "WITH x AS (SELECT 1) UPDATE t SET a = 1",
            "(SELECT 1) UNION (SELECT 2)",
            "INSERT INTO begins VALUES (1)",
            "TABLE workspaces",
        ] {
            assert!(refuse_control("run a statement", sql).is_ok(), "{sql}");
        }
    }
}
