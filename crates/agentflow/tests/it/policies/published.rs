//! Versions of policies.

use super::*;

#[tokio::test]
async fn a_version_is_published_found_and_listed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let policies = tenant.policies();
    for version in ["1.10.0", "1.9.0", "2.0.0-rc.1"] {
        policies.publish(new("region", version, fixed("allow")), &ann()).await.unwrap();
    }
    let other = publish(&tenant, "budget", fixed("deny")).await;
    let listed = policies.list(None).await.unwrap();
    let names: Vec<_> = listed.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    assert_eq!(names, ["budget 1.0.0", "region 1.9.0", "region 1.10.0", "region 2.0.0-rc.1"]);
    assert_eq!(policies.list(Some("region")).await.unwrap(), listed[1..]);
    assert_eq!(policies.list(Some("nul\0")).await.unwrap(), []);
    assert_eq!(policies.get(other.summary.id).await.unwrap().as_ref(), Some(&other));
    let version = "1.0.0".parse().unwrap();
    assert_eq!(policies.find("budget", &version).await.unwrap().as_ref(), Some(&other));
    assert_eq!(policies.find("nul\0", &version).await.unwrap(), None);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("policy.published"));
    assert_eq!(entry.resource_id, Some(other.summary.id.to_string()));
    assert_eq!(entry.details.unwrap()["digest"], other.summary.digest.to_string());
}

#[tokio::test]
async fn a_version_never_changes() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let policies = tenant.policies();
    let first = publish(&tenant, "region", fixed("allow")).await;
    let seq = newest(&tenant).await.seq;
    assert_eq!(publish(&tenant, "region", fixed("allow")).await, first);
    let error = policies.publish(new("region", "1.0.0", fixed("deny")), &ann()).await.unwrap_err();
    assert!(error.to_string().contains("versions never change"), "{error}");
    assert_eq!(newest(&tenant).await.seq, seq);
    assert_eq!(policies.get(first.summary.id).await.unwrap().as_ref(), Some(&first));

    // Nor by SQL, not even as the superuser.
    let superuser = world.superuser().await;
    for change in [
        "policy_rego = 'package p'",
        "name = 'x'",
        "version = '9.0.0'",
        "policy_digest = decode(repeat('00', 32), 'hex')",
    ] {
        let refused =
            superuser.execute(&format!("UPDATE policies SET {change}"), &[]).await.unwrap_err();
        let message = refused.as_db_error().unwrap().message();
        assert_eq!(message, "policies never change: publish another version", "{change}");
    }
    superuser.execute("UPDATE policies SET created_by = NULL", &[]).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place_and_nothing_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let policies = tenant.policies();
    let rego = "package p\n\neffect := \"allow\" if {\n\thttp.send({})\n\tfoo(1)\n}\n";
    let error = policies.publish(new("x", "1.0.0", rego), &ann()).await.unwrap_err();
    let Error::InvalidInputs { inputs, .. } = &error else { panic!("{error:?}") };
    let told: Vec<_> = inputs.0.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].1.starts_with("line 4, column 2: `http.send` is left out"), "{told:?}");
    assert!(told[1].1.starts_with("line 5, column 2: unknown function `foo`"), "{told:?}");
    for name in ["", "  ", "nul\0", &"x".repeat(256)] {
        let error = policies.publish(new(name, "1.0.0", fixed("allow")), &ann()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    }
    let long = NewPolicy { description: "x".repeat(10_001), ..new("x", "1.0.0", fixed("allow")) };
    assert!(policies.publish(long, &ann()).await.is_err());
    assert_eq!(policies.list(None).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_bound_cannot_be_deleted() {
    use agentflow::policies::BoundTo;

    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (place, policies) = (full(&tenant).await, tenant.policies());
    let id = publish_fixed(&tenant, "deny").await;
    let bound = policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    policies.set_binding(bound.id, 1, false, &ann()).await.unwrap();
    let error = policies.delete(id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    policies.unbind(bound.id, &ann()).await.unwrap();
    policies.delete(id, &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.action.as_deref(), Some("policy.deleted"));
    is_missing(policies.delete(id, &ann()).await, &format!("policy {id}"));
    assert_eq!(policies.get(id).await.unwrap(), None);
}
