-- What usage costs: price books by version.

-- Whoever publishes waits here for whoever does so as well: versions have no gaps, and each its own number.
--! lock_price_books
SELECT pg_advisory_xact_lock(hashtextextended('agentflow price books ' || :tenant_id::uuid::text, 0))::text;

-- One transaction with lock_price_books, behind it.
--! insert_price_book
INSERT INTO public.price_books (tenant_id, version, effective_from, note, created_at)
SELECT :tenant_id, coalesce(max(b.version), 0) + 1, :effective_from, :note, :now
FROM public.price_books AS b
WHERE b.tenant_id = :tenant_id
RETURNING version;

-- Takes an array of objects: metric_type, metric_name, model, tool, cents, per.
--! insert_prices
INSERT INTO public.prices (tenant_id, price_version, metric_type, metric_name, model, tool, cents, per_quantity, created_at)
SELECT
    :tenant_id, :version, item.metric_type, coalesce(item.metric_name, ''), coalesce(item.model, ''), coalesce(item.tool, ''),
    item.cents, item.per, :now
FROM jsonb_to_recordset(:prices::jsonb) AS item (
    metric_type text, metric_name text, model text, tool text, cents numeric, per bigint
);

-- The newest first.
--! list_price_books (version?) : PriceBookRow ()
SELECT
    b.version,
    b.effective_from,
    b.note,
    b.created_at,
    b.version = public.price_version_at(:tenant_id, :now) IS TRUE AS is_current,
    coalesce(
        (
            SELECT jsonb_agg(
                jsonb_build_object(
                    'metric_type', p.metric_type,
                    'metric_name', nullif(p.metric_name, ''),
                    'model', nullif(p.model, ''),
                    'tool', nullif(p.tool, ''),
                    'cents', p.cents::text,
                    'per', p.per_quantity
                )
                ORDER BY p.metric_type, p.metric_name, p.model, p.tool
            )
            FROM public.prices AS p
            WHERE p.tenant_id = :tenant_id AND p.price_version = b.version
        ),
        '[]'
    )::text AS prices
FROM public.price_books AS b
WHERE b.tenant_id = :tenant_id AND (:version::integer IS NULL OR b.version = :version)
ORDER BY b.version DESC;

--! price_version_at : (version?)
SELECT public.price_version_at(:tenant_id, :at) AS version;
