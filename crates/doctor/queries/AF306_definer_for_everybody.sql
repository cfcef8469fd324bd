-- Functions that run as their owner, for everybody.
SELECT f.name AS object, 'everybody may execute it' AS detail
FROM functions f
WHERE f.is_ours AND f.prosecdef
  AND EXISTS (
      SELECT FROM aclexplode(COALESCE(f.proacl, acldefault('f', f.proowner))) AS acl
      WHERE acl.grantee = 0 AND acl.privilege_type = 'EXECUTE'
  )
