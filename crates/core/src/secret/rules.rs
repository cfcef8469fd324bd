use std::{fmt, str::FromStr};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Caller, KeyPattern, PrincipalPattern, SecretName, Verb};
use crate::{InvalidInput, ids::TenantId, yaml};

/// So many rules a file has at most.
const MAX_RULES: usize = 10_000;
/// So many bytes it has at most.
const MAX_BYTES: usize = 1024 * 1024;
/// So many rules a refusal names.
const MOST_NAMED: usize = 5;

/// What errors call a file of rules.
const WHOLE: &str = "access rules";

/// Who may do what with which secrets. What no rule allows is denied.
///
/// ```
/// use agentflow_core::{audit::Actor, secret::{AccessRules, Caller, Verb}};
///
/// let rules = AccessRules::parse("
/// rules:
///   - { principal: 'service:*', tenant: '*', keys: [stripe_*], verbs: [get, list] }
/// ")?;
/// let caller = Caller::of("00000000-0000-7000-8000-000000000001".parse().unwrap(), Actor::service("billing"));
/// assert!(rules.decide(&caller, &"stripe_key".parse()?, Verb::Get).is_ok());
/// assert!(rules.decide(&caller, &"smtp".parse()?, Verb::Get).is_err());
/// # Ok::<(), agentflow_core::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRules(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    All,
    Listed(Vec<AccessRule>),
}

/// A rule that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRule {
    /// Whom.
    pub principal: PrincipalPattern,
    /// In which tenants.
    pub tenants: Tenants,
    /// Which secrets; any of these patterns.
    pub keys: Vec<KeyPattern>,
    /// To do what.
    pub verbs: Vec<Verb>,
}

/// The callers of which tenants a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenants {
    /// Those of no tenant.
    None,
    /// Those of any tenant, but not of none.
    Any,
    /// Those of this one.
    One(TenantId),
}

impl Tenants {
    fn include(self, tenant: Option<TenantId>) -> bool {
        match self {
            Self::None => tenant.is_none(),
            Self::Any => tenant.is_some(),
            Self::One(one) => tenant == Some(one),
        }
    }
}

impl AccessRule {
    fn is_about(&self, caller: &Caller) -> bool {
        self.tenants.include(caller.tenant) && self.principal.matches(&caller.principal)
    }

    fn allows(&self, name: &SecretName, verb: Verb) -> bool {
        self.verbs.contains(&verb) && self.keys.iter().any(|pattern| pattern.matches(name))
    }
}

impl fmt::Display for AccessRule {
    /// What it allows, without whom: `get, list of stripe_*, smtp`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verbs: Vec<_> = self.verbs.iter().map(|verb| verb.as_str()).collect();
        let keys: Vec<_> = self.keys.iter().take(MOST_NAMED).map(ToString::to_string).collect();
        write!(f, "{} of {}", verbs.join(", "), keys.join(", "))?;
        if self.keys.len() > MOST_NAMED { f.write_str(", …") } else { Ok(()) }
    }
}

impl AccessRules {
    /// Everybody may do everything: for programs whose every part may have every secret.
    pub fn allow_all() -> Self {
        Self(Kind::All)
    }

    /// Nobody may do anything.
    pub fn deny_all() -> Self {
        Self(Kind::Listed(Vec::new()))
    }

    /// These rules.
    pub fn new(rules: Vec<AccessRule>) -> Self {
        Self(Kind::Listed(rules))
    }

    /// Reads rules, YAML or JSON: an object with `rules`, a list of objects with `principal`, optionally `tenant` (an id, or `*` for
    /// any; left out for callers of no tenant), `keys` and `verbs`. At most 10,000 rules and 1 MiB. What is wrong is told with its line.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        if text.len() > MAX_BYTES {
            return Err(InvalidInput::new(WHOLE, "expected at most 1 MiB"));
        }
        let file: File = yaml::parse(text, WHOLE)?;
        if file.rules.len() > MAX_RULES {
            return Err(InvalidInput::new(WHOLE, "expected at most 10,000 rules"));
        }
        let rules = file.rules.iter().enumerate().map(|(index, rule)| rule.read(index));
        Ok(Self::new(rules.collect::<Result<_, _>>()?))
    }

    /// Whether the caller may do this with this secret. Why not is told for the caller: it names no rule of others.
    pub fn decide(&self, caller: &Caller, name: &SecretName, verb: Verb) -> Result<(), String> {
        if self.allows(caller, name, verb) {
            return Ok(());
        }
        Err(self.refusal(caller, &format!("`{verb}` of `{name}`")))
    }

    /// Whether the caller may do this with this secret.
    pub fn allows(&self, caller: &Caller, name: &SecretName, verb: Verb) -> bool {
        match &self.0 {
            Kind::All => true,
            Kind::Listed(_) => self.of(caller).any(|rule| rule.allows(name, verb)),
        }
    }

    /// Whether the caller may list some secrets, whatever they are called. Which, [`allows`](Self::allows) tells.
    pub fn decide_list(&self, caller: &Caller) -> Result<(), String> {
        let may_list = match &self.0 {
            Kind::All => true,
            Kind::Listed(_) => self.of(caller).any(|rule| rule.verbs.contains(&Verb::List)),
        };
        if may_list { Ok(()) } else { Err(self.refusal(caller, "`list`")) }
    }

    fn of<'r>(&'r self, caller: &'r Caller) -> impl Iterator<Item = &'r AccessRule> {
        let rules = match &self.0 {
            Kind::All => &[][..],
            Kind::Listed(rules) => rules,
        };
        rules.iter().filter(|rule| rule.is_about(caller))
    }

    fn refusal(&self, caller: &Caller, what: &str) -> String {
        let own: Vec<_> = self.of(caller).take(MOST_NAMED + 1).map(ToString::to_string).collect();
        let has = match own.len() {
            0 => "there is no rule for it at all".to_owned(),
            _ if own.len() > MOST_NAMED => {
                format!("what it may: {}; and more", own[..MOST_NAMED].join("; "))
            }
            _ => format!("what it may: {}", own.join("; ")),
        };
        format!("no rule allows {what} to {caller}; {has}")
    }
}

impl FromStr for AccessRules {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    principal: Spanned<String>,
    #[serde(default, deserialize_with = "given")]
    tenant: Option<Spanned<String>>,
    keys: Spanned<Vec<Spanned<String>>>,
    verbs: Spanned<Vec<Spanned<String>>>,
}

/// What is there must be something: `tenant:` with nothing behind it is more likely a mistake than callers of no tenant.
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Spanned<String>>, D::Error> {
    Spanned::<String>::deserialize(deserializer).map(Some)
}

impl RuleText {
    fn read(&self, index: usize) -> Result<AccessRule, InvalidInput> {
        let tenants = match &self.tenant {
            None => Tenants::None,
            Some(text) if text.value == "*" => Tenants::Any,
            Some(text) => {
                let tenant = text.value.parse().ok().map(Tenants::One);
                tenant.ok_or_else(|| {
                    let reason = "expected the id of a tenant, or `*` for any; leave it out for callers of no tenant";
                    at(index, "tenant", text, reason)
                })?
            }
        };
        Ok(AccessRule {
            principal: one(index, "principal", &self.principal)?,
            tenants,
            keys: several(index, "keys", &self.keys)?,
            verbs: several(index, "verbs", &self.verbs)?,
        })
    }
}

fn one<T: FromStr<Err = InvalidInput>>(
    index: usize,
    field: &str,
    text: &Spanned<String>,
) -> Result<T, InvalidInput> {
    text.value.parse().map_err(|error: InvalidInput| at(index, field, text, &error.reason))
}

fn several<T: FromStr<Err = InvalidInput>>(
    index: usize,
    field: &str,
    texts: &Spanned<Vec<Spanned<String>>>,
) -> Result<Vec<T>, InvalidInput> {
    if texts.value.is_empty() {
        return Err(at(index, field, texts, "expected at least one"));
    }
    texts.value.iter().map(|text| one(index, field, text)).collect()
}

/// What is wrong and where, with the line: a file may have thousands of rules.
fn at<T>(index: usize, field: &str, place: &Spanned<T>, reason: &str) -> InvalidInput {
    let line = place.referenced.line();
    InvalidInput::new(format!("rules[{index}].{field}"), format!("line {line}: {reason}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audit::Actor;

    const RULES: &str = "
rules:
  - principal: 'service:billing'
    tenant: '00000000-0000-7000-8000-000000000001'
    keys: [stripe_*, smtp]
    verbs: [get, list]
  - { principal: 'user:*', tenant: '*', keys: ['own_*'], verbs: [get, set, rotate] }
  - { principal: 'user:root', keys: ['*'], verbs: [get, set, delete, list, rotate] }
";

    fn tenant(digit: u8) -> TenantId {
        format!("00000000-0000-7000-8000-00000000000{digit}").parse().unwrap()
    }

    fn name(text: &str) -> SecretName {
        text.parse().unwrap()
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            text in any::<String>(),
            at in 0..RULES.len(),
            length in 0..20_usize,
            other in "[a-z*:{}\\[\\], \n'-]{0,6}",
        ) {
            let _ = AccessRules::parse(&text);
            let damaged = format!("{}{other}{}", &RULES[..at], &RULES[(at + length).min(RULES.len())..]);
            let _ = AccessRules::parse(&damaged);
        }
    }

    #[test]
    fn what_no_rule_allows_is_denied() {
        let rules: AccessRules = RULES.parse().unwrap();
        let may = |caller: &Caller, key: &str, verb| rules.allows(caller, &name(key), verb);
        let billing = Caller::of(tenant(1), Actor::service("billing"));
        assert!(may(&billing, "stripe_key", Verb::Get) && may(&billing, "smtp", Verb::List));
        assert!(!may(&billing, "stripe_key", Verb::Set) && !may(&billing, "other", Verb::Get));
        // Neither from another tenant, nor from none.
        let foreign = Caller::of(tenant(2), Actor::service("billing"));
        let platform = Caller::without_tenant(Actor::service("billing"));
        assert!(!may(&foreign, "smtp", Verb::Get) && !may(&platform, "smtp", Verb::Get));

        let ann = Caller::of(tenant(2), Actor::user("ann"));
        assert!(may(&ann, "own_key", Verb::Rotate) && !may(&ann, "own_key", Verb::Delete));
        // A rule without a tenant is about callers without one.
        let root = Caller::without_tenant(Actor::user("root"));
        assert!(may(&root, "anything", Verb::Delete));
        assert!(!may(&Caller::of(tenant(1), Actor::user("root")), "anything", Verb::Get));
        // And one for any tenant is not about them.
        assert!(!may(&Caller::without_tenant(Actor::user("ann")), "own_key", Verb::Get));
    }

    #[test]
    fn a_refusal_names_what_the_caller_may_and_nothing_of_others() {
        let rules: AccessRules = RULES.parse().unwrap();
        let billing = Caller::of(tenant(1), Actor::service("billing"));
        let reason = rules.decide(&billing, &name("stripe_key"), Verb::Delete).unwrap_err();
        assert_eq!(
            reason,
            "no rule allows `delete` of `stripe_key` to service:billing of tenant \
             00000000-0000-7000-8000-000000000001; what it may: get, list of stripe_*, smtp"
        );
        let nobody = Caller::without_tenant(Actor::service("other"));
        let reason = rules.decide(&nobody, &name("stripe_key"), Verb::Get).unwrap_err();
        assert!(reason.ends_with("of no tenant; there is no rule for it at all"), "{reason}");
        let ann = Caller::of(tenant(1), Actor::user("ann"));
        let reason = rules.decide_list(&ann).unwrap_err();
        assert!(reason.contains("`list`") && reason.contains("own_*"), "{reason}");
        assert!(!reason.contains("stripe"), "{reason}");
        assert!(rules.decide_list(&billing).is_ok());
    }

    #[test]
    fn all_or_nothing_can_be_said_without_a_file() {
        let caller = Caller::without_tenant(Actor::system());
        assert!(AccessRules::allow_all().decide(&caller, &name("x"), Verb::Set).is_ok());
        assert!(AccessRules::allow_all().decide_list(&caller).is_ok());
        for rules in [AccessRules::deny_all(), "rules: []".parse().unwrap()] {
            assert!(rules.decide(&caller, &name("x"), Verb::Get).is_err());
            assert!(rules.decide_list(&caller).is_err());
        }
    }

    #[test]
    fn a_file_that_says_something_else_is_refused_with_its_line() {
        let rule = |rest: &str| format!("rules:\n  - principal: '*'\n{rest}");
        for (text, told) in [
            (String::new(), "access rules"),
            ("[]".to_owned(), "access rules"),
            ("rule: []".to_owned(), "line 1"),
            (rule("    keys: [a]\n"), "verbs"),
            (rule("    keys: [a]\n    verbs: [got]\n"), "rules[0].verbs: line 4: expected get"),
            (rule("    keys: ['a b']\n    verbs: [get]\n"), "rules[0].keys: line 3"),
            (
                rule("    keys: []\n    verbs: [get]\n"),
                "rules[0].keys: line 3: expected at least one",
            ),
            (
                rule("    tenant: acme\n    keys: [a]\n    verbs: [get]\n"),
                "rules[0].tenant: line 3",
            ),
            (rule("    tenant:\n    keys: [a]\n    verbs: [get]\n"), "line 3"),
            (rule("    keys: [a]\n    verbs: [get]\n    allow: true\n"), "allow"),
            (rule("    keys: [a]\n    keys: [b]\n    verbs: [get]\n"), "line 4"),
            (
                "rules:\n  - { principal: billing, keys: [a], verbs: [get] }\n".to_owned(),
                "rules[0].principal: line 2",
            ),
        ] {
            let error = AccessRules::parse(&text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        let json = r#"{"rules": [{"principal": "*", "keys": ["*"], "verbs": ["get"]}]}"#;
        assert!(AccessRules::parse(json).is_ok());
    }
}
