//! Publishing versions, and which is the latest.

use std::collections::BTreeMap;

use agentflow::{
    Error,
    agents::{AgentSpec, AgentStatus, ToolSpec},
    core::ids::{IdSource, RandomIds},
    identity::{NewTeam, NewUser},
    workflows::{SemVer, WorkflowSpec},
};
use jiff::Timestamp;
use serde_json::json;

use super::{ann, definition, newest, refunds};
use crate::support::World;

#[tokio::test]
async fn a_version_is_published_once_and_read_as_it_was_written() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let text = "# Pays back.\nname: Refunds\nversion: 1.0.0\nrisk_tier: high\nmodel: { provider: p, model: m }\n\
                template_version_constraint: ^1.2\nsteps: [{ name: ask, type: llm_call }]\n";
    let published = workflows.publish(workflow.id, text, &ann()).await.unwrap();
    assert!(published.is_new && published.is_latest);
    let version = published.version;
    assert_eq!((version.definition_yaml.as_str(), version.risk_tier.as_str()), (text, "high"));
    assert_eq!(version.definition.digest().unwrap(), version.digest);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("workflow.version_published"));
    assert_eq!(entry.resource_id, Some(version.id.to_string()));
    let details = json!({
        "workflow_id": workflow.id.to_string(), "name": "Refunds", "version": "1.0.0",
        "digest": version.digest.to_string(), "risk_tier": "high", "latest": true,
    });
    assert_eq!(entry.details, Some(details));
    let number: SemVer = "1.0.0".parse().unwrap();
    assert_eq!(workflows.get_version(version.id).await.unwrap().as_ref(), Some(&version));
    assert_eq!(
        workflows.find_version(workflow.id, &number).await.unwrap().as_ref(),
        Some(&version)
    );
    assert_eq!(
        workflows.find_version(workflow.id, &"1.0.0+b".parse().unwrap()).await.unwrap(),
        None
    );
    let listed = workflows.versions(workflow.id).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].digest), (1, version.id, version.digest));
    let shown = workflows.get(workflow.id).await.unwrap().unwrap();
    assert_eq!((shown.latest_version_id, shown.latest_version), (Some(version.id), Some(number)));

    // The same in other words, which means nothing new.
    let json = serde_json::to_string(&version.definition).unwrap();
    for same in [text, &json] {
        let again = workflows.publish(workflow.id, same, &ann()).await.unwrap();
        assert_eq!((again.version, again.is_new, again.is_latest), (version.clone(), false, true));
    }
    let other = text.replace("high", "low");
    let error = workflows.publish(workflow.id, &other, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "failed to publish a version of a workflow: version 1.0.0 is published with another definition, and versions \
         never change; publish it as another version"
    );
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    assert_eq!(workflows.get_version(version.id).await.unwrap(), Some(version));
}

#[tokio::test]
async fn a_bad_text_is_told_with_every_line_and_nothing_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let before = newest(&tenant).await.seq;
    let told = async |text: &str| {
        let error = workflows.publish(workflow.id, text, &ann()).await.unwrap_err();
        let Error::InvalidInputs { inputs, .. } = error else { panic!("{error:?}") };
        inputs.to_string()
    };
    assert_eq!(
        told("version: 1\nsteps:\n  - { name: a, type: llm_call, tol: x }").await,
        "version: line 1, column 1: expected a text, got 1\n\
         steps[0].tol: line 3, column 32: unknown key; did you mean `tool`?"
    );
    assert_eq!(
        told("name: Payouts\nversion: 1.0.0\nsteps: [{ name: a, type: llm_call }]").await,
        "name: line 1, column 1: the file is of `Payouts`, and the workflow is called `Refunds`"
    );
    assert_eq!(workflows.versions(workflow.id).await.unwrap(), []);
    assert_eq!(newest(&tenant).await.seq, before);
}

#[tokio::test]
async fn tools_and_agents_that_a_version_names_must_be_there() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let text = "version: 1.0.0
steps:
  - { name: read, type: llm_call, agent: ada }
  - name: pay
    type: connector_action
    tool: bank
  - { name: log, type: connector_action, tool: ledger }
  - { name: tell, type: llm_call, agent: ada }
  - { name: free, type: llm_call }
";
    let told = async || {
        let error = workflows.publish(workflow.id, text, &ann()).await.unwrap_err();
        let Error::InvalidInputs { inputs, .. } = error else { panic!("{error:?}") };
        inputs.0.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let no_ada = "the tenant has no agent `ada`, or only an archived one";
    let expected = [
        &format!("steps[0].agent: line 3, column 35: {no_ada}"),
        "steps[1].tool: line 6, column 5: the tenant has no tool `bank`",
        "steps[2].tool: line 7, column 42: the tenant has no tool `ledger`",
        &format!("steps[3].agent: line 8, column 35: {no_ada}"),
    ];
    assert_eq!(told().await, expected);

    let tool = |name: &str| {
        serde_json::from_value::<ToolSpec>(json!({ "name": name, "schema": {} })).unwrap()
    };
    tenant.tools().register(tool("bank"), &ann()).await.unwrap();
    let email = "bob@example.com".parse().unwrap();
    let bob = tenant.users().create(NewUser::new(email, "Bob"), &ann()).await.unwrap().id;
    let team = tenant.teams().create(NewTeam::named("Crew", bob), &ann()).await.unwrap().id;
    let ada = AgentSpec::new("Ada", "ada".parse().unwrap());
    let ada = tenant.agents().create(team, ada, &ann()).await.unwrap().id;
    assert_eq!(told().await, expected[2..3]);
    tenant.agents().set_status(ada, AgentStatus::Archived, &ann()).await.unwrap();
    tenant.tools().register(tool("ledger"), &ann()).await.unwrap();
    assert_eq!(told().await, [expected[0], expected[3]]);
    tenant.agents().set_status(ada, AgentStatus::Active, &ann()).await.unwrap();
    let published = workflows.publish(workflow.id, text, &ann()).await.unwrap();
    // What was published stays so when they go.
    let ledger = tenant.tools().find("ledger").await.unwrap().unwrap();
    tenant.tools().delete(ledger.id, &ann()).await.unwrap();
    let again = workflows.publish(workflow.id, text, &ann()).await.unwrap();
    assert_eq!((again.is_new, again.version.id), (false, published.version.id));
}

/// The model: a map of what was published, and the rule said once more in other words.
#[tokio::test]
async fn the_latest_version_is_that_of_a_model_whatever_the_order_of_publishing() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let first = refunds(&tenant).await;
    let workflows = tenant.workflows();
    let mut versions = [
        "0.1.0-alpha",
        "0.1.0",
        "0.2.0-rc.2",
        "0.2.0-rc.10",
        "1.0.0",
        "1.0.0+b",
        "1.9.0",
        "1.10.0",
        "2.0.0-beta",
        "2.0.0-beta.2",
        "10.0.0-a",
    ];
    let ranks: BTreeMap<_, _> = versions.iter().copied().zip(0..).collect();
    for seed in 0..6 {
        let random = RandomIds::seeded(seed);
        versions.sort_by_cached_key(|_| random.next_id(Timestamp::UNIX_EPOCH));
        // Sometimes there is no release at all.
        let chosen: Vec<_> = versions.iter().filter(|it| seed != 5 || it.contains('-')).collect();
        let spec = WorkflowSpec::named(format!("Workflow {seed}"));
        let workflow = workflows.create(first.workspace_id, spec, &ann()).await.unwrap();
        let mut published = Vec::new();
        for version in chosen {
            let done = workflows.publish(workflow.id, &definition(version), &ann()).await.unwrap();
            published.push(*version);
            let greatest = |releases: bool| {
                let fit = published.iter().filter(|it| !releases || !it.contains('-'));
                fit.max_by_key(|it| ranks[**it]).copied()
            };
            let expected = greatest(true).or_else(|| greatest(false)).unwrap();
            let shown = workflows.get(workflow.id).await.unwrap().unwrap();
            assert_eq!(shown.latest_version.unwrap().to_string(), expected, "{published:?}");
            assert_eq!(done.is_latest, expected == *version, "{published:?}");
            assert_eq!(shown.latest_version_id == Some(done.version.id), done.is_latest);
        }
        let listed = workflows.versions(workflow.id).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|it| it.version.to_string()).collect();
        published.sort_by_key(|it| std::cmp::Reverse(ranks[it]));
        assert_eq!(listed, published);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_publish_a_version_at_once_one_definition_wins() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await.id;
    let publish = |text: String| {
        let workflows = tenant.workflows();
        tokio::spawn(async move { workflows.publish(workflow, &text, &ann()).await })
    };
    // Two definitions of one version, each of them ten times and in two styles.
    let texts = (0..20).map(|n| {
        format!(
            "version: 1.0.0 # {n}\nrisk_tier: {}\nsteps: [{{ name: ask, type: llm_call }}]",
            ["low", "high"][n % 2]
        )
    });
    let tasks: Vec<_> = texts.map(publish).collect();
    let (mut new, mut same, mut other) = (0, 0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(published) if published.is_new => new += 1,
            Ok(_) => same += 1,
            Err(Error::Conflict { .. }) => other += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((new, same, other), (1, 9, 10));
    assert_eq!(tenant.workflows().versions(workflow).await.unwrap().len(), 1);

    // Different versions at once: the pointer is that of the greatest, whoever comes last.
    let tasks: Vec<_> = (1..=12).map(|n| publish(definition(&format!("1.{n}.0")))).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let shown = tenant.workflows().get(workflow).await.unwrap().unwrap();
    assert_eq!(shown.latest_version, Some("1.12.0".parse().unwrap()));
}
