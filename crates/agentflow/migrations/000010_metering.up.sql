-- Usage and what it costs, with prices in versions; what may be used, and what is reserved of it.
--
-- Created: 2026-11-22. Tables: price_books, prices, metering_retention, metering_events, metering_event_keys, usage_changes,
-- usage_summaries, budgets, budget_increases, budget_periods, budget_alerts, budget_reservations.
-- Locks: of tables that are there, workspaces alone, for a moment: it gets a trigger, which waits for whoever changes a workspace.
-- Months are made and dropped later without a lock on any other table. Reversible: yes, by dropping what is created here.

-- price_books ---------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS price_books (
    tenant_id      uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    version        integer     NOT NULL,
    effective_from timestamptz NOT NULL,
    note           text        NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, version),
    CONSTRAINT price_books_version_positive CHECK (version > 0),
    CONSTRAINT price_books_note_length CHECK (length(note) <= 2000)
);

COMMENT ON TABLE price_books IS
    'The versions of a tenant''s prices. A version is complete and never changes. What happens at a moment is rated with the '
    'version that took effect last before it; of two that took effect at the same moment, with the higher.';
COMMENT ON COLUMN price_books.version IS 'From 1, without gaps.';

SELECT isolate_tenant_table('price_books', 'SELECT, INSERT');

CREATE TABLE IF NOT EXISTS prices (
    tenant_id     uuid           NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    price_version integer        NOT NULL,
    metric_type   text           NOT NULL,
    metric_name   text           NOT NULL DEFAULT '',
    model         text           NOT NULL DEFAULT '',
    tool          text           NOT NULL DEFAULT '',
    cents         numeric(20, 6) NOT NULL,
    per_quantity  bigint         NOT NULL DEFAULT 1,
    created_at    timestamptz    NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, price_version, metric_type, metric_name, model, tool),
    FOREIGN KEY (tenant_id, price_version) REFERENCES price_books (tenant_id, version) ON DELETE CASCADE,
    -- A level is not paid for each time it is read.
    CONSTRAINT prices_metric_type_flows CHECK (metric_type IN ('llm_tokens', 'connector_calls', 'api_calls', 'compute_minutes')),
    CONSTRAINT prices_lengths CHECK (length(metric_name) <= 255 AND length(model) <= 255 AND length(tool) <= 255),
    CONSTRAINT prices_cents_not_negative CHECK (cents >= 0 AND cents < 1e12),
    CONSTRAINT prices_per_quantity_positive CHECK (per_quantity > 0)
);

COMMENT ON TABLE prices IS 'What usage costs: so many cents for so much of a metric. The most specific that matches holds.';
COMMENT ON COLUMN prices.metric_name IS 'Empty: every name.';
COMMENT ON COLUMN prices.model IS 'Empty: every model, and none. With a * at the end: every model that begins like this.';
COMMENT ON COLUMN prices.tool IS 'Empty: every tool, and none.';

SELECT isolate_tenant_table('prices', 'SELECT, INSERT');

CREATE OR REPLACE FUNCTION price_version_at(p_tenant uuid, p_at timestamptz) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.version
    FROM public.price_books AS b
    WHERE b.tenant_id = p_tenant AND b.effective_from <= p_at
    ORDER BY b.effective_from DESC, b.version DESC
    LIMIT 1
$$;

COMMENT ON FUNCTION price_version_at(uuid, timestamptz) IS 'The version of the prices that holds at this moment, or NULL.';

CREATE OR REPLACE FUNCTION price_of(
    p_tenant      uuid,
    p_version     integer,
    p_metric_type text,
    p_metric_name text,
    p_model       text,
    p_tool        text
) RETURNS TABLE (cents numeric, per_quantity bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.cents, p.per_quantity
    FROM public.prices AS p
    WHERE p.tenant_id = p_tenant
      AND p.price_version = p_version
      AND p.metric_type = p_metric_type
      AND p.metric_name IN ('', p_metric_name)
      AND p.tool IN ('', coalesce(p_tool, ''))
      AND (
          p.model IN ('', coalesce(p_model, ''))
          OR (right(p.model, 1) = '*' AND p_model <> '' AND starts_with(p_model, left(p.model, -1)))
      )
    ORDER BY
        (p.model <> '' AND right(p.model, 1) <> '*') DESC,
        length(p.model) DESC,
        length(p.tool) DESC,
        length(p.metric_name) DESC
    LIMIT 1
$$;

COMMENT ON FUNCTION price_of(uuid, integer, text, text, text, text) IS
    'The most specific price, or no row: that of the model, of the longest beginning of it, then of the tool, then of the name of '
    'the metric.';

-- Without a search path of its own, so that it becomes a part of the query.
CREATE OR REPLACE FUNCTION cost_at_price(p_quantity numeric, p_cents numeric, p_per_quantity bigint) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    -- A quotient that is rounded before it is rounded again may lie on the other side of a half: whole numbers cannot.
    SELECT pg_catalog.div(2000000 * p_quantity * p_cents + p_per_quantity, 2 * p_per_quantity::numeric) * 0.000001
$$;

COMMENT ON FUNCTION cost_at_price(numeric, numeric, bigint) IS
    'What a quantity costs at so many cents for so much: exactly, to six decimal places, halves away from zero.';

-- metering_retention --------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS metering_retention (
    is_only       boolean     NOT NULL PRIMARY KEY DEFAULT true,
    retained_from timestamptz NOT NULL DEFAULT '2000-01-01 00:00:00+00',
    updated_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT metering_retention_one_row CHECK (is_only),
    CONSTRAINT metering_retention_whole_months CHECK (retained_from = date_trunc('month', retained_from, 'UTC'))
);

COMMENT ON TABLE metering_retention IS
    'One row. Usage before retained_from is gone but for its summaries, and no more of it is taken. Global; nobody but the '
    'functions here reads or writes it.';

ALTER TABLE metering_retention ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON metering_retention FROM PUBLIC;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON metering_retention
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

INSERT INTO metering_retention DEFAULT VALUES ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION metering_retained_from() RETURNS timestamptz
    LANGUAGE sql STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT retained_from FROM public.metering_retention
$$;

COMMENT ON FUNCTION metering_retained_from() IS 'Usage before this moment is gone but for its summaries.';

REVOKE EXECUTE ON FUNCTION metering_retained_from() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metering_retained_from() TO af_app;

-- metering_events -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS metering_events (
    tenant_id      uuid           NOT NULL,
    workspace_id   uuid           NOT NULL,
    occurred_at    timestamptz    NOT NULL,
    id             uuid           NOT NULL,
    event_key      text           NOT NULL,
    metric_type    text           NOT NULL,
    metric_name    text           NOT NULL,
    unit           text           NOT NULL,
    quantity       numeric(18, 2) NOT NULL,
    cost_in_cents  numeric(20, 6) NOT NULL DEFAULT 0,
    cost_source    text           NOT NULL,
    price_version  integer,
    agent_id       uuid,
    principal_id   uuid,
    workflow_id    uuid,
    run_id         uuid,
    tool_call_id   uuid,
    message_id     uuid,
    reservation_id uuid,
    model          text,
    tool           text,
    metadata       jsonb          NOT NULL DEFAULT '{}',
    created_at     timestamptz    NOT NULL DEFAULT now(),

    -- The one index: windows of a workspace are read by it too.
    PRIMARY KEY (tenant_id, workspace_id, occurred_at, id),
    -- What they name may be gone long before them, but for their workspace: see trigger_delete_usage.
    CONSTRAINT metering_events_unit_of_type CHECK (
        (metric_type, unit) IN (
            ('llm_tokens', 'tokens'), ('connector_calls', 'calls'), ('api_calls', 'calls'), ('storage_bytes', 'bytes'),
            ('compute_minutes', 'minutes')
        )
    ),
    CONSTRAINT metering_events_metric_name_length CHECK (length(metric_name) BETWEEN 1 AND 255),
    CONSTRAINT metering_events_event_key_length CHECK (length(event_key) BETWEEN 1 AND 255),
    CONSTRAINT metering_events_texts_length CHECK (length(model) BETWEEN 1 AND 255 AND length(tool) BETWEEN 1 AND 255),
    -- NaN is greater than every number.
    CONSTRAINT metering_events_quantity_in_range CHECK (
        quantity >= 0 AND quantity <= CASE WHEN unit = 'bytes' THEN 1e15 ELSE 1e12 END
    ),
    CONSTRAINT metering_events_quantity_whole CHECK (unit = 'minutes' OR quantity = trunc(quantity)),
    CONSTRAINT metering_events_cost_in_range CHECK (cost_in_cents >= 0 AND cost_in_cents < 1e14),
    CONSTRAINT metering_events_cost_source CHECK (
        CASE cost_source
            WHEN 'priced' THEN price_version IS NOT NULL
            WHEN 'given' THEN price_version IS NULL
            WHEN 'unpriced' THEN cost_in_cents = 0
            ELSE false
        END
    ),
    CONSTRAINT metering_events_metadata_object CHECK (jsonb_typeof(metadata) = 'object')
) PARTITION BY RANGE (occurred_at);

COMMENT ON TABLE metering_events IS
    'What was used, when, by whom and for what. By month in UTC; months are made when they are first needed. Only ever added to; '
    'only what it costs may change, when a period is rated anew.';
COMMENT ON COLUMN metering_events.event_key IS 'Given by whoever tells of it; metering_event_keys sees to it that it counts once.';
COMMENT ON COLUMN metering_events.cost_source IS
    'priced: by the price book; given: by whoever told of it; unpriced: there was no price, or the metric has none.';
COMMENT ON COLUMN metering_events.price_version IS 'Whose prices it was rated with; of what is unpriced, where none was found.';
COMMENT ON COLUMN metering_events.reservation_id IS
    'Of budgets: what was used is settled there, and counts for no budget here.';
COMMENT ON COLUMN metering_events.created_at IS 'When it was stored: later than the hour after it happened, it was late.';

SELECT isolate_tenant_table('metering_events', 'SELECT, INSERT, UPDATE');
REVOKE UPDATE ON metering_events FROM af_app;
GRANT UPDATE (cost_in_cents, cost_source, price_version) ON metering_events TO af_app;

CREATE TABLE IF NOT EXISTS metering_event_keys (
    tenant_id    uuid        NOT NULL,
    workspace_id uuid        NOT NULL,
    event_key    text        NOT NULL,
    fingerprint  bytea       NOT NULL,
    occurred_at  timestamptz NOT NULL,

    PRIMARY KEY (tenant_id, workspace_id, event_key),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT metering_event_keys_fingerprint_length CHECK (octet_length(fingerprint) = 32)
);

COMMENT ON TABLE metering_event_keys IS
    'Which events were told of, whatever month they are of: the same key again is counted once, and with another body refused.';
COMMENT ON COLUMN metering_event_keys.fingerprint IS 'SHA-256 of what was told.';

SELECT isolate_tenant_table('metering_event_keys', 'SELECT, INSERT');

-- In place of a foreign key of metering_events, which would be a second check for each event, and for which every month that is made
-- or dropped would lock workspaces for all. Nothing is missed: an event is stored together with its key, whose foreign key holds the
-- workspace until the end of the transaction. So whoever deletes the workspace has waited for it before this looks, or it fails.
CREATE OR REPLACE FUNCTION trigger_delete_usage() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
    PERFORM set_config('app.tenant_id', OLD.tenant_id::text, true);
    DELETE FROM public.metering_events WHERE tenant_id = OLD.tenant_id AND workspace_id = OLD.id;
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_delete_usage() IS 'Deletes the usage of a workspace that was deleted.';

REVOKE EXECUTE ON FUNCTION trigger_delete_usage() FROM PUBLIC;

CREATE OR REPLACE TRIGGER delete_usage
    AFTER DELETE ON workspaces
    FOR EACH ROW EXECUTE FUNCTION trigger_delete_usage();

CREATE OR REPLACE FUNCTION create_metering_month(p_at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    v_from timestamptz;
    v_to timestamptz;
    v_name text;
BEGIN
    -- Nearer bounds are for whoever has a clock.
    IF (p_at >= '2000-01-01 00:00:00+00' AND p_at < '2100-01-01 00:00:00+00') IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no month for usage at %: it is not between 2000 and 2100', p_at
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'metering_months_in_range';
    END IF;

    v_from := date_trunc('month', p_at, 'UTC');
    v_to := (v_from AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    v_name := 'metering_events_' || to_char(v_from AT TIME ZONE 'UTC', 'YYYY_MM');

    IF to_regclass(format('public.%I', v_name)) IS NOT NULL THEN
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow metering months', 0));

    -- By a query, which sees what was committed meanwhile: names that were looked up before are remembered as unknown.
    IF EXISTS (SELECT FROM pg_class AS c WHERE c.relname = v_name AND c.relnamespace = 'public'::regnamespace) THEN
        RETURN;
    END IF;

    IF v_from < public.metering_retained_from() THEN
        RAISE EXCEPTION 'usage before % is no longer kept', public.metering_retained_from()
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'metering_months_retained';
    END IF;

    -- Attached, not created as a part: that would make whoever reads and writes wait. What this waits for is others who change
    -- the table itself, as VACUUM does for its time.
    EXECUTE format('CREATE TABLE public.%I (LIKE public.metering_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_name);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', v_name);
    EXECUTE format(
        'ALTER TABLE public.metering_events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        v_name, v_from, v_to
    );
END
$$;

COMMENT ON FUNCTION create_metering_month(timestamptz) IS
    'Makes room for the usage of the month in UTC that has this moment, if there is none yet. Fails rather than wait for long.';

REVOKE EXECUTE ON FUNCTION create_metering_month(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_metering_month(timestamptz) TO af_app;

CREATE OR REPLACE FUNCTION retain_metering_from(p_from timestamptz) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- A clock that is wrong must not end all usage for good.
    IF p_from > now() THEN
        RAISE EXCEPTION 'it is % now, and usage from % on has not happened yet', now(), p_from
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'metering_retention_not_ahead';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow metering months', 0));
    UPDATE public.metering_retention
    SET retained_from = greatest(retained_from, date_trunc('month', p_from, 'UTC'));
END
$$;

COMMENT ON FUNCTION retain_metering_from(timestamptz) IS
    'From here on, no usage before the month of this moment, which is not to come, is taken. What there is of it can be summed up '
    'and then dropped.';

REVOKE EXECUTE ON FUNCTION retain_metering_from(timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION metering_months() RETURNS TABLE (name text, month timestamptz, bytes bigint, is_retained boolean)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        c.relname::text,
        to_timestamp(right(c.relname, 7) || ' +00', 'YYYY_MM TZH'),
        pg_total_relation_size(c.oid),
        to_timestamp(right(c.relname, 7) || ' +00', 'YYYY_MM TZH') >= r.retained_from
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid
    CROSS JOIN public.metering_retention AS r
    WHERE i.inhparent = 'public.metering_events'::regclass
    ORDER BY c.relname
$$;

COMMENT ON FUNCTION metering_months() IS 'The months that there is room for, how large they are, and whether they are kept.';

REVOKE EXECUTE ON FUNCTION metering_months() FROM PUBLIC;

CREATE OR REPLACE FUNCTION freeze_metering_month(p_name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.metering_months() AS m WHERE m.name = p_name AND NOT m.is_retained) THEN
        RAISE EXCEPTION '% is no month of usage that is past its time', p_name
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'metering_months_retained';
    END IF;

    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = to_regclass(format('public.%I', p_name)) AND conname = 'metering_events_no_longer_kept'
    ) THEN
        EXECUTE format(
            'ALTER TABLE public.%I ADD CONSTRAINT metering_events_no_longer_kept CHECK (false) NOT VALID', p_name
        );
    END IF;
END
$$;

COMMENT ON FUNCTION freeze_metering_month(text) IS
    'Waits for whoever stores usage in a month that is no longer kept; from then on nobody does. What there is can be summed up.';

REVOKE EXECUTE ON FUNCTION freeze_metering_month(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION drop_metering_month(p_name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.metering_months() AS m WHERE m.name = p_name AND NOT m.is_retained) THEN
        RAISE EXCEPTION '% is no month of usage that is past its time', p_name
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'metering_months_retained';
    END IF;

    EXECUTE format('DROP TABLE public.%I', p_name);
END
$$;

COMMENT ON FUNCTION drop_metering_month(text) IS 'Drops a month of usage that is no longer kept. Its summaries stay.';

REVOKE EXECUTE ON FUNCTION drop_metering_month(text) FROM PUBLIC;

-- usage_summaries -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS usage_changes (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid        NOT NULL,
    hour         timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT usage_changes_whole_hours CHECK (hour = date_trunc('hour', hour, 'UTC'))
);

CREATE INDEX IF NOT EXISTS usage_changes_hour_idx ON usage_changes (tenant_id, workspace_id, hour);

COMMENT ON TABLE usage_changes IS
    'Hours whose summaries are out of date. A row for each time, never one for all: whoever stores usage must not wait for others '
    'who do, and whoever sums up removes those that it saw, and no later ones.';
COMMENT ON COLUMN usage_changes.hour IS 'The beginning of the hour, UTC.';

SELECT isolate_tenant_table('usage_changes', 'SELECT, INSERT, DELETE');

CREATE TABLE IF NOT EXISTS usage_summaries (
    tenant_id           uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    workspace_id        uuid        NOT NULL,
    period              text        NOT NULL,
    period_start        timestamptz NOT NULL,
    period_end          timestamptz NOT NULL,
    metric_type         text        NOT NULL,
    metric_name         text        NOT NULL,
    unit                text        NOT NULL,
    agent_id            uuid,
    model               text,
    tool                text,
    events              bigint      NOT NULL,
    unpriced_events     bigint      NOT NULL,
    quantity            numeric     NOT NULL,
    total_cost_in_cents numeric     NOT NULL,
    last_at             timestamptz NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT usage_summaries_series_key UNIQUE NULLS NOT DISTINCT (
        tenant_id, workspace_id, period, period_start, metric_type, metric_name, unit, agent_id, model, tool
    ),
    CONSTRAINT usage_summaries_period_known CHECK (period IN ('hourly', 'daily', 'monthly')),
    CONSTRAINT usage_summaries_window CHECK (
        period_start = date_trunc(
            CASE period WHEN 'hourly' THEN 'hour' WHEN 'daily' THEN 'day' ELSE 'month' END, period_start, 'UTC'
        )
        AND period_start <= last_at AND last_at < period_end
    ),
    CONSTRAINT usage_summaries_not_negative CHECK (
        events > 0 AND unpriced_events BETWEEN 0 AND events AND quantity >= 0 AND total_cost_in_cents >= 0
    )
);

CREATE INDEX IF NOT EXISTS usage_summaries_period_idx ON usage_summaries (tenant_id, period, period_start);

COMMENT ON TABLE usage_summaries IS
    'Usage by hour, day and month in UTC, each from its beginning to before its end. Made from metering_events, and made anew for '
    'every hour in which something changed. Of what flows (tokens, calls, minutes) the sum; of a level (bytes) the last value.';
COMMENT ON COLUMN usage_summaries.last_at IS 'When the last of it happened: of a level, when the value was read.';

SELECT isolate_tenant_table('usage_summaries', 'SELECT, INSERT, DELETE');

CREATE OR REPLACE VIEW workspace_usage WITH (security_invoker = true) AS
SELECT
    tenant_id,
    workspace_id,
    period,
    period_start,
    period_end,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%input_tokens'), 0) AS llm_input_tokens,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%output_tokens'), 0) AS llm_output_tokens,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'api_calls'), 0) AS api_calls_count,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'connector_calls'), 0) AS connector_calls_count,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'storage_bytes'), 0) AS storage_bytes,
    coalesce(sum(quantity) FILTER (WHERE metric_type = 'compute_minutes'), 0) AS compute_minutes,
    sum(total_cost_in_cents) AS total_cost_in_cents,
    max(created_at) AS updated_at
FROM usage_summaries
GROUP BY tenant_id, workspace_id, period, period_start, period_end;

COMMENT ON VIEW workspace_usage IS
    'One row for a workspace and period. Tokens are input or output by the end of the name of their metric.';

REVOKE ALL ON workspace_usage FROM PUBLIC;
GRANT SELECT ON workspace_usage TO af_app;

-- budgets -------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS budgets (
    tenant_id            uuid           NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                   uuid           NOT NULL DEFAULT gen_random_uuid(),
    name                 text           NOT NULL,
    workspace_id         uuid,
    principal_id         uuid,
    agent_id             uuid,
    workflow_id          uuid,
    model                text,
    enforcement          text           NOT NULL DEFAULT 'hard',
    period               text           NOT NULL DEFAULT 'month',
    time_zone            text           NOT NULL DEFAULT 'UTC',
    limit_tokens         bigint,
    limit_calls          bigint,
    limit_cost_in_cents  numeric(20, 6),
    thresholds           smallint[]     NOT NULL DEFAULT '{80,100}',
    carry_over_percent   smallint       NOT NULL DEFAULT 0,
    -- The narrowest of what it is about, to be found by without a look at all others.
    anchor               text           NOT NULL GENERATED ALWAYS AS (
        coalesce(
            principal_id::text, agent_id::text, workflow_id::text, workspace_id::text,
            CASE WHEN right(model, 1) <> '*' THEN 'model:' || model END, ''
        )
    ) STORED,
    created_at           timestamptz    NOT NULL DEFAULT now(),
    updated_at           timestamptz    NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT budgets_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, workspace_id) REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT budgets_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT budgets_model_length CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT budgets_enforcement_known CHECK (enforcement IN ('hard', 'soft')),
    CONSTRAINT budgets_period_known CHECK (period IN ('hour', 'day', 'week', 'month', 'total')),
    -- Fails for a zone that is not known.
    CONSTRAINT budgets_time_zone_known CHECK (timezone(time_zone, '2000-01-01'::timestamp) IS NOT NULL),
    CONSTRAINT budgets_limits_in_range CHECK (
        limit_tokens BETWEEN 0 AND 1000000000000000
        AND limit_calls BETWEEN 0 AND 1000000000000000
        AND limit_cost_in_cents >= 0 AND limit_cost_in_cents < 1e14
    ),
    CONSTRAINT budgets_something_limited CHECK (num_nonnulls(limit_tokens, limit_calls, limit_cost_in_cents) > 0),
    CONSTRAINT budgets_thresholds_in_range CHECK (
        cardinality(thresholds) <= 20 AND 1 <= ALL (thresholds) AND 1000 >= ALL (thresholds)
        AND array_position(thresholds, NULL) IS NULL
    ),
    CONSTRAINT budgets_carry_over_in_range CHECK (carry_over_percent BETWEEN 0 AND 100),
    CONSTRAINT budgets_carry_over_of_periods CHECK (period <> 'total' OR carry_over_percent = 0)
);

CREATE INDEX IF NOT EXISTS budgets_anchor_idx ON budgets (tenant_id, anchor);
CREATE INDEX IF NOT EXISTS budgets_workspace_idx ON budgets (tenant_id, workspace_id);
CREATE INDEX IF NOT EXISTS budgets_principal_idx ON budgets (tenant_id, principal_id);
CREATE INDEX IF NOT EXISTS budgets_agent_idx ON budgets (tenant_id, agent_id);
CREATE INDEX IF NOT EXISTS budgets_workflow_idx ON budgets (tenant_id, workflow_id);

COMMENT ON TABLE budgets IS
    'What may be used in a period, and by whom: a budget is about everything that has all of what it names, and one that names '
    'nothing about everything of the tenant. All budgets that something is about must allow it.';
COMMENT ON COLUMN budgets.principal_id IS 'The user or service who uses.';
COMMENT ON COLUMN budgets.model IS 'With a * at the end: every model that begins like this.';
COMMENT ON COLUMN budgets.enforcement IS 'hard: what would go beyond a limit is refused; soft: it is only told.';
COMMENT ON COLUMN budgets.time_zone IS 'In which hours, days, weeks (from Monday) and months begin.';
COMMENT ON COLUMN budgets.limit_tokens IS 'NULL: no limit. 0: nothing. The same holds for the other limits.';
COMMENT ON COLUMN budgets.thresholds IS 'Percentages of a limit at which somebody is told, once in each period.';
COMMENT ON COLUMN budgets.carry_over_percent IS
    'How much of the limit, at most, is added to it in the next period when it is not used.';

SELECT isolate_tenant_table('budgets');

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON budgets
    FOR EACH ROW
    -- The library tells the time itself, by the clock that created_at is of.
    WHEN (NEW.updated_at = OLD.updated_at AND now() > OLD.updated_at)
    EXECUTE FUNCTION trigger_set_updated_at();

CREATE TABLE IF NOT EXISTS budget_increases (
    tenant_id     uuid           NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            uuid           NOT NULL DEFAULT gen_random_uuid(),
    budget_id     uuid           NOT NULL,
    tokens        bigint         NOT NULL DEFAULT 0,
    calls         bigint         NOT NULL DEFAULT 0,
    cost_in_cents numeric(20, 6) NOT NULL DEFAULT 0,
    starts_at     timestamptz    NOT NULL,
    ends_at       timestamptz    NOT NULL,
    reason        text           NOT NULL,
    created_at    timestamptz    NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, budget_id) REFERENCES budgets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT budget_increases_in_range CHECK (
        tokens BETWEEN 0 AND 1000000000000000 AND calls BETWEEN 0 AND 1000000000000000
        AND cost_in_cents >= 0 AND cost_in_cents < 1e14
        AND (tokens > 0 OR calls > 0 OR cost_in_cents > 0)
    ),
    CONSTRAINT budget_increases_ends_later CHECK (ends_at > starts_at),
    CONSTRAINT budget_increases_reason_length CHECK (length(reason) BETWEEN 1 AND 2000)
);

CREATE INDEX IF NOT EXISTS budget_increases_budget_idx ON budget_increases (tenant_id, budget_id, ends_at);

COMMENT ON TABLE budget_increases IS 'What is added to the limits of a budget for some time. Never carried over.';
COMMENT ON COLUMN budget_increases.ends_at IS 'It holds before this moment.';

SELECT isolate_tenant_table('budget_increases', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE IF NOT EXISTS budget_periods (
    tenant_id              uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    budget_id              uuid        NOT NULL,
    period_start           timestamptz NOT NULL,
    period_end             timestamptz,
    limit_tokens           bigint,
    limit_calls            bigint,
    limit_cost_in_cents    numeric(20, 6),
    -- Sums without an end: a bigint would be full after some million of the largest events.
    spent_tokens           numeric(38) NOT NULL DEFAULT 0,
    spent_calls            numeric(38) NOT NULL DEFAULT 0,
    spent_cost_in_cents    numeric     NOT NULL DEFAULT 0,
    reserved_tokens        numeric(38) NOT NULL DEFAULT 0,
    reserved_calls         numeric(38) NOT NULL DEFAULT 0,
    reserved_cost_in_cents numeric     NOT NULL DEFAULT 0,
    carried_tokens         numeric(38) NOT NULL DEFAULT 0,
    carried_calls          numeric(38) NOT NULL DEFAULT 0,
    carried_cost_in_cents  numeric     NOT NULL DEFAULT 0,
    created_at             timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, budget_id, period_start),
    FOREIGN KEY (tenant_id, budget_id) REFERENCES budgets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT budget_periods_ends_later CHECK (period_end > period_start),
    CONSTRAINT budget_periods_not_negative CHECK (
        spent_tokens >= 0 AND spent_calls >= 0 AND spent_cost_in_cents >= 0
        AND reserved_tokens >= 0 AND reserved_calls >= 0 AND reserved_cost_in_cents >= 0
        AND carried_tokens >= 0 AND carried_calls >= 0 AND carried_cost_in_cents >= 0
    )
)
WITH (fillfactor = 50);

COMMENT ON TABLE budget_periods IS
    'What is spent and reserved of a budget in a period. Made when something is first used or reserved in it: nothing has to run '
    'for a period to begin.';
COMMENT ON COLUMN budget_periods.period_start IS 'Of a budget without periods, 1970-01-01.';
COMMENT ON COLUMN budget_periods.period_end IS 'The first moment after it; NULL for a budget without periods.';
COMMENT ON COLUMN budget_periods.limit_tokens IS
    'The limits of the budget in this period: those it had last in it. What the next period gets is reckoned with them.';
COMMENT ON COLUMN budget_periods.carried_tokens IS 'Not used in the period before, and added to the limit of this one.';

SELECT isolate_tenant_table('budget_periods', 'SELECT, INSERT, UPDATE');

CREATE TABLE IF NOT EXISTS budget_alerts (
    tenant_id    uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    budget_id    uuid        NOT NULL,
    period_start timestamptz NOT NULL,
    measure      text        NOT NULL,
    percent      smallint    NOT NULL,
    spent        numeric     NOT NULL,
    allowed      numeric     NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, budget_id, period_start, measure, percent),
    FOREIGN KEY (tenant_id, budget_id, period_start)
        REFERENCES budget_periods (tenant_id, budget_id, period_start) ON DELETE CASCADE,
    CONSTRAINT budget_alerts_measure_known CHECK (measure IN ('tokens', 'calls', 'cost_in_cents')),
    CONSTRAINT budget_alerts_percent_in_range CHECK (percent BETWEEN 1 AND 1000)
);

COMMENT ON TABLE budget_alerts IS 'Which thresholds were reached in which period: each is told once.';
COMMENT ON COLUMN budget_alerts.allowed IS 'The limit then, with what was carried over and added to it.';

SELECT isolate_tenant_table('budget_alerts', 'SELECT, INSERT');

CREATE TABLE IF NOT EXISTS budget_reservations (
    tenant_id            uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                   uuid        NOT NULL DEFAULT gen_random_uuid(),
    request_key          text,
    status               text        NOT NULL DEFAULT 'reserved',
    workspace_id         uuid,
    principal_id         uuid,
    agent_id             uuid,
    workflow_id          uuid,
    model                text,
    tokens               bigint      NOT NULL,
    calls                bigint      NOT NULL,
    cost_in_cents        numeric     NOT NULL,
    actual_tokens        bigint,
    actual_calls         bigint,
    actual_cost_in_cents numeric,
    recorded_tokens      numeric(38) NOT NULL DEFAULT 0,
    recorded_calls       numeric(38) NOT NULL DEFAULT 0,
    recorded_cost_in_cents numeric   NOT NULL DEFAULT 0,
    budget_ids           uuid[]      NOT NULL,
    period_starts        timestamptz[] NOT NULL,
    expires_at           timestamptz NOT NULL,
    ended_at             timestamptz,
    created_at           timestamptz NOT NULL,

    PRIMARY KEY (tenant_id, id),
    CONSTRAINT budget_reservations_request_key UNIQUE (tenant_id, request_key),
    CONSTRAINT budget_reservations_request_key_length CHECK (length(request_key) BETWEEN 1 AND 255),
    CONSTRAINT budget_reservations_status_known CHECK (status IN ('reserved', 'settled', 'released', 'expired')),
    CONSTRAINT budget_reservations_settled CHECK (
        num_nonnulls(actual_tokens, actual_calls, actual_cost_in_cents) = CASE status WHEN 'settled' THEN 3 ELSE 0 END
    ),
    CONSTRAINT budget_reservations_ended CHECK ((status = 'reserved') = (ended_at IS NULL)),
    CONSTRAINT budget_reservations_in_range CHECK (
        tokens BETWEEN 0 AND 1000000000000 AND calls BETWEEN 0 AND 1000000000000 AND cost_in_cents BETWEEN 0 AND 1e12
        AND actual_tokens BETWEEN 0 AND 1000000000000 AND actual_calls BETWEEN 0 AND 1000000000000
        AND actual_cost_in_cents BETWEEN 0 AND 1e12
        AND recorded_tokens >= 0 AND recorded_calls >= 0 AND recorded_cost_in_cents >= 0
    ),
    CONSTRAINT budget_reservations_periods_of_budgets CHECK (cardinality(budget_ids) = cardinality(period_starts)),
    CONSTRAINT budget_reservations_expires_later CHECK (expires_at > created_at)
);

CREATE INDEX IF NOT EXISTS budget_reservations_expiry_idx
    ON budget_reservations (tenant_id, expires_at) WHERE status = 'reserved';
CREATE INDEX IF NOT EXISTS budget_reservations_ended_idx
    ON budget_reservations (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

COMMENT ON TABLE budget_reservations IS
    'What somebody is about to use: reserved, and then settled with what was used, released, or expired, when whoever reserved it '
    'never came back. What it is for is kept for reading, whether it still exists or not.';
COMMENT ON COLUMN budget_reservations.request_key IS 'Given by whoever reserves: with the same key, it is the same reservation.';
COMMENT ON COLUMN budget_reservations.recorded_tokens IS
    'Usage that was recorded with this reservation. However it ends, so much is spent at least, and none of it twice; the same holds '
    'for the other measures.';
COMMENT ON COLUMN budget_reservations.budget_ids IS
    'Of which budgets it holds something, each of the period in period_starts at the same place. A table of its own would take as '
    'long to write as everything else together. A budget that is deleted meanwhile is not looked for.';

SELECT isolate_tenant_table('budget_reservations', 'SELECT, INSERT, UPDATE, DELETE');

-- Periods of budgets --------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION local_day_start(p_day timestamp, p_time_zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- A midnight that the clocks show twice is read as the second; a day begins with the first.
    SELECT CASE
        WHEN (found.at - interval '1 hour') AT TIME ZONE p_time_zone = p_day THEN found.at - interval '1 hour'
        ELSE found.at
    END
    FROM (SELECT p_day AT TIME ZONE p_time_zone AS at) AS found
$$;

COMMENT ON FUNCTION local_day_start(timestamp, text) IS 'The first moment of a day in a time zone.';

CREATE OR REPLACE FUNCTION budget_window(
    p_period    text,
    p_time_zone text,
    p_at        timestamptz,
    OUT period_start timestamptz,
    OUT period_end   timestamptz
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_local timestamp := p_at AT TIME ZONE p_time_zone;
    v_step interval := CASE p_period WHEN 'month' THEN interval '1 month' WHEN 'week' THEN interval '7 days' ELSE interval '1 day' END;
    v_first timestamp;
BEGIN
    IF p_period = 'total' THEN
        period_start := to_timestamp(0);
    ELSIF p_period = 'hour' THEN
        -- By what the clock shows beyond the hour: where an hour is repeated, both are hours.
        period_start := p_at - (v_local - date_trunc('hour', v_local));
        period_end := period_start + interval '1 hour';
    ELSE
        v_first := date_trunc(p_period, v_local);
        period_start := public.local_day_start(v_first, p_time_zone);
        period_end := public.local_day_start(v_first + v_step, p_time_zone);

        -- Where clocks were set back over midnight, it is the day before once more; that counts for the day that has begun.
        IF p_at >= period_end THEN
            period_start := period_end;
            period_end := public.local_day_start(v_first + v_step + v_step, p_time_zone);
        END IF;
    END IF;
END
$$;

COMMENT ON FUNCTION budget_window(text, text, timestamptz) IS
    'The period of a budget that has this moment: from its beginning to before its end, which is NULL for the period total.';

CREATE OR REPLACE FUNCTION budget_due(p_tenant uuid, p_budget uuid, p_period_start timestamptz, p_now timestamptz)
    RETURNS TABLE (
        tokens                 numeric,
        calls                  numeric,
        cost_in_cents          numeric,
        recorded_tokens        numeric,
        recorded_calls         numeric,
        recorded_cost_in_cents numeric
    )
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        coalesce(sum(r.tokens), 0), coalesce(sum(r.calls), 0), coalesce(sum(r.cost_in_cents), 0),
        coalesce(sum(r.recorded_tokens), 0), coalesce(sum(r.recorded_calls), 0), coalesce(sum(r.recorded_cost_in_cents), 0)
    FROM public.budget_reservations AS r
    CROSS JOIN LATERAL unnest(r.budget_ids, r.period_starts) AS held (budget_id, period_start)
    WHERE r.tenant_id = p_tenant AND r.status = 'reserved' AND r.expires_at <= p_now
      AND held.budget_id = p_budget AND held.period_start = p_period_start
$$;

COMMENT ON FUNCTION budget_due(uuid, uuid, timestamptz, timestamptz) IS
    'What has expired, and is not reserved any more, though nobody wrote that down yet; and what of it was recorded, and is spent.';

CREATE OR REPLACE FUNCTION budget_carried(p_budget budgets, p_period_start timestamptz, p_now timestamptz)
    RETURNS TABLE (tokens numeric, calls numeric, cost_in_cents numeric)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        coalesce(least(
            trunc(last.limit_tokens * p_budget.carry_over_percent / 100),
            greatest(0, last.limit_tokens + coalesce(
                b.carried_tokens - b.spent_tokens - b.reserved_tokens + due.tokens - due.recorded_tokens, 0
            ))
        ), 0),
        coalesce(least(
            trunc(last.limit_calls * p_budget.carry_over_percent / 100),
            greatest(0, last.limit_calls + coalesce(
                b.carried_calls - b.spent_calls - b.reserved_calls + due.calls - due.recorded_calls, 0
            ))
        ), 0),
        coalesce(least(
            trunc(last.limit_cost_in_cents * p_budget.carry_over_percent / 100, 6),
            greatest(0, last.limit_cost_in_cents + coalesce(
                b.carried_cost_in_cents - b.spent_cost_in_cents - b.reserved_cost_in_cents
                    + due.cost_in_cents - due.recorded_cost_in_cents,
                0
            ))
        ), 0)
    FROM public.budget_window(p_budget.period, p_budget.time_zone, p_period_start - interval '1 microsecond') AS before
    CROSS JOIN LATERAL public.budget_due(p_budget.tenant_id, p_budget.id, before.period_start, p_now) AS due
    LEFT JOIN public.budget_periods AS b
        ON b.tenant_id = p_budget.tenant_id AND b.budget_id = p_budget.id AND b.period_start = before.period_start
    -- A change of limits makes the row of its period: where there is none, they are still the same.
    CROSS JOIN LATERAL (
        SELECT b.limit_tokens::numeric, b.limit_calls::numeric, b.limit_cost_in_cents
        WHERE b.budget_id IS NOT NULL
        UNION ALL
        SELECT p_budget.limit_tokens, p_budget.limit_calls, p_budget.limit_cost_in_cents
        WHERE b.budget_id IS NULL
    ) AS last
    WHERE p_budget.carry_over_percent > 0 AND p_budget.created_at < p_period_start
$$;

COMMENT ON FUNCTION budget_carried(budgets, timestamptz, timestamptz) IS
    'What the period that begins then gets from the one before: what was not used of its limit, but of what was added to it for '
    'some time nothing. No row where nothing is carried over.';

CREATE OR REPLACE FUNCTION matching_budgets(p_tenant uuid, p_subjects jsonb) RETURNS TABLE (subject integer, budget_id uuid)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    -- The anchors are ready before budgets are looked at. A comparison that has to make them first is not one that may run ahead
    -- of row level security, so it would not use the index.
    WITH it AS MATERIALIZED (
        SELECT asked.*, anchors.anchor
        FROM jsonb_to_recordset(p_subjects) AS asked (
            subject integer, workspace_id uuid, principal_id uuid, agent_id uuid, workflow_id uuid, model text
        )
        CROSS JOIN LATERAL (
            SELECT DISTINCT given.anchor
            FROM unnest(ARRAY[
                '', asked.workspace_id::text, asked.principal_id::text, asked.agent_id::text, asked.workflow_id::text,
                'model:' || asked.model
            ]) AS given (anchor)
            WHERE given.anchor IS NOT NULL
        ) AS anchors
    )

    SELECT it.subject, b.id
    FROM it
    JOIN public.budgets AS b
        ON b.tenant_id = p_tenant
        AND b.anchor = it.anchor
        AND (b.workspace_id IS NULL OR b.workspace_id = it.workspace_id)
        AND (b.principal_id IS NULL OR b.principal_id = it.principal_id)
        AND (b.agent_id IS NULL OR b.agent_id = it.agent_id)
        AND (b.workflow_id IS NULL OR b.workflow_id = it.workflow_id)
        AND (
            b.model IS NULL OR b.model = it.model
            OR (right(b.model, 1) = '*' AND starts_with(it.model, left(b.model, -1)))
        );
END
$$;

COMMENT ON FUNCTION matching_budgets(uuid, jsonb) IS
    'Which budgets each subject is about: those that name nothing that the subject does not have. Objects with subject (a number), '
    'workspace_id, principal_id, agent_id, workflow_id, model.';

CREATE OR REPLACE FUNCTION budget_increase_of(p_tenant uuid, p_budget uuid, p_now timestamptz)
    RETURNS TABLE (tokens numeric, calls numeric, cost_in_cents numeric)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(i.tokens), 0), coalesce(sum(i.calls), 0), coalesce(sum(i.cost_in_cents), 0)
    FROM public.budget_increases AS i
    WHERE i.tenant_id = p_tenant AND i.budget_id = p_budget AND i.starts_at <= p_now AND i.ends_at > p_now
$$;

COMMENT ON FUNCTION budget_increase_of(uuid, uuid, timestamptz) IS 'What is added to the limits of a budget at this moment.';

-- Reading a budget ----------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION budget_state(p_budget budgets, p_now timestamptz) RETURNS TABLE (
    period_start timestamptz,
    period_end   timestamptz,
    tokens       jsonb,
    calls        jsonb,
    cost_in_cents jsonb
)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH current AS (
        SELECT
            w.period_start,
            w.period_end,
            coalesce(p.spent_tokens, 0) + due.recorded_tokens AS spent_tokens,
            coalesce(p.spent_calls, 0) + due.recorded_calls AS spent_calls,
            coalesce(p.spent_cost_in_cents, 0) + due.recorded_cost_in_cents AS spent_cost,
            coalesce(p.reserved_tokens, 0) - due.tokens AS reserved_tokens,
            coalesce(p.reserved_calls, 0) - due.calls AS reserved_calls,
            coalesce(p.reserved_cost_in_cents, 0) - due.cost_in_cents AS reserved_cost,
            coalesce(p.carried_tokens, c.tokens, 0) AS carried_tokens,
            coalesce(p.carried_calls, c.calls, 0) AS carried_calls,
            coalesce(p.carried_cost_in_cents, c.cost_in_cents, 0) AS carried_cost,
            i.tokens AS added_tokens,
            i.calls AS added_calls,
            i.cost_in_cents AS added_cost
        FROM public.budget_window(p_budget.period, p_budget.time_zone, p_now) AS w
        CROSS JOIN public.budget_increase_of(p_budget.tenant_id, p_budget.id, p_now) AS i
        LEFT JOIN public.budget_periods AS p
            ON p.tenant_id = p_budget.tenant_id AND p.budget_id = p_budget.id AND p.period_start = w.period_start
        LEFT JOIN LATERAL public.budget_carried(p_budget, w.period_start, p_now) AS c ON p.budget_id IS NULL
        CROSS JOIN public.budget_due(p_budget.tenant_id, p_budget.id, w.period_start, p_now) AS due
    )
    SELECT
        current.period_start,
        current.period_end,
        -- As texts: a reader of JSON may take numbers for doubles.
        jsonb_build_object(
            'limit', p_budget.limit_tokens::text, 'carried', carried_tokens::text, 'added', added_tokens::text,
            'spent', spent_tokens::text, 'reserved', reserved_tokens::text
        ),
        jsonb_build_object(
            'limit', p_budget.limit_calls::text, 'carried', carried_calls::text, 'added', added_calls::text,
            'spent', spent_calls::text, 'reserved', reserved_calls::text
        ),
        jsonb_build_object(
            'limit', p_budget.limit_cost_in_cents::text, 'carried', carried_cost::text, 'added', added_cost::text,
            'spent', spent_cost::text, 'reserved', reserved_cost::text
        )
    FROM current
$$;

COMMENT ON FUNCTION budget_state(budgets, timestamptz) IS
    'The period of a budget that has this moment, and of each measure: limit, carried, added, spent, reserved.';

-- Changing budgets ----------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION lock_budget_periods(
    p_tenant       uuid,
    p_budgets      uuid[],
    p_starts       timestamptz[],
    p_ends         timestamptz[],
    p_held_budgets uuid[],
    p_held_starts  timestamptz[],
    p_now          timestamptz
) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made uuid[];
    v_made_starts timestamptz[];
BEGIN
    -- Whoever deletes one of them waits, or was faster, and then it is not there for what follows.
    PERFORM
    FROM public.budgets AS b
    WHERE b.tenant_id = p_tenant AND b.id = ANY (p_budgets || p_held_budgets)
    ORDER BY b.id
    FOR KEY SHARE;

    WITH made AS (
        INSERT INTO public.budget_periods (
            tenant_id, budget_id, period_start, period_end, limit_tokens, limit_calls, limit_cost_in_cents, created_at
        )
        SELECT
            p_tenant, b.id, wanted.period_start, wanted.period_end, b.limit_tokens, b.limit_calls, b.limit_cost_in_cents, p_now
        FROM (
            SELECT DISTINCT * FROM unnest(p_budgets, p_starts, p_ends) AS it (budget_id, period_start, period_end)
        ) AS wanted
        JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = wanted.budget_id
        WHERE NOT EXISTS (
            SELECT
            FROM public.budget_periods AS p
            WHERE p.tenant_id = p_tenant AND p.budget_id = b.id AND p.period_start = wanted.period_start
        )
        ORDER BY b.id, wanted.period_start
        ON CONFLICT DO NOTHING
        RETURNING budget_id, period_start
    )

    SELECT array_agg(made.budget_id), array_agg(made.period_start) INTO v_made, v_made_starts FROM made;

    -- Everybody locks them in this order, so nobody waits for somebody who waits for them.
    PERFORM
    FROM public.budget_periods AS p
    JOIN (
        WITH wanted AS (
            SELECT * FROM unnest(p_budgets, p_starts) AS it (budget_id, period_start)
            UNION
            SELECT * FROM unnest(p_held_budgets, p_held_starts) AS it (budget_id, period_start)
        )

        SELECT * FROM wanted
        UNION
        -- What is spent in a period that is over was carried into the next.
        SELECT over.budget_id, over.period_end
        FROM wanted
        JOIN public.budget_periods AS over
            ON over.tenant_id = p_tenant AND over.budget_id = wanted.budget_id AND over.period_start = wanted.period_start
        JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = over.budget_id
        WHERE over.period_end <= p_now AND b.carry_over_percent > 0
        UNION
        SELECT b.id, before.period_start
        FROM unnest(v_made, v_made_starts) AS made (budget_id, period_start)
        JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = made.budget_id
        CROSS JOIN LATERAL public.budget_window(
            b.period, b.time_zone, made.period_start - interval '1 microsecond'
        ) AS before
        WHERE b.carry_over_percent > 0
    ) AS listed ON p.budget_id = listed.budget_id AND p.period_start = listed.period_start
    WHERE p.tenant_id = p_tenant
    ORDER BY p.budget_id, p.period_start
    FOR NO KEY UPDATE OF p;

    -- Only now does the period before not change any more.
    UPDATE public.budget_periods AS p
    SET carried_tokens        = c.tokens,
        carried_calls         = c.calls,
        carried_cost_in_cents = c.cost_in_cents
    FROM unnest(v_made, v_made_starts) AS made (budget_id, period_start)
    JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = made.budget_id
    CROSS JOIN LATERAL public.budget_carried(b, made.period_start, p_now) AS c
    WHERE p.tenant_id = p_tenant AND p.budget_id = made.budget_id AND p.period_start = made.period_start;
END
$$;

COMMENT ON FUNCTION lock_budget_periods(uuid, uuid[], timestamptz[], timestamptz[], uuid[], timestamptz[], timestamptz) IS
    'Locks periods of budgets. Of p_budgets, from p_starts to before p_ends, it makes the rows where there are none; of those that are '
    'held they were made before. Budgets that are deleted meanwhile are passed over.';

CREATE OR REPLACE FUNCTION lower_budget_carry(p_tenant uuid, p_budgets uuid[], p_starts timestamptz[], p_now timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE public.budget_periods AS next
    SET carried_tokens        = least(next.carried_tokens, rest.tokens),
        carried_calls         = least(next.carried_calls, rest.calls),
        carried_cost_in_cents = least(next.carried_cost_in_cents, rest.cost_in_cents)
    FROM (SELECT DISTINCT * FROM unnest(p_budgets, p_starts) AS it (budget_id, period_start)) AS wanted
    JOIN public.budget_periods AS p
        ON p.tenant_id = p_tenant AND p.budget_id = wanted.budget_id AND p.period_start = wanted.period_start
    CROSS JOIN LATERAL public.budget_due(p_tenant, p.budget_id, p.period_start, p_now) AS due
    CROSS JOIN LATERAL (
        SELECT
            greatest(0, p.limit_tokens + p.carried_tokens - p.spent_tokens - p.reserved_tokens
                + due.tokens - due.recorded_tokens) AS tokens,
            greatest(0, p.limit_calls + p.carried_calls - p.spent_calls - p.reserved_calls
                + due.calls - due.recorded_calls) AS calls,
            greatest(0, p.limit_cost_in_cents + p.carried_cost_in_cents - p.spent_cost_in_cents - p.reserved_cost_in_cents
                + due.cost_in_cents - due.recorded_cost_in_cents) AS cost_in_cents
    ) AS rest
    WHERE p.period_end <= p_now
      AND next.tenant_id = p_tenant AND next.budget_id = p.budget_id AND next.period_start = p.period_end
      AND (
          next.carried_tokens > rest.tokens OR next.carried_calls > rest.calls
          OR next.carried_cost_in_cents > rest.cost_in_cents
      );
END
$$;

COMMENT ON FUNCTION lower_budget_carry(uuid, uuid[], timestamptz[], timestamptz) IS
    'Takes back what was carried out of these periods, as far as it was spent in them afterwards. Never carries more. They and the '
    'periods after them are locked before.';

CREATE OR REPLACE FUNCTION prune_budget_periods(p_before timestamptz, p_limit bigint) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Whoever owns this function may see more than one tenant.
    v_tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    v_deleted bigint;
BEGIN
    DELETE FROM public.budget_periods AS p
    USING (
        SELECT old.budget_id, old.period_start
        FROM public.budget_periods AS old
        WHERE old.tenant_id = v_tenant AND old.period_end < p_before
          AND old.reserved_tokens = 0 AND old.reserved_calls = 0 AND old.reserved_cost_in_cents = 0
          AND EXISTS (
              SELECT
              FROM public.budget_periods AS later
              WHERE later.tenant_id = v_tenant AND later.budget_id = old.budget_id AND later.period_start > old.period_start
          )
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ) AS page
    WHERE p.tenant_id = v_tenant AND p.budget_id = page.budget_id AND p.period_start = page.period_start;

    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    RETURN v_deleted;
END
$$;

COMMENT ON FUNCTION prune_budget_periods(timestamptz, bigint) IS
    'Deletes periods of budgets of the tenant that ended before this moment, with their alerts: at most so many at once, never the '
    'latest of a budget, and none of which something is reserved. Gives how many.';

REVOKE EXECUTE ON FUNCTION prune_budget_periods(timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_budget_periods(timestamptz, bigint) TO af_app;

CREATE OR REPLACE FUNCTION raise_budget_alerts(p_tenant uuid, p_budgets uuid[], p_starts timestamptz[], p_now timestamptz)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_raised jsonb;
BEGIN
    WITH raised AS (
        INSERT INTO public.budget_alerts AS a (tenant_id, budget_id, period_start, measure, percent, spent, allowed, created_at)
        SELECT p_tenant, b.id, p.period_start, m.measure, t.percent, m.spent, m.base + m.more, p_now
        FROM (SELECT DISTINCT * FROM unnest(p_budgets, p_starts) AS it (budget_id, period_start)) AS wanted
        JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = wanted.budget_id
        JOIN public.budget_periods AS p
            ON p.tenant_id = p_tenant AND p.budget_id = b.id AND p.period_start = wanted.period_start
        CROSS JOIN LATERAL public.budget_increase_of(p_tenant, b.id, p_now) AS i
        CROSS JOIN LATERAL (
            VALUES
                ('tokens', b.limit_tokens::numeric, p.carried_tokens + i.tokens, p.spent_tokens),
                ('calls', b.limit_calls, p.carried_calls + i.calls, p.spent_calls),
                ('cost_in_cents', b.limit_cost_in_cents, p.carried_cost_in_cents + i.cost_in_cents, p.spent_cost_in_cents)
        ) AS m (measure, base, more, spent)
        CROSS JOIN LATERAL (SELECT DISTINCT percent FROM unnest(b.thresholds) AS percent) AS t
        WHERE m.spent > 0
          AND m.spent * 100 >= t.percent * (m.base + m.more)
          -- Of a period that is over, nobody is told.
          AND (p.period_end IS NULL OR p.period_end > p_now)
        ON CONFLICT DO NOTHING
        RETURNING a.*
    )

    SELECT jsonb_agg(
        jsonb_build_object(
            'budget_id', b.id, 'name', b.name, 'enforcement', b.enforcement, 'period', b.period, 'time_zone', b.time_zone,
            'period_start', to_json(raised.period_start), 'period_end', to_json(p.period_end), 'measure', raised.measure,
            'percent', raised.percent, 'spent', raised.spent::text, 'allowed', raised.allowed::text
        )
        ORDER BY b.name, raised.measure, raised.percent
    )
    INTO v_raised
    FROM raised
    JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = raised.budget_id
    JOIN public.budget_periods AS p
        ON p.tenant_id = p_tenant AND p.budget_id = b.id AND p.period_start = raised.period_start;

    RETURN v_raised;
END
$$;

COMMENT ON FUNCTION raise_budget_alerts(uuid, uuid[], timestamptz[], timestamptz) IS
    'Notes which thresholds are reached, and gives those that were not before; NULL when there are none.';

CREATE OR REPLACE FUNCTION budget_charge(p_tenant uuid, p_charges jsonb, p_now timestamptz) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_named uuid[];
    v_subjects jsonb;
    v_budgets uuid[];
    v_starts timestamptz[];
    v_ends timestamptz[];
    v_tokens numeric[];
    v_calls numeric[];
    v_costs numeric[];
BEGIN
    SELECT array_agg(DISTINCT charge.reservation_id)
    INTO v_named
    FROM jsonb_to_recordset(p_charges) AS charge (reservation_id uuid)
    WHERE charge.reservation_id IS NOT NULL;

    IF v_named IS NOT NULL THEN
        PERFORM
        FROM public.budget_reservations AS r
        WHERE r.tenant_id = p_tenant AND r.id = ANY (v_named)
        ORDER BY r.id
        FOR NO KEY UPDATE;

        -- Of one that has expired it is charged below as well; what is recorded is not settled once more.
        UPDATE public.budget_reservations AS r
        SET recorded_tokens        = r.recorded_tokens + charge.tokens,
            recorded_calls         = r.recorded_calls + charge.calls,
            recorded_cost_in_cents = r.recorded_cost_in_cents + charge.cost
        FROM (
            SELECT
                it.reservation_id, coalesce(sum(it.tokens), 0) AS tokens, coalesce(sum(it.calls), 0) AS calls,
                coalesce(sum(it.cost_in_cents), 0) AS cost
            FROM jsonb_to_recordset(p_charges) AS it (
                reservation_id uuid, tokens numeric, calls numeric, cost_in_cents numeric
            )
            GROUP BY it.reservation_id
        ) AS charge
        WHERE r.tenant_id = p_tenant AND r.id = charge.reservation_id AND r.status IN ('reserved', 'expired');
    END IF;

    SELECT jsonb_agg(item.charge || jsonb_build_object('subject', item.place))
    INTO v_subjects
    FROM jsonb_array_elements(p_charges) WITH ORDINALITY AS item (charge, place)
    WHERE v_named IS NULL
       OR NOT EXISTS (
           SELECT
           FROM public.budget_reservations AS r
           WHERE r.tenant_id = p_tenant AND r.id = (item.charge ->> 'reservation_id')::uuid AND r.status IN ('reserved', 'settled')
       );

    SELECT
        array_agg(due.budget_id), array_agg(due.period_start), array_agg(due.period_end), array_agg(due.tokens),
        array_agg(due.calls), array_agg(due.cost)
    INTO v_budgets, v_starts, v_ends, v_tokens, v_calls, v_costs
    FROM (
        SELECT
            b.id AS budget_id, w.period_start, w.period_end,
            sum(charge.tokens) AS tokens, sum(charge.calls) AS calls, sum(charge.cost_in_cents) AS cost
        FROM public.matching_budgets(p_tenant, v_subjects) AS m
        JOIN jsonb_to_recordset(v_subjects) AS charge (
            subject integer, at timestamptz, tokens numeric, calls numeric, cost_in_cents numeric
        ) ON charge.subject = m.subject
        JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = m.budget_id
        CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, charge.at) AS w
        GROUP BY b.id, w.period_start, w.period_end
    ) AS due;

    IF v_budgets IS NULL THEN
        RETURN NULL;
    END IF;

    PERFORM public.lock_budget_periods(p_tenant, v_budgets, v_starts, v_ends, NULL, NULL, p_now);

    UPDATE public.budget_periods AS p
    SET spent_tokens        = p.spent_tokens + due.tokens,
        spent_calls         = p.spent_calls + due.calls,
        spent_cost_in_cents = p.spent_cost_in_cents + due.cost
    FROM unnest(v_budgets, v_starts, v_tokens, v_calls, v_costs) AS due (budget_id, period_start, tokens, calls, cost)
    WHERE p.tenant_id = p_tenant AND p.budget_id = due.budget_id AND p.period_start = due.period_start;

    PERFORM public.lower_budget_carry(p_tenant, v_budgets, v_starts, p_now);

    RETURN public.raise_budget_alerts(p_tenant, v_budgets, v_starts, p_now);
END
$$;

COMMENT ON FUNCTION budget_charge(uuid, jsonb, timestamptz) IS
    'Counts what was used, without asking whether it may: objects with workspace_id, principal_id, agent_id, workflow_id, model, '
    'at, tokens, calls, cost_in_cents, and reservation_id where it was reserved. Of what is still reserved, it is noted with the '
    'reservation, and spent when that ends; of what is settled, nothing is counted, because the settlement was; of what has expired '
    'or was released, and of what was never reserved, it is spent at once. Gives the alerts that this raises.';

CREATE OR REPLACE FUNCTION expire_budget_reservations(p_tenant uuid, p_ids uuid[], p_now timestamptz)
    RETURNS TABLE (budget_id uuid, period_start timestamptz)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH expired AS (
        UPDATE public.budget_reservations AS r
        SET status = 'expired', ended_at = p_now
        WHERE r.tenant_id = p_tenant AND r.id = ANY (p_ids) AND r.status = 'reserved' AND r.expires_at <= p_now
        RETURNING
            r.budget_ids, r.period_starts, r.tokens, r.calls, r.cost_in_cents,
            r.recorded_tokens, r.recorded_calls, r.recorded_cost_in_cents
    ),

    freed AS (
        SELECT
            held.budget_id, held.period_start,
            sum(e.tokens) AS tokens, sum(e.calls) AS calls, sum(e.cost_in_cents) AS cost,
            sum(e.recorded_tokens) AS spent_tokens, sum(e.recorded_calls) AS spent_calls,
            sum(e.recorded_cost_in_cents) AS spent_cost
        FROM expired AS e
        CROSS JOIN LATERAL unnest(e.budget_ids, e.period_starts) AS held (budget_id, period_start)
        GROUP BY held.budget_id, held.period_start
    ),

    written AS (
        UPDATE public.budget_periods AS p
        SET reserved_tokens        = p.reserved_tokens - freed.tokens,
            reserved_calls         = p.reserved_calls - freed.calls,
            reserved_cost_in_cents = p.reserved_cost_in_cents - freed.cost,
            spent_tokens           = p.spent_tokens + freed.spent_tokens,
            spent_calls            = p.spent_calls + freed.spent_calls,
            spent_cost_in_cents    = p.spent_cost_in_cents + freed.spent_cost
        FROM freed
        WHERE p.tenant_id = p_tenant AND p.budget_id = freed.budget_id AND p.period_start = freed.period_start
        RETURNING
            p.budget_id, p.period_start,
            freed.spent_tokens > 0 OR freed.spent_calls > 0 OR freed.spent_cost > 0 AS spends
    )

    SELECT written.budget_id, written.period_start FROM written WHERE written.spends;
END
$$;

COMMENT ON FUNCTION expire_budget_reservations(uuid, uuid[], timestamptz) IS
    'Frees what these reservations hold, as far as they have expired, and spends what was recorded with them; gives where it spent. '
    'They and the periods that they hold are locked before.';

CREATE OR REPLACE FUNCTION budget_apply(p_tenant uuid, p_subjects jsonb, p_operations jsonb, p_now timestamptz)
    RETURNS TABLE (ordinal integer, outcome text, budgets integer, detail jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count integer;
    v_named uuid[];
    v_keys text[];
    v_ended uuid[];
    v_due uuid[];
    v_locked uuid[];
    v_pair_subjects integer[];
    v_pair_budgets uuid[];
    v_pair_starts timestamptz[];
    v_pair_ends timestamptz[];
    v_held uuid[];
    v_held_starts timestamptz[];
    v_expired uuid[];
    v_expired_starts timestamptz[];
    v_any_over boolean;
    v_ids uuid[];
    v_starts timestamptz[];
    v_hard boolean[];
    v_told jsonb[];
    v_allowed_tokens numeric[];
    v_allowed_calls numeric[];
    v_allowed_cost numeric[];
    v_spent_tokens numeric[];
    v_spent_calls numeric[];
    v_spent_cost numeric[];
    v_reserved_tokens numeric[];
    v_reserved_calls numeric[];
    v_reserved_cost numeric[];
    v_outcomes text[];
    v_matched integer[];
    v_details jsonb[];
    v_frees boolean[];
    v_op record;
    v_at integer;
    v_place integer;
    v_over jsonb;
    v_refusals jsonb;
    v_warnings jsonb;
    v_made uuid[];
    v_moved uuid[];
    v_moved_starts timestamptz[];
BEGIN
    SELECT
        count(*),
        array_agg(it.id) FILTER (WHERE it.op <> 'reserve'),
        array_agg(it.request_key) FILTER (WHERE it.request_key IS NOT NULL)
    INTO v_count, v_named, v_keys
    FROM jsonb_to_recordset(p_operations) AS it (op text, id uuid, request_key text);

    -- Reservations first, then budgets, then periods, each in order: nobody waits for somebody who waits for them.
    SELECT array_agg(locked.id)
    INTO v_locked
    FROM (
        SELECT r.id
        FROM public.budget_reservations AS r
        WHERE r.tenant_id = p_tenant AND r.id = ANY (v_named)
        ORDER BY r.id
        FOR NO KEY UPDATE
    ) AS locked;

    -- A part of what is due, so that nobody waits for all of it; the rest is deducted below.
    SELECT array_agg(locked.id)
    INTO v_due
    FROM (
        SELECT r.id
        FROM public.budget_reservations AS r
        WHERE r.tenant_id = p_tenant AND r.status = 'reserved' AND r.expires_at <= p_now
        ORDER BY r.expires_at
        LIMIT 1000
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS locked;

    v_locked := v_locked || v_due;

    SELECT array_agg(m.subject), array_agg(m.budget_id), array_agg(w.period_start), array_agg(w.period_end)
    INTO v_pair_subjects, v_pair_budgets, v_pair_starts, v_pair_ends
    FROM public.matching_budgets(p_tenant, p_subjects) AS m
    JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = m.budget_id
    CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, p_now) AS w;

    SELECT array_agg(it.budget_id), array_agg(it.period_start)
    INTO v_held, v_held_starts
    FROM (
        SELECT DISTINCT held.budget_id, held.period_start
        FROM public.budget_reservations AS r
        CROSS JOIN LATERAL unnest(r.budget_ids, r.period_starts) AS held (budget_id, period_start)
        WHERE r.tenant_id = p_tenant AND r.id = ANY (v_locked)
    ) AS it;

    IF v_pair_budgets IS NOT NULL OR v_held IS NOT NULL THEN
        PERFORM public.lock_budget_periods(
            p_tenant, v_pair_budgets, v_pair_starts, v_pair_ends, v_held, v_held_starts, p_now
        );
    END IF;

    -- Also those that no budget is about.
    IF v_locked IS NOT NULL THEN
        SELECT array_agg(it.budget_id), array_agg(it.period_start)
        INTO v_expired, v_expired_starts
        FROM public.expire_budget_reservations(p_tenant, v_locked, p_now) AS it;
    END IF;

    -- What is locked does not change any more. What it comes to is reckoned in memory and written down once.
    SELECT
        array_agg(b.id), array_agg(p.period_start), array_agg(b.enforcement = 'hard'),
        array_agg(jsonb_build_object(
            'budget_id', b.id, 'name', b.name, 'enforcement', b.enforcement, 'period', b.period,
            'time_zone', b.time_zone, 'resets_at', to_json(p.period_end)
        )),
        array_agg(b.limit_tokens + p.carried_tokens + i.tokens), array_agg(b.limit_calls + p.carried_calls + i.calls),
        array_agg(b.limit_cost_in_cents + p.carried_cost_in_cents + i.cost_in_cents),
        array_agg(p.spent_tokens + coalesce(due.recorded_tokens, 0)),
        array_agg(p.spent_calls + coalesce(due.recorded_calls, 0)),
        array_agg(p.spent_cost_in_cents + coalesce(due.recorded_cost, 0)),
        array_agg(p.reserved_tokens - coalesce(due.tokens, 0)),
        array_agg(p.reserved_calls - coalesce(due.calls, 0)),
        array_agg(p.reserved_cost_in_cents - coalesce(due.cost, 0)),
        bool_or(p.period_end <= p_now AND b.carry_over_percent > 0)
    INTO
        v_ids, v_starts, v_hard, v_told, v_allowed_tokens, v_allowed_calls, v_allowed_cost,
        v_spent_tokens, v_spent_calls, v_spent_cost, v_reserved_tokens, v_reserved_calls, v_reserved_cost, v_any_over
    FROM (
        SELECT * FROM unnest(v_pair_budgets, v_pair_starts) AS it (budget_id, period_start)
        UNION
        SELECT * FROM unnest(v_held, v_held_starts) AS it (budget_id, period_start)
    ) AS wanted
    JOIN public.budgets AS b ON b.tenant_id = p_tenant AND b.id = wanted.budget_id
    JOIN public.budget_periods AS p
        ON p.tenant_id = p_tenant AND p.budget_id = b.id AND p.period_start = wanted.period_start
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(i.tokens), 0) AS tokens, coalesce(sum(i.calls), 0) AS calls,
            coalesce(sum(i.cost_in_cents), 0) AS cost_in_cents
        FROM public.budget_increases AS i
        WHERE i.tenant_id = p_tenant AND i.budget_id = b.id AND i.starts_at <= p_now AND i.ends_at > p_now
    ) AS i
    LEFT JOIN (
        SELECT
            held.budget_id, held.period_start, sum(r.tokens) AS tokens, sum(r.calls) AS calls, sum(r.cost_in_cents) AS cost,
            sum(r.recorded_tokens) AS recorded_tokens, sum(r.recorded_calls) AS recorded_calls,
            sum(r.recorded_cost_in_cents) AS recorded_cost
        FROM public.budget_reservations AS r
        CROSS JOIN LATERAL unnest(r.budget_ids, r.period_starts) AS held (budget_id, period_start)
        WHERE r.tenant_id = p_tenant AND r.status = 'reserved' AND r.expires_at <= p_now
        GROUP BY held.budget_id, held.period_start
    ) AS due ON due.budget_id = b.id AND due.period_start = p.period_start;

    v_outcomes := array_fill(NULL::text, ARRAY[v_count]);
    v_matched := array_fill(NULL::integer, ARRAY[v_count]);
    v_details := array_fill(NULL::jsonb, ARRAY[v_count]);
    v_frees := array_fill(false, ARRAY[v_count]);

    FOR v_op IN
        WITH places AS (
            SELECT it.budget_id, it.period_start, it.place::integer
            FROM unnest(v_ids, v_starts) WITH ORDINALITY AS it (budget_id, period_start, place)
        ),

        now_at AS (
            SELECT pair.subject, array_agg(places.place ORDER BY places.budget_id) AS list
            FROM unnest(v_pair_subjects, v_pair_budgets, v_pair_starts) AS pair (subject, budget_id, period_start)
            JOIN places USING (budget_id, period_start)
            GROUP BY pair.subject
        ),

        found AS MATERIALIZED (
            SELECT 'reserve' AS op, r.*
            FROM public.budget_reservations AS r
            WHERE r.tenant_id = p_tenant AND r.request_key = ANY (v_keys)
            UNION ALL
            SELECT 'end', r.*
            FROM public.budget_reservations AS r
            WHERE r.tenant_id = p_tenant AND r.id = ANY (v_named)
        ),

        held_at AS (
            SELECT found.id, array_agg(places.place) AS list
            FROM found
            CROSS JOIN LATERAL unnest(found.budget_ids, found.period_starts) AS held (budget_id, period_start)
            JOIN places USING (budget_id, period_start)
            WHERE found.op = 'end'
            GROUP BY found.id
        )

        SELECT
            it.place::integer, it.op, it.tokens, it.calls, it.cost_in_cents,
            coalesce(now_at.list, held_at.list, '{}') AS places,
            known.id AS known_id, known.expires_at,
            CASE
                WHEN known.status = 'reserved' AND known.expires_at <= p_now THEN 'expired'
                ELSE known.status
            END AS status,
            known.tokens AS held_tokens, known.calls AS held_calls, known.cost_in_cents AS held_cost,
            known.recorded_tokens, known.recorded_calls, known.recorded_cost_in_cents AS recorded_cost,
            (known.actual_tokens, known.actual_calls, known.actual_cost_in_cents)
                = (it.tokens, it.calls, it.cost_in_cents) AS is_same_actual,
            (
                known.workspace_id, known.principal_id, known.agent_id, known.workflow_id, known.model,
                known.tokens, known.calls, known.cost_in_cents
            ) IS NOT DISTINCT FROM (
                s.workspace_id, s.principal_id, s.agent_id, s.workflow_id, s.model, it.tokens, it.calls, it.cost_in_cents
            ) AS is_same_request
        FROM ROWS FROM (
            jsonb_to_recordset(p_operations) AS (
                op text, id uuid, request_key text, subject integer, tokens bigint, calls bigint, cost_in_cents numeric
            )
        ) WITH ORDINALITY AS it (op, id, request_key, subject, tokens, calls, cost_in_cents, place)
        LEFT JOIN jsonb_to_recordset(p_subjects) AS s (
            subject integer, workspace_id uuid, principal_id uuid, agent_id uuid, workflow_id uuid, model text
        ) ON s.subject = it.subject
        LEFT JOIN now_at ON it.op = 'reserve' AND now_at.subject = it.subject
        LEFT JOIN held_at ON it.op <> 'reserve' AND held_at.id = it.id
        LEFT JOIN found AS known
            ON CASE WHEN it.op = 'reserve' THEN 'reserve' ELSE 'end' END = known.op
            AND CASE WHEN it.op = 'reserve' THEN it.request_key ELSE it.id::text END
                = CASE WHEN known.op = 'reserve' THEN known.request_key ELSE known.id::text END
        ORDER BY it.place
    LOOP
        v_at := v_op.place;

        IF v_op.op = 'reserve' AND v_op.known_id IS NOT NULL THEN
            v_outcomes[v_at] := CASE WHEN v_op.is_same_request THEN 'repeated' ELSE 'conflict' END;
            v_details[v_at] := jsonb_build_object(
                'id', v_op.known_id, 'status', v_op.status, 'expires_at', to_json(v_op.expires_at)
            );
        ELSIF v_op.op = 'reserve' THEN
            v_refusals := NULL;
            v_warnings := NULL;

            FOREACH v_place IN ARRAY v_op.places LOOP
                IF (v_op.tokens > 0 AND v_spent_tokens[v_place] + v_reserved_tokens[v_place] + v_op.tokens
                        > v_allowed_tokens[v_place])
                    OR (v_op.calls > 0 AND v_spent_calls[v_place] + v_reserved_calls[v_place] + v_op.calls
                        > v_allowed_calls[v_place])
                    OR (v_op.cost_in_cents > 0 AND v_spent_cost[v_place] + v_reserved_cost[v_place] + v_op.cost_in_cents
                        > v_allowed_cost[v_place])
                THEN
                    SELECT jsonb_agg(v_told[v_place] || jsonb_build_object(
                        'measure', m.measure, 'allowed', m.allowed::text, 'spent', m.spent::text,
                        'reserved', m.reserved::text, 'asked', m.asked::text
                    ))
                    INTO v_over
                    FROM (
                        VALUES
                            (
                                'tokens', v_allowed_tokens[v_place], v_spent_tokens[v_place], v_reserved_tokens[v_place],
                                v_op.tokens::numeric
                            ),
                            (
                                'calls', v_allowed_calls[v_place], v_spent_calls[v_place], v_reserved_calls[v_place],
                                v_op.calls
                            ),
                            (
                                'cost_in_cents', v_allowed_cost[v_place], v_spent_cost[v_place], v_reserved_cost[v_place],
                                v_op.cost_in_cents
                            )
                    ) AS m (measure, allowed, spent, reserved, asked)
                    WHERE m.asked > 0 AND m.spent + m.reserved + m.asked > m.allowed;

                    IF v_hard[v_place] THEN
                        v_refusals := coalesce(v_refusals, '[]') || v_over;
                    ELSE
                        v_warnings := coalesce(v_warnings, '[]') || v_over;
                    END IF;
                END IF;
            END LOOP;

            IF v_refusals IS NOT NULL THEN
                v_outcomes[v_at] := 'refused';
                v_details[v_at] := v_refusals;
            ELSE
                v_outcomes[v_at] := 'reserved';
                v_details[v_at] := v_warnings;
                v_matched[v_at] := cardinality(v_op.places);

                FOREACH v_place IN ARRAY v_op.places LOOP
                    v_reserved_tokens[v_place] := v_reserved_tokens[v_place] + v_op.tokens;
                    v_reserved_calls[v_place] := v_reserved_calls[v_place] + v_op.calls;
                    v_reserved_cost[v_place] := v_reserved_cost[v_place] + v_op.cost_in_cents;
                END LOOP;
            END IF;
        ELSIF v_op.known_id IS NULL THEN
            v_outcomes[v_at] := 'not_found';
        ELSIF v_op.op = 'release' AND v_op.status IN ('released', 'expired') THEN
            v_outcomes[v_at] := 'repeated';
        ELSIF v_op.op = 'settle' AND v_op.status = 'settled' AND v_op.is_same_actual THEN
            v_outcomes[v_at] := 'repeated';
        ELSIF v_op.status = 'settled' OR v_op.status = 'released' THEN
            v_outcomes[v_at] := 'conflict';
            v_details[v_at] := jsonb_build_object('status', v_op.status);
        ELSE
            -- What has expired is not reserved any more; what was used is used all the same.
            v_frees[v_at] := v_op.status = 'reserved';
            v_outcomes[v_at] := CASE v_op.op WHEN 'settle' THEN 'settled' ELSE 'released' END;
            v_ended := v_ended || v_op.known_id;
            v_details[v_at] := jsonb_build_object('status', v_op.status);

            FOREACH v_place IN ARRAY v_op.places LOOP
                IF v_frees[v_at] THEN
                    v_reserved_tokens[v_place] := v_reserved_tokens[v_place] - v_op.held_tokens;
                    v_reserved_calls[v_place] := v_reserved_calls[v_place] - v_op.held_calls;
                    v_reserved_cost[v_place] := v_reserved_cost[v_place] - v_op.held_cost;
                    v_spent_tokens[v_place] := v_spent_tokens[v_place] + v_op.recorded_tokens;
                    v_spent_calls[v_place] := v_spent_calls[v_place] + v_op.recorded_calls;
                    v_spent_cost[v_place] := v_spent_cost[v_place] + v_op.recorded_cost;
                END IF;

                -- What was recorded is spent by now. Of a release, nothing comes on top.
                v_spent_tokens[v_place] := v_spent_tokens[v_place]
                    + greatest(0, v_op.tokens - v_op.recorded_tokens);
                v_spent_calls[v_place] := v_spent_calls[v_place]
                    + greatest(0, v_op.calls - v_op.recorded_calls);
                v_spent_cost[v_place] := v_spent_cost[v_place]
                    + greatest(0, v_op.cost_in_cents - v_op.recorded_cost);
            END LOOP;
        END IF;
    END LOOP;

    -- In the order of their keys: with the same ones, nobody waits for somebody who waits for them.
    WITH made AS (
        INSERT INTO public.budget_reservations (
            tenant_id, id, request_key, workspace_id, principal_id, agent_id, workflow_id, model,
            tokens, calls, cost_in_cents, budget_ids, period_starts, expires_at, created_at
        )
        SELECT
            p_tenant, it.id, it.request_key, s.workspace_id, s.principal_id, s.agent_id, s.workflow_id, s.model,
            it.tokens, it.calls, it.cost_in_cents, coalesce(held.budget_ids, '{}'), coalesce(held.period_starts, '{}'),
            it.expires_at, p_now
        FROM ROWS FROM (
            jsonb_to_recordset(p_operations) AS (
                id uuid, request_key text, subject integer, tokens bigint, calls bigint, cost_in_cents numeric,
                expires_at timestamptz
            )
        ) WITH ORDINALITY AS it (id, request_key, subject, tokens, calls, cost_in_cents, expires_at, place)
        LEFT JOIN jsonb_to_recordset(p_subjects) AS s (
            subject integer, workspace_id uuid, principal_id uuid, agent_id uuid, workflow_id uuid, model text
        ) ON s.subject = it.subject
        LEFT JOIN (
            SELECT pair.subject, array_agg(pair.budget_id) AS budget_ids, array_agg(pair.period_start) AS period_starts
            FROM unnest(v_pair_subjects, v_pair_budgets, v_pair_starts) AS pair (subject, budget_id, period_start)
            GROUP BY pair.subject
        ) AS held ON held.subject = it.subject
        WHERE v_outcomes[it.place] = 'reserved'
        ORDER BY it.request_key
        ON CONFLICT (tenant_id, request_key) DO NOTHING
        RETURNING id, budget_ids, period_starts, tokens, calls, cost_in_cents
    ),

    ended AS (
        UPDATE public.budget_reservations AS r
        SET status               = it.outcome,
            actual_tokens        = it.tokens,
            actual_calls         = it.calls,
            actual_cost_in_cents = it.cost_in_cents,
            ended_at             = p_now
        FROM (
            SELECT v_outcomes[it.place] AS outcome, v_frees[it.place] AS frees, it.*
            FROM ROWS FROM (
                jsonb_to_recordset(p_operations) AS (id uuid, tokens bigint, calls bigint, cost_in_cents numeric)
            ) WITH ORDINALITY AS it (id, tokens, calls, cost_in_cents, place)
        ) AS it
        WHERE r.tenant_id = p_tenant AND r.id = ANY (v_ended) AND r.id = it.id
        RETURNING
            r.budget_ids, r.period_starts,
            -- What was recorded with one that had expired was spent then.
            greatest(r.actual_tokens, r.recorded_tokens) - CASE WHEN it.frees THEN 0 ELSE r.recorded_tokens END
                AS spent_tokens,
            greatest(r.actual_calls, r.recorded_calls) - CASE WHEN it.frees THEN 0 ELSE r.recorded_calls END AS spent_calls,
            greatest(r.actual_cost_in_cents, r.recorded_cost_in_cents)
                - CASE WHEN it.frees THEN 0 ELSE r.recorded_cost_in_cents END AS spent_cost,
            CASE WHEN it.frees THEN r.tokens ELSE 0 END AS tokens,
            CASE WHEN it.frees THEN r.calls ELSE 0 END AS calls,
            CASE WHEN it.frees THEN r.cost_in_cents ELSE 0 END AS cost_in_cents
    ),

    change AS (
        SELECT
            it.budget_id, it.period_start,
            sum(it.tokens) AS tokens, sum(it.calls) AS calls, sum(it.cost) AS cost,
            sum(it.spent_tokens) AS spent_tokens, sum(it.spent_calls) AS spent_calls, sum(it.spent_cost) AS spent_cost
        FROM (
            SELECT held.*, made.tokens, made.calls, made.cost_in_cents AS cost,
                0 AS spent_tokens, 0 AS spent_calls, 0 AS spent_cost
            FROM made
            CROSS JOIN LATERAL unnest(made.budget_ids, made.period_starts) AS held (budget_id, period_start)
            UNION ALL
            SELECT held.*, -ended.tokens, -ended.calls, -ended.cost_in_cents,
                ended.spent_tokens, ended.spent_calls, ended.spent_cost
            FROM ended
            CROSS JOIN LATERAL unnest(ended.budget_ids, ended.period_starts) AS held (budget_id, period_start)
        ) AS it
        GROUP BY it.budget_id, it.period_start
    ),

    moved AS (
        UPDATE public.budget_periods AS p
        SET reserved_tokens        = p.reserved_tokens + change.tokens,
            reserved_calls         = p.reserved_calls + change.calls,
            reserved_cost_in_cents = p.reserved_cost_in_cents + change.cost,
            spent_tokens           = p.spent_tokens + change.spent_tokens,
            spent_calls            = p.spent_calls + change.spent_calls,
            spent_cost_in_cents    = p.spent_cost_in_cents + change.spent_cost
        FROM change
        WHERE p.tenant_id = p_tenant AND p.budget_id = change.budget_id AND p.period_start = change.period_start
        RETURNING p.budget_id, p.period_start, change.spent_tokens > 0 OR change.spent_calls > 0 OR change.spent_cost > 0 AS spends
    )

    SELECT
        (SELECT array_agg(made.id) FROM made),
        (SELECT array_agg(moved.budget_id) FROM moved WHERE moved.spends),
        (SELECT array_agg(moved.period_start) FROM moved WHERE moved.spends)
    INTO v_made, v_moved, v_moved_starts;

    IF v_any_over THEN
        PERFORM public.lower_budget_carry(p_tenant, v_ids, v_starts, p_now);
    END IF;

    v_moved := v_moved || v_expired;
    v_moved_starts := v_moved_starts || v_expired_starts;

    RETURN QUERY
    SELECT
        it.place::integer - 1,
        CASE
            WHEN v_outcomes[it.place] <> 'reserved' OR it.id = ANY (v_made) THEN v_outcomes[it.place]
            -- Somebody else reserved with the same key a moment ago.
            WHEN (
                r.workspace_id, r.principal_id, r.agent_id, r.workflow_id, r.model, r.tokens, r.calls, r.cost_in_cents
            ) IS NOT DISTINCT FROM (
                s.workspace_id, s.principal_id, s.agent_id, s.workflow_id, s.model, it.tokens, it.calls, it.cost_in_cents
            ) THEN 'repeated'
            ELSE 'conflict'
        END,
        v_matched[it.place],
        CASE WHEN r.id IS NOT NULL THEN
            jsonb_build_object(
                'id', r.id,
                'status', CASE WHEN r.status = 'reserved' AND r.expires_at <= p_now THEN 'expired' ELSE r.status END,
                'expires_at', to_json(r.expires_at)
            )
        ELSE v_details[it.place] END
    FROM ROWS FROM (
        jsonb_to_recordset(p_operations) AS (
            id uuid, request_key text, subject integer, tokens bigint, calls bigint, cost_in_cents numeric
        )
    ) WITH ORDINALITY AS it (id, request_key, subject, tokens, calls, cost_in_cents, place)
    LEFT JOIN jsonb_to_recordset(p_subjects) AS s (
        subject integer, workspace_id uuid, principal_id uuid, agent_id uuid, workflow_id uuid, model text
    ) ON s.subject = it.subject
    LEFT JOIN public.budget_reservations AS r
        ON v_outcomes[it.place] = 'reserved' AND (it.id = ANY (v_made)) IS NOT TRUE
        AND r.tenant_id = p_tenant AND r.request_key = ANY (v_keys) AND r.request_key = it.request_key
    ORDER BY it.place;

    IF v_moved IS NOT NULL THEN
        detail := public.raise_budget_alerts(p_tenant, v_moved, v_moved_starts, p_now);

        IF detail IS NOT NULL THEN
            ordinal := NULL;
            outcome := 'alerts';
            budgets := NULL;
            RETURN NEXT;
        END IF;
    END IF;
END
$$;

COMMENT ON FUNCTION budget_apply(uuid, jsonb, jsonb, timestamptz) IS
    'Reserves, settles and releases, each for itself and in this order; no id and no request_key may be in it twice. Subjects: see '
    'matching_budgets. Operations: objects with op (reserve, settle, release), id (of the reservation), tokens, calls, cost_in_cents '
    '(asked for, or used; none for release); to reserve also subject, request_key and expires_at. Gives for each its outcome: '
    'reserved (with how many budgets, and soft ones that are exceeded), refused (with the budgets that refuse), settled, released, '
    'repeated, conflict, not_found; and, with no ordinal, the alerts that this raises. To settle spends, of each measure, what was used '
    'or what was recorded with the reservation, whichever is more; to release, what was recorded.';
