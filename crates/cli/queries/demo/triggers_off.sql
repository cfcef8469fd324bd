-- Superusers only: the triggers that keep the chain append-only do not fire in this transaction.
SET LOCAL session_replication_role = replica
