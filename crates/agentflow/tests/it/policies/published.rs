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
async fn nobody_takes_the_place_of_the_author() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (ann, email) = (full(&tenant).await.principal, "eve@example.com".parse().unwrap());
    let eve = tenant.users().create(NewUser::new(email, "Eve"), &super::ann()).await.unwrap().id;
    let new = new("region", "1.0.0", fixed("allow"));
    let made = tenant.policies().publish(new, &Actor::user(ann.to_string())).await.unwrap();
    assert_eq!(made.summary.created_by, Some(ann));
    let forge = format!("UPDATE policies SET created_by = '{eve}'");
    let superuser = world.superuser().await;
    let author = async || {
        let found = tenant.policies().get(made.summary.id).await.unwrap().unwrap();
        found.summary.created_by
    };
    for expected in [Some(ann), None] {
        let refused = superuser.execute(&forge, &[]).await.unwrap_err();
        let message = refused.as_db_error().unwrap().message();
        assert_eq!(message, "policies never change: publish another version");
        for sql in [
            "UPDATE policies SET created_by = gen_random_uuid()",
            "UPDATE policies SET created_by = NULL",
        ] {
            let error = tenant.execute(sql, &[]).await.unwrap_err();
            assert!(matches!(error, Error::Denied { .. }), "{sql}: {error:?}");
        }
        assert_eq!(author().await, expected);
        if expected.is_some() {
            // The key still lets go of who is deleted.
            tenant.users().delete(ann, &super::ann()).await.unwrap();
        }
    }
    // What may be written of it is refused as well: the right is there for locks only.
    let error =
        tenant.execute("UPDATE policies SET id = gen_random_uuid()", &[]).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_publish_a_version_at_once_one_text_wins() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let publish = |version: &str, effect: &str| {
        let (policies, new) = (tenant.policies(), new("region", version, fixed(effect)));
        tokio::spawn(async move { policies.publish(new, &ann()).await })
    };
    // Many rounds: whether two meet is a matter of luck.
    for round in 0..10 {
        let version = format!("1.{round}.0");
        let same: Vec<_> = (0..8).map(|_| publish(&version, "allow")).collect();
        let mut made = Vec::new();
        for task in same {
            made.push(task.await.unwrap().unwrap());
        }
        assert!(made.iter().all(|it| *it == made[0]), "{made:#?}");
    }
    let mixed: Vec<_> = (0..8).map(|n| publish("2.0.0", ["allow", "deny"][n % 2])).collect();
    let (mut same, mut other) = (0, 0);
    for task in mixed {
        match task.await.unwrap() {
            Ok(_) => same += 1,
            Err(Error::Conflict { .. }) => other += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((same, other), (4, 4));
    let filter = AuditFilter::default();
    let entries = tenant.audit().list(&filter, 100).await.unwrap();
    let published = entries.iter().filter(|it| it.action.as_deref() == Some("policy.published"));
    assert_eq!(published.count(), 11);
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
