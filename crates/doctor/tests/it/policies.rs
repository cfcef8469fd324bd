//! Which policies count as bound to the tenant.

use agentflow_doctor::Doctor;

use crate::support::{connect, migrated, options};

/// Ways to write it that let nobody else's rows through.
const BOUND: [&str; 12] = [
    "tenant_id = (SELECT current_tenant())",
    "(SELECT current_tenant()) = tenant_id",
    "tenant_id = current_tenant()",
    "tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)",
    "tenant_id = NULLIF(current_setting('app.tenant_id'), 'none')::uuid",
    "tenant_id::text = current_setting('app.tenant_id', true)",
    "tenant_id = (SELECT (current_setting('app.tenant_id', true)::json ->> 'id')::uuid)",
    "tenant_id = tenant_named('of (the) OR \"true')",
    "id IS NOT NULL AND (id <> tenant_id AND tenant_id = (SELECT current_tenant()))",
    "(id IS NULL OR id IS NOT NULL) AND tenant_id = (SELECT current_tenant())",
    "CASE WHEN id IS NULL THEN true ELSE false END AND tenant_id = (SELECT current_tenant()) AND NOT id IS NULL",
    "tenant_id = (SELECT current_tenant()) AND concat(id, ') OR (') <> 'true' AND EXISTS (SELECT FROM permissions)",
];

/// Ways that do, or of which nobody can tell.
const OPEN: [&str; 10] = [
    "tenant_id = (SELECT current_tenant()) OR current_tenant() IS NULL",
    "tenant_id = (SELECT current_tenant()) OR 1 = 1",
    "tenant_id = (SELECT current_tenant()) OR true",
    "tenant_id <> (SELECT current_tenant())",
    "tenant_id >= (SELECT current_tenant())",
    "(tenant_id = (SELECT current_tenant())) IS DISTINCT FROM false",
    "NOT (tenant_id = (SELECT current_tenant()) AND id IS NULL)",
    "COALESCE(tenant_id = (SELECT current_tenant()), true)",
    "tenant_id = ANY (ARRAY[(SELECT current_tenant()), id])",
    "EXISTS (SELECT FROM memberships WHERE memberships.tenant_id = current_tenant())",
];

#[tokio::test]
async fn a_comparison_alone_or_with_more_conditions_is_bound_and_whatever_widens_it_is_not() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client
        .batch_execute(
            "CREATE TABLE plant (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
             CREATE TABLE memberships (LIKE plant INCLUDING ALL);
             SELECT isolate_tenant_table('plant'), isolate_tenant_table('memberships');
             CREATE FUNCTION tenant_named(text) RETURNS uuid LANGUAGE sql STABLE
                 AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), $1)::uuid $$",
        )
        .await
        .unwrap();
    let doctor = Doctor::new(options()).with_rules(["AF105", "AF107"]).unwrap();
    let cases = BOUND.map(|policy| (policy, 0)).into_iter().chain(OPEN.map(|policy| (policy, 1)));
    let mut faults = Vec::new();
    for (policy, wanted) in cases {
        for clause in ["USING", "WITH CHECK"] {
            let change = format!(
                "ALTER POLICY tenant_isolation ON plant USING (tenant_id = current_tenant());
                 ALTER POLICY tenant_isolation ON plant WITH CHECK (tenant_id = current_tenant());
                 ALTER POLICY tenant_isolation ON plant {clause} ({policy})"
            );
            client.batch_execute(&change).await.unwrap();
            let report = doctor.examine(&mut client).await.unwrap();
            if report.findings.len() != wanted || report.rules_run.len() != 2 {
                faults.push(format!("{clause} {policy}: {report:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
