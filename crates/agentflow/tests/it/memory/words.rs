//! By which words memories are found: shared tenants and promoted ones alike.

use std::fmt::Write;

use agentflow::{
    TeamId,
    memory::{IndexKind, IndexSpec, MemoryFilter, Ranking, SearchMode, SearchRequest},
};

use super::{
    mind::ann,
    support::{Garden, Plant, found, found_sorted},
};

impl Garden {
    fn words(&self, team: TeamId, query: &str) -> SearchRequest {
        let filter = MemoryFilter::of_team(team);
        let (mode, ranking) = (SearchMode::Text, Ranking::Relevance);
        SearchRequest { filter, mode, ranking, pool: Some(100), ..self.request(query) }
    }

    /// So many with the same words: `text` and a number.
    async fn plant_many(&self, team: TeamId, count: i32, text: &str) {
        self.superuser
            .execute(
                "INSERT INTO memories (tenant_id, team_id, memory_type, content, created_at)
                 SELECT $1, $2, 'semantic', $3 || ' n' || n, '2026-11-18T12:00:00Z' FROM generate_series(1, $4) AS n",
                &[&self.mind.tenant.id().0, &team.0, &text, &count],
            )
            .await
            .unwrap();
    }

    async fn promote(&self) {
        let spec = IndexSpec { kind: IndexKind::IvfFlat { lists: Some(1) }, ..Default::default() };
        let admin = self.mind.world.store.admin();
        admin.memory().promote(self.mind.tenant.id(), spec, &ann(), &|_| {}).await.unwrap();
    }

    async fn scored(&self, team: TeamId, query: &str) -> Vec<(String, f64)> {
        let request = SearchRequest { limit: 100, ..self.words(team, query) };
        let page = self.mind.memories().search(request).await.unwrap();
        let found = page.found.into_iter();
        found.map(|it| (it.memory.content, it.signals.text_score.unwrap())).collect()
    }
}

#[tokio::test]
async fn a_promoted_tenant_finds_by_words_what_it_found_before() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let (team, other) = (garden.mind.team, garden.another_team().await);
    garden.plant(Plant::at("near", [1.0, 0.0, 0.0])).await;
    garden.plant_many(team, 2_500, "lord and weather of INV-2024").await;
    let of_other = |content: &str| Plant { team: Some(other), ..Plant::new(content) };
    for content in ["the bill INV-2024 is paid", "weather is fine", "lord of the weather"] {
        garden.plant(of_other(content)).await;
    }
    let asked = [
        (other, "INV-2024 weather"),
        (other, "INV-2024"),
        (other, "lord xyzzyq"),
        (team, "lord xyzzyq"),
        (team, "lord weather"),
        (team, "weather n77 n78"),
        (team, "nothing of it xyzzyq"),
    ];
    let mut before = Vec::new();
    for (team, query) in asked {
        before.push(garden.scored(team, query).await);
    }
    assert_eq!(before[0].len(), 3);
    assert_eq!(before[2].len(), 1);
    assert_eq!(before[3].len(), 100);
    garden.promote().await;
    for ((team, query), before) in asked.into_iter().zip(before) {
        assert_eq!(garden.scored(team, query).await, before, "{query}");
    }
    // So many have the number that the weather is of no account.
    let found = garden.scored(team, "INV-2024 weather n77").await;
    assert_eq!((found.len(), found[0].0.as_str()), (100, "lord and weather of INV-2024 n77"));
}

#[tokio::test]
async fn common_words_do_without_only_if_the_rare_ones_find_enough() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let team = garden.mind.team;
    garden.plant(Plant::at("near", [1.0, 0.0, 0.0])).await;
    garden.plant_many(team, 2_100, "weather").await;
    garden.plant_many(team, 150, "storm").await;
    garden.promote().await;
    let request = |pool| SearchRequest {
        pool: Some(pool),
        limit: 100,
        ..garden.words(team, "weather storm")
    };
    let total = async |pool| garden.mind.memories().search(request(pool)).await.unwrap().total;
    assert_eq!((total(100).await, total(151).await), (100, 151));
    let first = found(&garden.mind.memories(), request(151)).await;
    assert!(first.iter().all(|it| it.starts_with("storm")), "{first:?}");
}

#[tokio::test]
async fn letters_of_all_alphabets_are_small_and_signs_are_no_letters() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    for content in [
        "She said “hello”—tea…",
        "the part “ZX-9981B”, «Über» alles",
        "Москва　слезам。",
        "ΑΘΗΝΑ （７）",
    ] {
        garden.plant(Plant::new(content)).await;
    }
    let memories = garden.mind.memories();
    for (query, expected) in [
        ("hello", "She said"),
        ("tea", "She said"),
        ("HELLO!", "She said"),
        ("ZX-9981B", "the part"),
        ("‘zx-9981b’?", "the part"),
        ("über", "the part"),
        ("ÜBER", "the part"),
        ("москва", "Москва"),
        ("«МОСКВА»", "Москва"),
        ("слезам", "Москва"),
        ("αθηνα", "ΑΘΗΝΑ"),
    ] {
        let found = found(&memories, garden.words(garden.mind.team, query)).await;
        assert_eq!(found.len(), 1, "{query}: {found:?}");
        assert!(found[0].starts_with(expected), "{query}: {found:?}");
    }
}

#[tokio::test]
async fn a_long_question_is_not_cut_where_it_says_most() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::new("zz-9981 is broken")).await;
    garden.plant(Plant::new("yesterdays zugzwang")).await;
    let mut question = String::new();
    for number in 0..26_u8 {
        for ending in ["bed", "cord"] {
            write!(question, "{}{ending} ", char::from(b'a' + number)).unwrap();
        }
    }
    question.push_str("zugzwang zz-9981");
    let found =
        found_sorted(&garden.mind.memories(), garden.words(garden.mind.team, &question)).await;
    assert_eq!(found, ["yesterdays zugzwang", "zz-9981 is broken"]);
    let count =
        "SELECT cardinality(memory_terms($1)), cardinality(memory_terms('refunded orders'))";
    let row = garden.superuser.query_one(count, &[&question]).await.unwrap();
    // 32 words, and what some are without their endings.
    assert!((32..=64).contains(&row.get::<_, i32>(0)), "{row:?}");
    assert_eq!(row.get::<_, i32>(1), 4);
}

#[tokio::test]
async fn words_that_say_nothing_are_looked_for_if_there_are_no_others() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::new("The Who played here")).await;
    garden.plant(Plant::new("To be, or not to be")).await;
    garden.plant(Plant::new("tea is served")).await;
    let (memories, team) = (garden.mind.memories(), garden.mind.team);
    assert_eq!(found(&memories, garden.words(team, "The Who")).await, ["The Who played here"]);
    let found = async |query| found(&memories, garden.words(team, query)).await;
    assert_eq!(found("to be or not to be").await, ["To be, or not to be"]);
    assert_eq!(found("to be or not to be with tea").await, ["tea is served"]);
}

#[tokio::test]
async fn a_session_that_reads_backslashes_otherwise_finds_the_same() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    let words = "SELECT memory_words($1)::text, memory_text_query(memory_terms($1))::text";
    let text = "it's back\\slash 4\\2 “INV-2024/17”\tand more";
    let row = garden.superuser.query_one(words, &[&text]).await.unwrap();
    garden.superuser.batch_execute("SET standard_conforming_strings = off").await.unwrap();
    let other = garden.superuser.query_one(words, &[&text]).await.unwrap();
    for column in 0..2 {
        assert_eq!(row.get::<_, String>(column), other.get::<_, String>(column));
    }
}

#[tokio::test]
async fn how_thoroughly_an_index_is_searched_ends_with_the_search() {
    agentflow_postgres::needs_pgvector!();
    let garden = Garden::new().await;
    garden.plant(Plant::at("near", [1.0, 0.0, 0.0])).await;
    garden.promote().await;
    let settings = "SELECT current_setting('hnsw.ef_search'), current_setting('ivfflat.probes')";
    garden.superuser.batch_execute("BEGIN; SELECT '[1]'::vector").await.unwrap();
    let before = garden.superuser.query_one(settings, &[]).await.unwrap();
    for effort in [-5_i32, 1, 1_000, i32::MAX] {
        let search = "SELECT id FROM search_memories(
            $1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, now(), '[1,0,0]', 'toy', NULL, 10, $2)";
        let rows = garden.superuser.query(search, &[&garden.mind.team.0, &effort]).await.unwrap();
        assert_eq!(rows.len(), 1);
        let after = garden.superuser.query_one(settings, &[]).await.unwrap();
        for column in 0..2 {
            assert_eq!(after.get::<_, String>(column), before.get::<_, String>(column));
        }
    }
}
