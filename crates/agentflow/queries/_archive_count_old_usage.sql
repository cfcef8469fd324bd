SELECT count(*) AS rows
FROM pg_temp.archive_stage
WHERE occurred_at < public.metering_retained_from()
