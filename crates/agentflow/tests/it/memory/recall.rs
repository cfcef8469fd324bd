//! What comes to mind, and how it is packed.

use agentflow::{
    agents::AgentSpec,
    memory::{MemoryFilter, MemoryType, RecallRequest, Recalled, Section},
};

use super::{
    mind::{ann, bad_fields},
    support::{Garden, Plant},
};

impl Garden {
    fn recall(&self, query: &str) -> RecallRequest {
        let filter = MemoryFilter::of_agent(self.mind.team, self.mind.agent);
        RecallRequest { touch: false, ..RecallRequest::new(filter, query) }
    }

    async fn recalled(&self, request: RecallRequest) -> Recalled {
        self.asking([1.0, 0.0, 0.0]).recall(request).await.unwrap()
    }
}

fn contents(recalled: &Recalled) -> Vec<&str> {
    let mut all: Vec<_> =
        recalled.packed.iter().map(|it| it.found.memory.content.as_str()).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn the_prompt_tells_what_each_memory_is() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let agent = Some(garden.mind.agent);
    let user = Some(garden.mind.user);
    let of = |memory_type, content: &str| Plant { memory_type, ..Plant::new(content) };
    let plants = [
        of(MemoryType::Shared, "We deploy on Fridays."),
        Plant { agent, ..of(MemoryType::Procedural, "Ask before deleting.") },
        of(MemoryType::Episodic, "The server fell over."),
        of(MemoryType::Semantic, "Ulm is on the Danube."),
        Plant { user, ..of(MemoryType::UserProfile, "Ann lives in Ulm.") },
        Plant {
            user,
            subject: Some("user.preference.language".to_owned()),
            ..of(MemoryType::UserProfile, "Ann likes German.")
        },
        Plant { agent, ..of(MemoryType::Identity, "I am Ada.") },
    ];
    for plant in plants {
        garden.plant(plant).await;
    }
    let recalled = garden.recalled(garden.recall("Ulm")).await;
    assert_eq!(
        recalled.to_prompt(),
        "[IDENTITY] I am Ada.\n[USER-PROFILE] Ann lives in Ulm.\n[PREFERENCE] Ann likes German.\n[FACT] Ulm is on the Danube.\n\
         [EVENT 2026-11-18] The server fell over.\n[PATTERN] Ask before deleting.\n[TEAM] We deploy on Fridays.\n"
    );
    assert_eq!((recalled.budget, recalled.left_out, recalled.warnings.len()), (2000, 0, 0));
    let tokens: u64 = recalled.packed.iter().map(|it| it.tokens).sum();
    assert_eq!(recalled.tokens, tokens);
    assert!(u64::try_from(recalled.to_prompt().len()).unwrap() * 2 <= tokens * 7);
}

#[tokio::test]
async fn disputed_ones_come_with_what_contradicts_them() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let one = garden.plant(Plant::new("Ulm is small.")).await;
    let other = garden.plant(Plant::new("Ulm is large.")).await;
    garden.contradict(one, other).await;
    let prompt = garden.recalled(garden.recall("Ulm")).await.to_prompt();
    assert!(
        prompt.contains("[FACT] (disputed) Ulm is small.\n  contradicted by: Ulm is large.\n"),
        "{prompt}"
    );
    assert!(
        prompt.contains("[FACT] (disputed) Ulm is large.\n  contradicted by: Ulm is small.\n"),
        "{prompt}"
    );

    // What nobody may see does not come in that way either.
    let secret = Plant {
        memory_type: MemoryType::AgentPrivate,
        agent: Some(garden.bob),
        ..Plant::new("Bob knows that Ulm is middling.")
    };
    let secret = garden.plant(secret).await;
    let seen = garden.plant(Plant::new("Ulm is middling.")).await;
    garden.contradict(seen, secret).await;
    let prompt = garden.recalled(garden.recall("Ulm")).await.to_prompt();
    let (_, after) = prompt.split_once("[FACT] (disputed) Ulm is middling.").expect(&prompt);
    assert!(!after.starts_with("\n  contradicted by"), "{prompt}");
    assert!(!prompt.contains("Bob"), "{prompt}");
}

#[tokio::test]
async fn each_of_the_five_lists_comes_to_mind() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let conversation = garden.conversation().await;
    let old = |content: &str| Plant { hours_old: 5000, ..Plant::new(content) };
    for number in 0..40 {
        garden
            .plant(Plant { hours_old: 100 + number, ..Plant::new(format!("filler {number}")) })
            .await;
    }
    garden.plant(Plant { vector: Some(vec![1.0, 0.0, 0.0]), ..old("near") }).await;
    let linked = garden.plant(old("linked")).await;
    garden.plant(Plant { related_to: vec![linked], ..old("umbrella") }).await;
    garden.plant(Plant { importance: 7, ..old("important") }).await;
    garden.plant(Plant { importance: 6, ..old("unimportant") }).await;
    garden.plant(Plant { is_pinned: true, importance: 1, ..old("pinned") }).await;
    garden.plant(Plant { conversation: Some(conversation), ..old("said before") }).await;
    let used = garden.plant(old("used")).await;
    garden.mind.memories().touch(&[used]).await.unwrap();
    let asked = |query: Option<&str>, conversation| RecallRequest {
        query: query.map(str::to_owned),
        conversation,
        ..garden.recall("x")
    };
    let notable = async |request| {
        let recalled = garden.recalled(request).await;
        let all = contents(&recalled).into_iter().filter(|it| !it.starts_with("filler"));
        all.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(notable(asked(None, None)).await, ["important", "pinned", "used"]);
    assert_eq!(
        notable(asked(None, Some(conversation))).await,
        ["important", "pinned", "said before", "used"]
    );
    assert_eq!(
        notable(asked(Some("umbrella"), None)).await,
        ["important", "linked", "near", "pinned", "umbrella", "used"]
    );
    let fillers = garden.recalled(asked(None, None)).await;
    let fillers = contents(&fillers).into_iter().filter(|it| it.starts_with("filler")).count();
    assert_eq!(fillers, 29, "thirty are recent, and one of them is the one that was used");
}

#[tokio::test]
async fn the_budget_is_that_of_the_agent_unless_the_request_has_one() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let mut spec = AgentSpec::new("Eve", "eve".parse().unwrap());
    spec.memory.token_budget = 100;
    let (mind, agents) = (&garden.mind, garden.mind.tenant.agents());
    let eve = agents.create(mind.team, spec, &ann()).await.unwrap().id;
    for number in 0..6 {
        garden.plant(Plant::new(format!("{number} {}", "x".repeat(130)))).await;
    }
    let filter = MemoryFilter::of_agent(mind.team, eve);
    let request = RecallRequest { filter, ..garden.recall("x") };
    let recalled = garden.recalled(request.clone()).await;
    assert_eq!((recalled.budget, recalled.packed.len(), recalled.left_out), (100, 2, 4));
    assert!(recalled.tokens <= 100);
    let recalled = garden.recalled(RecallRequest { budget: Some(1000), ..request.clone() }).await;
    assert_eq!((recalled.budget, recalled.packed.len(), recalled.left_out), (1000, 6, 0));

    let pinned = Plant { is_pinned: true, ..Plant::new("y".repeat(700)) };
    garden.plant(pinned).await;
    let recalled = garden.recalled(request).await;
    assert_eq!((recalled.packed.len(), recalled.left_out), (1, 6));
    assert!(recalled.tokens > 100);
    assert_eq!(recalled.warnings.len(), 1);
}

#[tokio::test]
async fn only_what_is_packed_counts_as_read() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let packed = garden.plant(Plant { importance: 9, ..Plant::new("short") }).await;
    let left = garden.plant(Plant::new("x".repeat(1000))).await;
    let request = RecallRequest { budget: Some(50), touch: true, ..garden.recall("short") };
    let recalled = garden.recalled(request).await;
    assert_eq!((recalled.packed[0].section, recalled.left_out), (Section::Fact, 1));
    assert_eq!(garden.mind.get(packed).await.access_count, 1);
    assert_eq!(garden.mind.get(left).await.access_count, 0);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let request = RecallRequest { budget: Some(0), ..garden.recall("\0") };
    let error = garden.mind.memories().recall(request).await.unwrap_err();
    assert_eq!(bad_fields(&error), ["query", "budget"]);
}

#[tokio::test]
async fn what_the_query_is_about_goes_before_what_only_comes_to_mind() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let tea = garden.plant(Plant::at("Ann likes tea, not coffee.", [1.0, 0.0, 0.0])).await;
    let coffee = garden.plant(Plant::at("Ann likes coffee, not tea.", [0.9, 0.1, 0.0])).await;
    garden.contradict(tea, coffee).await;
    for number in 0..13_u8 {
        let vector = [0.05, 1.0, f32::from(number) / 10.0];
        let plant = Plant::at(format!("Parcel {number} was late."), vector);
        garden.plant(Plant { importance: 9, ..plant }).await;
    }
    let request = RecallRequest { budget: Some(60), ..garden.recall("tea coffee") };
    let recalled = garden.recalled(request).await;
    let there = contents(&recalled);
    assert!(there.contains(&"Ann likes tea, not coffee."), "{there:?}");
    assert!(there.contains(&"Ann likes coffee, not tea."), "{there:?}");
    assert!(recalled.tokens <= 60);
}
