-- What is made of usage: summaries, reports, and costs rated anew.

--: UsageRow (workspace_id?, workspace_name?, agent_id?, agent_name?, principal_id?, principal_name?, workflow_id?, workflow_name?, run_id?, model?, tool?, metric_type?, metric_name?)

-- Summing up ----------------------------------------------------------------------------------------------------------

-- Of several that sum up the usage of a tenant, one after the other. A statement of its own: those behind it see what the one
-- before left.
--! lock_usage_summaries
SELECT pg_advisory_xact_lock(hashtextextended('agentflow usage summaries ' || :tenant_id::uuid::text, 0))::text;

-- No month is dropped from here to the end of the transaction.
--! hold_months
LOCK TABLE ONLY public.metering_events IN ACCESS SHARE MODE;

-- Hours that are out of date, and no longer marked: of those marks that this statement sees, and no later ones. Of a month that
-- was dropped, what was summed up stays.
--! take_changed_hours (before?) : ChangedHours ()
WITH page AS MATERIALIZED (
    SELECT workspace_id, hour
    FROM public.usage_changes
    WHERE tenant_id = :tenant_id
      AND (:before::timestamptz IS NULL OR hour < :before)
    GROUP BY workspace_id, hour
    ORDER BY workspace_id, hour
    LIMIT :page_size
),

-- Each by the index, however many there are.
taken AS (
    DELETE FROM public.usage_changes
    WHERE tenant_id = :tenant_id
      AND id = ANY (
          ARRAY(
              SELECT marked.id
              FROM page
              CROSS JOIN LATERAL (
                  SELECT c.id
                  FROM public.usage_changes AS c
                  WHERE c.tenant_id = :tenant_id AND c.workspace_id = page.workspace_id AND c.hour = page.hour
                  OFFSET 0
              ) AS marked
          )
      )
)

SELECT
    count(*) AS hours,
    coalesce(array_agg(workspace_id ORDER BY workspace_id, hour) FILTER (WHERE is_there), '{}') AS workspaces,
    coalesce(array_agg(hour ORDER BY workspace_id, hour) FILTER (WHERE is_there), '{}') AS starts
FROM (
    SELECT
        workspace_id,
        hour,
        -- By a query: what was looked up by name before is remembered as unknown, even when it was made since.
        EXISTS (
            SELECT FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace
              AND c.relname = 'metering_events_' || to_char(hour AT TIME ZONE 'UTC', 'YYYY_MM')
        ) AS is_there
    FROM page
) AS changed;

--! count_changed_hours
SELECT count(*) FROM (SELECT DISTINCT workspace_id, hour FROM public.usage_changes WHERE tenant_id = :tenant_id) AS changed;

-- The windows of a period that have these hours.
--! forget_summaries
DELETE FROM public.usage_summaries
WHERE tenant_id = :tenant_id
  AND id = ANY (
      ARRAY(
          SELECT old.id
          FROM (
              SELECT DISTINCT workspace_id, date_trunc(:unit::text, hour, 'UTC') AS period_start
              FROM unnest(:workspaces::uuid[], :hours::timestamptz[]) AS hours (workspace_id, hour)
          ) AS changed
          CROSS JOIN LATERAL (
              SELECT s.id
              FROM public.usage_summaries AS s
              WHERE s.tenant_id = :tenant_id
                AND s.workspace_id = changed.workspace_id
                AND s.period = :period
                AND s.period_start = changed.period_start
              OFFSET 0
          ) AS old
      )
  );

-- Hour by hour: nothing else is read, however much there is.
--! sum_up_hours
INSERT INTO public.usage_summaries (
    tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, agent_id, model, tool,
    events, unpriced_events, quantity, total_cost_in_cents, last_at, created_at
)
SELECT
    :tenant_id, changed.workspace_id, 'hourly', changed.hour, changed.hour + interval '1 hour',
    sums.metric_type, sums.metric_name, sums.unit, sums.agent_id, sums.model, sums.tool,
    sums.events, sums.unpriced_events, coalesce(sums.last_quantity, sums.quantity), sums.cost_in_cents, sums.last_at, :now
FROM unnest(:workspaces::uuid[], :hours::timestamptz[]) AS changed (workspace_id, hour)
CROSS JOIN LATERAL (
    SELECT
        e.metric_type, e.metric_name, e.unit, e.agent_id, e.model, e.tool,
        count(*) AS events,
        count(*) FILTER (WHERE e.cost_source = 'unpriced' AND e.unit <> 'bytes') AS unpriced_events,
        sum(e.quantity) AS quantity,
        -- Only of levels the readings are put in order.
        (array_agg(e.quantity ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE e.unit = 'bytes'))[1] AS last_quantity,
        sum(e.cost_in_cents) AS cost_in_cents,
        max(e.occurred_at) AS last_at
    FROM public.metering_events AS e
    WHERE e.tenant_id = :tenant_id
      AND e.workspace_id = changed.workspace_id
      AND e.occurred_at >= changed.hour
      AND e.occurred_at < changed.hour + interval '1 hour'
    GROUP BY e.metric_type, e.metric_name, e.unit, e.agent_id, e.model, e.tool
) AS sums;

-- Days of their hours, months of their days.
--! sum_up_summaries
INSERT INTO public.usage_summaries (
    tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, agent_id, model, tool,
    events, unpriced_events, quantity, total_cost_in_cents, last_at, created_at
)
SELECT
    :tenant_id, changed.workspace_id, :period, changed.period_start, changed.period_end,
    sums.metric_type, sums.metric_name, sums.unit, sums.agent_id, sums.model, sums.tool,
    sums.events, sums.unpriced_events, coalesce(sums.last_quantity, sums.quantity), sums.cost_in_cents, sums.last_at, :now
FROM (
    SELECT DISTINCT
        workspace_id,
        date_trunc(:unit::text, hour, 'UTC') AS period_start,
        (date_trunc(:unit::text, hour, 'UTC') AT TIME ZONE 'UTC' + ('1 ' || :unit::text)::interval) AT TIME ZONE 'UTC'
            AS period_end
    FROM unnest(:workspaces::uuid[], :hours::timestamptz[]) AS hours (workspace_id, hour)
) AS changed
CROSS JOIN LATERAL (
    SELECT
        s.metric_type, s.metric_name, s.unit, s.agent_id, s.model, s.tool,
        sum(s.events) AS events,
        sum(s.unpriced_events) AS unpriced_events,
        sum(s.quantity) AS quantity,
        (array_agg(s.quantity ORDER BY s.last_at DESC) FILTER (WHERE s.unit = 'bytes'))[1] AS last_quantity,
        sum(s.total_cost_in_cents) AS cost_in_cents,
        max(s.last_at) AS last_at
    FROM public.usage_summaries AS s
    WHERE s.tenant_id = :tenant_id
      AND s.workspace_id = changed.workspace_id
      AND s.period = :of_period
      AND s.period_start >= changed.period_start
      AND s.period_start < changed.period_end
    GROUP BY s.metric_type, s.metric_name, s.unit, s.agent_id, s.model, s.tool
) AS sums;

-- Reporting -----------------------------------------------------------------------------------------------------------

-- Of a level, the last value of each series in a window; and of all series of a group the sum. With `total`, the window is all
-- of it.
--! report_summaries (workspace_id?, agent_id?, model?, tool?, metric_type?, metric_name?) : UsageRow
WITH found AS (
    SELECT
        CASE WHEN :total THEN :from::timestamptz ELSE s.period_start END AS window_start,
        s.workspace_id, s.agent_id, s.model, s.tool, s.metric_type, s.metric_name, s.unit,
        sum(s.events)::bigint AS events,
        sum(s.unpriced_events)::bigint AS unpriced_events,
        CASE s.unit WHEN 'bytes' THEN (array_agg(s.quantity ORDER BY s.last_at DESC))[1] ELSE sum(s.quantity) END AS quantity,
        sum(s.total_cost_in_cents) AS cost_in_cents
    FROM public.usage_summaries AS s
    WHERE s.tenant_id = :tenant_id
      AND s.period = :period
      AND s.period_start >= :from AND s.period_start < :to
      AND (:workspace_id::uuid IS NULL OR s.workspace_id = :workspace_id)
      AND (:agent_id::uuid IS NULL OR s.agent_id = :agent_id)
      AND (:model::text IS NULL OR s.model = :model)
      AND (:tool::text IS NULL OR s.tool = :tool)
      AND (:metric_type::text IS NULL OR s.metric_type = :metric_type)
      AND (:metric_name::text IS NULL OR s.metric_name = :metric_name)
    GROUP BY
        CASE WHEN :total THEN :from::timestamptz ELSE s.period_start END,
        s.workspace_id, s.agent_id, s.model, s.tool, s.metric_type, s.metric_name, s.unit
),

grouped AS (
    SELECT
        window_start,
        CASE WHEN :by_workspace THEN workspace_id END AS workspace_id,
        CASE WHEN :by_agent THEN agent_id END AS agent_id,
        CASE WHEN :by_model THEN model END AS model,
        CASE WHEN :by_tool THEN tool END AS tool,
        CASE WHEN :by_metric THEN metric_type END AS metric_type,
        CASE WHEN :by_metric THEN metric_name END AS metric_name,
        sum(events)::bigint AS events,
        sum(unpriced_events)::bigint AS unpriced_events,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0) AS tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%input_tokens'), 0) AS input_tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%output_tokens'), 0) AS output_tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'connector_calls'), 0) AS connector_calls,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'api_calls'), 0) AS api_calls,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'storage_bytes'), 0) AS storage_bytes,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'compute_minutes'), 0) AS compute_minutes,
        sum(cost_in_cents) AS cost_in_cents
    FROM found
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)

SELECT
    g.window_start,
    g.workspace_id, w.name AS workspace_name, g.agent_id, a.name AS agent_name,
    NULL::uuid AS principal_id, NULL::text AS principal_name, NULL::uuid AS workflow_id, NULL::text AS workflow_name,
    NULL::uuid AS run_id, g.model, g.tool, g.metric_type, g.metric_name,
    g.events, g.unpriced_events,
    g.tokens::text, g.input_tokens::text, g.output_tokens::text, g.connector_calls::text, g.api_calls::text,
    g.storage_bytes::text, g.compute_minutes::text, g.cost_in_cents::text
FROM grouped AS g
LEFT JOIN public.workspaces AS w ON w.tenant_id = :tenant_id AND w.id = g.workspace_id
LEFT JOIN public.agents AS a ON a.tenant_id = :tenant_id AND a.id = g.agent_id
ORDER BY g.window_start, w.name, g.workspace_id, a.name, g.agent_id, g.model, g.tool, g.metric_type, g.metric_name
LIMIT :most;

-- What summaries do not tell apart, from the events themselves.
--! report_events (workspace_id?, agent_id?, model?, tool?, metric_type?, metric_name?) : UsageRow
WITH found AS (
    SELECT
        CASE WHEN :total THEN :from::timestamptz ELSE date_trunc(:unit::text, e.occurred_at, 'UTC') END AS window_start,
        e.workspace_id, e.agent_id, e.model, e.tool, e.metric_type, e.metric_name, e.unit,
        CASE WHEN :by_user THEN e.principal_id END AS principal_id,
        CASE WHEN :by_workflow THEN e.workflow_id END AS workflow_id,
        CASE WHEN :by_run THEN e.run_id END AS run_id,
        count(*) AS events,
        count(*) FILTER (WHERE e.cost_source = 'unpriced' AND e.unit <> 'bytes') AS unpriced_events,
        CASE e.unit
            WHEN 'bytes' THEN
                -- Only of levels all readings are put in order.
                (array_agg(e.quantity ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE e.unit = 'bytes'))[1]
            ELSE sum(e.quantity)
        END AS quantity,
        sum(e.cost_in_cents) AS cost_in_cents
    FROM public.metering_events AS e
    WHERE e.tenant_id = :tenant_id
      AND e.occurred_at >= :from AND e.occurred_at < :to
      AND (:workspace_id::uuid IS NULL OR e.workspace_id = :workspace_id)
      AND (:agent_id::uuid IS NULL OR e.agent_id = :agent_id)
      AND (:model::text IS NULL OR e.model = :model)
      AND (:tool::text IS NULL OR e.tool = :tool)
      AND (:metric_type::text IS NULL OR e.metric_type = :metric_type)
      AND (:metric_name::text IS NULL OR e.metric_name = :metric_name)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
),

grouped AS (
    SELECT
        window_start, principal_id, workflow_id, run_id,
        CASE WHEN :by_workspace THEN workspace_id END AS workspace_id,
        CASE WHEN :by_agent THEN agent_id END AS agent_id,
        CASE WHEN :by_model THEN model END AS model,
        CASE WHEN :by_tool THEN tool END AS tool,
        CASE WHEN :by_metric THEN metric_type END AS metric_type,
        CASE WHEN :by_metric THEN metric_name END AS metric_name,
        sum(events)::bigint AS events,
        sum(unpriced_events)::bigint AS unpriced_events,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0) AS tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%input_tokens'), 0) AS input_tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%output_tokens'), 0) AS output_tokens,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'connector_calls'), 0) AS connector_calls,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'api_calls'), 0) AS api_calls,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'storage_bytes'), 0) AS storage_bytes,
        coalesce(sum(quantity) FILTER (WHERE metric_type = 'compute_minutes'), 0) AS compute_minutes,
        sum(cost_in_cents) AS cost_in_cents
    FROM found
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)

SELECT
    g.window_start,
    g.workspace_id, w.name AS workspace_name, g.agent_id, a.name AS agent_name,
    g.principal_id, p.display_name AS principal_name, g.workflow_id, f.name AS workflow_name,
    g.run_id, g.model, g.tool, g.metric_type, g.metric_name,
    g.events, g.unpriced_events,
    g.tokens::text, g.input_tokens::text, g.output_tokens::text, g.connector_calls::text, g.api_calls::text,
    g.storage_bytes::text, g.compute_minutes::text, g.cost_in_cents::text
FROM grouped AS g
LEFT JOIN public.workspaces AS w ON w.tenant_id = :tenant_id AND w.id = g.workspace_id
LEFT JOIN public.agents AS a ON a.tenant_id = :tenant_id AND a.id = g.agent_id
LEFT JOIN public.principals AS p ON p.tenant_id = :tenant_id AND p.id = g.principal_id
LEFT JOIN public.workflows AS f ON f.tenant_id = :tenant_id AND f.id = g.workflow_id
ORDER BY
    g.window_start, w.name, g.workspace_id, a.name, g.agent_id, p.display_name, g.principal_id, f.name, g.workflow_id, g.run_id,
    g.model, g.tool, g.metric_type, g.metric_name
LIMIT :most;

-- Rating anew ---------------------------------------------------------------------------------------------------------

-- Of several that rate the usage of a tenant anew, one after the other.
--! lock_rating
SELECT pg_advisory_xact_lock(hashtextextended('agentflow usage rating ' || :tenant_id::uuid::text, 0))::text;

-- How many events each hour has, as far as they are summed up.
--! list_hours (workspace_id?)
SELECT period_start AS hour, sum(events)::bigint AS events
FROM public.usage_summaries
WHERE tenant_id = :tenant_id
  AND period = 'hourly'
  AND period_start >= :from AND period_start < :to
  AND (:workspace_id::uuid IS NULL OR workspace_id = :workspace_id)
GROUP BY period_start
ORDER BY period_start;

-- By the versions that are in force now for when it happened. What was given stays, as does what would cost more than there is
-- room for; levels have no price.
--! rerate_events (workspace_id?) : Rerated (too_costly_at?, too_costly_key?)
WITH books AS MATERIALIZED (
    SELECT
        b.version,
        b.effective_from,
        lead(b.effective_from, 1, 'infinity') OVER (ORDER BY b.effective_from, b.version) AS effective_to
    FROM public.price_books AS b
    WHERE b.tenant_id = :tenant_id
),

due AS MATERIALIZED (
    SELECT
        e.workspace_id, e.occurred_at, e.id, e.event_key, e.metric_type, e.metric_name, e.model, e.tool, e.quantity,
        e.cost_in_cents, e.cost_source, e.price_version, books.version
    FROM public.metering_events AS e
    LEFT JOIN books ON e.occurred_at >= books.effective_from AND e.occurred_at < books.effective_to
    WHERE e.tenant_id = :tenant_id
      AND e.occurred_at >= :from AND e.occurred_at < :to
      AND (:workspace_id::uuid IS NULL OR e.workspace_id = :workspace_id)
      AND e.cost_source <> 'given'
      AND e.unit <> 'bytes'
),

rates AS MATERIALIZED (
    SELECT
        asked.*, price.cents, price.per_quantity
    FROM (SELECT DISTINCT version, metric_type, metric_name, model, tool FROM due WHERE version IS NOT NULL) AS asked
    CROSS JOIN LATERAL public.price_of(
        :tenant_id, asked.version, asked.metric_type, asked.metric_name, asked.model, asked.tool
    ) AS price
),

rated AS MATERIALIZED (
    SELECT
        due.*,
        coalesce(public.cost_at_price(due.quantity, rates.cents, rates.per_quantity), 0) AS new_cost,
        CASE WHEN rates.cents IS NULL THEN 'unpriced' ELSE 'priced' END AS new_source
    FROM due
    LEFT JOIN rates
        ON rates.version = due.version
        AND rates.metric_type = due.metric_type
        AND rates.metric_name = due.metric_name
        AND rates.model IS NOT DISTINCT FROM due.model
        AND rates.tool IS NOT DISTINCT FROM due.tool
),

changed AS MATERIALIZED (
    SELECT *
    FROM rated
    WHERE new_cost < 1e14
      AND (cost_in_cents, cost_source, price_version) IS DISTINCT FROM (new_cost, new_source, version)
),

too_costly AS MATERIALIZED (
    SELECT occurred_at, event_key
    FROM rated
    WHERE new_cost >= 1e14
    ORDER BY occurred_at, event_key
    LIMIT 1
),

updated AS (
    UPDATE public.metering_events AS e
    SET cost_in_cents = changed.new_cost, cost_source = changed.new_source, price_version = changed.version
    FROM changed
    WHERE NOT :dry_run
      AND e.tenant_id = :tenant_id
      AND e.occurred_at >= :from AND e.occurred_at < :to
      AND e.workspace_id = changed.workspace_id
      AND e.occurred_at = changed.occurred_at
      AND e.id = changed.id
),

marked AS (
    INSERT INTO public.usage_changes (tenant_id, workspace_id, hour)
    SELECT DISTINCT :tenant_id::uuid, workspace_id, date_trunc('hour', occurred_at, 'UTC')
    FROM changed
    WHERE NOT :dry_run
)

SELECT
    count(*) AS events,
    (SELECT count(*) FROM changed) AS changed,
    coalesce(sum(cost_in_cents), 0)::text AS before_cents,
    coalesce(sum(CASE WHEN new_cost < 1e14 THEN new_cost ELSE cost_in_cents END), 0)::text AS after_cents,
    count(*) FILTER (WHERE new_source = 'unpriced') AS unpriced,
    count(*) FILTER (WHERE new_cost >= 1e14) AS too_costly,
    (SELECT occurred_at FROM too_costly) AS too_costly_at,
    (SELECT event_key FROM too_costly) AS too_costly_key
FROM rated;

-- Keeping -------------------------------------------------------------------------------------------------------------

--! list_months
SELECT name, month, bytes, is_retained FROM public.metering_months();

--! retain_from
SELECT public.retain_metering_from(:at)::text;

--! freeze_month
SELECT public.freeze_metering_month(:name)::text;

--! drop_month
SELECT public.drop_metering_month(:name)::text;

-- Whoever waits for a table makes all others wait behind.
--! wait_briefly
SELECT set_config('lock_timeout', :time::text, true);

-- Of the next keys, in their order, those that are no longer kept. The key of the last that was looked at; no rows behind it.
--! forget_keys (after_workspace?, after_key?)
WITH page AS MATERIALIZED (
    SELECT workspace_id, event_key, occurred_at
    FROM public.metering_event_keys
    WHERE tenant_id = :tenant_id
      AND (:after_key::text IS NULL OR (workspace_id, event_key) > (:after_workspace::uuid, :after_key))
    ORDER BY workspace_id, event_key
    LIMIT :page_size
),

forgotten AS (
    DELETE FROM public.metering_event_keys AS k
    USING page
    WHERE k.tenant_id = :tenant_id
      AND k.workspace_id = page.workspace_id
      AND k.event_key = page.event_key
      AND page.occurred_at < public.metering_retained_from()
    RETURNING k.event_key
)

SELECT workspace_id, event_key, (SELECT count(*) FROM forgotten) AS forgotten
FROM page
ORDER BY workspace_id DESC, event_key DESC
LIMIT 1;
