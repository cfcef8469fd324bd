-- Policies, with what they say and which functions they call.
policies AS (
    SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles,
           t.name AS table_name, t.tenant, t.relrowsecurity,
           format('%I on %s', p.polname, t.name) AS object,
           pg_get_expr(p.polqual, p.polrelid) AS using_text,
           pg_get_expr(p.polwithcheck, p.polrelid) AS check_text,
           ARRAY(SELECT call[1]::oid
                 FROM regexp_matches(p.polqual::text, ':(?:funcid|opfuncid) (\d+)', 'g') AS call) AS using_calls,
           ARRAY(SELECT call[1]::oid
                 FROM regexp_matches(p.polwithcheck::text, ':(?:funcid|opfuncid) (\d+)', 'g') AS call) AS check_calls
    FROM pg_policy p
    JOIN tables t ON t.oid = p.polrelid
)
