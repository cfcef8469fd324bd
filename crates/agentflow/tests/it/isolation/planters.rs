//! How to make a row of each table. A table without a planter fails the matrix test, so none is forgotten.

use tokio_postgres::Client;

/// INSERT of a row with the id `{id}` for tenant `{tenant}`, whose first row of each table has the tenant's own id. A
/// table comes after those it points to.
const PLANTERS: &[(&str, &str)] = &[
    (
        "isolation_canaries",
        "INSERT INTO isolation_canaries (tenant_id, id) VALUES ('{tenant}', '{id}')",
    ),
    (
        "tenants",
        "INSERT INTO tenants (id, name, slug) VALUES ('{tenant}', 'planted', 'p-{id}')",
    ),
    (
        "workspaces",
        "INSERT INTO workspaces (tenant_id, id, name, region) VALUES ('{tenant}', '{id}', '{id}', 'us-east-1')",
    ),
    (
        "environments",
        "INSERT INTO environments (tenant_id, id, workspace_id, name, tier)
         VALUES ('{tenant}', '{id}', '{tenant}', '{id}', 'dev')",
    ),
    (
        "workspace_configs",
        "INSERT INTO workspace_configs (tenant_id, id, workspace_id) VALUES ('{tenant}', '{id}', '{tenant}')",
    ),
    (
        "audits",
        "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
         VALUES ('{tenant}', '{id}', (random() * 1e15)::bigint + 1, sha256(''), sha256(''), '{{}}')",
    ),
    (
        "audit_heads",
        "INSERT INTO audit_heads (tenant_id, hash, pruned_hash) VALUES ('{tenant}', sha256(''), sha256(''))",
    ),
    (
        "audit_checkpoints",
        "INSERT INTO audit_checkpoints (tenant_id, id, seq, head_hash, root_hash, compact_range, note)
         SELECT '{tenant}', '{id}', seq, sha256(''), sha256(''),
                convert_to(repeat('x', 32 * bit_count((seq - 1)::bit(64))::integer), 'UTF8'), 'note'
         FROM (SELECT (random() * 1e15)::bigint + 1 AS seq) AS picked",
    ),
    ("audit_configs", "INSERT INTO audit_configs (tenant_id, id) VALUES ('{tenant}', '{id}')"),
    (
        "principals",
        "INSERT INTO principals (tenant_id, id, type, display_name) VALUES ('{tenant}', '{id}', 'human', 'planted')",
    ),
    // The matrix inserts the one above; this one is there for what belongs to services only.
    (
        "principals",
        "INSERT INTO principals (tenant_id, id, type, display_name, service_name)
         VALUES ('{tenant}', md5('{id}')::uuid, 'service', 'planted', 'planted')",
    ),
    (
        "users",
        "INSERT INTO users (tenant_id, id, email) VALUES ('{tenant}', '{tenant}', '{id}@example.com')",
    ),
    (
        "teams",
        "INSERT INTO teams (tenant_id, id, name, slug, owner_id)
         VALUES ('{tenant}', '{id}', 'planted', 'p-{id}', '{tenant}')",
    ),
    (
        "team_memberships",
        "INSERT INTO team_memberships (tenant_id, id, user_id, team_id)
         VALUES ('{tenant}', '{id}', '{tenant}', '{tenant}')",
    ),
    (
        "rbac_roles",
        "INSERT INTO rbac_roles (tenant_id, id, name) VALUES ('{tenant}', '{id}', 'p-{id}')",
    ),
    (
        "role_permissions",
        "INSERT INTO role_permissions (tenant_id, role_id, permission) VALUES ('{tenant}', '{tenant}', 'run:read')",
    ),
    (
        "rbac_bindings",
        "INSERT INTO rbac_bindings (tenant_id, id, principal_id, role_id)
         VALUES ('{tenant}', '{id}', '{tenant}', '{tenant}')",
    ),
    (
        "api_keys",
        "INSERT INTO api_keys (tenant_id, id, principal_id, name, key_id, key_hash)
         VALUES ('{tenant}', '{id}', md5('{tenant}')::uuid, 'planted', right('{id}', 12), sha256(''))",
    ),
    (
        "sessions",
        "INSERT INTO sessions (tenant_id, id, principal_id, token_hash, expires_at, idle_timeout_seconds)
         VALUES ('{tenant}', '{id}', '{tenant}', sha256('{id}'), now() + interval '1 hour', 60)",
    ),
    (
        "agents",
        "INSERT INTO agents (tenant_id, id, team_id, name, slug, created_by)
         VALUES ('{tenant}', '{id}', '{tenant}', 'planted', 'p-{id}', '{tenant}')",
    ),
    (
        "tools",
        "INSERT INTO tools (tenant_id, id, name, schema) VALUES ('{tenant}', '{id}', 'p-{id}', 'true')",
    ),
    (
        "conversations",
        "INSERT INTO conversations (tenant_id, id, team_id, agent_id, user_id)
         VALUES ('{tenant}', '{id}', '{tenant}', '{tenant}', '{tenant}')",
    ),
    (
        "messages",
        r#"INSERT INTO messages (
             tenant_id, id, conversation_id, agent_id, from_agent, to_agent, type, payload, ts, envelope_hash
         )
         VALUES ('{tenant}', '{id}', '{tenant}', '{tenant}', 'planted', 'user', 'response',
             '{"role": "assistant", "content": "planted"}', now(), repeat('0', 64))"#,
    ),
    ("rule_revisions", "INSERT INTO rule_revisions (tenant_id) VALUES ('{tenant}')"),
    (
        "schemas",
        "INSERT INTO schemas (tenant_id, id, version, definition, active)
         SELECT '{tenant}', '{id}', coalesce(max(version), 0) + 1, '{{}}', false
         FROM schemas WHERE tenant_id = '{tenant}'",
    ),
    (
        "rules",
        "INSERT INTO rules (tenant_id, id, name, expression) VALUES ('{tenant}', '{id}', 'p-{id}', 'true')",
    ),
    (
        "derived_fields",
        "INSERT INTO derived_fields (tenant_id, id, name, expression)
         VALUES ('{tenant}', '{id}', 'p' || replace('{id}', '-', ''), '1')",
    ),
    (
        "schema_changelog",
        "INSERT INTO schema_changelog (
             tenant_id, id, schema_id, changed_by, change_type, rules_recompiled, rules_failed
         )
         VALUES ('{tenant}', '{id}', '{tenant}', 'planted', 'created', 0, 0)",
    ),
    (
        "workflows",
        "INSERT INTO workflows (tenant_id, id, workspace_id, name, created_by)
         VALUES ('{tenant}', '{id}', '{tenant}', 'p-{id}', '{tenant}')",
    ),
    (
        "workflow_versions",
        "INSERT INTO workflow_versions (
             tenant_id, id, workflow_id, version, definition_yaml, definition, definition_digest
         )
         SELECT '{tenant}', '{id}', '{tenant}', count(*) || '.0.0', '{{}}', '{{}}', sha256('')
         FROM workflow_versions WHERE tenant_id = '{tenant}'",
    ),
    (
        "policies",
        "INSERT INTO policies (tenant_id, id, name, version, policy_rego, policy_digest)
         VALUES ('{tenant}', '{id}', 'p-{id}', '1.0.0', 'package planted', sha256(''))",
    ),
    (
        "policy_bindings",
        "INSERT INTO policy_bindings (tenant_id, id, workspace_id, policy_id, workflow_id)
         SELECT '{tenant}', '{id}', '{tenant}', '{tenant}', CASE WHEN count(*) = 0 THEN '{tenant}'::uuid END
         FROM policy_bindings WHERE tenant_id = '{tenant}'",
    ),
    (
        "policy_decisions",
        "INSERT INTO policy_decisions (tenant_id, id, workspace_id, effect, context, input_digest, engine)
         VALUES ('{tenant}', '{id}', '{tenant}', 'deny', '{{}}', sha256(''), 'planted')",
    ),
    (
        "plans",
        "INSERT INTO plans (tenant_id, id, workflow_version_id) VALUES ('{tenant}', '{id}', '{tenant}')",
    ),
    (
        "runs",
        "INSERT INTO runs (tenant_id, id, workspace_id, workflow_version_id, request_digest)
         VALUES ('{tenant}', '{id}', '{tenant}', '{tenant}', sha256(''))",
    ),
    // The matrix inserts the one above; this one is there for the second request, as a run waits for one at a time.
    (
        "runs",
        "INSERT INTO runs (tenant_id, id, workspace_id, workflow_version_id, request_digest)
         VALUES ('{tenant}', md5('{id}')::uuid, '{tenant}', '{tenant}', sha256(''))",
    ),
    (
        "steps",
        "INSERT INTO steps (tenant_id, id, workspace_id, run_id, step_name, step_type, sequence)
         SELECT '{tenant}', '{id}', '{tenant}', '{tenant}', 'p-{id}', 'branch', count(*) + 1
         FROM steps WHERE tenant_id = '{tenant}'",
    ),
    (
        "approval_requests",
        "INSERT INTO approval_requests (
             tenant_id, id, workspace_id, run_id, risk_tier, approval_subject, required_approvers
         )
         VALUES (
             '{tenant}', '{id}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN '{tenant}'::uuid ELSE md5('{tenant}')::uuid END, 'high', 'planted', 3
         )",
    ),
    (
        "approval_decisions",
        "INSERT INTO approval_decisions (tenant_id, id, approval_request_id, decided_by, decision)
         VALUES (
             '{tenant}', '{id}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN '{tenant}'::uuid ELSE md5('{tenant}')::uuid END, 'approved'
         )",
    ),
    (
        "tool_calls",
        "INSERT INTO tool_calls (tenant_id, id, run_id, step_id, attempt, ordinal, tool_type, tool_name)
         SELECT '{tenant}', '{id}', '{tenant}', '{tenant}', 1, count(*) + 1, 'llm', 'planted'
         FROM tool_calls WHERE tenant_id = '{tenant}'",
    ),
    // What is sealed below is sealed with version 1 of the tenant's own key.
    (
        "tenant_key_versions",
        "INSERT INTO tenant_key_versions (tenant_id, version, canary)
         VALUES (
             '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN 1 ELSE ('x' || left(md5('{id}'), 7))::bit(28)::integer + 2 END,
             decode('0101000000010001' || repeat('00', 29), 'hex')
         )",
    ),
    (
        "provider_keys",
        "INSERT INTO provider_keys (tenant_id, id, workspace_id, provider_type, name, encrypted_key)
         VALUES ('{tenant}', '{id}', '{tenant}', 'openai', 'p-{id}',
             decode('0101000000010001' || repeat('00', 29), 'hex'))",
    ),
    (
        "provider_key_services",
        "INSERT INTO provider_key_services (tenant_id, provider_key_id, principal_id)
         VALUES (
             '{tenant}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN '{tenant}'::uuid ELSE md5('{tenant}')::uuid END
         )",
    ),
    (
        "connector_installations",
        "INSERT INTO connector_installations (
             tenant_id, id, workspace_id, connector_type, connector_version, display_name, encrypted_config
         )
         VALUES ('{tenant}', '{id}', '{tenant}', 'github', '1', 'p-{id}',
             decode('0101000000010001' || repeat('00', 29), 'hex'))",
    ),
    (
        "connector_services",
        "INSERT INTO connector_services (tenant_id, connector_installation_id, principal_id)
         VALUES (
             '{tenant}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN '{tenant}'::uuid ELSE md5('{tenant}')::uuid END
         )",
    ),
    (
        "key_validation_results",
        "INSERT INTO key_validation_results (tenant_id, id, provider_key_id, validation_test, result)
         VALUES ('{tenant}', '{id}', '{tenant}', 'syntax', 'pass')",
    ),
    (
        "secret_rotation_log",
        "INSERT INTO secret_rotation_log (tenant_id, id, secret_type, secret_id, rotation_reason)
         VALUES ('{tenant}', '{id}', 'provider_key', '{id}', 'rotated')",
    ),
    (
        "price_books",
        "INSERT INTO price_books (tenant_id, version, effective_from)
         VALUES (
             '{tenant}', CASE WHEN '{id}' = '{tenant}' THEN 1 ELSE ('x' || left(md5('{id}'), 7))::bit(28)::integer + 2 END,
             now()
         )",
    ),
    (
        "prices",
        "INSERT INTO prices (tenant_id, price_version, metric_type, model, cents)
         VALUES ('{tenant}', 1, 'llm_tokens', 'm-{id}', 1)",
    ),
    // `plant` makes the month.
    (
        "metering_events",
        "INSERT INTO metering_events (
             tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_source
         )
         VALUES ('{tenant}', '{tenant}', now(), '{id}', 'k-{id}', 'api_calls', 'planted', 'calls', 1, 'unpriced')",
    ),
    (
        "metering_event_keys",
        "INSERT INTO metering_event_keys (tenant_id, workspace_id, event_key, fingerprint, occurred_at)
         VALUES ('{tenant}', '{tenant}', 'k-{id}', sha256(''), now())",
    ),
    (
        "usage_changes",
        "INSERT INTO usage_changes (tenant_id, id, workspace_id, hour)
         VALUES ('{tenant}', '{id}', '{tenant}', '2026-01-01T00:00:00Z')",
    ),
    (
        "usage_summaries",
        "INSERT INTO usage_summaries (
             tenant_id, id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, events,
             unpriced_events, quantity, total_cost_in_cents, last_at
         )
         VALUES (
             '{tenant}', '{id}', '{tenant}', 'hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', 'api_calls',
             'p-{id}', 'calls', 1, 0, 1, 0, '2026-01-01T00:30:00Z'
         )",
    ),
    (
        "budgets",
        "INSERT INTO budgets (tenant_id, id, name, workspace_id, principal_id, agent_id, workflow_id, limit_calls)
         VALUES ('{tenant}', '{id}', 'p-{id}', '{tenant}', '{tenant}', '{tenant}', '{tenant}', 1)",
    ),
    (
        "budget_increases",
        "INSERT INTO budget_increases (tenant_id, id, budget_id, calls, starts_at, ends_at, reason)
         VALUES ('{tenant}', '{id}', '{tenant}', 1, now(), now() + interval '1 hour', 'planted')",
    ),
    (
        "budget_periods",
        "INSERT INTO budget_periods (tenant_id, budget_id, period_start)
         VALUES (
             '{tenant}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN to_timestamp(0) ELSE timestamptz '2026-01-01T00:00:00Z' END
         )",
    ),
    (
        "budget_alerts",
        "INSERT INTO budget_alerts (tenant_id, budget_id, period_start, measure, percent, spent, allowed)
         VALUES (
             '{tenant}', '{tenant}', to_timestamp(0), 'calls', CASE WHEN '{id}' = '{tenant}' THEN 80 ELSE 100 END, 1, 1
         )",
    ),
    (
        "budget_reservations",
        "INSERT INTO budget_reservations (
             tenant_id, id, tokens, calls, cost_in_cents, budget_ids, period_starts, expires_at, created_at
         )
         VALUES (
             '{tenant}', '{id}', 0, 1, 0, ARRAY['{tenant}'::uuid], ARRAY[to_timestamp(0)], now() + interval '1 hour', now()
         )",
    ),
    (
        "memory_settings",
        "INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ('{tenant}', 'planted', 3)",
    ),
    (
        "memories",
        "INSERT INTO memories (
             tenant_id, id, team_id, agent_id, user_id, memory_type, content, source_conversation_id, superseded_by
         )
         VALUES (
             '{tenant}', '{id}', '{tenant}', '{tenant}', '{tenant}', 'semantic', 'planted {id}', '{tenant}',
             NULLIF('{tenant}'::uuid, '{id}')
         )",
    ),
    (
        "memory_tags",
        "INSERT INTO memory_tags (tenant_id, id, memory_id, tag) VALUES ('{tenant}', '{id}', '{tenant}', 'p-{id}')",
    ),
    (
        "memory_accesses",
        "INSERT INTO memory_accesses (tenant_id, memory_id, team_id, last_accessed_at, recent_since)
         VALUES ('{tenant}', '{tenant}', '{tenant}', now(), now())",
    ),
    (
        "memory_logs",
        "INSERT INTO memory_logs (tenant_id, memory_id, seq, action, changed_by, created_at)
         VALUES ('{tenant}', '{id}', (random() * 1e15)::bigint + 100, 'created', 'planted', now())",
    ),
    (
        "imported_chains",
        "INSERT INTO imported_chains (tenant_id, id, source_tenant_id, size, head_hash, bundle_sha256, bytes)
         VALUES ('{tenant}', '{id}', '{tenant}', 1, sha256(''), sha256('planted'), 7)",
    ),
    (
        "imported_chain_parts",
        "INSERT INTO imported_chain_parts (tenant_id, chain_id, part, content)
         VALUES (
             '{tenant}', '{tenant}',
             CASE WHEN '{id}' = '{tenant}' THEN 1 ELSE ('x' || left(md5('{id}'), 7))::bit(28)::integer + 2 END,
             convert_to('planted', 'UTF8')
         )",
    ),
    (
        "workspace_writes",
        "INSERT INTO workspace_writes (tenant_id, id, workspace_id, minute, writes)
         VALUES ('{tenant}', '{id}', '{tenant}', now(), 1)",
    ),
];

/// Rows that a trigger made with those they belong to.
const MADE_BY_TRIGGERS: &[&str] =
    &["audit_heads", "team_memberships", "rule_revisions", "memory_logs"];

/// The statement that inserts a row of `table` for `tenant`.
pub fn insert(table: &str, tenant: &str, id: &str) -> String {
    let (_, sql) = PLANTERS
        .iter()
        .find(|(name, _)| *name == table)
        .unwrap_or_else(|| panic!("table {table} has no planter; add one to planters.rs"));
    filled(sql, tenant, id)
}

fn filled(sql: &str, tenant: &str, id: &str) -> String {
    sql.replace("{tenant}", tenant).replace("{id}", id).replace("{{}}", "{}")
}

/// Makes a tenant with a row or more in each of these tables, as superuser.
pub async fn plant(client: &Client, tables: &[String], tenant: &str) {
    if tables.iter().any(|table| table == "metering_events") {
        client.batch_execute("SELECT create_metering_month(now())").await.unwrap();
    }
    let wanted = |table: &str| table == "tenants" || tables.iter().any(|wanted| wanted == table);
    for (_, sql) in
        PLANTERS.iter().filter(|(table, _)| wanted(table) && !MADE_BY_TRIGGERS.contains(table))
    {
        client.batch_execute(&filled(sql, tenant, tenant)).await.unwrap();
    }
    for table in tables {
        let count = format!("SELECT count(*) FROM {table} WHERE tenant_id = '{tenant}'");
        let rows: i64 = client.query_one(&count, &[]).await.unwrap().get(0);
        assert!(rows > 0, "table {table} has no planter; add one to planters.rs");
    }
}
