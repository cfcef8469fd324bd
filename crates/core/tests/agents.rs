//! AgentDNA: defaults, bounds, and every bad field by its path.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use agentflow_core::{
    InvalidInputs,
    agent::{
        self, AgentBoundaries, AgentDna, AgentMemoryConfig, AgentModelConfig, AgentPersonality,
        AgentSpec, AgentStatus, Autonomy, Formality, RetrievalWeights, Tone, Verbosity,
        effective_skills,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn minimal() -> Value {
    json!({ "name": "Ada", "slug": "ada" })
}

/// The findings about a document that is [`minimal`] but for one place.
fn findings(pointer: &str, value: &Value) -> Vec<(String, String)> {
    let mut document = serde_json::to_value(AgentSpec::from_value(minimal()).unwrap()).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[key] = value.clone();
    match AgentSpec::from_value(document) {
        Ok(_) => Vec::new(),
        Err(InvalidInputs(findings)) => {
            findings.into_iter().map(|finding| (finding.field, finding.reason)).collect()
        }
    }
}

#[test]
fn what_is_left_out_has_the_listed_default() {
    let spec = AgentSpec::from_yaml("name: Ada\nslug: ada\n").unwrap();
    assert_eq!((spec.tagline.as_str(), spec.avatar_emoji.as_str()), ("", ""));
    assert_eq!((spec.kind.as_str(), spec.role), ("assistant", None));
    assert_eq!(spec.status, AgentStatus::Draft);
    let personality = spec.personality;
    assert_eq!(personality.system_prompt_template, "");
    assert_eq!((personality.tone, personality.verbosity), (Tone::Friendly, Verbosity::Balanced));
    assert_eq!((personality.formality, personality.language.as_str()), (Formality::Adaptive, "en"));
    assert_eq!(
        serde_json::to_value(spec.model).unwrap(),
        json!({ "model_name": "anthropic/claude-sonnet-4.5", "temperature": 0.7, "max_output_tokens": 4096,
                "provider_overrides": {} })
    );
    assert_eq!(
        serde_json::to_value(spec.memory).unwrap(),
        json!({ "token_budget": 2000, "auto_extract": true, "auto_pin_preferences": true, "summarize_interval": 20,
                "retrieval_weights": { "semantic": 0.35, "recency": 0.2, "importance": 0.2, "continuity": 0.15,
                                       "relationship": 0.1 },
                "remember_commands": ["remember this", "don't forget", "keep in mind", "note that"] })
    );
    assert_eq!(
        serde_json::to_value(spec.boundaries).unwrap(),
        json!({ "can_do": [], "cannot_do": [], "escalates_to": null, "max_autonomy": "execute", "allowed_domains": [],
                "max_tool_calls_per_turn": 10 })
    );
}

/// The column defaults of the requirement: parts of the objects, and an empty personality.
#[test]
fn a_default_row_parses() {
    let personality: AgentPersonality = serde_json::from_value(json!({})).unwrap();
    assert_eq!(personality, AgentPersonality::default());
    let model = json!({ "model_name": "anthropic/claude-sonnet-4.5", "temperature": 0.7, "max_output_tokens": 4096 });
    assert_eq!(
        serde_json::from_value::<AgentModelConfig>(model).unwrap(),
        AgentModelConfig::default()
    );
    let memory = json!({
        "token_budget": 2000, "auto_extract": true, "auto_pin_preferences": true, "summarize_interval": 20,
        "retrieval_weights": { "semantic": 0.35, "recency": 0.20, "importance": 0.20, "continuity": 0.15, "relationship": 0.10 },
    });
    assert_eq!(
        serde_json::from_value::<AgentMemoryConfig>(memory).unwrap(),
        AgentMemoryConfig::default()
    );
    let boundaries = json!({ "max_autonomy": "execute", "max_tool_calls_per_turn": 10 });
    assert_eq!(
        serde_json::from_value::<AgentBoundaries>(boundaries).unwrap(),
        AgentBoundaries::default()
    );
}

#[test]
fn every_bound_is_kept_and_named_in_the_error() {
    let expected = |range: &str| format!("expected {range}, got ");
    for (pointer, good, bad, reason) in [
        (
            "/model/temperature",
            json!([0, 0.0, 2, 2.0]),
            json!([-0.1, 2.1, "hot"]),
            "a number from 0 to 2",
        ),
        (
            "/model/max_output_tokens",
            json!([100, 32_000, 100.0]),
            json!([99, 32_001, 100.5]),
            "an integer from 100 to 32000",
        ),
        (
            "/memory/token_budget",
            json!([100, 8000]),
            json!([99, 8001, null]),
            "an integer from 100 to 8000",
        ),
        (
            "/memory/retrieval_weights/recency",
            json!([0, 1]),
            json!([-0.01, 1.01]),
            "a number from 0 to 1",
        ),
        (
            "/boundaries/max_tool_calls_per_turn",
            json!([1, 50]),
            json!([0, 51]),
            "an integer from 1 to 50",
        ),
        (
            "/boundaries/max_autonomy",
            json!(["ask"]),
            json!(["Ask", 1]),
            "one of: execute suggest ask",
        ),
        (
            "/boundaries/escalates_to",
            json!([null, "bob"]),
            json!(["Bob", "b"]),
            "2 to 63 lower-case letters, digits and hyphens, with no hyphen at either end, or null",
        ),
        (
            "/slug",
            json!(["a1"]),
            json!(["A1", "-a", 7]),
            "2 to 63 lower-case letters, digits and hyphens, with no hyphen at either end",
        ),
        ("/name", json!(["A"]), json!(["", 7, "x".repeat(256)]), "a text of 1 to 255 characters"),
        (
            "/status",
            json!(["draft", "active", "paused", "archived"]),
            json!(["gone"]),
            "one of: draft active paused archived",
        ),
        (
            "/personality/language",
            json!(["de"]),
            json!(["DE", "deu", "", false]),
            "a language as two lower-case letters (ISO 639-1)",
        ),
        (
            "/personality/traits",
            json!([{}, { "warm": 0.5, "dry": 1 }]),
            json!(["warm"]),
            "an object",
        ),
        ("/memory/auto_extract", json!([false]), json!(["no", 0]), "true or false"),
    ] {
        for value in good.as_array().unwrap() {
            assert_eq!(findings(pointer, value), [], "{pointer} {value}");
        }
        for value in bad.as_array().unwrap() {
            let findings = findings(pointer, value);
            let [(field, said)] = findings.as_slice() else {
                panic!("{pointer} {value}: {findings:?}")
            };
            assert_eq!(*field, pointer[1..].replace('/', "."));
            assert!(said.starts_with(&expected(reason)), "{pointer} {value}: {said}");
        }
    }
    assert_eq!(
        findings("/personality/traits", &json!({ "warm": 2 }))[0].0,
        "personality.traits.warm"
    );
    assert_eq!(findings("/custom_skill_names", &json!(["a", ""]))[0].0, "custom_skill_names[1]");
    assert_eq!(
        findings("/custom_skill_names", &json!(["x".repeat(101)]))[0].0,
        "custom_skill_names[0]"
    );
    assert_eq!(findings("/config", &json!({ "a": ["\0"] }))[0].0, "config.a[0]");
    assert_eq!(findings("/config", &json!({ "a": u64::MAX }))[0].0, "config.a");
}

#[test]
fn an_integer_that_is_too_large_is_told_the_range() {
    assert_eq!(
        findings("/memory/summarize_interval", &json!(5_000_000_000_u64)),
        [(
            "memory.summarize_interval".to_owned(),
            "expected an integer from 0 to 4294967295, got 5000000000".to_owned()
        )]
    );
}

#[test]
fn of_many_bad_fields_a_hundred_are_named_and_that_there_are_more() {
    let skills = |count: usize| {
        let mut spec = AgentSpec::new("Ada", "ada".parse().unwrap());
        spec.custom_skill_names = vec![String::new(); count];
        spec.validate().unwrap_err().0
    };
    let findings = skills(100);
    assert_eq!((findings.len(), findings[99].field.as_str()), (100, "custom_skill_names[99]"));
    for count in [101, 60_000] {
        let findings = skills(count);
        assert_eq!(findings.len(), 101, "{count}");
        assert_eq!(findings[99].field, "custom_skill_names[99]", "{count}");
        assert_eq!(findings[100].to_string(), "agent: more is wrong than these 100", "{count}");
    }
}

#[test]
fn an_integer_in_yaml_that_no_double_holds_is_refused_with_its_path() {
    let spec = |config: &str| AgentSpec::from_yaml(&format!("name: é\nslug: ab\nconfig: {config}"));
    for (config, field) in [
        ("{n: 99999999999999999999999}", "config.n"),
        ("{s: '1e23', f: 1.5, list: [1e23, -99999999999999999999999]}", "config.list[1]"),
        ("{a: &a 18446744073709551617, b: [{c: *a}]}", "config.a"),
        ("\n  deep:\n    - n: 100000000000000000001", "config.deep[0].n"),
    ] {
        let error = spec(config).unwrap_err();
        assert_eq!(error.0[0].field, field, "{config}: {error}");
        assert!(error.0[0].reason.contains("a double cannot hold"), "{config}: {error}");
    }
    let good = spec("{f: 1e23, i: 18446744073709551616, t: '99999999999999999999999'}").unwrap();
    assert_eq!(good.config["f"], json!(1e23));
    assert_eq!(good.config["i"], json!(18_446_744_073_709_551_616_f64));
    assert_eq!(good.config["t"], json!("99999999999999999999999"));
}

#[test]
fn all_bad_fields_are_reported_at_once() {
    let yaml = "
name: 7
slug: Not A Slug
taglin: typo
status: retired
personality:
  tone: grumpy
  langauge: en
  traits: { warm: 1.5 }
  voice_examples: [{ user_message: Hi }]
model: { temperature: 3.5, max_output_tokens: many }
memory: { retrieval_weights: { semantic: 2 } }
boundaries: { max_tool_calls_per_turn: 0, escalates_to: '?' }
shared_skill_names: [search, '']
";
    let mut found: Vec<_> = AgentSpec::from_yaml(yaml)
        .unwrap_err()
        .0
        .into_iter()
        .map(|finding| finding.field)
        .collect();
    found.sort();
    let expected = [
        "boundaries.escalates_to",
        "boundaries.max_tool_calls_per_turn",
        "memory.retrieval_weights.semantic",
        "model.max_output_tokens",
        "model.temperature",
        "name",
        "personality.langauge",
        "personality.tone",
        "personality.traits.warm",
        "personality.voice_examples[0].agent_response",
        "shared_skill_names[1]",
        "slug",
        "status",
        "taglin",
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_unknown_key_lists_the_known_ones_and_a_missing_one_is_named() {
    let (field, reason) = findings("/boundaries/autonomy", &json!("ask")).remove(0);
    assert_eq!(field, "boundaries.autonomy");
    assert!(reason.starts_with("unknown key; expected one of: allowed_domains can_do"), "{reason}");
    let errors = AgentSpec::from_json("{}").unwrap_err();
    assert_eq!(errors.to_string(), "name: is missing\nslug: is missing");
    assert_eq!(
        AgentSpec::from_json("[]").unwrap_err().to_string(),
        "agent: expected an object, got a list"
    );
}

#[test]
fn what_is_not_yaml_or_json_is_refused_with_line_and_column() {
    for text in ["name: [unclosed\nslug: x", "name: a\nslug: *nope"] {
        let errors = AgentSpec::from_yaml(text).unwrap_err().0;
        assert_eq!((errors.len(), errors[0].field.as_str()), (1, "agent"), "{text}");
        assert!(errors[0].reason.contains("line 2"), "{text}: {}", errors[0].reason);
    }
    let error = AgentSpec::from_json("{\"name\":\n x}").unwrap_err().to_string();
    assert!(error.contains("line 2 column 2"), "{error}");
    assert!(AgentSpec::from_yaml("").is_err());
    assert!(AgentSpec::from_yaml("name: a\n---\nname: b").is_err(), "two documents");
}

#[test]
fn a_key_that_occurs_twice_is_an_error() {
    let error =
        AgentSpec::from_yaml("name: Ada\nslug: ada\nmodel:\n  temperature: 1\n  temperature: 2\n")
            .unwrap_err()
            .to_string();
    assert!(error.contains("temperature") && error.contains("line 5"), "{error}");
    let error = AgentSpec::from_json(r#"{"name":"a","model":{"temperature":1,"temperature":2}}"#)
        .unwrap_err();
    assert_eq!(error.to_string(), "model.temperature: the key occurs twice");
}

#[test]
fn yaml_says_what_it_says() {
    // Norway is no boolean, and neither an alias bomb nor deep nesting takes the program down.
    let spec =
        AgentSpec::from_yaml("name: 'Yes'\nslug: ab\npersonality: { language: no }").unwrap();
    assert_eq!(spec.personality.language, "no");
    assert!(AgentSpec::from_yaml(&format!("config: {}", "[".repeat(100_000))).is_err());
    let bomb: String = (1..30)
        .map(|level| (level, format!("*a{}, ", level - 1).repeat(4)))
        .fold("a0: &a0 [x]\n".to_owned(), |bomb, (level, aliases)| {
            bomb + &format!("a{level}: &a{level} [{aliases}]\n")
        });
    let error = AgentSpec::from_yaml(&bomb).unwrap_err().to_string();
    assert!(!error.contains("unknown key"), "the bomb went off: {error:.200}");
    assert!(AgentSpec::from_yaml("name: .nan\nslug: ab\nmodel: { temperature: .nan }").is_err());
}

#[test]
fn a_spec_that_is_made_in_code_is_checked_alike() {
    let mut spec = AgentSpec::new("Ada", "ada".parse().unwrap());
    assert!(spec.validate().is_ok());
    spec.model.temperature = 9.0;
    spec.boundaries.max_tool_calls_per_turn = 0;
    spec.memory.retrieval_weights.recency = f64::NAN;
    let fields: Vec<_> = spec.validate().unwrap_err().0.into_iter().map(|it| it.field).collect();
    assert_eq!(
        fields,
        [
            "boundaries.max_tool_calls_per_turn",
            "memory.retrieval_weights.recency",
            "model.temperature"
        ]
    );
}

#[test]
fn weights_that_do_not_add_up_are_a_warning() {
    let mut spec = AgentSpec::new("Ada", "ada".parse().unwrap());
    assert!(spec.warnings().is_empty(), "{:?}", spec.warnings());
    spec.memory.retrieval_weights =
        RetrievalWeights { semantic: 0.9, ..RetrievalWeights::default() };
    assert!(spec.validate().is_ok());
    assert_eq!(
        spec.warnings()[0].to_string(),
        "memory.retrieval_weights: the weights add up to 1.55; 1 is recommended"
    );
}

#[test]
fn dna_has_the_keys_of_the_spec_beside_its_own_and_comes_back() {
    let mut spec = AgentSpec::new("Ada", "ada".parse().unwrap());
    spec.boundaries.max_autonomy = Autonomy::Ask;
    let dna = AgentDna {
        id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        team_id: "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
        spec,
        created_by: None,
        created_at: "2026-11-21T04:41:00Z".parse().unwrap(),
        updated_at: "2026-11-21T04:41:00Z".parse().unwrap(),
    };
    let json = serde_json::to_value(&dna).unwrap();
    assert_eq!((json["slug"].as_str(), json["type"].as_str()), (Some("ada"), Some("assistant")));
    assert_eq!(serde_json::from_value::<AgentDna>(json).unwrap(), dna);
}

/// `AF_UPDATE_GOLDEN=1 cargo test -p agentflow-core` renews the file.
#[test]
fn the_schema_in_the_documents_is_what_the_types_generate() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/agent-dna.schema.json");
    let generated = format!("{:#}\n", agent::json_schema());
    if std::env::var_os("AF_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == generated, "{path} is old: renew it with AF_UPDATE_GOLDEN=1");
}

proptest! {
    #[test]
    fn effective_skills_are_a_union_less_what_is_disabled(
        [team, shared, custom, disabled] in prop::array::uniform4(prop::collection::vec("[a-e]", 0..6)),
    ) {
        let skills = effective_skills(&team, &shared, &custom, &disabled);
        let all: Vec<_> = [team, shared, custom].concat();
        for name in &all {
            let times = skills.iter().filter(|skill| *skill == name).count();
            prop_assert_eq!(times, usize::from(!disabled.contains(name)), "{}", name);
        }
        let places: Vec<_> = skills.iter().map(|skill| all.iter().position(|name| name == skill)).collect();
        prop_assert!(places.is_sorted() && !places.contains(&None));
    }
}
