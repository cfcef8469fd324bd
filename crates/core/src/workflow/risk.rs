use serde_json::Value;

use crate::{InvalidInput, similar::similar, words::words};

/// The most roles that a workspace names for one tier.
const MAX_ROLES: usize = 100;

/// The longest name of a role, in characters.
const MAX_ROLE_NAME: usize = 100;

words!(
    /// How much harm a workflow or an action can do: it decides who has to approve.
    RiskTier, "risk_tier" {
        /// None that matters.
        Low = "low",
        /// Some that can be undone.
        Medium = "medium",
        /// Some that cannot.
        High = "high",
    }
);

/// Checks the roles that may approve, by risk tier: `{"high": ["approver"]}`.
///
/// A tier that is absent is left to a permission. One that is there names 1 to 100 roles by names that roles can have; whether
/// there are such roles is not asked. Fails with the first fault; its path begins with `field`.
pub fn check_approval_tiers(field: &str, tiers: &Value) -> Result<(), InvalidInput> {
    let Value::Object(tiers) = tiers else {
        return Err(InvalidInput::new(
            field,
            "expected an object of names of roles by risk tier, as in {\"high\": [\"approver\"]}",
        ));
    };
    for (tier, roles) in tiers {
        let path = format!("{field}.{tier}");
        if tier.parse::<RiskTier>().is_err() {
            return Err(InvalidInput::new(path, unknown_tier(tier)));
        }
        check_roles(&path, roles)?;
    }
    Ok(())
}

fn unknown_tier(tier: &str) -> String {
    let known = RiskTier::ALL.iter().map(|it| it.as_str());
    let meant = similar(tier, known).map(|it| format!("; did you mean `{it}`?"));
    format!("no such risk tier; expected low, medium or high{}", meant.unwrap_or_default())
}

fn check_roles(path: &str, roles: &Value) -> Result<(), InvalidInput> {
    let roles = roles.as_array().filter(|it| (1..=MAX_ROLES).contains(&it.len()));
    let Some(roles) = roles else {
        let reason = "expected a list of 1 to 100 names of roles; leave the tier out to let the permission \
                      approval:decide count";
        return Err(InvalidInput::new(path, reason));
    };
    match roles.iter().position(|role| !role.as_str().is_some_and(is_role_name)) {
        Some(index) => {
            let reason = "expected the name of a role: a lower-case letter, then at most 99 of a-z, 0-9, _ and -";
            Err(InvalidInput::new(format!("{path}[{index}]"), reason))
        }
        None => Ok(()),
    }
}

fn is_role_name(name: &str) -> bool {
    let is_inner = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(it);
    name.len() <= MAX_ROLE_NAME
        && name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.chars().all(is_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tiers_name_roles() {
        let longest = format!("a{}", "-".repeat(99));
        for tiers in [
            json!({}),
            json!({ "low": ["operator"], "medium": ["a_1", "b-2"], "high": [longest] }),
            json!({ "high": vec!["approver"; 100] }),
        ] {
            assert_eq!(check_approval_tiers("tiers", &tiers), Ok(()), "{tiers}");
        }
    }

    #[test]
    fn what_names_no_roles_is_refused_with_its_place() {
        let cases = [
            (json!([]), "tiers", "expected an object"),
            (json!(null), "tiers", "expected an object"),
            (json!({ "hihg": ["a"] }), "tiers.hihg", "or high; did you mean `high`?"),
            (json!({ "High": ["a"] }), "tiers.High", "or high; did you mean `high`?"),
            (json!({ "fatal": ["a"] }), "tiers.fatal", "expected low, medium or high"),
            (json!({ "high": "approver" }), "tiers.high", "a list of 1 to 100"),
            (json!({ "high": [] }), "tiers.high", "a list of 1 to 100"),
            (json!({ "low": vec!["a"; 101] }), "tiers.low", "a list of 1 to 100"),
            (json!({ "low": ["a", 1] }), "tiers.low[1]", "the name of a role"),
            (json!({ "low": [""] }), "tiers.low[0]", "the name of a role"),
            (json!({ "low": ["Approver"] }), "tiers.low[0]", "the name of a role"),
            (json!({ "low": ["1st"] }), "tiers.low[0]", "the name of a role"),
            (json!({ "low": ["a".repeat(101)] }), "tiers.low[0]", "the name of a role"),
        ];
        for (tiers, field, reason) in cases {
            let error = check_approval_tiers("tiers", &tiers).unwrap_err();
            assert_eq!(error.field, field, "{tiers}");
            assert!(error.reason.contains(reason), "{tiers}: {error}");
        }
    }
}
