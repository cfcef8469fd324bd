//! The tools that agents may call.

use agentflow::{
    Error, Tenant, ToolId,
    agents::{Tool, ToolSpec},
    audit::AuditFilter,
};
use serde_json::{Map, Value, json};

use super::{ann, bad_fields, is_missing, newest};
use crate::support::World;

fn search() -> ToolSpec {
    serde_json::from_value(json!({
        "name": "search",
        "description": "Looks things up.",
        "schema": {
            "type": "object",
            "properties": {
                "query": { "type": "string", "minLength": 1 },
                "limit": { "type": "integer", "maximum": 50 },
                "sites": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["query"],
        },
        "permissions": { "roles": ["operator"] },
        "cost_model": { "cents_per_call": 0.25 },
    }))
    .unwrap()
}

fn named(name: &str) -> ToolSpec {
    ToolSpec { name: name.to_owned(), ..search() }
}

async fn register(tenant: &Tenant, name: &str) -> Tool {
    tenant.tools().register(named(name), &ann()).await.unwrap()
}

#[tokio::test]
async fn a_tool_is_registered_found_and_listed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tools = tenant.tools();
    let tool = register(&tenant, "search").await;
    assert_eq!(tool.spec, search());
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("tool.registered"));
    assert_eq!(entry.resource_id, Some(tool.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "search" })));

    assert_eq!(tools.get(tool.id).await.unwrap().as_ref(), Some(&tool));
    assert_eq!(tools.find("search").await.unwrap().as_ref(), Some(&tool));
    for nonsense in ["", "Search", "nul\0", &tool.id.to_string()] {
        assert_eq!(tools.find(nonsense).await.unwrap(), None, "{nonsense:?}");
    }
    let second = register(&tenant, "Écrire à quelqu'un").await;
    assert_eq!(tools.list(None, 1).await.unwrap(), std::slice::from_ref(&tool));
    assert_eq!(tools.list(Some(tool.id), 10).await.unwrap(), [second]);
    let shown = serde_json::to_value(&tool).unwrap();
    assert_eq!((&shown["name"], &shown["id"]), (&json!("search"), &json!(tool.id.to_string())));
}

#[tokio::test]
async fn a_tool_registered_again_keeps_its_id_and_is_recorded_when_something_is_new() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tools = tenant.tools();
    let first = register(&tenant, "search").await;
    let entry = newest(&tenant).await.seq;
    // The same, and the same with a number in another form.
    let mut same = search();
    same.schema["properties"]["limit"]["maximum"] = json!(50.0);
    for same in [search(), same] {
        assert_eq!(tools.register(same, &ann()).await.unwrap(), first);
    }
    assert_eq!(tools.get(first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(newest(&tenant).await.seq, entry);

    let next = ToolSpec {
        description: "Finds things.".into(),
        schema: Value::Bool(true),
        permissions: Map::new(),
        cost_model: Map::from_iter([("cents_per_call".into(), json!(1))]),
        ..search()
    };
    let second = tools.register(next.clone(), &ann()).await.unwrap();
    assert_eq!((second.id, second.created_at), (first.id, first.created_at));
    assert!(second.updated_at > first.updated_at);
    assert_eq!(second.spec, next);
    assert_eq!(tools.find("search").await.unwrap(), Some(second));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("tool.updated"));
    assert_eq!(entry.resource_id, Some(first.id.to_string()));
    let changed = ["cost_model", "description", "permissions", "schema"];
    assert_eq!(entry.details, Some(json!({ "name": "search", "changed": changed })));
}

#[tokio::test]
async fn each_bad_field_is_named_with_its_place_in_the_schema_and_nothing_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tools = tenant.tools();
    let before = newest(&tenant).await.seq;
    let with_schema = |schema: Value| ToolSpec { schema, ..search() };
    let nul = Map::from_iter([("a".to_owned(), json!("nul\0"))]);
    for (bad, expected) in [
        (named(""), vec!["name"]),
        (named(&"x".repeat(256)), vec!["name"]),
        (named("nul\0"), vec!["name"]),
        (ToolSpec { description: "nul\0".into(), ..search() }, vec!["description"]),
        (ToolSpec { permissions: nul.clone(), ..search() }, vec!["permissions.a"]),
        (ToolSpec { cost_model: nul, ..search() }, vec!["cost_model.a"]),
        (with_schema(json!("object")), vec!["schema"]),
        (
            with_schema(json!({ "properties": { "limit": { "type": "int" } } })),
            vec!["schema.properties.limit.type"],
        ),
        (with_schema(json!({ "$schema": "http://example.com/my" })), vec!["schema.$schema"]),
        (with_schema(json!({ "maximum": 9_007_199_254_740_993_u64 })), vec!["schema.maximum"]),
        (ToolSpec { name: String::new(), ..with_schema(json!(1)) }, vec!["name", "schema"]),
    ] {
        let error = tools.register(bad, &ann()).await.unwrap_err();
        assert_eq!(bad_fields(&error), expected, "{error}");
    }
    assert_eq!(newest(&tenant).await.seq, before);
    assert_eq!(tools.list(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn arguments_are_checked_and_every_bad_one_is_named_by_its_path() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tools = tenant.tools();
    register(&tenant, "search").await;
    let good = json!({ "query": "owls", "limit": 5, "sites": ["a.example", "b.example"] });
    tools.check_arguments("search", &good).await.unwrap();
    let bad = json!({ "limit": 51, "sites": ["a.example", 7] });
    let error = tools.check_arguments("search", &bad).await.unwrap_err();
    let mut fields = bad_fields(&error);
    fields.sort_unstable();
    assert_eq!(fields, ["arguments.limit", "arguments.query", "arguments.sites[1]"]);
    let text = error.to_string();
    let expected = "failed to check the arguments of a tool: ";
    assert!(text.starts_with(expected) && text.contains("at most 50"), "{text}");
    for name in ["find", "nul\0"] {
        let error = tools.check_arguments(name, &good).await.unwrap_err();
        assert!(is_missing(&error, &format!("tool {name}")), "{error:?}");
    }
}

#[tokio::test]
async fn a_stored_schema_that_is_none_is_named_when_it_is_used() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tool = register(&tenant, "search").await;
    let client = world.superuser().await;
    let broken = r#"UPDATE tools SET schema = '{"type": "int"}'"#;
    client.batch_execute(broken).await.unwrap();
    let error = tenant.tools().check_arguments("search", &json!({})).await.unwrap_err();
    let expected =
        format!("tools.schema of row {} holds a value this program does not know", tool.id);
    assert_eq!(error.to_string(), expected);
    // A number that no double holds is none that can be read.
    client.batch_execute(r#"UPDATE tools SET cost_model = '{"n": 1e400}'"#).await.unwrap();
    for error in [
        tenant.tools().get(tool.id).await.unwrap_err(),
        tenant.tools().list(None, 10).await.unwrap_err(),
    ] {
        let is_named = matches!(&error, Error::Inconsistent { table: "tools", column: "cost_model", row }
            if *row == tool.id.to_string());
        assert!(is_named, "{error:?}");
    }
    let listed = tenant.tools().list_any(None, 10).await.unwrap().remove(0).unwrap_err();
    assert_eq!((listed.id, listed.name.as_str()), (tool.id, "search"));
    // It can be replaced, and keeps its id.
    let replaced = tenant.tools().register(search(), &ann()).await.unwrap();
    assert_eq!((replaced.id, replaced.spec), (tool.id, search()));
    let details = newest(&tenant).await.details.unwrap();
    assert_eq!(details["changed"].as_array().map(Vec::len), Some(5));
    tenant.tools().delete(tool.id, &ann()).await.unwrap();
}

#[tokio::test]
async fn a_tool_is_deleted_once_and_its_name_is_free_again() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tools = tenant.tools();
    let tool = register(&tenant, "search").await;
    tools.delete(tool.id, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("tool.deleted"));
    assert_eq!(entry.resource_id, Some(tool.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "search" })));
    assert_eq!(tools.get(tool.id).await.unwrap(), None);
    let error = tools.delete(tool.id, &ann()).await.unwrap_err();
    assert!(is_missing(&error, &format!("tool {}", tool.id)), "{error:?}");
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    assert_ne!(register(&tenant, "search").await.id, tool.id);
}

#[tokio::test]
async fn the_tools_of_another_tenant_are_not_there_and_their_names_are_free() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let tool = register(&own, "search").await;
    let before = newest(&other).await.seq;
    let tools = other.tools();
    assert_eq!(tools.get(tool.id).await.unwrap(), None);
    assert_eq!(tools.find("search").await.unwrap(), None);
    assert_eq!(tools.list(None, 10).await.unwrap(), []);
    let error = tools.check_arguments("search", &json!({})).await.unwrap_err();
    assert!(is_missing(&error, "tool search"), "{error:?}");
    let error = tools.delete(tool.id, &ann()).await.unwrap_err();
    assert!(is_missing(&error, &format!("tool {}", tool.id)), "{error:?}");
    assert_eq!(newest(&other).await.seq, before);
    assert_ne!(register(&other, "search").await.id, tool.id);
    assert_eq!(own.tools().get(tool.id).await.unwrap(), Some(tool));
}

#[tokio::test]
async fn registered_by_many_at_once_a_tool_is_one_and_every_new_version_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let writers = (0..16).map(|number| {
        let tenant = tenant.clone();
        // Each version by two, of whom one may change nothing.
        let spec = ToolSpec { description: format!("Version {}.", number / 2), ..search() };
        tokio::spawn(async move { tenant.tools().register(spec, &ann()).await.unwrap().id })
    });
    let mut ids: Vec<ToolId> = Vec::new();
    for id in futures::future::join_all(writers).await {
        ids.push(id.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let count = async |action: &str| {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        tenant.audit().list(&filter, 100).await.unwrap().len()
    };
    assert_eq!(count("tool.registered").await, 1);
    let updates = count("tool.updated").await;
    assert!((7..=15).contains(&updates), "{updates}");
    assert_eq!(tenant.tools().list(None, 10).await.unwrap().len(), 1);
}
