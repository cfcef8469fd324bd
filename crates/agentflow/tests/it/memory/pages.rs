//! Pages of a search: together they are the whole, and none twice.

use agentflow::{
    core::agent::RetrievalWeights,
    memory::{
        MemoryFilter, MemoryType, Ranking, SearchCursor, SearchMode, SearchPage, SearchRequest,
    },
};

use super::support::{Garden, Plant, embedding};

async fn planted() -> Garden {
    let garden = Garden::new().await;
    for number in 0..23_u8 {
        // Some alike, so that ids decide.
        let vector = [1.0, f32::from(number / 3) / 10.0, 0.0];
        let plant = Plant {
            hours_old: i32::from(number % 5) * 30,
            importance: i32::from(number % 4) + 1,
            is_pinned: number == 7,
            ..Plant::at(format!("parcel {number}"), vector)
        };
        garden.plant(plant).await;
    }
    garden
}

async fn all_pages(garden: &Garden, first: SearchRequest) -> Vec<SearchPage> {
    let memories = garden.asking([1.0, 0.0, 0.0]);
    let mut pages = Vec::new();
    let mut request = first;
    loop {
        let page = memories.search(request.clone()).await.unwrap();
        let next = page.next;
        pages.push(page);
        let Some(next) = next else { return pages };
        request.after = Some(next.to_string().parse::<SearchCursor>().unwrap());
        assert!(pages.len() < 100);
        // As it passes while somebody reads.
        garden.mind.pass(5);
    }
}

#[tokio::test]
async fn pages_are_the_whole_whatever_the_mode_and_order() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    for mode in SearchMode::ALL {
        for ranking in Ranking::ALL {
            let request = SearchRequest {
                mode: *mode,
                ranking: *ranking,
                limit: 100,
                ..garden.request("parcel")
            };
            let memories = garden.asking([1.0, 0.0, 0.0]);
            let whole = memories.search(request.clone()).await.unwrap();
            assert_eq!((whole.found.len(), whole.total, whole.next), (23, 23, None));
            for limit in [1, 7, 23] {
                let pages = all_pages(&garden, SearchRequest { limit, ..request.clone() }).await;
                assert_eq!(pages.len(), 23_usize.div_ceil(usize::from(limit)));
                assert!(pages.iter().all(|page| page.total == 23));
                let ids: Vec<_> = pages.iter().flat_map(SearchPage::ids).collect();
                // The clock went on between whole and pages: what is old loses less.
                let mut sorted = (ids.clone(), whole.ids());
                sorted.0.sort();
                sorted.1.sort();
                assert_eq!(sorted.0, sorted.1, "{mode} {ranking} {limit}");
                let scores = pages.iter().flat_map(|page| &page.found);
                let scores: Vec<_> = scores
                    .map(|it| match ranking {
                        Ranking::Score => it.score,
                        Ranking::Relevance => it.signals.relevance,
                    })
                    .collect();
                assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_read_on_one_page_does_not_come_back_on_the_next() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    let request = SearchRequest { touch: true, limit: 4, ..garden.request("parcel") };
    let pages = all_pages(&garden, request).await;
    let mut ids: Vec<_> = pages.iter().flat_map(SearchPage::ids).collect();
    assert_eq!(ids.len(), 23);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 23);
}

#[tokio::test]
async fn the_pool_of_the_first_page_is_that_of_all() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    let request = SearchRequest {
        mode: SearchMode::Vector,
        pool: Some(10),
        limit: 3,
        ..garden.request("parcel")
    };
    let pages = all_pages(&garden, request.clone()).await;
    let counts: Vec<_> = pages.iter().map(|page| (page.found.len(), page.total)).collect();
    assert_eq!(counts, [(3, 10), (3, 10), (3, 10), (1, 10)]);
    let after = pages[0].next;
    let memories = garden.asking([1.0, 0.0, 0.0]);
    let other = memories.search(SearchRequest { pool: None, after, ..request }).await.unwrap();
    assert_eq!(other.total, 10);
}

#[tokio::test]
async fn a_page_of_one_search_is_no_page_of_another() {
    agentflow_postgres::needs_pgvector!();
    let garden = planted().await;
    let memories = garden.asking([1.0, 0.0, 0.0]);
    let request = SearchRequest { limit: 3, ..garden.request("parcel") };
    let after = memories.search(request.clone()).await.unwrap().next;
    let request = SearchRequest { after, ..request };
    let filter = |change: fn(&mut MemoryFilter)| {
        let mut other = request.clone();
        change(&mut other.filter);
        other
    };
    let weights = Some(RetrievalWeights { recency: 0.0, ..Default::default() });
    let conversation = Some(garden.conversation().await);
    let others = [
        SearchRequest { query: Some("parcel 1".to_owned()), ..request.clone() },
        SearchRequest { mode: SearchMode::Text, ..request.clone() },
        SearchRequest { ranking: Ranking::Relevance, ..request.clone() },
        SearchRequest { embedding: Some(embedding([1.0, 0.0, 0.0])), ..request.clone() },
        SearchRequest { weights, ..request.clone() },
        SearchRequest { conversation, ..request.clone() },
        SearchRequest { pool: Some(17), ..request.clone() },
        filter(|it| it.min_importance = Some(2)),
        filter(|it| it.tags = vec!["x".to_owned()]),
        filter(|it| it.types = vec![MemoryType::Semantic]),
        filter(|it| it.metadata_path = Some("$.x".to_owned())),
    ];
    for other in others {
        let error = memories.search(other).await.unwrap_err();
        assert!(error.to_string().contains("after: is of another search"), "{error}");
    }
    let other_limit = SearchRequest { limit: 7, touch: true, ..request };
    assert_eq!(memories.search(other_limit).await.unwrap().found.len(), 7);
}
