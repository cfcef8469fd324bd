//! What a definition names of its tenant: tools, with arguments for them, and agents.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

use agentflow_core::{
    rules::{FileProblem, FileProblems},
    tenancy::Slug,
    tool::ToolSchema,
    workflow::{ConnectorAction, StepAction, WorkflowFile, inputs},
};
use agentflow_sql::queries::workflows as sql;
use serde_json::Value;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::Workflows;
use crate::{
    error::{Error, Result},
    input::stored_json,
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// How many problems are told. Nobody mends more at once, and a file could have any number of them.
const MAX_PROBLEMS: usize = 100;

impl Workflows {
    /// Tools and agents that steps name must be there, and the tools must take what is written in `with`.
    pub(super) async fn check_references(
        &self,
        operation: &'static str,
        tx: TenantTx,
        file: &Arc<WorkflowFile>,
    ) -> Result<TenantTx> {
        let steps = &file.definition.steps;
        let mut tools: Vec<_> = steps.iter().filter_map(|step| step.tool()).collect();
        let mut agents: Vec<_> =
            steps.iter().filter_map(|step| Some(step.agent()?.as_str())).collect();
        for names in [&mut tools, &mut agents] {
            names.sort_unstable();
            names.dedup();
        }
        let tenant = self.0.tenant.as_uuid();
        let rows = sql::list_tool_schemas().bind(&tx, tenant, &tools).all().await;
        let (tx, tools) = settle(operation, tx, rows).await?;
        let missing = sql::list_unknown_agents().bind(&tx, &agents, tenant).all().await;
        let (tx, agents) = settle(operation, tx, missing).await?;
        let file = Arc::clone(file);
        // Preparing schemas takes the time of a processor.
        let checked = spawn_blocking(move || {
            let names = Names {
                tools: tools.into_iter().map(|it| (it.name, Stored(it.id, it.schema))).collect(),
                missing_agents: agents.into_iter().collect(),
            };
            names.check(operation, &file)
        });
        let checked = checked.await.unwrap_or_else(|error| {
            let reason = format!("checking was not finished: {error}");
            Err(Error::Unavailable { operation, reason, source: None })
        });
        Ok(settle_with(tx, checked).await?.0)
    }
}

/// What the tenant has of that which a file names.
struct Names {
    tools: HashMap<String, Stored>,
    missing_agents: HashSet<String>,
}

/// The id of a tool, and the schema of its arguments.
struct Stored(Uuid, String);

impl Stored {
    fn read(&self) -> Result<ToolSchema> {
        let Self(id, text) = self;
        let schema: Value = stored_json("tools", "schema", id, text)?;
        ToolSchema::new(&schema).map_err(|_| Error::Inconsistent {
            table: "tools",
            column: "schema",
            row: id.to_string(),
        })
    }
}

impl Names {
    fn check(&self, operation: &'static str, file: &WorkflowFile) -> Result<()> {
        let mut schemas = HashMap::new();
        let mut problems = Vec::new();
        for (index, step) in file.definition.steps.iter().enumerate() {
            match &step.action {
                StepAction::ConnectorAction(action) => {
                    let found = self.tool_problems(file, index, action, &mut schemas)?;
                    problems.extend(found);
                }
                StepAction::LlmCall(call) => {
                    let agent = call.agent.as_ref().map(Slug::as_str);
                    let missing = agent.filter(|it| self.missing_agents.contains(*it));
                    problems.extend(missing.map(|agent| {
                        let message =
                            format!("the tenant has no agent `{agent}`, or only an archived one");
                        file.problem(&format!("steps[{index}].agent"), message)
                    }));
                }
                _ => (),
            }
            if problems.len() > MAX_PROBLEMS {
                problems.truncate(MAX_PROBLEMS);
                let message = format!("more is wrong than these {MAX_PROBLEMS}");
                problems.push(file.problem("", message));
                break;
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::InvalidInputs { operation, inputs: inputs(&FileProblems(problems)) })
    }

    fn tool_problems<'f>(
        &self,
        file: &WorkflowFile,
        index: usize,
        action: &'f ConnectorAction,
        schemas: &mut HashMap<&'f str, ToolSchema>,
    ) -> Result<Vec<FileProblem>> {
        let Some(stored) = self.tools.get(&action.tool) else {
            let message = format!("the tenant has no tool `{}`", action.tool);
            return Ok(vec![file.problem(&format!("steps[{index}].tool"), message)]);
        };
        let schema = match schemas.entry(&action.tool) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(stored.read()?),
        };
        let arguments = Value::Object(action.with.clone());
        let checked = schema.check_written(&arguments, &format!("steps[{index}].with"));
        let findings = checked.err().map(|it| it.0).unwrap_or_default();
        let mut problems: Vec<_> =
            findings.iter().map(|it| file.problem(&it.field, &it.reason)).collect();
        problems.sort_by_key(|it| (it.line, it.column));
        Ok(problems)
    }
}
