SELECT
    staged.month,
    NOT EXISTS (SELECT FROM public.metering_months() AS m WHERE m.month = staged.month) AS is_new
FROM (SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') AS month FROM pg_temp.archive_stage) AS staged
ORDER BY staged.month
