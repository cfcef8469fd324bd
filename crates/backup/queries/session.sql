-- Nothing interrupts what takes hours, a policy hides no row without an error, and no lock is waited for longer than $1. A connection
-- that nothing goes through for a long time is kept open by what lies in between, or its loss is noticed.
SELECT count(set_config(
           s.name,
           CASE s.name WHEN 'lock_timeout' THEN $1::text
                       WHEN 'row_security' THEN 'off'
                       WHEN 'tcp_keepalives_idle' THEN '60'
                       WHEN 'tcp_keepalives_interval' THEN '10'
                       WHEN 'tcp_keepalives_count' THEN '6'
                       ELSE '0' END,
           false
       ))
FROM pg_catalog.pg_settings s
WHERE s.name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout',
                 'lock_timeout', 'row_security', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count');
