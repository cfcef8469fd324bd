//! What may be in a spec: every bound of every field, and that whatever is within them comes back as it was.

use std::collections::BTreeMap;

use agentflow::{
    agents::{AgentFilter, AgentSpec},
    core::{
        agent::{
            AgentBoundaries, AgentMemoryConfig, AgentModelConfig, AgentPersonality, AgentStatus,
            Autonomy, Formality, RetrievalWeights, Tone, Verbosity, VoiceExample,
        },
        canonical,
    },
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Map, Value, json};

use super::{agent, ann, bad_fields, newest, spec, team};
use crate::support::World;

type Spoil = fn(&mut AgentSpec);

/// Field, what it says is allowed, and something that is not.
const BOUNDS: &[(&str, &str, Spoil)] = &[
    ("name", "of 1 to 255 characters", |spec| spec.name.clear()),
    ("tagline", "of at most 255 characters", |spec| spec.tagline = "ä".repeat(256)),
    ("avatar_emoji", "of at most 32 characters", |spec| spec.avatar_emoji = "🤖".repeat(33)),
    ("type", "of 1 to 100 characters", |spec| spec.kind.clear()),
    ("role", "of 1 to 100 characters", |spec| spec.role = Some("x".repeat(101))),
    ("personality.language", "two lower-case letters", |spec| {
        spec.personality.language = "EN".into();
    }),
    ("personality.traits.humor", "from 0 to 1", |spec| {
        spec.personality.traits.insert("humor".into(), 1.01);
    }),
    ("shared_skill_names[1]", "of 1 to 100 characters", |spec| {
        spec.shared_skill_names = vec!["a".into(), String::new()];
    }),
    ("custom_skill_names[0]", "of 1 to 100 characters", |spec| {
        spec.custom_skill_names = vec!["x".repeat(101)];
    }),
    ("disabled_skill_names[0]", "of 1 to 100 characters", |spec| {
        spec.disabled_skill_names = vec![String::new()];
    }),
    ("model.model_name", "of 1 to 255 characters", |spec| spec.model.model_name.clear()),
    ("model.temperature", "from 0 to 2", |spec| spec.model.temperature = f64::NAN),
    ("model.max_output_tokens", "from 100 to 32000", |spec| spec.model.max_output_tokens = 99),
    ("memory.token_budget", "from 100 to 8000", |spec| spec.memory.token_budget = 8001),
    ("memory.retrieval_weights.recency", "from 0 to 1", |spec| {
        spec.memory.retrieval_weights.recency = -0.1;
    }),
    ("memory.remember_commands[0]", "of at least 1 characters", |spec| {
        spec.memory.remember_commands = vec![String::new()];
    }),
    ("boundaries.allowed_domains[0]", "of 1 to 253 characters", |spec| {
        spec.boundaries.allowed_domains = vec!["x".repeat(254)];
    }),
    ("boundaries.max_tool_calls_per_turn", "from 1 to 50", |spec| {
        spec.boundaries.max_tool_calls_per_turn = 51;
    }),
    ("config.text", "U+0000", |spec| {
        spec.config.insert("text".into(), json!("nul\0"));
    }),
];

#[tokio::test]
async fn each_bad_field_is_named_with_what_is_allowed_and_nothing_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let ada = agent(&tenant, team, "ada").await;
    let before = newest(&tenant).await.seq;
    let mut all = spec("all");
    for (field, allowed, spoil) in BOUNDS {
        let mut bad = spec("bad");
        spoil(&mut bad);
        spoil(&mut all);
        for error in [
            agents.create(team, bad.clone(), &ann()).await.unwrap_err(),
            agents.update(ada.id, bad.clone(), &ann()).await.unwrap_err(),
        ] {
            assert_eq!(bad_fields(&error), [*field]);
            let text = error.to_string();
            assert!(text.contains(&format!("{field}: ")) && text.contains(allowed), "{text}");
        }
    }
    // And all of them at once.
    let error = agents.create(team, all, &ann()).await.unwrap_err();
    let mut found = bad_fields(&error);
    found.sort_unstable();
    let mut expected: Vec<_> = BOUNDS.iter().map(|(field, ..)| *field).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(!error.to_string().contains('\n'), "{error}");
    assert_eq!(newest(&tenant).await.seq, before);
    assert_eq!(agents.list(AgentFilter::default(), None, 10).await.unwrap(), [ada]);
}

fn text(max: usize) -> impl Strategy<Value = String> {
    let storable = any::<char>().prop_filter("cannot be stored", |it| *it != '\0');
    vec(storable, 0..=max).prop_map(String::from_iter)
}

fn name(max: usize) -> impl Strategy<Value = String> {
    text(max).prop_map(|text| if text.is_empty() { "x".to_owned() } else { text })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(name(100), 0..4)
}

/// Any JSON that can be stored, among it numbers that change their form on the way.
fn object() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
        any::<f64>().prop_filter("no JSON", |it| it.is_finite()).prop_map(Value::from),
        select(vec![1e16, 1e300, -0.0, 5e-324, 1.0, 1e-7]).prop_map(Value::from),
        text(8).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(8), inner, 0..4).prop_map(|it| Value::from(Map::from_iter(it))),
        ]
    });
    btree_map(text(8), value, 0..4).prop_map(Map::from_iter)
}

fn personality() -> impl Strategy<Value = AgentPersonality> {
    let example = (text(20), text(20), text(20)).prop_map(|it| VoiceExample {
        user_message: it.0,
        agent_response: it.1,
        context: it.2,
    });
    let manner = (
        select(Tone::ALL),
        select(Verbosity::ALL),
        select(Formality::ALL),
        "[a-z]{2}",
        btree_map(text(10), 0.0..=1.0, 0..4),
    );
    (manner, vec(example, 0..3), text(80), names(), names(), text(80)).prop_map(
        |(manner, voice_examples, prompt, always_rules, never_rules, custom_instructions)| {
            let traits: BTreeMap<String, f64> = manner.4;
            AgentPersonality {
                system_prompt_template: prompt,
                tone: manner.0,
                verbosity: manner.1,
                formality: manner.2,
                language: manner.3,
                traits,
                voice_examples,
                always_rules,
                never_rules,
                custom_instructions,
            }
        },
    )
}

fn model() -> impl Strategy<Value = AgentModelConfig> {
    (name(255), 0.0..=2.0, 100_u32..=32_000, object()).prop_map(|it| AgentModelConfig {
        model_name: it.0,
        temperature: it.1,
        max_output_tokens: it.2,
        provider_overrides: it.3,
    })
}

fn memory() -> impl Strategy<Value = AgentMemoryConfig> {
    let weight = || 0.0..=1.0_f64;
    let weights = (weight(), weight(), weight(), weight(), weight());
    let switches = (any::<bool>(), any::<bool>());
    (100_u32..=8_000, weights, switches, any::<u32>(), names()).prop_map(|it| AgentMemoryConfig {
        token_budget: it.0,
        retrieval_weights: RetrievalWeights {
            semantic: it.1.0,
            recency: it.1.1,
            importance: it.1.2,
            continuity: it.1.3,
            relationship: it.1.4,
        },
        auto_extract: it.2.0,
        auto_pin_preferences: it.2.1,
        summarize_interval: it.3,
        remember_commands: it.4,
    })
}

fn boundaries() -> impl Strategy<Value = AgentBoundaries> {
    let slug = option::of("[a-z0-9][a-z0-9-]{0,20}[a-z0-9]");
    (names(), names(), slug, select(Autonomy::ALL), names(), 1_u32..=50).prop_map(|it| {
        AgentBoundaries {
            can_do: it.0,
            cannot_do: it.1,
            escalates_to: it.2.map(|slug| slug.parse().unwrap()),
            max_autonomy: it.3,
            allowed_domains: it.4,
            max_tool_calls_per_turn: it.5,
        }
    })
}

fn any_spec() -> impl Strategy<Value = AgentSpec> {
    let words = (name(255), text(255), text(32), name(100), option::of(name(100)));
    let parts = (personality(), model(), memory(), boundaries());
    let lists = (names(), names(), names(), select(AgentStatus::ALL));
    (words, parts, lists, object(), object()).prop_map(|(words, parts, lists, config, policies)| {
        AgentSpec {
            name: words.0,
            slug: "ada".parse().unwrap(),
            tagline: words.1,
            avatar_emoji: words.2,
            kind: words.3,
            role: words.4,
            status: lists.3,
            personality: parts.0,
            shared_skill_names: lists.0,
            custom_skill_names: lists.1,
            disabled_skill_names: lists.2,
            model: parts.1,
            memory: parts.2,
            boundaries: parts.3,
            config,
            policies,
        }
    })
}

/// One text for one spec: `jsonb` keeps numbers, but not whether `1e16` was written with an exponent.
fn canonical(spec: &AgentSpec) -> String {
    canonical::to_string_as_doubles(&serde_json::to_value(spec).unwrap(), "").unwrap()
}

/// The spec without the parts whose numbers may come back in another form.
fn typed(spec: &AgentSpec) -> AgentSpec {
    let model = AgentModelConfig { provider_overrides: Map::new(), ..spec.model.clone() };
    AgentSpec { model, config: Map::new(), policies: Map::new(), ..spec.clone() }
}

#[tokio::test]
async fn whatever_is_within_bounds_comes_back_as_it_was() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (agents, team) = (tenant.agents(), team(&tenant, "red").await);
    let ada = agent(&tenant, team, "ada").await;
    let mut runner = TestRunner::deterministic();
    for case in 0..256 {
        let drawn = any_spec().new_tree(&mut runner).unwrap().current();
        // Half of them are made, half of them replace what is there.
        let written = if case % 2 == 0 {
            let drawn = AgentSpec { slug: format!("a{case}").parse().unwrap(), ..drawn.clone() };
            agents.create(team, drawn, &ann()).await.unwrap()
        } else {
            agents.update(ada.id, drawn.clone(), &ann()).await.unwrap()
        };
        let read = agents.get(written.id).await.unwrap().unwrap();
        assert_eq!(read, written);
        let expected = AgentSpec { slug: read.spec.slug.clone(), ..drawn };
        assert_eq!(canonical(&read.spec), canonical(&expected));
        assert_eq!(typed(&read.spec), typed(&expected));
        // So what is read can be written again, and is no change.
        let entry = newest(&tenant).await.seq;
        assert_eq!(agents.update(read.id, expected, &ann()).await.unwrap(), read);
        assert_eq!(newest(&tenant).await.seq, entry);
    }
}
