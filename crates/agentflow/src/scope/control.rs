use agentflow_core::InvalidInput;

use crate::error::{Error, Result};

/// Commands that end the transaction of a scope, or change what holds in it.
const CONTROL: [&str; 15] = [
    "abort",
    "begin",
    "call",
    "commit",
    "deallocate",
    "discard",
    "do",
    "end",
    "execute",
    "prepare",
    "reset",
    "rollback",
    "savepoint",
    "set",
    "start",
];

/// What a statement must not mention: the ways in which a tenant is entered.
const ENTRANCES: [&str; 3] = ["set_config", "enter_tenant", "app.tenant_id"];

/// Refuses a statement of the caller that would leave the scope: after COMMIT or RESET ROLE, whatever comes next would
/// run in the role of the connection string. This is a rail and no wall: what a function does inside is not seen.
pub(crate) fn refuse_control(operation: &'static str, sql: &str) -> Result<()> {
    let command: String = skip_comments(sql)
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_lowercase();
    let text = sql.to_ascii_lowercase();
    let reason = if CONTROL.contains(&command.as_str()) {
        format!("{} cannot run in the scope of a tenant", command.to_ascii_uppercase())
    } else if let Some(entrance) = ENTRANCES.iter().find(|entrance| text.contains(**entrance)) {
        format!("`{entrance}` cannot be used in the scope of a tenant; the scope has entered it")
    } else {
        return Ok(());
    };
    Err(Error::InvalidInput { operation, input: InvalidInput::new("sql", reason) })
}

fn skip_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            // Nested comments are rare, and what is left of one is no command.
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest;
        }
        .trim_start();
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
            "-- quiet\nRESET ROLE",
            "/* quiet */ Set role postgres",
            "DO $$ BEGIN END $$",
            "SELECT pg_catalog.SET_CONFIG('role', 'postgres', true)",
            "SELECT enter_tenant('01890a5d-ac96-774b-bcce-b302099a8057')",
        ] {
            assert!(refuse_control("run a statement", sql).is_err(), "{sql}");
        }
        for sql in [
            "SELECT 1",
            "WITH x AS (SELECT 1) UPDATE t SET a = 1",
            "settle",
            "INSERT INTO begins VALUES (1)",
        ] {
            assert!(refuse_control("run a statement", sql).is_ok(), "{sql}");
        }
    }
}
