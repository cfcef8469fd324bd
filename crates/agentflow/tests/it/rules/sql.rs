//! What the tables hold to, whoever writes them, and what many writers at once come to.

use agentflow::{Error, RuleId, core::rules::Rule, rules::OnFailure};
use serde_json::json;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::{
    ann, entries, field, inactive, newest, open_shop, place::Place, place::Postgres, rule,
};

const ADULT: &str = "User.age >= 18";

async fn filled() -> Postgres {
    let place = Postgres::new().await;
    open_shop(&place).await;
    place.rules().add(None, rule("adult", ADULT), &ann()).await.unwrap();
    place.set_derived(field("twice", "User.age * 2")).await.unwrap();
    place
}

#[tokio::test]
async fn uniqueness_and_bounds_hold_in_sql_as_well() {
    let place = filled().await;
    for (sql, expected) in [
        (
            "INSERT INTO rules (tenant_id, name, expression) SELECT tenant_id, name, 'true' FROM rules",
            SqlState::UNIQUE_VIOLATION,
        ),
        (
            "INSERT INTO rules (tenant_id, id, name, expression) SELECT tenant_id, id, 'b', 'true' FROM rules",
            SqlState::UNIQUE_VIOLATION,
        ),
        (
            "INSERT INTO derived_fields (tenant_id, name, expression) SELECT tenant_id, name, '1' FROM derived_fields",
            SqlState::UNIQUE_VIOLATION,
        ),
        (
            "INSERT INTO schemas (tenant_id, version, definition, active) SELECT tenant_id, 1, '{}', false FROM schemas",
            SqlState::UNIQUE_VIOLATION,
        ),
        // At most one in force.
        (
            "INSERT INTO schemas (tenant_id, version, definition) SELECT tenant_id, 2, '{}' FROM schemas",
            SqlState::UNIQUE_VIOLATION,
        ),
        ("UPDATE schemas SET definition = '[]'", SqlState::CHECK_VIOLATION),
        ("UPDATE schemas SET version = 0", SqlState::CHECK_VIOLATION),
        ("UPDATE rules SET name = ''", SqlState::CHECK_VIOLATION),
        ("UPDATE rules SET name = repeat('x', 256)", SqlState::CHECK_VIOLATION),
        ("UPDATE rules SET expression = ''", SqlState::CHECK_VIOLATION),
        ("UPDATE rules SET expression = repeat('x', 10001)", SqlState::CHECK_VIOLATION),
        ("UPDATE rules SET tenant_id = gen_random_uuid()", SqlState::FOREIGN_KEY_VIOLATION),
        ("UPDATE derived_fields SET name = 'a b'", SqlState::CHECK_VIOLATION),
        ("UPDATE derived_fields SET dependencies = '{}'", SqlState::CHECK_VIOLATION),
        ("UPDATE schema_changelog SET changed_by = ''", SqlState::CHECK_VIOLATION),
        ("UPDATE schema_changelog SET rules_failed = -1", SqlState::CHECK_VIOLATION),
        ("UPDATE schema_changelog SET error_details = '{}'", SqlState::CHECK_VIOLATION),
    ] {
        let error = place.run(sql).await.expect_err(sql);
        assert_eq!(error.code(), Some(&expected), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn every_write_moves_the_time_of_change_and_the_revision() {
    let place = filled().await;
    for table in ["rules", "derived_fields", "schemas"] {
        let old = format!(
            "ALTER TABLE {table} DISABLE TRIGGER set_updated_at;
             UPDATE {table} SET created_at = '2020-01-01', updated_at = '2020-01-01';
             ALTER TABLE {table} ENABLE TRIGGER set_updated_at;"
        );
        place.run(&old).await.unwrap();
        let revision = place.rules().revision().await.unwrap();
        place.run(&format!("UPDATE {table} SET active = active")).await.unwrap();
        let client = place.world.superuser().await;
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE updated_at > '2020-01-02' AND created_at < '2020-01-02'"
        );
        let count: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(count, 1, "{table}");
        assert!(place.rules().revision().await.unwrap() > revision, "{table}");
    }
}

#[tokio::test]
async fn the_indexes_are_there() {
    let place = filled().await;
    let client = place.world.superuser().await;
    let sql = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef";
    let rows = client.query(sql, &[]).await.unwrap();
    let indexes: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for (table, expected) in [
        ("rules", "(tenant_id, active, created_at, id) WHERE active"),
        ("rules", "(tenant_id, created_at, id)"),
        ("rules", "(tenant_id, name)"),
        ("schemas", "(tenant_id, active) WHERE active"),
        ("schemas", "(tenant_id, version)"),
        ("schemas", "USING gin (definition"),
        ("derived_fields", "(tenant_id, name)"),
        ("derived_fields", "USING gin (dependencies"),
        ("schema_changelog", "(tenant_id, created_at DESC, id DESC)"),
        ("schema_changelog", "(tenant_id, schema_id)"),
        ("tenants", "(name)"),
    ] {
        let on = format!(" ON public.{table} ");
        let found = indexes.iter().any(|index| index.contains(&on) && index.contains(expected));
        assert!(found, "{table} {expected}: {indexes:#?}");
    }
}

/// What is asked for the most needs no scan of the table, and no sort, once there are many rules of many tenants.
#[tokio::test]
async fn active_rules_are_read_by_their_index() {
    let place = filled().await;
    let client = place.world.superuser().await;
    client
        .batch_execute(
            "INSERT INTO rules (tenant_id, name, expression, active)
             SELECT tenant_id, 'rule ' || n, 'true', n % 2 = 0 FROM schemas, generate_series(1, 2000) AS n;
             INSERT INTO tenants (name, slug) SELECT 'T' || n, 'tenant-' || n FROM generate_series(1, 50) AS n;
             INSERT INTO rules (tenant_id, name, expression)
             SELECT t.id, 'rule ' || n, 'true' FROM tenants AS t, generate_series(1, 100) AS n
             WHERE t.slug LIKE 'tenant-%';
             ANALYZE rules;",
        )
        .await
        .unwrap();
    let sql = "EXPLAIN SELECT id FROM rules WHERE tenant_id = $1 AND active ORDER BY created_at, id LIMIT 100";
    let statement = client.prepare(sql).await.unwrap();
    let rows = client.query(&statement, &[place.tenant.id().as_uuid()]).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("rules_active_idx"), "{plan}");
    assert!(!plan.contains("Seq Scan") && !plan.contains("Sort"), "{plan}");
}

#[tokio::test]
async fn a_change_of_a_rule_is_recorded_and_no_refusal() {
    let place = Postgres::new().await;
    open_shop(&place).await;
    let (tenant, rules) = (&place.tenant, place.tenant.rules());
    let added = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    let entry = newest(tenant).await;
    assert_eq!(entry.action.as_deref(), Some("rule.created"));
    assert_eq!(entry.resource_id, Some(added.id.to_string()));
    assert_eq!(entry.details, Some(json!({ "name": "adult" })));
    rules.update(added.id, rule("adult", ADULT), &ann()).await.unwrap();
    rules.update(added.id, rule("adult", "Usr.age > 1"), &ann()).await.unwrap_err();
    rules.add(Some(added.id), rule("other", ADULT), &ann()).await.unwrap_err();
    rules.add(None, rule("adult", ADULT), &ann()).await.unwrap_err();
    rules.delete(RuleId(Uuid::nil()), &ann()).await.unwrap_err();
    assert_eq!(newest(tenant).await.seq, entry.seq);
    rules.update(added.id, inactive("grown up", ADULT), &ann()).await.unwrap();
    let entry = newest(tenant).await;
    assert_eq!(entry.action.as_deref(), Some("rule.updated"));
    let details = json!({ "name": "grown up", "changed": ["active", "name"] });
    assert_eq!(entry.details, Some(details));
    rules.delete(added.id, &ann()).await.unwrap();
    let entry = newest(tenant).await;
    assert_eq!(entry.action.as_deref(), Some("rule.deleted"));
    assert_eq!(entry.details, Some(json!({ "name": "grown up" })));
}

#[tokio::test]
async fn rules_are_found_by_name_and_listed_in_pages() {
    let place = Postgres::new().await;
    open_shop(&place).await;
    let rules = place.tenant.rules();
    let mut all: Vec<Rule> = Vec::new();
    for number in 0..5 {
        let spec = inactive(&format!("rule {number}"), ADULT);
        all.push(rules.add(None, spec, &ann()).await.unwrap());
    }
    assert_eq!(rules.find("rule 3").await.unwrap().as_ref(), Some(&all[3]));
    for nobody in ["", "Rule 3", "nul\0", "' OR true --"] {
        assert_eq!(rules.find(nobody).await.unwrap(), None, "{nobody:?}");
    }
    assert_eq!(rules.list(None, 2).await.unwrap(), all[..2]);
    assert_eq!(rules.list(Some(&all[1]), 2).await.unwrap(), all[2..4]);
    rules.delete(all[3].id, &ann()).await.unwrap();
    assert_eq!(rules.list(Some(&all[3]), 2).await.unwrap(), all[4..]);
    assert_eq!(rules.list(None, 0).await.unwrap(), []);
    // Of the same instant, ids decide, also at the edge of a page.
    place.level().await;
    let level = rules.list(None, 10).await.unwrap();
    assert!(level.is_sorted_by_key(|rule| rule.id));
    let mut paged = Vec::new();
    while let [rule] = &rules.list(paged.last(), 1).await.unwrap()[..] {
        paged.push(rule.clone());
    }
    assert_eq!(paged, level);
}

#[tokio::test]
async fn of_many_who_add_the_same_at_once_one_wins() {
    let place = Postgres::new().await;
    open_shop(&place).await;
    let id = RuleId(Uuid::from_u128(7));
    for by_id in [true, false] {
        let writers = (0..16).map(|number| {
            let tenant = place.tenant.clone();
            let spec = if by_id {
                rule(&format!("rule {number}"), ADULT)
            } else {
                rule("adult", &format!("User.age >= {number}"))
            };
            let id = by_id.then_some(id);
            tokio::spawn(async move { tenant.rules().add(id, spec, &ann()).await })
        });
        let answers = futures::future::join_all(writers).await;
        let (added, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().map(Result::unwrap).partition(Result::is_ok);
        assert_eq!((added.len(), refused.len()), (1, 15));
        let what = if by_id { format!("rule with ID {id}") } else { "name".to_owned() };
        for error in refused.into_iter().map(Result::unwrap_err) {
            let is_taken = matches!(&error, Error::AlreadyExists { what: it, .. } if *it == what);
            assert!(is_taken, "{error:?}");
        }
    }
    assert_eq!(place.rules().list_active().await.unwrap().len(), 2);
    assert_eq!(entries(&place.tenant, "rule.created").await.len(), 2);
}

/// Each sees what the one before it left: no update is lost, and no revision is told twice.
#[tokio::test]
async fn many_changes_at_once_come_one_after_the_other() {
    let place = Postgres::new().await;
    open_shop(&place).await;
    let before = place.rules().revision().await.unwrap();
    let writers = (0..16).map(|number| {
        let tenant = place.tenant.clone();
        tokio::spawn(async move {
            let rules = tenant.rules();
            let added = rules.add(None, rule(&format!("rule {number}"), ADULT), &ann()).await?;
            let spec = inactive(&format!("was {number}"), ADULT);
            rules.update(added.id, spec, &ann()).await?;
            tenant.derived_fields().set(field(&format!("f{number}"), "User.age"), &ann()).await?;
            if number % 2 == 0 { rules.delete(added.id, &ann()).await } else { Ok(()) }
        })
    });
    for answer in futures::future::join_all(writers).await {
        answer.unwrap().unwrap();
    }
    let book = place.rules().book().await.unwrap();
    assert_eq!((book.rules.len(), book.derived.len()), (8, 16));
    assert!(book.rules.iter().all(|rule| rule.spec.name.starts_with("was ")));
    assert_eq!(book.revision, before + 16 * 3 + 8);
}

/// Also for who holds the one connection there is.
#[tokio::test]
async fn a_change_needs_one_connection() {
    let world = crate::support::World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    let rules = tenant.rules();
    tenant.rule_schemas().set(super::shop(), OnFailure::Refuse, &ann()).await.unwrap();
    let added = rules.add(None, rule("adult", ADULT), &ann()).await.unwrap();
    rules.add(None, rule("adult", ADULT), &ann()).await.unwrap_err();
    rules.add(None, rule("bad", "Usr.age > 1"), &ann()).await.unwrap_err();
    rules.update(added.id, rule("adult", "Usr.age > 1"), &ann()).await.unwrap_err();
    tenant.derived_fields().set(field("twice", "User.age * 2"), &ann()).await.unwrap();
    let definition = json!({ "Order": {} });
    tenant.rule_schemas().set(definition, OnFailure::Refuse, &ann()).await.unwrap_err();
    rules.delete(added.id, &ann()).await.unwrap();
    assert_eq!(rules.list_active().await.unwrap(), []);
}
