-- Usage: events, their keys, prices, and what is made of them.

-- Recording -----------------------------------------------------------------------------------------------------------

--! create_month
SELECT public.create_metering_month(:at)::text;

--! retained_from
SELECT public.metering_retained_from();

-- In their order; NULL for a key that is gone.
--! known_fingerprints : (fingerprint?)
SELECT asked.ordinal, known.fingerprint
FROM unnest(:workspace_ids::uuid[], :keys::text[]) WITH ORDINALITY AS asked (workspace_id, event_key, ordinal)
LEFT JOIN public.metering_event_keys AS known
    ON known.tenant_id = :tenant_id AND known.workspace_id = asked.workspace_id AND known.event_key = asked.event_key
ORDER BY asked.ordinal;

-- Takes an array of objects: ordinal, workspace_id, occurred_at, id, event_key, fingerprint (hex), metric_type, metric_name, unit, quantity,
-- cost_in_cents (none: by the price book), agent_id, principal_id, workflow_id, run_id, tool_call_id, message_id, reservation_id,
-- model, tool, metadata. No key twice for a workspace. Gives a row for each that is not recorded, by its ordinal, with what about it
-- is in the way (a field that names what is not there; occurred_at: no longer kept; cost_in_cents: beyond what is held), or NULL
-- when its key is known already; and at last, without an ordinal, the alerts that this raises.
--! record_events : (ordinal?, missing?, alerts?)
WITH given AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset(:events::jsonb) AS item (
        ordinal integer, workspace_id uuid, occurred_at timestamptz, id uuid, event_key text, fingerprint text, metric_type text, metric_name text,
        unit text, quantity numeric, cost_in_cents numeric, agent_id uuid, principal_id uuid, workflow_id uuid, run_id uuid,
        tool_call_id uuid, message_id uuid, reservation_id uuid, model text, tool text, metadata jsonb
    )
),

-- Each that is named is looked up once, not once for each event; and each by itself (OFFSET), never joined with all there are.
absent AS MATERIALIZED (
    SELECT 'workspace_id' AS field, named.id
    FROM (SELECT DISTINCT workspace_id AS id FROM given) AS named
    WHERE NOT EXISTS (SELECT FROM public.workspaces AS w WHERE w.tenant_id = :tenant_id AND w.id = named.id OFFSET 0)

    UNION ALL

    SELECT 'agent_id', named.id
    FROM (SELECT DISTINCT agent_id AS id FROM given WHERE agent_id IS NOT NULL) AS named
    WHERE NOT EXISTS (SELECT FROM public.agents AS a WHERE a.tenant_id = :tenant_id AND a.id = named.id OFFSET 0)

    UNION ALL

    SELECT 'principal_id', named.id
    FROM (SELECT DISTINCT principal_id AS id FROM given WHERE principal_id IS NOT NULL) AS named
    WHERE NOT EXISTS (SELECT FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = named.id OFFSET 0)

    UNION ALL

    SELECT 'workflow_id', named.id
    FROM (SELECT DISTINCT workflow_id AS id FROM given WHERE workflow_id IS NOT NULL) AS named
    WHERE NOT EXISTS (SELECT FROM public.workflows AS w WHERE w.tenant_id = :tenant_id AND w.id = named.id OFFSET 0)

    UNION ALL

    SELECT 'reservation_id', named.id
    FROM (SELECT DISTINCT reservation_id AS id FROM given WHERE reservation_id IS NOT NULL) AS named
    WHERE NOT EXISTS (SELECT FROM public.budget_reservations AS r WHERE r.tenant_id = :tenant_id AND r.id = named.id OFFSET 0)
),

-- Versions that took effect, each until the next.
books AS MATERIALIZED (
    SELECT
        b.version,
        b.effective_from,
        lead(b.effective_from, 1, 'infinity') OVER (ORDER BY b.effective_from, b.version) AS effective_to
    FROM public.price_books AS b
    WHERE b.tenant_id = :tenant_id
),

dated AS MATERIALIZED (
    SELECT given.*, books.version
    FROM given
    LEFT JOIN books ON given.occurred_at >= books.effective_from AND given.occurred_at < books.effective_to
),

rates AS MATERIALIZED (
    SELECT
        asked.*, price.cents, price.per_quantity
    FROM (
        SELECT DISTINCT version, metric_type, metric_name, coalesce(model, '') AS model, coalesce(tool, '') AS tool
        FROM dated
        WHERE cost_in_cents IS NULL AND version IS NOT NULL
    ) AS asked
    CROSS JOIN LATERAL public.price_of(
        :tenant_id, asked.version, asked.metric_type, asked.metric_name, nullif(asked.model, ''), nullif(asked.tool, '')
    ) AS price
),

rated AS MATERIALIZED (
    SELECT
        dated.*,
        coalesce(dated.cost_in_cents, public.cost_at_price(dated.quantity, rates.cents, rates.per_quantity), 0) AS cost,
        CASE
            WHEN dated.cost_in_cents IS NOT NULL THEN 'given'
            WHEN rates.cents IS NOT NULL THEN 'priced'
            ELSE 'unpriced'
        END AS cost_source
    FROM dated
    LEFT JOIN rates
        ON dated.cost_in_cents IS NULL
        AND rates.version = dated.version
        AND rates.metric_type = dated.metric_type
        AND rates.metric_name = dated.metric_name
        AND rates.model = coalesce(dated.model, '')
        AND rates.tool = coalesce(dated.tool, '')
),

refused AS MATERIALIZED (
    SELECT
        rated.ordinal,
        coalesce(
            (
                SELECT absent.field
                FROM absent
                WHERE absent.id = CASE absent.field
                    WHEN 'workspace_id' THEN rated.workspace_id
                    WHEN 'agent_id' THEN rated.agent_id
                    WHEN 'principal_id' THEN rated.principal_id
                    WHEN 'workflow_id' THEN rated.workflow_id
                    ELSE rated.reservation_id
                END
                LIMIT 1
            ),
            CASE WHEN rated.occurred_at < retention.retained_from THEN 'occurred_at' WHEN rated.cost >= 1e14 THEN 'cost_in_cents' END
        ) AS missing
    FROM rated
    CROSS JOIN (SELECT public.metering_retained_from() AS retained_from) AS retention
),

-- In the order of the index, so that callers who tell of the same events do not wait for each other in a circle.
keyed AS (
    INSERT INTO public.metering_event_keys (tenant_id, workspace_id, event_key, fingerprint, occurred_at)
    SELECT :tenant_id, rated.workspace_id, rated.event_key, decode(rated.fingerprint, 'hex'), rated.occurred_at
    FROM rated
    JOIN refused USING (ordinal)
    WHERE refused.missing IS NULL
    ORDER BY rated.workspace_id, rated.event_key
    ON CONFLICT DO NOTHING
    RETURNING workspace_id, event_key
),

recorded AS (
    INSERT INTO public.metering_events (
        tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_in_cents, cost_source,
        price_version, agent_id, principal_id, workflow_id, run_id, tool_call_id, message_id, reservation_id, model, tool, metadata
    )
    SELECT
        :tenant_id, rated.workspace_id, rated.occurred_at, rated.id, rated.event_key, rated.metric_type, rated.metric_name,
        rated.unit, rated.quantity, rated.cost, rated.cost_source, CASE WHEN rated.cost_in_cents IS NULL THEN rated.version END,
        rated.agent_id, rated.principal_id, rated.workflow_id, rated.run_id, rated.tool_call_id, rated.message_id,
        rated.reservation_id, rated.model, rated.tool, coalesce(rated.metadata, '{}')
    FROM rated
    JOIN keyed USING (workspace_id, event_key)
    ORDER BY rated.workspace_id, rated.occurred_at
    RETURNING
        workspace_id, occurred_at, metric_type, quantity, cost_in_cents, principal_id, agent_id, workflow_id, model, reservation_id
),

changed AS (
    INSERT INTO public.usage_changes (tenant_id, workspace_id, hour)
    SELECT DISTINCT :tenant_id::uuid, workspace_id, date_trunc('hour', occurred_at, 'UTC')
    FROM recorded
),

-- Of what was reserved, the budgets are told by its reservation: see budget_charge. Periods begin at a quarter of an hour, in every
-- time zone.
charges AS MATERIALIZED (
    SELECT jsonb_agg(to_jsonb(charge)) AS list
    FROM (
        SELECT
            workspace_id, principal_id, agent_id, workflow_id, model, reservation_id,
            date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00') AS at,
            coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0)::bigint AS tokens,
            coalesce(sum(quantity) FILTER (WHERE metric_type IN ('connector_calls', 'api_calls')), 0)::bigint AS calls,
            sum(cost_in_cents)::text AS cost_in_cents
        FROM recorded
        WHERE EXISTS (SELECT FROM public.budgets AS b WHERE b.tenant_id = :tenant_id)
        GROUP BY
            workspace_id, principal_id, agent_id, workflow_id, model, reservation_id,
            date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00')
    ) AS charge
)

SELECT rated.ordinal, refused.missing, NULL AS alerts
FROM rated
JOIN refused USING (ordinal)
LEFT JOIN keyed USING (workspace_id, event_key)
WHERE keyed.event_key IS NULL

UNION ALL

SELECT NULL, NULL, CASE WHEN charges.list IS NOT NULL THEN public.budget_charge(:tenant_id, charges.list, :now)::text END
FROM charges;
