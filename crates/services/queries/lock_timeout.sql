-- Has whatever waits for a lock end after this time, in this transaction only. Names are those of the system, whatever the search path is.
SELECT pg_catalog.set_config('lock_timeout', $1, true)
