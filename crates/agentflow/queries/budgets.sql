-- Budgets: what may be used in a period.

--: Budget (workspace_id?, principal_id?, agent_id?, workflow_id?, model?, limit_tokens?, limit_calls?, limit_cost_in_cents?, period_end?)

--! find_time_zone
SELECT z.name FROM pg_catalog.pg_timezone_names AS z WHERE lower(z.name) = lower(:name);

--! list_time_zones
SELECT z.name FROM pg_catalog.pg_timezone_names AS z ORDER BY z.name;

--! insert_budget (workspace_id?, principal_id?, agent_id?, workflow_id?, model?, limit_tokens?, limit_calls?, limit_cost_in_cents?)
INSERT INTO public.budgets (
    tenant_id, id, name, workspace_id, principal_id, agent_id, workflow_id, model, enforcement, period, time_zone,
    limit_tokens, limit_calls, limit_cost_in_cents, thresholds, carry_over_percent, created_at, updated_at
)
VALUES (
    :tenant_id, :id, :name, :workspace_id, :principal_id, :agent_id, :workflow_id, :model, :enforcement, :period, :time_zone,
    :limit_tokens, :limit_calls, :limit_cost_in_cents::text::numeric, :thresholds, :carry_over_percent, :now, :now
);

--! update_budget (workspace_id?, principal_id?, agent_id?, workflow_id?, model?, limit_tokens?, limit_calls?, limit_cost_in_cents?)
UPDATE public.budgets AS b
SET workspace_id        = :workspace_id,
    principal_id        = :principal_id,
    agent_id            = :agent_id,
    workflow_id         = :workflow_id,
    model               = :model,
    enforcement         = :enforcement,
    limit_tokens        = :limit_tokens,
    limit_calls         = :limit_calls,
    limit_cost_in_cents = :limit_cost_in_cents::text::numeric,
    thresholds          = :thresholds,
    carry_over_percent  = :carry_over_percent,
    updated_at          = greatest(b.created_at, :now)
WHERE b.tenant_id = :tenant_id AND b.id = :id;

-- Held for the rest of the transaction.
--! lock_budget
SELECT b.id FROM public.budgets AS b WHERE b.tenant_id = :tenant_id AND b.name = :name FOR NO KEY UPDATE;

-- Held for the rest of the transaction, to be deleted.
--! lock_budget_to_delete
SELECT b.id FROM public.budgets AS b WHERE b.tenant_id = :tenant_id AND b.id = :id FOR UPDATE;

-- Makes the row of the period that is now, with the limits that it had so far, and locks it.
--! lock_current_period
SELECT public.lock_budget_periods(
    b.tenant_id, ARRAY[b.id], ARRAY[w.period_start], ARRAY[w.period_end], NULL, NULL, :now
)::text
FROM public.budgets AS b
CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, :now) AS w
WHERE b.tenant_id = :tenant_id AND b.id = :id;

--! limit_current_period
UPDATE public.budget_periods AS p
SET limit_tokens        = b.limit_tokens,
    limit_calls         = b.limit_calls,
    limit_cost_in_cents = b.limit_cost_in_cents
FROM public.budgets AS b
CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, :now) AS w
WHERE b.tenant_id = :tenant_id AND b.id = :id
  AND p.tenant_id = b.tenant_id AND p.budget_id = b.id AND p.period_start = w.period_start;

--! get_budget : Budget
SELECT
    b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone,
    b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at,
    s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text
FROM public.budgets AS b
CROSS JOIN LATERAL public.budget_state(b, :now) AS s
WHERE b.tenant_id = :tenant_id AND b.id = :id;

--! get_budget_by_name : Budget
SELECT
    b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone,
    b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at,
    s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text
FROM public.budgets AS b
CROSS JOIN LATERAL public.budget_state(b, :now) AS s
WHERE b.tenant_id = :tenant_id AND b.name = :name;

--! list_budgets (after?) : Budget
SELECT
    b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone,
    b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at,
    s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text
FROM (
    SELECT *
    FROM public.budgets
    WHERE tenant_id = :tenant_id AND (:after::text IS NULL OR name > :after)
    ORDER BY name
    LIMIT :page_size
) AS it
JOIN public.budgets AS b ON b.tenant_id = it.tenant_id AND b.id = it.id
CROSS JOIN LATERAL public.budget_state(b, :now) AS s
ORDER BY b.name;

--! list_matching_budgets : Budget
SELECT
    b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone,
    b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at,
    s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text
FROM public.budgets AS b
CROSS JOIN LATERAL public.budget_state(b, :now) AS s
WHERE b.tenant_id = :tenant_id
  AND b.id = ANY (ARRAY(SELECT m.budget_id FROM public.matching_budgets(:tenant_id, :subjects::jsonb) AS m))
ORDER BY b.name;

--! delete_budget
DELETE FROM public.budgets AS b WHERE b.tenant_id = :tenant_id AND b.id = :id RETURNING b.name;

-- Increases -----------------------------------------------------------------------------------------------------------

--: Increase ()

--! insert_budget_increase
INSERT INTO public.budget_increases (tenant_id, id, budget_id, tokens, calls, cost_in_cents, starts_at, ends_at, reason, created_at)
VALUES (:tenant_id, :id, :budget_id, :tokens, :calls, :cost_in_cents::text::numeric, :starts_at, :ends_at, :reason, :now);

--! list_budget_increases : Increase
SELECT i.id, i.budget_id, i.tokens, i.calls, i.cost_in_cents::text, i.starts_at, i.ends_at, i.reason, i.created_at
FROM public.budget_increases AS i
WHERE i.tenant_id = :tenant_id AND i.budget_id = :budget_id
ORDER BY i.starts_at, i.id;

-- Held for the rest of the transaction.
--! lock_budget_increase : Increase
SELECT i.id, i.budget_id, i.tokens, i.calls, i.cost_in_cents::text, i.starts_at, i.ends_at, i.reason, i.created_at
FROM public.budget_increases AS i
WHERE i.tenant_id = :tenant_id AND i.id = :id
FOR NO KEY UPDATE;

--! end_budget_increase
UPDATE public.budget_increases AS i SET ends_at = :now WHERE i.tenant_id = :tenant_id AND i.id = :id;

--! delete_budget_increase
DELETE FROM public.budget_increases AS i WHERE i.tenant_id = :tenant_id AND i.id = :id;

-- Alerts --------------------------------------------------------------------------------------------------------------

--! list_budget_alerts : (period_end?)
SELECT
    a.budget_id, b.name, b.enforcement, b.period, b.time_zone, a.period_start, p.period_end, a.measure, a.percent,
    a.spent::text, a.allowed::text
FROM public.budget_alerts AS a
JOIN public.budgets AS b ON b.tenant_id = a.tenant_id AND b.id = a.budget_id
JOIN public.budget_periods AS p
    ON p.tenant_id = a.tenant_id AND p.budget_id = a.budget_id AND p.period_start = a.period_start
WHERE a.tenant_id = :tenant_id AND a.budget_id = :budget_id
ORDER BY a.period_start DESC, a.measure, a.percent
LIMIT :page_size;

-- Reservations --------------------------------------------------------------------------------------------------------

--! budget_apply : (ordinal?, budgets?, detail?)
SELECT it.ordinal, it.outcome, it.budgets, it.detail::text
FROM public.budget_apply(:tenant_id, :subjects::jsonb, :operations::jsonb, :now) AS it;

-- A page of what ended long ago.
--! delete_ended_reservations
DELETE FROM public.budget_reservations AS r
WHERE r.tenant_id = :tenant_id AND r.id = ANY (ARRAY(
    SELECT ended.id
    FROM public.budget_reservations AS ended
    WHERE ended.tenant_id = :tenant_id AND ended.ended_at < :before
    ORDER BY ended.ended_at
    LIMIT :page_size
    -- Of one that is settled late at this moment, the next page is soon enough.
    FOR UPDATE SKIP LOCKED
));

-- A page of what was over long ago.
--! delete_old_periods
SELECT public.prune_budget_periods(:before, :page_size);
