DROP FUNCTION IF EXISTS budget_apply(uuid, jsonb, jsonb, timestamptz);
DROP FUNCTION IF EXISTS budget_charge(uuid, jsonb, timestamptz);
DROP FUNCTION IF EXISTS expire_budget_reservations(uuid, uuid[], timestamptz);
DROP FUNCTION IF EXISTS raise_budget_alerts(uuid, uuid[], timestamptz[], timestamptz);
DROP FUNCTION IF EXISTS prune_budget_periods(timestamptz, bigint);
DROP FUNCTION IF EXISTS lower_budget_carry(uuid, uuid[], timestamptz[], timestamptz);
DROP FUNCTION IF EXISTS lock_budget_periods(uuid, uuid[], timestamptz[], timestamptz[], uuid[], timestamptz[], timestamptz);
DROP FUNCTION IF EXISTS budget_state(budgets, timestamptz);
DROP FUNCTION IF EXISTS budget_increase_of(uuid, uuid, timestamptz);
DROP FUNCTION IF EXISTS matching_budgets(uuid, jsonb);
DROP FUNCTION IF EXISTS budget_carried(budgets, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS budget_due(uuid, uuid, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS budget_window(text, text, timestamptz);
DROP FUNCTION IF EXISTS local_day_start(timestamp, text);

DROP TABLE IF EXISTS budget_reservations;
DROP TABLE IF EXISTS budget_alerts;
DROP TABLE IF EXISTS budget_periods;
DROP TABLE IF EXISTS budget_increases;
DROP TABLE IF EXISTS budgets;

DROP VIEW IF EXISTS workspace_usage;
DROP TABLE IF EXISTS usage_summaries;
DROP TABLE IF EXISTS usage_changes;

DROP FUNCTION IF EXISTS freeze_metering_month(text);
DROP FUNCTION IF EXISTS drop_metering_month(text);
DROP FUNCTION IF EXISTS metering_months();
DROP FUNCTION IF EXISTS retain_metering_from(timestamptz);
DROP FUNCTION IF EXISTS create_metering_month(timestamptz);

DROP TRIGGER IF EXISTS delete_usage ON workspaces;
DROP FUNCTION IF EXISTS trigger_delete_usage();

DROP TABLE IF EXISTS metering_event_keys;
DROP TABLE IF EXISTS metering_events;

DROP FUNCTION IF EXISTS metering_retained_from();

DROP TABLE IF EXISTS metering_retention;

DROP FUNCTION IF EXISTS cost_at_price(numeric, numeric, bigint);
DROP FUNCTION IF EXISTS price_of(uuid, integer, text, text, text, text);
DROP FUNCTION IF EXISTS price_version_at(uuid, timestamptz);

DROP TABLE IF EXISTS prices;
DROP TABLE IF EXISTS price_books;
