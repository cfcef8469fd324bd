//! Whatever happens to a call on its way, the next borrower of its connection must be in no tenant, in no transaction
//! and in its own role.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
    random::Generator,
};
use agentflow_migrate::{Options, Target};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use agentflow_sql::client::GenericClient;
use proptest::prelude::*;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::{Admin, Config, NewTenant, NewWorkspace, Statements, Store, store::Shared};

/// A store with one connection, so the next borrower gets the one that was in use.
struct World {
    store: Store,
    shared: Arc<Shared>,
    tenant: TenantId,
    suspended: TenantId,
    _database: TestDatabase,
}

async fn world(statements: Statements) -> World {
    let server = TestServer::shared().await;
    // Memories, which are not touched here, need pgvector.
    let target = if server.has_pgvector() { Target::All } else { Target::To(10) };
    let fill = |url: String| async move {
        let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Admin::migrator(Options::default()).unwrap().up(&mut client, target).await.unwrap();
        client
            .batch_execute(
                "CREATE TABLE deferred (id int PRIMARY KEY, other int REFERENCES deferred DEFERRABLE INITIALLY DEFERRED);
                 GRANT INSERT ON deferred TO af_app",
            )
            .await
            .unwrap();
    };
    let database = server.database_from("scope", fill).await;
    let config = Config::from_url(&format!("{}?sslmode=disable", database.url())).unwrap();
    let config = config.with_pool(1, 0).unwrap().with_statements(statements);
    let store = Store::connect(config).unwrap();
    let admin = store.admin();
    let tenant =
        admin.tenants().create(NewTenant::named("Acme"), &Actor::system()).await.unwrap().id;
    let suspended =
        admin.tenants().create(NewTenant::named("Gone"), &Actor::system()).await.unwrap().id;
    admin.tenants().suspend(suspended, &Actor::system()).await.unwrap();
    let shared = Arc::clone(&admin.shared);
    World { store, shared, tenant, suspended, _database: database }
}

impl World {
    /// Borrows the connection that was just in use, or the one that replaced it.
    async fn assert_clean(&self, after: &str) {
        let connection = self.shared.pool.get().await.unwrap();
        let sql = "SELECT current_user = session_user, coalesce(current_setting('app.tenant_id', true), ''),
                          now() = statement_timestamp()";
        let messages = connection.simple_query(sql).await.unwrap();
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let row = row.unwrap();
        assert_eq!(row.get(0), Some("t"), "after {after}: the role is still set");
        assert_eq!(row.get(1), Some(""), "after {after}: the tenant is still set");
        assert_eq!(row.get(2), Some("t"), "after {after}: a transaction is still open");
    }
}

/// The kinds of calls, and ways for them to fail at every step.
#[derive(Debug, Clone, Copy)]
enum Call {
    Read,
    Write,
    Append,
    AppendAlone,
    Transaction,
    Rollback,
    DroppedTransaction,
    EntryFails,
    PreparationFails,
    StatementFails,
    CommitFails,
    StatementInTransactionFails,
    SessionEnds,
    Administration,
    Verification,
}

const CALLS: [Call; 15] = [
    Call::Read,
    Call::Write,
    Call::Append,
    Call::AppendAlone,
    Call::Transaction,
    Call::Rollback,
    Call::DroppedTransaction,
    Call::EntryFails,
    Call::PreparationFails,
    Call::StatementFails,
    Call::CommitFails,
    Call::StatementInTransactionFails,
    Call::SessionEnds,
    Call::Administration,
    Call::Verification,
];

fn event() -> Event {
    Event::new("test.happened", Resource::kind("test"), Actor::system())
}

impl Call {
    fn must_succeed(self) -> bool {
        use Call::{
            Administration, Append, AppendAlone, DroppedTransaction, Read, Rollback, Transaction,
            Verification, Write,
        };
        matches!(
            self,
            Read | Write
                | Append
                | AppendAlone
                | Transaction
                | Rollback
                | DroppedTransaction
                | Administration
                | Verification
        )
    }

    async fn run(self, world: &World) -> Result<(), crate::Error> {
        let tenant = world.store.tenant(world.tenant);
        match self {
            Self::Read => tenant.workspaces().list().await.map(drop),
            Self::Write => {
                let name = world.shared.next_id().to_string();
                tenant
                    .workspaces()
                    .create(NewWorkspace::named(name), &Actor::system())
                    .await
                    .map(drop)
            }
            Self::Append => tenant.audit().append_many(&[event(), event()]).await.map(drop),
            Self::AppendAlone => tenant.audit().append(&event()).await.map(drop),
            Self::Transaction => {
                let tx = tenant.begin().await?;
                tx.query("SELECT id FROM workspaces WHERE tenant_id = $1", &[&world.tenant.0])
                    .await?;
                tx.audit(&event()).await?;
                tx.commit().await
            }
            Self::Rollback => {
                let tx = tenant.begin().await?;
                tx.audit(&event()).await?;
                tx.rollback().await
            }
            Self::DroppedTransaction => {
                let tx = tenant.begin().await?;
                tx.audit(&event()).await.map(drop)
            }
            Self::EntryFails => {
                world.store.tenant(world.suspended).workspaces().list().await.map(drop)
            }
            Self::PreparationFails => {
                tenant.query("SELECT no_such_column FROM workspaces", &[]).await.map(drop)
            }
            Self::StatementFails => tenant
                .query("SELECT 1 / (count(*) - count(*)) FROM workspaces", &[])
                .await
                .map(drop),
            Self::CommitFails => tenant
                .execute("INSERT INTO deferred VALUES ((random() * 1e9)::int, -1)", &[])
                .await
                .map(drop),
            Self::StatementInTransactionFails => {
                let tx = tenant.begin().await?;
                let failed =
                    tx.query("SELECT 1 / (count(*) - count(*)) FROM workspaces", &[]).await;
                assert!(failed.is_err());
                tx.commit().await
            }
            Self::SessionEnds => {
                tenant.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await.map(drop)
            }
            Self::Administration => world.store.admin().tenants().get(world.tenant).await.map(drop),
            Self::Verification => tenant
                .audit()
                .verify(&crate::audit::VerifyOptions::default(), &|_| ())
                .await
                .map(drop),
        }
    }
}

/// Polls `future` at most `polls` times, then drops it; `None` if it was dropped.
async fn cut<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Out of polls: nobody will wake us, so say so at once.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn every_call_cut_at_every_await_point(statements: Statements) {
    let world = world(statements).await;
    for call in CALLS {
        let mut cuts = 0;
        // A call that ends by itself has no further await points.
        for polls in 1.. {
            let output = cut(Box::pin(call.run(&world)), polls).await;
            world.assert_clean(&format!("{call:?} cut after {polls} polls")).await;
            if let Some(result) = output {
                assert_eq!(result.is_ok(), call.must_succeed(), "{call:?}: {result:?}");
                break;
            }
            cuts += 1;
            assert!(polls < 500, "{call:?} does not end");
        }
        assert!(cuts > 0, "{call:?} was never cut");
    }
}

#[tokio::test]
async fn a_call_dropped_at_any_await_point_or_failed_at_any_step_leaves_a_clean_connection() {
    every_call_cut_at_every_await_point(Statements::Named).await;
}

#[tokio::test]
async fn the_same_holds_for_statements_sent_with_their_text() {
    every_call_cut_at_every_await_point(Statements::Typed).await;
}

#[test]
fn any_sequence_of_cut_calls_leaves_a_clean_connection() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = runtime.block_on(world(Statements::Named));
    let call = prop::sample::select(&CALLS[..]);
    let sequence = prop::collection::vec((call, 1_usize..40), 1..8);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
    runner
        .run(&sequence, |sequence| {
            runtime.block_on(async {
                for (call, polls) in &sequence {
                    cut(Box::pin(call.run(&world)), *polls).await;
                }
                world.assert_clean(&format!("{sequence:?}")).await;
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_cannot_be_committed() {
    let world = world(Statements::Named).await;
    let tenant = world.store.tenant(world.tenant);
    let before = tenant.audit().head().await.unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.audit(&event()).await.unwrap();
    tx.query("SELECT 1 / (count(*) - count(*)) FROM workspaces", &[]).await.unwrap_err();
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error, crate::Error::Conflict { .. }), "{error:?}");
    assert_eq!(tenant.audit().head().await.unwrap(), before);
}

#[tokio::test]
async fn calls_beyond_the_kept_connections_open_more_and_close_them_again() {
    let database = TestServer::shared().await.empty_database().await;
    let config = Config::from_url(&format!("{}?sslmode=disable", database.url())).unwrap();
    let entropy = Arc::new(Generator::seeded(1));
    let pool = crate::pool::Pool::new(&config.with_pool(2, 3).unwrap(), entropy).unwrap();
    let borrowed = futures::future::join_all((0..5).map(|_| pool.get())).await;
    assert_eq!(pool.usage(), (5, 0));
    drop(borrowed);
    assert_eq!(pool.usage(), (2, 2));
}

#[tokio::test]
async fn a_statement_that_was_not_prepared_is_refused_and_not_sent() {
    const SQL: &str = "DELETE FROM public.workspaces";
    for statements in [Statements::Named, Statements::Typed] {
        let world = world(statements).await;
        let workspaces = world.store.tenant(world.tenant).workspaces();
        workspaces.create(NewWorkspace::named("W"), &Actor::system()).await.unwrap();

        let flight = world.shared.flight("refuse a statement", world.tenant).await.unwrap();
        // With what was prepared for another statement and used by it, too.
        let other = flight.prepare("SELECT id FROM public.workspaces").await.unwrap();
        assert_eq!(flight.query(&other, &[]).await.unwrap().len(), 1);
        assert!(flight.execute(SQL, &[]).await.is_err());
        drop(flight);

        let tx = world.store.tenant(world.tenant).begin().await.unwrap();
        assert!(GenericClient::execute(&tx, SQL, &[]).await.is_err());
        drop(tx);
        assert_eq!(workspaces.list().await.unwrap().len(), 1, "{statements:?}");
    }
}
