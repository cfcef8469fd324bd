//! Databases for tests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use agentflow_postgres::testing::TestServer;

use crate::helper::{connect, eventually};

async fn fill(url: String) {
    let client = connect(&url).await;
    client
        .batch_execute("CREATE TABLE note (text text); INSERT INTO note VALUES ('a')")
        .await
        .unwrap();
}

/// A key that no earlier run on a server that stays has used.
fn fresh_key() -> String {
    use std::hash::{BuildHasher, Hasher};
    format!("{:x}", std::hash::RandomState::new().build_hasher().finish())
}

async fn exists(name: &str) -> bool {
    let client = connect(TestServer::shared().await.admin_url()).await;
    let sql = "SELECT FROM pg_database WHERE datname = $1";
    client.query_opt(sql, &[&name]).await.unwrap().is_some()
}

#[tokio::test]
async fn clones_do_not_see_each_other() {
    let server = TestServer::shared().await;
    let one = server.database_from("notes", fill).await;
    let other = server.database_from("notes", fill).await;
    let (first, second) = (connect(one.url()).await, connect(other.url()).await);
    first.batch_execute("INSERT INTO note VALUES ('b')").await.unwrap();
    let count = "SELECT count(*) FROM note";
    assert_eq!(first.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 2);
    assert_eq!(second.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_tests_at_once_make_the_template_once() {
    static FILLED: AtomicUsize = AtomicUsize::new(0);
    let server = TestServer::shared().await;
    let key = fresh_key();
    let asking = (0..8).map(|_| {
        let key = key.clone();
        tokio::spawn(async move {
            let fill = |url| {
                FILLED.fetch_add(1, Ordering::SeqCst);
                fill(url)
            };
            server.database_from(&key, fill).await.name().to_owned()
        })
    });
    let mut names = std::collections::HashSet::new();
    for task in asking.collect::<Vec<_>>() {
        names.insert(task.await.unwrap());
    }
    assert_eq!(names.len(), 8);
    assert_eq!(FILLED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_template_filled_by_a_test_that_failed_is_made_anew() {
    let server = TestServer::shared().await;
    let key = fresh_key();
    let failed_key = key.clone();
    let failing = tokio::spawn(async move {
        let fail = async |url: String| {
            fill(url).await;
            panic!("as a migration that fails");
        };
        server.database_from(&failed_key, fail).await;
    });
    assert!(failing.await.is_err());
    let database = server.database_from(&key, fill).await;
    let rows = connect(database.url()).await.query("SELECT * FROM note", &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn a_template_with_open_connections_can_be_cloned() {
    let server = TestServer::shared().await;
    let mut kept = None;
    let database = server
        .database_from(&fresh_key(), async |url: String| kept = Some(connect(&url).await))
        .await;
    connect(database.url()).await;
    assert!(kept.is_some_and(|client| client.is_closed()));
}

#[tokio::test]
async fn an_empty_database_is_empty() {
    let database = TestServer::shared().await.empty_database().await;
    let sql = "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert!(connect(database.url()).await.query(sql, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dropped_database_goes_away_even_while_it_is_used() {
    let database = TestServer::shared().await.empty_database().await;
    let name = database.name().to_owned();
    let client = connect(database.url()).await;
    assert!(exists(&name).await);
    drop(database);
    tokio::task::spawn_blocking(move || {
        eventually("the database is gone", || !crate::helper::block_on(exists(&name)));
    })
    .await
    .unwrap();
    assert!(client.query("SELECT 1", &[]).await.is_err());
}

#[tokio::test]
async fn another_user_gets_a_url_of_its_own() {
    let server = TestServer::shared().await;
    let database = server.empty_database().await;
    let role = database.name().replace("af_t_", "af_r_");
    let client = connect(database.url()).await;
    client.batch_execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'a@b/c'")).await.unwrap();
    let other = connect(&database.url_as(&role, "a@b/c")).await;
    let row = other.query_one("SELECT current_user::text, current_database()::text", &[]).await;
    let row = row.unwrap();
    assert_eq!((row.get(0), row.get(1)), (role.as_str(), database.name()));
    other.batch_execute("SELECT 1").await.unwrap();
    client.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
}

/// Not an expectation, a measurement: `cargo test clone_time -- --nocapture`.
#[tokio::test]
async fn clone_time() {
    let server = TestServer::shared().await;
    drop(server.database_from("notes", fill).await);
    let began = Instant::now();
    let mut kept = Vec::new();
    for _ in 0..10 {
        kept.push(server.database_from("notes", fill).await);
    }
    println!("one clone: {:?}", began.elapsed() / 10);
}
