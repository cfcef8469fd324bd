//! How much is recorded of what happens.

use agentflow::{
    Tenant,
    agents::AgentSpec,
    audit::{Actor, AuditConfigChange, AuditEntry, AuditFilter, Event, LogLevel},
    conversations::{NewConversation, NewTurn},
    core::{
        envelope::{Envelope, MessageRole, MessageType, SealedEnvelope},
        ids::{IdSource, MessageId, RandomIds},
    },
    identity::{NewBinding, NewKey, NewService, NewSession, NewTeam, NewUser, Origin},
};
use serde_json::{Value, json};

use super::event;
use crate::support::World;

fn ann() -> Actor {
    Actor::user("ann")
}

fn origin() -> Origin {
    Origin { client_ip: Some("10.0.0.7".parse().unwrap()), user_agent: Some("curl/8".into()) }
}

async fn set(tenant: &Tenant, level: LogLevel) {
    let change = AuditConfigChange { log_level: Some(level), ..AuditConfigChange::default() };
    tenant.audit().configure(change, &ann()).await.unwrap();
}

/// What was recorded by `call`, the oldest first.
async fn recorded(tenant: &Tenant, call: impl Future<Output = ()>) -> Vec<AuditEntry> {
    let before = tenant.audit().head().await.unwrap().seq;
    call.await;
    let mut entries = tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    entries.retain(|entry| entry.seq > before);
    entries.reverse();
    entries
}

fn actions(entries: &[AuditEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_deref().unwrap()).collect()
}

fn record(entry: &AuditEntry) -> Value {
    serde_json::from_str(&entry.record).unwrap()
}

#[tokio::test]
async fn minimal_leaves_out_details_addresses_and_programs() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    set(&tenant, LogLevel::Minimal).await;
    let mut told: Event = event(7);
    (told.client_ip, told.user_agent) = (origin().client_ip, origin().user_agent);
    let refused = format!("af_live_{}", "x".repeat(10));
    let entries = recorded(
        &tenant,
        Box::pin(async {
            tenant.audit().append(&told).await.unwrap();
            tenant.audit().append_many(std::slice::from_ref(&told)).await.unwrap();
            let tx = tenant.begin().await.unwrap();
            tx.audit(&told).await.unwrap();
            tx.audit_and_commit(&told).await.unwrap();
            let (email, password) = ("nobody@example.com", refused.clone().into());
            tenant.users().authenticate(email, &password, &origin()).await.unwrap_err();
        }),
    )
    .await;
    assert_eq!(entries.len(), 5);
    for entry in &entries {
        let record = record(entry);
        assert_eq!(record["details"], json!({}));
        assert_eq!((record.get("client_ip"), record.get("user_agent")), (None, None));
        assert!(record["actor_id"].is_string() && record["resource_type"].is_string());
    }
    assert_eq!(record(&entries[0])["resource_id"], "7");
    assert_eq!(record(&entries[4])["status"], "failure");

    set(&tenant, LogLevel::Standard).await;
    let entries = recorded(
        &tenant,
        Box::pin(async {
            tenant.audit().append(&told).await.unwrap();
        }),
    )
    .await;
    let record = record(&entries[0]);
    assert_eq!(record["details"], json!({ "number": "7" }));
    assert_eq!(
        (&record["client_ip"], &record["user_agent"]),
        (&json!("10.0.0.7"), &json!("curl/8"))
    );
}

#[tokio::test]
async fn a_chain_says_itself_since_when_it_says_less() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let mut levels = Vec::new();
    for level in [LogLevel::Minimal, LogLevel::Verbose, LogLevel::Minimal, LogLevel::Standard] {
        let entries = recorded(&tenant, Box::pin(set(&tenant, level))).await;
        levels.push(record(&entries[0])["details"]["changed"]["log_level"].clone());
    }
    assert_eq!(
        levels,
        [
            json!({ "from": "standard", "to": "minimal" }),
            json!({ "from": "minimal", "to": "verbose" }),
            json!({ "from": "verbose", "to": "minimal" }),
            json!({ "from": "minimal", "to": "standard" }),
        ]
    );
}

#[tokio::test]
async fn accepted_credentials_are_recorded_at_verbose_only() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let key = tenant.keys().create(NewKey::named("k", bot), &ann()).await.unwrap();
    let opened = tenant.sessions().open(NewSession::of(bot), &origin(), &ann()).await.unwrap();
    let jwt = NewSession { jwt_sub: Some("bot".into()), ..NewSession::of(bot) };
    let jwt = tenant.sessions().open(jwt, &origin(), &ann()).await.unwrap();
    let authenticate = async || {
        tenant.keys().authenticate(key.key.expose(), &origin()).await.unwrap();
        tenant.sessions().authenticate(opened.token.expose(), None, &origin()).await.unwrap();
        tenant.sessions().check(jwt.row.id, "bot", &origin()).await.unwrap();
    };
    assert_eq!(actions(&recorded(&tenant, Box::pin(authenticate())).await), ["api_key.first_used"]);
    assert!(recorded(&tenant, Box::pin(authenticate())).await.is_empty());

    set(&tenant, LogLevel::Verbose).await;
    let entries = recorded(&tenant, Box::pin(authenticate())).await;
    let expected = ["api_key.authenticated", "session.authenticated", "session.authenticated"];
    assert_eq!(actions(&entries), expected);
    let resources = [
        ("api_key", key.row.id.to_string()),
        ("session", opened.row.id.to_string()),
        ("session", jwt.row.id.to_string()),
    ];
    for (entry, (kind, id)) in entries.iter().zip(resources) {
        let record = record(entry);
        assert_eq!((&record["resource_type"], &record["resource_id"]), (&json!(kind), &json!(id)));
        assert_eq!(record["actor_id"], json!(bot.to_string()));
        assert_eq!(record["actor_type"], "service");
        assert_eq!(record["client_ip"], "10.0.0.7");
    }

    // By the store that learns the tenant from the credential, too.
    let entries = recorded(
        &tenant,
        Box::pin(async {
            world.store.authenticate_key(key.key.expose(), &origin()).await.unwrap();
            world.store.authenticate_session(opened.token.expose(), None, &origin()).await.unwrap();
        }),
    )
    .await;
    assert_eq!(actions(&entries), ["api_key.authenticated", "session.authenticated"]);
}

#[tokio::test]
async fn what_cannot_be_recorded_at_verbose_is_not_accepted() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let key = tenant.keys().create(NewKey::named("k", bot), &ann()).await.unwrap().key;
    tenant.keys().authenticate(key.expose(), &origin()).await.unwrap();
    set(&tenant, LogLevel::Verbose).await;
    let permission = "run:start".parse().unwrap();
    let role = tenant.roles().find("operator", None).await.unwrap().unwrap().id;
    let new = NewBinding { principal_id: bot, role_id: role, workspace_id: None, expires_at: None };
    tenant.roles().bind(new, &ann()).await.unwrap();
    tenant.audit().append(&event(1)).await.unwrap();
    let superuser = world.superuser().await;
    superuser.batch_execute("ALTER TABLE audits RENAME TO gone").await.unwrap();
    tenant.keys().authenticate(key.expose(), &origin()).await.unwrap_err();
    tenant.access(bot).authorize(&permission, None).await.unwrap_err();
    superuser.batch_execute("ALTER TABLE gone RENAME TO audits").await.unwrap();
    tenant.keys().authenticate(key.expose(), &origin()).await.unwrap();
    assert!(tenant.access(bot).authorize(&permission, None).await.unwrap().allowed);
}

#[tokio::test]
async fn what_is_allowed_is_recorded_once_a_request_at_verbose_only() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let role = tenant.roles().find("operator", None).await.unwrap().unwrap().id;
    let new = NewBinding { principal_id: bot, role_id: role, workspace_id: None, expires_at: None };
    let binding = tenant.roles().bind(new, &ann()).await.unwrap();
    let permission = "run:start".parse().unwrap();
    let ask = async || {
        let access = tenant.access(bot);
        assert!(access.authorize(&permission, None).await.unwrap().allowed);
        access.require(&permission, None).await.unwrap();
        access.explain(&permission, None).await.unwrap();
    };
    assert!(recorded(&tenant, Box::pin(ask())).await.is_empty());
    set(&tenant, LogLevel::Verbose).await;
    let entries = recorded(&tenant, Box::pin(ask())).await;
    assert_eq!(actions(&entries), ["access.allowed"]);
    let record = record(&entries[0]);
    assert_eq!(
        (&record["status"], &record["resource_id"]),
        (&json!("success"), &json!("run:start"))
    );
    assert_eq!(record["actor_id"], json!(bot.to_string()));
    assert_eq!(
        record["details"],
        json!({
            "permission": "run:start", "workspace_id": null, "reason": "granted",
            "role_id": role.to_string(), "binding_id": binding.id.to_string(),
        })
    );
}

fn message(from: &str) -> SealedEnvelope {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let id = MessageId(RandomIds::from_os().next_id(at));
    Envelope::new(id, from, "coder", MessageType::Request, at).seal().unwrap()
}

#[tokio::test]
async fn what_is_said_is_recorded_by_the_call_at_verbose_only() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let new = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
    let user = tenant.users().create(new, &ann()).await.unwrap().id;
    let team = tenant.teams().create(NewTeam::named("Crew", user), &ann()).await.unwrap().id;
    let spec = AgentSpec::new("Ada", "ada".parse().unwrap());
    let agent = tenant.agents().create(team, spec, &ann()).await.unwrap().id;
    let conversations = tenant.conversations();
    let new = NewConversation::between(team, agent, user);
    let conversation = conversations.create(new, &ann()).await.unwrap();
    let turns = [
        NewTurn::text(MessageRole::Assistant, "How can I help?"),
        NewTurn::text(MessageRole::User, "Not at all."),
    ];
    let from = |party: &str| [message(party), message("other")];
    let talk = async || {
        conversations.append(conversation.id, &turns).await.unwrap();
        conversations.append_to(&conversation, &turns[1..]).await.unwrap();
        conversations.append_to(&conversation, &[]).await.unwrap();
        tenant.messages().store(&message("service:billing")).await.unwrap();
        tenant.messages().store_many(&from("planner")).await.unwrap();
        tenant.messages().store_many(&[]).await.unwrap();
    };
    assert!(recorded(&tenant, Box::pin(talk())).await.is_empty());

    set(&tenant, LogLevel::Verbose).await;
    let entries = recorded(&tenant, Box::pin(talk())).await;
    assert_eq!(
        actions(&entries),
        ["conversation.appended", "conversation.appended", "message.stored", "message.stored",]
    );
    let actors = [
        ("agent", agent.to_string()),
        ("user", user.to_string()),
        ("service", "billing".to_owned()),
        ("agent", "planner".to_owned()),
    ];
    for ((entry, (kind, id)), count) in entries.iter().zip(actors).zip([2, 1, 1, 2]) {
        let record = record(entry);
        assert_eq!((&record["actor_type"], &record["actor_id"]), (&json!(kind), &json!(id)));
        assert_eq!(record["details"]["messages"], count);
        for end in ["first_id", "last_id"] {
            let id: MessageId = record["details"][end].as_str().unwrap().parse().unwrap();
            assert!(tenant.messages().get(id).await.unwrap().is_some(), "{end}");
        }
    }
    assert_eq!(record(&entries[0])["resource_id"], json!(conversation.id.to_string()));

    // Together or not at all.
    let twice = message("planner");
    let before = recorded(
        &tenant,
        Box::pin(async {
            tenant.messages().store(&twice).await.unwrap();
            tenant.messages().store(&twice).await.unwrap_err();
            conversations.close(conversation.id, &ann()).await.unwrap();
            conversations.append(conversation.id, &turns).await.unwrap_err();
        }),
    )
    .await;
    assert_eq!(actions(&before), ["message.stored", "conversation.closed"]);
}
