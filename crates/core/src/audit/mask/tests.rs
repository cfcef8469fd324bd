use proptest::prelude::*;
use serde_json::json;

use super::*;

const SECRET_KEYS: &[&str] = &[
    "password",
    "Password",
    "PASSWORD",
    "passWord",
    "user_password",
    "userPassword",
    "password2",
    "new-password",
    "password_hash",
    "passwords",
    "dbpassword",
    "PGPASSWORD",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "secrets",
    "client_secret",
    "clientSecret",
    "clientsecret",
    "webhook.secret",
    "secret_id",
    "secret_value",
    "token",
    "token_hash",
    "access_token",
    "accessToken",
    "accesstoken",
    "ACCESS_TOKEN",
    "refresh_tokens",
    "id_token",
    "csrf-token",
    "X-Auth-Token",
    "api_key",
    "apikey",
    "apiKey",
    "APIKey",
    "API-KEY",
    "X-Api-Key",
    "apiKeys",
    "openai_api_key",
    "api_key_openai",
    "authorization",
    "Proxy-Authorization",
    "authorization_header",
    "cookie",
    "cookies",
    "Set-Cookie",
    "private_key",
    "privateKeyPem",
    "AWS_SECRET_ACCESS_KEY",
    "access_key",
    "signing_key",
    "ssh key",
    "credential",
    "credentials",
    "awsCredentials",
    "session",
    "session_id",
    "sessionId",
    "user_session",
    "PHPSESSID",
    "bearer",
    "jwt",
    "otp",
    "recovery_codes",
    "connectionString",
    "DATABASE_URL",
    "sentry_dsn",
];

const OTHER_KEYS: &[&str] = &[
    "",
    "_",
    "7",
    "tokens",
    "max_tokens",
    "maxTokens",
    "max_output_tokens",
    "prompt_tokens",
    "completion_tokens_details",
    "cached_tokens",
    "token_count",
    "tokenCount",
    "token_budget",
    "token_usage",
    "total_tokens_used",
    "tokens_per_second",
    "cost_per_token",
    "time_to_first_token",
    "tokenizer",
    "has_password",
    "hasPassword",
    "old_password_checked",
    "password_changed",
    "password_changed_at",
    "sessions",
    "sessions_revoked",
    "session_count",
    "session_duration_ms",
    "token_expires_at",
    "token_ttl",
    "token_id",
    "access_key_id",
    "api_key_id",
    "token_type",
    "token_endpoint",
    "secret_name",
    "credential_path",
    "key",
    "public_key",
    "primary_key",
    "import_key",
    "idempotency_key",
    "secretary",
    "author",
    "authorized",
    "passed",
    "bypass",
    "passenger",
    "compass",
    "cooking",
    "prefix",
    "reason",
];

/// Every key that this project writes to details itself, and every field of the documents it stores.
const OWN: &[&str] = &[
    "agent_id",
    "before",
    "binding_id",
    "changed",
    "conversation_id",
    "conversation_retention_days",
    "conversations",
    "count",
    "data_persistence_mode",
    "display_name",
    "email",
    "envelope_hash",
    "expires_at",
    "file",
    "filter",
    "first_id",
    "from",
    "from_seq",
    "has_comment",
    "has_oidc",
    "has_password",
    "import_key",
    "issuer",
    "last_id",
    "message_count",
    "messages",
    "method",
    "name",
    "new_owners",
    "new_prefix",
    "old_password_checked",
    "owner_id",
    "permission",
    "permissions",
    "prefix",
    "principal_id",
    "rating",
    "reason",
    "region",
    "rehashed",
    "restored",
    "retention_days",
    "role",
    "role_id",
    "role_name",
    "rotated_to",
    "scopes",
    "sessions",
    "sessions_revoked",
    "sha256",
    "shared_skill_names",
    "silent_since",
    "size",
    "slug",
    "status",
    "subject",
    "team_id",
    "teams_left",
    "tier",
    "to",
    "to_seq",
    "turns",
    "user_id",
    "workspace_id",
    "write_cap_per_minute",
];

/// Or looking a word up would miss some.
#[test]
fn the_words_are_in_order() {
    assert!(SECRETS.is_sorted_by(|one, next| one < next));
}

#[test]
fn keys_named_like_secrets_are_known_however_they_are_written() {
    let masking = Masking::default();
    let missed: Vec<_> = SECRET_KEYS.iter().filter(|key| !masking.masks(key)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn counts_facts_and_names_about_secrets_stay() {
    let masking = Masking::default();
    let masked: Vec<_> = OTHER_KEYS.iter().filter(|key| masking.masks(key)).collect();
    assert!(masked.is_empty(), "{masked:?}");
}

#[test]
fn nothing_that_this_project_records_itself_is_masked() {
    let masking = Masking::default();
    let masked: Vec<_> = OWN.iter().filter(|key| masking.masks(key)).collect();
    assert!(masked.is_empty(), "{masked:?}");

    let schema: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/agent-dna.schema.json"
    )))
    .unwrap();
    let mut masked = schema.clone();
    masking.apply(masked.as_object_mut().unwrap());
    assert_eq!(masked, schema);
}

#[test]
fn a_value_goes_whatever_its_type_and_depth() {
    let mut details = json!({
        "token": { "access": "x", "tokens": 3 },
        "list": [1, { "a": [[{ "Api-Key": 7, "n": 1.5 }]] }, "password"],
        "secret": null,
        "cookies": ["a", "b"],
        "authorization": true,
        "usage": { "prompt_tokens": 7, "completion_tokens": 9 },
        "has_password": { "password": "x" },
    });
    Masking::default().apply(details.as_object_mut().unwrap());
    let expected = json!({
        "token": "[masked]",
        "list": [1, { "a": [[{ "Api-Key": "[masked]", "n": 1.5 }]] }, "password"],
        "secret": "[masked]",
        "cookies": "[masked]",
        "authorization": "[masked]",
        "usage": { "prompt_tokens": 7, "completion_tokens": 9 },
        "has_password": { "password": "[masked]" },
    });
    assert_eq!(details, expected);
}

#[test]
fn fields_of_the_tenant_are_masked_as_whole_keys_and_without_the_secrets_too() {
    let masking = Masking::new(false, ["eMail", "date_of_birth", "Straße", "phone2", "", "_"]);
    let mut details = json!({
        "email": 1, "E-MAIL": 2, "email_count": 3, "work_email": 4, "dateOfBirth": 5, "straße": 6,
        "phone": 7, "phone_2": 8, "password": 9, "": 10, "-": 11, "in": { "Email": 12 },
    });
    masking.apply(details.as_object_mut().unwrap());
    let expected = json!({
        "email": MASKED, "E-MAIL": MASKED, "email_count": 3, "work_email": 4,
        "dateOfBirth": MASKED, "straße": MASKED, "phone": 7, "phone_2": MASKED, "password": 9,
        "": 10, "-": 11, "in": { "Email": MASKED },
    });
    assert_eq!(details, expected);

    let mut untouched = json!({ "password": 1 });
    Masking::new(false, [""; 0]).apply(untouched.as_object_mut().unwrap());
    assert_eq!(untouched, json!({ "password": 1 }));
    // A field can name what the list of secrets lets pass.
    assert!(Masking::new(true, ["token_count"]).masks("tokenCount"));
}

/// Recursion would end the process.
#[test]
fn a_document_deeper_than_the_stack_is_masked() {
    const LEVELS: usize = 200_000;
    let mut value = json!({ "password": "x" });
    for level in 0..LEVELS {
        value = if level % 2 == 0 { Value::Array(vec![value]) } else { json_object("a", value) };
    }
    let mut details = Map::new();
    details.insert("a".to_owned(), value);
    Masking::default().apply(&mut details);

    // Taken apart level by level, as dropping it is recursive.
    let mut value = details.remove("a").unwrap();
    for _ in 0..LEVELS {
        value = match value {
            Value::Array(mut items) => items.remove(0),
            Value::Object(mut object) => object.remove("a").unwrap(),
            other => panic!("{other}"),
        };
    }
    assert_eq!(value, json!({ "password": MASKED }));
}

fn json_object(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

fn key() -> impl Strategy<Value = String> {
    let known = |keys: &'static [&'static str]| prop::sample::select(keys).prop_map(str::to_owned);
    prop_oneof![
        3 => known(SECRET_KEYS),
        3 => known(OTHER_KEYS),
        1 => "[a-zA-Z_ -]{0,12}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The rule, said by recursion.
fn expect_masked(masking: &Masking, before: &Value, after: &Value) -> Result<(), TestCaseError> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            prop_assert!(before.keys().eq(after.keys()));
            for (key, value) in before {
                if masking.masks(key) {
                    prop_assert_eq!(&after[key], &Value::from(MASKED));
                } else {
                    expect_masked(masking, value, &after[key])?;
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            prop_assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                expect_masked(masking, before, after)?;
            }
        }
        _ => prop_assert_eq!(before, after),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_value_under_a_masked_key_survives_and_nothing_else_changes(
        members in prop::collection::vec((key(), value()), 0..6),
        secrets: bool,
        fields in prop::collection::btree_set(key(), 0..3),
    ) {
        let masking = Masking::new(secrets, &fields);
        let before: Map<String, Value> = members.into_iter().collect();
        let mut after = before.clone();
        masking.apply(&mut after);
        expect_masked(&masking, &Value::Object(before), &Value::Object(after.clone()))?;
        let once = after.clone();
        masking.apply(&mut after);
        prop_assert_eq!(after, once, "masking twice is masking once");
    }

    #[test]
    fn the_same_words_are_known_in_every_style(words in prop::collection::vec("[a-z]{1,8}", 0..2), secret in prop::sample::select(&["password", "token", "credentials", "cookie"][..])) {
        let mut words = words;
        words.insert(0, "my".to_owned());
        words.push(secret.to_owned());
        let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
        let camel: String = words.iter().map(capital).collect();
        for key in [words.join("_"), words.join("-"), words.join(" ").to_uppercase(), camel] {
            // Unless it is counted: `max_token`, `per_token`.
            let before = &words[words.len() - 2];
            let is_counted = secret == "token" && ["first", "max", "min", "per"].contains(&before.as_str());
            prop_assert!(is_counted || Masking::default().masks(&key), "{key}");
        }
    }
}
