//! The Rust of the guides is Rust: each of their blocks stands in a function here, so that the compiler sees it.
#![expect(clippy::unwrap_used, reason = "the reader of the guides knows that it is there")]

use std::{fs, path::Path, sync::Arc};

use agentflow::{
    Config, Store, Tenant,
    approvals::{Choice, Decide},
    audit::Actor,
    core::{
        ids::{AgentId, ApprovalRequestId, PrincipalId, TeamId, TenantId, WorkspaceId},
        workflow::StepType,
    },
    memory::RecallRequest,
    runs::{StepContext, StepFailure, StepOutput},
    secrets::{Caller, Secrets, StoreLog, VersionSelector},
};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

type Done = Result<(), Box<dyn std::error::Error>>;

async fn approvals(tenant: Tenant, id: ApprovalRequestId, bea: PrincipalId) -> Done {
    let request = tenant.approvals().get(id).await?.unwrap();
    let decide = Decide {
        by: bea,
        choice: Choice::Approve { payload: None },
        reason: Some("fine with me".to_owned()),
        seen: Some(request.payload_digest),
    };
    let decided = tenant.approvals().decide(id, &decide, &Actor::user(bea.to_string())).await?;
    println!("{} of {}", decided.approvals, decided.required);
    Ok(())
}

async fn identity(store: Store, header: &str) -> Done {
    use agentflow::identity::Origin;

    let (tenant, who) = store.authenticate_key(header, &Origin::default()).await?;
    let access = tenant.access_of(&who); // for the length of this request
    access.require(&"workspace:create".parse().unwrap(), None).await?;
    let by = who.actor(); // what the audit chain records
    drop(by);
    Ok(())
}

async fn memory(
    tenant: Tenant,
    config: Config,
    team: TeamId,
    ann: PrincipalId,
    recall_request: RecallRequest,
) -> Done {
    use agentflow::memory::{MemoryFilter, MemoryType, NewMemory, SearchRequest, embedder_from};

    let memories = tenant.memories().with_embedder(embedder_from(&config.embedding)?);
    let by = Actor::user("ann");
    let mut tea = NewMemory::new(team, MemoryType::UserProfile, "Ann prefers tea");
    tea.user_id = Some(ann);
    let added = memories.add(tea, &by).await?; // the same again is the same memory

    let page = memories
        .search(SearchRequest::new(MemoryFilter::of_team(team), "what does Ann drink"))
        .await?;
    println!("{:.3} {}", page.found[0].score, page.found[0].memory.content);
    let prompt = memories.recall(recall_request).await?.to_prompt();
    drop((added, prompt));
    Ok(())
}

/// What the worker of the guide is provided with.
struct Memory(
    #[expect(dead_code, reason = "for handlers, which the guide does not show")]
    Arc<dyn agentflow::memory::MemoryStore>,
);

async fn memory_store(
    config: Config,
    tenant: TenantId,
    team: TeamId,
    agent: AgentId,
    by: Actor,
) -> Done {
    use agentflow::memory::{EntryQuery, EntrySearch, MemoryScope, MemoryStore, NewEntry};

    let store = Store::connect(config)?;
    let memory: Arc<dyn MemoryStore> = store.memory_store().fallback(true).build()?;

    let scope = MemoryScope::team(tenant, team).of_agent(agent);
    memory
        .save(
            &scope,
            NewEntry::new("plan.step.1", json!({ "read": 17 })).with_metadata("state", "done"),
            &by,
        )
        .await?;
    let page =
        memory.query(&scope, EntryQuery::prefix("plan.").with("state", "done").limit(10)).await?;
    let found = memory.search(&scope, EntrySearch::new("order INV-2024/17")).await?;

    let worker = store.run_worker("worker-1").provide(Memory(memory)); // context.get::<Memory>() in a handler
    drop((page, found, worker));
    Ok(())
}

async fn metering(tenant: Tenant, workspace: WorkspaceId) -> Done {
    use agentflow::{
        budgets::{Amounts, Decision, ReserveRequest, Subject},
        metering::{MetricType, UsageEvent},
    };

    let subject = Subject {
        workspace_id: Some(workspace),
        model: Some("openai/gpt-4o".to_owned()),
        ..Subject::default()
    };
    match tenant.budgets().reserve(ReserveRequest::new(subject, Amounts::tokens(4_000))).await? {
        Decision::Refused(by) => println!("{}", by[0]),
        Decision::Reserved(reservation) => {
            // The call of the model, which used 1,234 tokens.
            let mut event = UsageEvent::new(
                "call-17",
                workspace,
                MetricType::LlmTokens,
                "output_tokens",
                1_234,
            )
            .of_model("openai/gpt-4o");
            event.reservation_id = Some(reservation.id);
            tenant.metering().record(&event).await?;
            tenant.budgets().settle(reservation.id, Amounts::tokens(1_234)).await?;
        }
    }
    Ok(())
}

async fn migrations(mut client: tokio_postgres::Client) -> Done {
    use agentflow_migrate::{Migrator, Source, Target};

    let migrator = Migrator::new(Source::dir("migrations")?);
    let report = migrator.up(&mut client, Target::All).await?;
    drop(report);
    Ok(())
}

async fn observability(store: Store) -> Done {
    use agentflow::observe;

    store.gauge_pool();
    observe::gauge_runs(&store.run_queue().waiting().await?);
    // As the role that owns the schema.
    observe::gauge_audit_lag(&store.admin().audit_lag().await?);
    Ok(())
}

/// What sends the mail of the guide.
struct Mailer;

impl Mailer {
    fn new() -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "a real one waits for its server")]
    async fn send(&self, with: &Map<String, Value>, key: &str) -> Result<Value, std::io::Error> {
        Ok(json!({ "sent": with, "key": key }))
    }
}

async fn ask_the_model(_context: StepContext) -> Result<StepOutput, StepFailure> {
    Ok(StepOutput::new(json!({})))
}

async fn runs(store: Store, stop: tokio_util::sync::CancellationToken) -> Done {
    let worker = store
        .run_worker("worker-1")
        .provide(Mailer::new())
        .on_tool("send_mail", |context: StepContext| async move {
            let mailer =
                context.get::<Mailer>().ok_or_else(|| StepFailure::terminal("no mailer"))?;
            let sent = mailer
                .send(context.with(), &context.idempotency_key())
                .await
                .map_err(StepFailure::retry)?;
            Ok(StepOutput::new(sent))
        })
        .on(StepType::LlmCall, ask_the_model)
        .build();
    let stats = worker.run(stop).await?;
    let _ = stats;
    Ok(())
}

async fn secrets(config: Config, store: Store) -> Done {
    let send = |_: &str| ();
    // Where they are and who may have what, as the settings say; `StoreLog` records in the audit chains of tenants.
    let log = Arc::new(StoreLog::new(store.clone()));
    let secrets = Secrets::open(&config.secrets, None, log, Some(&store))?;
    let access = secrets.for_caller(Caller::without_tenant(Actor::service("billing")));
    let found = access.get("smtp-password", VersionSelector::Latest).await?;
    send(found.value.expose_secret());
    Ok(())
}

async fn sealed(
    tenant: Tenant,
    workspace: WorkspaceId,
    value: secrecy::SecretString,
    service: PrincipalId,
    actor: Actor,
) -> Done {
    use agentflow::secrets::NewProviderKey;
    let call = |_: &Map<String, Value>, _: &str| ();

    let keys = tenant.provider_keys();
    let mut new = NewProviderKey::new(workspace, "openai", "main", value);
    new.services.push(service);
    let key = keys.add(new, &actor).await?;
    keys.activate(key.id, &actor).await?;
    // Later, in the program that calls the model; `service` is the principal it is:
    let opened = keys.unseal_active(workspace, "openai", service).await?;
    call(&opened.settings, opened.value.expose_secret());
    Ok(())
}

/// Blocks of Rust, with the line they begin at.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let (mut blocks, mut block) = (Vec::new(), None::<(usize, String)>);
    for (number, line) in (1..).zip(text.lines()) {
        match (line.trim(), &mut block) {
            (fence, None) if fence.starts_with("```rust") => block = Some((number, String::new())),
            ("```", Some(_)) => blocks.extend(block.take()),
            (_, Some((_, block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (_, None) => {}
        }
    }
    blocks
}

/// Without what rustfmt may change: blanks, line ends, and commas behind the last of several.
fn bare(code: &str) -> String {
    let bare: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    bare.replace(",)", ")").replace(",}", "}").replace(",]", "]")
}

#[test]
fn every_block_of_rust_in_the_guides_is_compiled() {
    let here = bare(include_str!("guides.rs"));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let (mut faults, mut count) = (Vec::new(), 0);
    for entry in fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "md") {
            continue;
        }
        for (line, block) in blocks(&fs::read_to_string(&path).unwrap()) {
            count += 1;
            if !here.contains(&bare(&block)) {
                faults.push(format!("{}:{line}: is not in tests/guides.rs", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(count >= 10, "only {count} were found");
}

#[test]
fn what_differs_in_more_than_its_form_is_noticed() {
    let text = "x\n```rust\nlet a = f(\n    1,\n);\n```\n```sh\nls\n```\n";
    assert_eq!(blocks(text), [(2, "let a = f(\n    1,\n);\n".to_owned())]);
    assert_eq!(bare("let a = f(\n    1,\n);\n"), bare("let a = f(1);"));
    assert_ne!(bare("let a = f(2);"), bare("let a = f(1);"));
}

#[test]
fn the_examples_are_there_to_be_compiled() {
    // Each is a future that nobody waits for: what it does is shown by the tests of its domain.
    let _ = (
        approvals,
        identity,
        memory,
        memory_store,
        metering,
        migrations,
        observability,
        runs,
        secrets,
        sealed,
    );
}
