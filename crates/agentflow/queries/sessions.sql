--: Session (jwt_sub?, client_ip?, user_agent?, revoked_at?)
--: SessionLogin (jwt_sub?, revoked_at?)

--! insert_session (jwt_sub?, client_ip?, user_agent?) : Session
INSERT INTO public.sessions (
    tenant_id, id, principal_id, token_hash, jwt_sub, client_ip, user_agent, issued_at, expires_at,
    idle_timeout_seconds, last_seen_at
)
VALUES (
    :tenant_id, :id, :principal_id, :token_hash, :jwt_sub, :client_ip::text::inet, :user_agent, :issued_at, :expires_at,
    :idle_timeout_seconds, :issued_at
)
RETURNING
    id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds,
    last_seen_at, revoked_at;

--! get_session : Session
SELECT
    id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds,
    last_seen_at, revoked_at
FROM public.sessions
WHERE tenant_id = :tenant_id AND id = :id;

--! list_sessions (principal_id?, after?) : Session
SELECT
    id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds,
    last_seen_at, revoked_at
FROM public.sessions
WHERE tenant_id = :tenant_id
  AND (:principal_id::uuid IS NULL OR principal_id = :principal_id)
  AND (:after::uuid IS NULL OR id > :after)
ORDER BY id
LIMIT :page_size;

--! get_session_login_by_token : SessionLogin
SELECT
    s.id, s.principal_id, s.token_hash, s.jwt_sub, s.expires_at, s.idle_timeout_seconds, s.last_seen_at, s.revoked_at,
    p.type, p.is_active
FROM public.sessions AS s
JOIN public.principals AS p ON p.tenant_id = s.tenant_id AND p.id = s.principal_id
WHERE s.tenant_id = :tenant_id AND p.tenant_id = :tenant_id AND s.token_hash = :token_hash;

--! get_session_login : SessionLogin
SELECT
    s.id, s.principal_id, s.token_hash, s.jwt_sub, s.expires_at, s.idle_timeout_seconds, s.last_seen_at, s.revoked_at,
    p.type, p.is_active
FROM public.sessions AS s
JOIN public.principals AS p ON p.tenant_id = s.tenant_id AND p.id = s.principal_id
WHERE s.tenant_id = :tenant_id AND p.tenant_id = :tenant_id AND s.id = :id;

-- Never backwards, and never back to life.
--! touch_session
UPDATE public.sessions
SET last_seen_at = greatest(last_seen_at, :now)
WHERE tenant_id = :tenant_id
  AND id = :id
  AND revoked_at IS NULL
  AND expires_at > :now
  AND last_seen_at + make_interval(secs => idle_timeout_seconds) > :now;

--! revoke_session
UPDATE public.sessions
SET revoked_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL;

--! revoke_sessions_of
UPDATE public.sessions
SET revoked_at = :now
WHERE tenant_id = :tenant_id
  AND principal_id = :principal_id
  AND revoked_at IS NULL
  AND expires_at > :now
  AND last_seen_at + make_interval(secs => idle_timeout_seconds) > :now;

-- Sessions that ended before a time in one of the three ways, a batch at a time.
--! delete_ended_sessions
DELETE FROM public.sessions
WHERE tenant_id = :tenant_id
  AND id IN (
      SELECT s.id
      FROM public.sessions AS s
      WHERE s.tenant_id = :tenant_id
        AND least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_timeout_seconds), s.revoked_at) < :before
      ORDER BY s.expires_at
      LIMIT :batch
  );
