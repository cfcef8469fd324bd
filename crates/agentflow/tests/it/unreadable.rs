//! JSON that PostgreSQL holds and no program reads: an error that names it, wherever the library meets it.

mod approvals;
mod memories;
mod secrets;

use std::path::Path;

use agentflow::{
    Email, EnvironmentTier, Error, NewEnvironment, NewWorkspace, PrincipalId, ProviderKeyId,
    TeamId, Tenant, TenantId, WorkspaceId, WorkspaceSettings, WorkspaceSettingsChange,
    agents::{AgentFilter, AgentSpec, ToolSpec},
    audit::{Actor, AuditFilter},
    conversations::{
        Conversation, ConversationChange, ConversationFilter, ImportOptions, NewConversation,
        NewTurn, Replay, ReplayOptions, SweepOptions,
    },
    core::{
        envelope::MessageRole,
        ids::{AgentId, ApprovalRequestId, PolicyDecisionId},
    },
    identity::{NewTeam, NewUser},
    memory::MemoryId,
    policies::Question,
    rules::OnFailure,
    runs::{RunFilter, RunId, StartRun},
    workflows::{Plan, PlanFilter, PlanSpec, WorkflowSpec, WorkflowVersion},
};
use agentflow_postgres::testing::TestServer;
use serde_json::{Map, json};
use tokio_postgres::Client;

use crate::support::World;

/// A number beyond all doubles, and more levels than a reader goes down.
const UNREADABLE: &[&str] = &[
    "('{\"a\": 1e' || '400}')::jsonb",
    "('{\"a\": ' || repeat('[', 200) || repeat(']', 200) || '}')::jsonb",
];

fn ann() -> Actor {
    Actor::user("ann")
}

/// A tenant with a row in each table that has JSON.
struct Stage {
    world: World,
    tenant: Tenant,
    gone: TenantId,
    superuser: Client,
    workspace: WorkspaceId,
    user: PrincipalId,
    team: TeamId,
    agent: AgentId,
    conversation: Conversation,
    version: WorkflowVersion,
    plan: Plan,
    decision: PolicyDecisionId,
    request: ApprovalRequestId,
    run: RunId,
    provider_key: ProviderKeyId,
    /// None where there are none, for lack of pgvector.
    memory: Option<MemoryId>,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        let gone = world.new_tenant("Gone").await.id;
        world.store.admin().tenants().delete(gone, &ann()).await.unwrap();
        let workspace = workspace(&tenant).await;
        let email: Email = "ann@example.com".parse().unwrap();
        let user = tenant.users().create(NewUser::new(email, "Ann"), &ann()).await.unwrap().id;
        let team = tenant.teams().create(NewTeam::named("Crew", user), &ann()).await.unwrap().id;
        let spec = AgentSpec::new("Ada", "ada".parse().unwrap());
        let agent = tenant.agents().create(team, spec, &ann()).await.unwrap().id;
        let tool: ToolSpec =
            serde_json::from_value(json!({ "name": "search", "schema": {} })).unwrap();
        tenant.tools().register(tool, &ann()).await.unwrap();
        let new = NewConversation::between(team, agent, user);
        let conversation = tenant.conversations().create(new, &ann()).await.unwrap();
        let turn = NewTurn::text(MessageRole::User, "Hello");
        tenant.conversations().append_to(&conversation, &[turn]).await.unwrap();
        let (version, plan) = workflow(&tenant, workspace).await;
        let question = Question {
            workspace_id: workspace,
            workflow_version_id: Some(version.id),
            principal_id: user,
            input: json!({}),
            time: None,
        };
        let decision = tenant.policies().decide(&question, None, &ann()).await.unwrap().id;
        let run = run(&tenant, StartRun::new(workspace, version.id, user)).await;
        let schema = json!({ "User": { "age": "int" } });
        tenant.rule_schemas().set(schema, OnFailure::Refuse, &ann()).await.unwrap();
        let superuser = world.superuser().await;
        let request = approvals::request(&tenant, &superuser, workspace, user).await;
        let provider_key = secrets::provider_key(&tenant, &superuser, workspace).await;
        let has_memories = TestServer::shared().await.has_pgvector();
        let memory = if has_memories { Some(memories::memory(&tenant, team).await) } else { None };
        Self {
            world,
            tenant,
            gone,
            superuser,
            workspace,
            user,
            team,
            agent,
            conversation,
            version,
            plan,
            decision,
            request,
            run,
            provider_key,
            memory,
        }
    }

    /// What the readers of a table say.
    async fn errors(&self, table: &str, column: &str) -> Vec<Error> {
        let tenant = &self.tenant;
        match table {
            "tenants" => {
                let admin = self.world.store.admin();
                vec![
                    admin.tenants().get(tenant.id()).await.unwrap_err(),
                    admin.tenants().list(None, 10).await.unwrap_err(),
                    admin.tenants().suspend(tenant.id(), &ann()).await.unwrap_err(),
                ]
            }
            "tenant_tombstones" => {
                vec![self.world.store.admin().tenants().tombstone(self.gone).await.unwrap_err()]
            }
            "workspaces" => vec![
                tenant.workspaces().get(self.workspace).await.unwrap_err(),
                tenant.workspaces().list().await.unwrap_err(),
            ],
            "environments" => {
                vec![tenant.workspaces().environments(self.workspace).list().await.unwrap_err()]
            }
            "workspace_configs" => {
                let change =
                    WorkspaceSettingsChange { retention_days: Some(30), ..Default::default() };
                let workspaces = tenant.workspaces();
                vec![
                    workspaces.config(self.workspace).await.unwrap_err(),
                    workspaces.adjust(self.workspace, change, &ann()).await.unwrap_err(),
                ]
            }
            "principals" => vec![
                tenant.principals().get(self.user).await.unwrap_err(),
                tenant.users().get(self.user).await.unwrap_err(),
                tenant.users().list(None, 10).await.unwrap_err(),
            ],
            "teams" => vec![
                tenant.teams().get(self.team).await.unwrap_err(),
                tenant.teams().list(None, 10).await.unwrap_err(),
                tenant.teams().transfer(self.team, self.user, &ann()).await.unwrap_err(),
            ],
            "agents" => vec![
                tenant.agents().get(self.agent).await.unwrap_err(),
                tenant.agents().list(AgentFilter::default(), None, 10).await.unwrap_err(),
            ],
            "tools" => vec![
                tenant.tools().find("search").await.unwrap_err(),
                tenant.tools().list(None, 10).await.unwrap_err(),
            ],
            "conversations" => self.errors_of_conversations().await,
            "workflows" | "workflow_versions" | "plans" => self.errors_of_workflows(table).await,
            "runs" => self.errors_of_runs(column).await,
            "steps" | "tool_calls" => {
                vec![tenant.runs().timeline(self.run).await.unwrap_err()]
            }
            "schemas" => {
                let schemas = tenant.rule_schemas();
                vec![
                    schemas.active().await.unwrap_err(),
                    schemas.get(1).await.unwrap_err(),
                    tenant.rules().book().await.unwrap_err(),
                ]
            }
            "policy_decisions" => vec![
                tenant.policies().get_decision(self.decision).await.unwrap_err(),
                tenant.policies().decisions(None, None, 10).await.unwrap_err(),
            ],
            "approval_requests" | "approval_decisions" => {
                approvals::errors(tenant, self.request, self.user, table).await
            }
            "provider_keys" | "key_validation_results" => {
                secrets::errors(tenant, self.provider_key, table).await
            }
            "memories" | "memory_logs" | "memory_settings" => {
                memories::errors(tenant, self.team, self.memory.unwrap(), table).await
            }
            "schema_changelog" => {
                vec![tenant.rule_schemas().history(None, 10).await.unwrap_err()]
            }
            _ => panic!("no reader of {table} is tried; add one"),
        }
    }

    async fn errors_of_conversations(&self) -> Vec<Error> {
        let (conversations, id) = (self.tenant.conversations(), self.conversation.id);
        let change = ConversationChange { metadata: Some(Map::new()), ..Default::default() };
        vec![
            conversations.get(id).await.unwrap_err(),
            conversations.list(&ConversationFilter::default(), None, 10).await.unwrap_err(),
            conversations.describe(id, change, &ann()).await.unwrap_err(),
            conversations.close(id, &ann()).await.unwrap_err(),
        ]
    }

    async fn errors_of_runs(&self, column: &str) -> Vec<Error> {
        let runs = self.tenant.runs();
        let again = StartRun {
            idempotency_key: Some("once".to_owned()),
            ..StartRun::new(self.workspace, self.version.id, self.user)
        };
        let mut errors = vec![
            runs.get(self.run).await.unwrap_err(),
            runs.timeline(self.run).await.unwrap_err(),
            runs.cancel(self.run, "stop", &ann()).await.unwrap_err(),
            runs.start(again, &ann()).await.unwrap_err(),
        ];
        // A list has no contents.
        if !["input", "output"].contains(&column) {
            errors.push(runs.list(RunFilter::default(), None, 10).await.unwrap_err());
        }
        errors
    }

    async fn errors_of_workflows(&self, table: &str) -> Vec<Error> {
        let (workflows, plans) = (self.tenant.workflows(), self.tenant.plans());
        let (version, id) = (&self.version, self.version.workflow_id);
        match table {
            "workflows" => vec![
                workflows.get(id).await.unwrap_err(),
                workflows.list(None, None, 10).await.unwrap_err(),
                workflows.update(id, WorkflowSpec::named("Other"), &ann()).await.unwrap_err(),
            ],
            "workflow_versions" => vec![
                workflows.get_version(version.id).await.unwrap_err(),
                workflows.find_version(id, &version.version).await.unwrap_err(),
                workflows.publish(id, &version.definition_yaml, &ann()).await.unwrap_err(),
                plans.create(version.id, None, &ann()).await.unwrap_err(),
            ],
            _ => vec![
                plans.get(self.plan.id).await.unwrap_err(),
                plans.list(PlanFilter::default(), None, 10).await.unwrap_err(),
                plans.update(self.plan.id, PlanSpec::default(), &ann()).await.unwrap_err(),
            ],
        }
    }

    async fn forge(&self, sql: &str) {
        self.superuser
            .batch_execute(&format!("SET session_replication_role = replica; {sql}"))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
}

async fn workspace(tenant: &Tenant) -> WorkspaceId {
    let workspaces = tenant.workspaces();
    let id = workspaces.create(NewWorkspace::named("Main"), &ann()).await.unwrap().id;
    workspaces.configure(id, &WorkspaceSettings::default(), &ann()).await.unwrap();
    let environment = NewEnvironment {
        name: "dev".to_owned(),
        tier: EnvironmentTier::Dev,
        description: None,
        metadata: Map::new(),
    };
    workspaces.environments(id).create(environment, &ann()).await.unwrap();
    id
}

async fn workflow(tenant: &Tenant, workspace: WorkspaceId) -> (WorkflowVersion, Plan) {
    let workflows = tenant.workflows();
    let workflow =
        workflows.create(workspace, WorkflowSpec::named("Refunds"), &ann()).await.unwrap();
    let text = "version: 1.0.0\nsteps: [{ name: ask, type: llm_call }]";
    let version = workflows.publish(workflow.id, text, &ann()).await.unwrap().version;
    let plan = tenant.plans().create(version.id, None, &ann()).await.unwrap();
    (version, plan)
}

/// A run with a call of a tool.
async fn run(tenant: &Tenant, start: StartRun) -> RunId {
    let start = StartRun { idempotency_key: Some("once".to_owned()), ..start };
    let run = tenant.runs().start(start, &ann()).await.unwrap().run.id;
    let call = "INSERT INTO tool_calls (tenant_id, run_id, step_id, attempt, ordinal, tool_type, tool_name)
                SELECT tenant_id, run_id, id, 1, 1, 'llm', 'a model' FROM steps";
    assert_eq!(tenant.execute(call, &[]).await.unwrap(), 1);
    run
}

/// Every column of JSON there is, but those of messages, which are verified when they are read, the dependencies of
/// derived fields, which are found out anew, and the metadata of usage, which nothing reads.
async fn columns(client: &Client) -> Vec<(String, String)> {
    let sql = "SELECT c.relname::text, a.attname::text
               FROM pg_attribute AS a
               JOIN pg_class AS c ON c.oid = a.attrelid
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype) AND NOT a.attisdropped
                 AND c.relname NOT IN ('messages', 'derived_fields', 'metering_events') AND NOT c.relispartition
               ORDER BY 1, 2";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn every_column_of_json_that_cannot_be_read_is_named_with_its_row() {
    let stage = Stage::new().await;
    let columns = columns(&stage.superuser).await;
    assert!(columns.len() >= 19, "{columns:?}");
    for (table, column) in &columns {
        let kind = format!("SELECT jsonb_typeof({column}::jsonb) FROM {table} LIMIT 1");
        let kind = stage.superuser.query_opt(&kind, &[]).await.unwrap();
        let is_list = kind.is_some_and(|row| row.get::<_, Option<&str>>(0) == Some("array"));
        for value in UNREADABLE {
            let value =
                &if is_list { format!("jsonb_build_array({value})") } else { (*value).to_owned() };
            stage
                .forge(&format!(
                    "CREATE TEMPORARY TABLE before AS SELECT ctid AS place, {column} AS value FROM {table};
                     UPDATE {table} SET {column} = {value}"
                ))
                .await;
            for error in stage.errors(table, column).await {
                let Error::Inconsistent { table: in_table, column: in_column, row } = &error else {
                    panic!("{table}.{column}: {error:?}");
                };
                assert_eq!((*in_table, *in_column), (table.as_str(), column.as_str()));
                assert_eq!(row.len(), 36, "{error}");
            }
            // What cannot be read is not changed either.
            let kept = format!("SELECT count(*) FROM {table} WHERE {column} = {value}");
            assert!(stage.superuser.query_one(&kept, &[]).await.unwrap().get::<_, i64>(0) > 0);
            let is_alone = [
                "agents",
                "approval_decisions",
                "workflow_versions",
                "plans",
                "policy_decisions",
                "schema_changelog",
                "schemas",
            ]
            .contains(&table.as_str());
            let good = if is_alone || *column == "schema" {
                "(SELECT value FROM before LIMIT 1)"
            } else {
                "'{}'"
            };
            stage.forge(&format!("UPDATE {table} SET {column} = {good}; DROP TABLE before")).await;
        }
    }
}

#[tokio::test]
async fn an_import_and_a_sweep_pass_by_what_they_need_not_read() {
    let stage = Stage::new().await;
    let options = ImportOptions::new(stage.team, stage.agent, stage.user);
    let line = "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    let conversations = stage.tenant.conversations();
    let import = async || conversations.import(line.as_bytes(), &options, &ann(), &|_| ()).await;
    assert_eq!(import().await.unwrap().imported, 1);
    stage.forge(&format!("UPDATE conversations SET metadata = {}", UNREADABLE[0])).await;
    assert_eq!(import().await.unwrap().skipped, 1);
    conversations.sweep(&SweepOptions::default(), &ann()).await.unwrap();
}

#[tokio::test]
async fn a_message_and_an_audit_entry_that_cannot_be_read_make_nothing_panic() {
    let stage = Stage::new().await;
    stage
        .forge(&format!(
            "ALTER TABLE messages DROP CONSTRAINT messages_turn_shape, DROP CONSTRAINT messages_cost_shape;
             UPDATE messages SET payload = {}",
            UNREADABLE[0]
        ))
        .await;
    for column in ["payload", "metadata", "cost"] {
        for value in UNREADABLE {
            stage.forge(&format!("UPDATE messages SET {column} = {value}")).await;
            let what = Replay::Conversation(stage.conversation.id);
            let messages = stage.tenant.messages();
            let report =
                messages.replay(&what, &ReplayOptions::default(), |_, _| ()).await.unwrap();
            assert_eq!((report.total, report.verified), (1, 0), "{column}");
        }
    }
    stage.forge("UPDATE audits SET record = '{\"details\":{\"n\":1e400}}' WHERE seq = 1").await;
    let entries = stage.tenant.audit().list(&AuditFilter::default(), 1000).await;
    assert!(entries.is_err(), "{entries:?}");
}

/// A hole in a list is the other thing that readers do not read.
#[tokio::test]
async fn a_list_with_a_hole_is_refused_by_the_database() {
    let stage = Stage::new().await;
    let sql = "SELECT c.relname::text, a.attname::text
               FROM pg_attribute AS a
               JOIN pg_class AS c ON c.oid = a.attrelid
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND a.atttypid = 'text[]'::regtype
                 -- Global, and written by migrations only; and settings that the owner of the audit reads.
                 AND c.relname <> 'permissions'";
    let columns = stage.superuser.query(sql, &[]).await.unwrap();
    assert!(columns.len() >= 5, "{}", columns.len());
    for column in columns {
        let (table, column): (String, String) = (column.get(0), column.get(1));
        let checked = "SELECT count(*) FROM pg_constraint
                       WHERE conrelid = $1::text::regclass AND contype = 'c'
                         AND pg_get_constraintdef(oid) LIKE '%array_position(' || $2 || ', NULL::text) IS NULL%'";
        let row = stage.superuser.query_one(checked, &[&table, &column]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 1, "{table}.{column} may have a hole");
    }
    let set = "UPDATE teams SET shared_skill_names = ARRAY['a', NULL]";
    let error = stage.superuser.batch_execute(set).await.unwrap_err();
    assert_eq!(error.as_db_error().unwrap().constraint(), Some("teams_skill_names"));
}

/// `cargo xtask sql` takes the panics out of what the generator writes.
#[test]
fn nothing_generated_can_panic_on_what_is_stored() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql/src/queries");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let code = std::fs::read_to_string(&path).unwrap();
        for panics in ["unwrap()", "expect(", "panic!", "RawValue"] {
            assert!(!code.contains(panics), "{}: {panics}", path.display());
        }
        files += 1;
    }
    assert!(files > 8, "{files}");
}
