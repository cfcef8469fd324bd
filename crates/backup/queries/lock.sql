-- Whether this session is the one that restores the database of this name, from now on.
SELECT pg_try_advisory_lock(hashtextextended('agentflow restore ' || $1, 11)) AS locked;
