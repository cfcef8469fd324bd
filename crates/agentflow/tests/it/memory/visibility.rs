//! Who sees what.

use agentflow::{
    AgentId,
    memory::{MemoryFilter, MemoryStatus, MemoryType, SearchRequest},
};

use super::support::{Garden, Plant, embedding, found_sorted};

/// Every type, of nobody and of two agents.
async fn everything(garden: &Garden) -> Vec<(MemoryType, Option<AgentId>, String)> {
    let mut all = Vec::new();
    for memory_type in MemoryType::ALL {
        for agent in [None, Some(garden.mind.agent), Some(garden.bob)] {
            let content = format!("rain {memory_type} {agent:?}");
            let plant =
                Plant { memory_type: *memory_type, agent, ..Plant::at(&content, [1.0, 0.0, 0.0]) };
            garden.plant(plant).await;
            all.push((*memory_type, agent, content));
        }
    }
    all
}

fn sees(eyes: AgentId, memory_type: MemoryType, agent: Option<AgentId>) -> bool {
    agent == Some(eyes)
        || matches!(memory_type, MemoryType::Shared | MemoryType::UserProfile)
        || (agent.is_none() && matches!(memory_type, MemoryType::Semantic | MemoryType::Episodic))
}

#[tokio::test]
async fn an_agent_sees_its_own_what_is_shared_and_what_is_known_of_the_world() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let all = everything(&garden).await;
    let memories = garden.asking([1.0, 0.0, 0.0]);
    for eyes in [garden.mind.agent, garden.bob] {
        let expected = all.iter().filter(|(kind, agent, _)| sees(eyes, *kind, *agent));
        let mut expected: Vec<_> = expected.map(|(_, _, content)| content.clone()).collect();
        expected.sort();
        assert_eq!(expected.len(), 7 + 2 * 2 + 2);
        let filter = MemoryFilter::of_agent(garden.mind.team, eyes);
        let by_text = SearchRequest { filter: filter.clone(), ..garden.request("rain") };
        assert_eq!(found_sorted(&garden.mind.memories(), by_text.clone()).await, expected);
        assert_eq!(found_sorted(&memories, by_text).await, expected);
        let by_vector = SearchRequest::near(filter, embedding([0.0, 1.0, 0.0]));
        assert_eq!(found_sorted(&memories, by_vector).await, expected);
    }
    let team = found_sorted(&memories, garden.request("rain")).await;
    assert_eq!(team.len(), all.len());
}

#[tokio::test]
async fn what_does_not_hold_is_not_found() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    for status in MemoryStatus::ALL {
        let plant =
            Plant { status: *status, ..Plant::at(format!("rain {status}"), [1.0, 0.0, 0.0]) };
        garden.plant(plant).await;
    }
    for (hours, name) in [(0, "just now"), (1, "soon")] {
        let plant = Plant {
            expires_in_hours: Some(hours),
            ..Plant::at(format!("rain expires {name}"), [1.0, 0.0, 0.0])
        };
        garden.plant(plant).await;
    }
    let memories = garden.asking([1.0, 0.0, 0.0]);
    let there = found_sorted(&memories, garden.request("rain")).await;
    assert_eq!(there, ["rain active", "rain disputed", "rain expires soon"]);
    garden.mind.pass(1);
    let there = found_sorted(&memories, garden.request("rain")).await;
    assert_eq!(there, ["rain active", "rain disputed"]);
}

#[tokio::test]
async fn neither_another_team_nor_another_tenant_is_seen() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::at("rain here", [1.0, 0.0, 0.0])).await;
    let team = garden.another_team().await;
    garden.plant(Plant { team: Some(team), ..Plant::at("rain there", [1.0, 0.0, 0.0]) }).await;
    let memories = garden.asking([1.0, 0.0, 0.0]);
    assert_eq!(found_sorted(&memories, garden.request("rain")).await, ["rain here"]);

    let stranger = garden.mind.world.new_tenant("Globex").await.id;
    let stranger = garden.mind.world.store.tenant(stranger);
    let error = stranger.memories().search(garden.request("rain")).await.unwrap_err();
    assert!(matches!(error, agentflow::Error::NotFound { .. }), "{error:?}");
    let here = found_sorted(&memories, garden.request("rain")).await;
    assert_eq!(here.len(), 1);
    let id = memories.search(garden.request("rain")).await.unwrap().ids();
    assert_eq!(stranger.memories().touch(&id).await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_visible_memory_is_linked_with_is_seen_only_by_those_who_may() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let private = Plant {
        memory_type: MemoryType::AgentPrivate,
        agent: Some(garden.bob),
        ..Plant::new("the secret of Bob")
    };
    let private = garden.plant(private).await;
    garden.plant(Plant { related_to: vec![private], ..Plant::new("rain") }).await;
    let asked = |eyes| SearchRequest {
        filter: MemoryFilter::of_agent(garden.mind.team, eyes),
        ..garden.request("rain")
    };
    let memories = garden.mind.memories();
    assert_eq!(found_sorted(&memories, asked(garden.mind.agent)).await, ["rain"]);
    assert_eq!(found_sorted(&memories, asked(garden.bob)).await, ["rain", "the secret of Bob"]);
}
