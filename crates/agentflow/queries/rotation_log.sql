-- Whoever is no principal of the tenant is not named; the audit chain has them.
--! insert_rotation (old_kms_key_id?, new_kms_key_id?, rotated_by?)
INSERT INTO public.secret_rotation_log (
    tenant_id, id, secret_type, secret_id, old_kms_key_id, new_kms_key_id, rotated_by, rotation_reason, created_at
)
VALUES (
    :tenant_id, :id, :secret_type, :secret_id, :old_kms_key_id, :new_kms_key_id,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :rotated_by),
    :rotation_reason, :now
);

-- Newest first, behind one that was made then and has this id.
--! list_rotations (secret_id?, after_created_at?, after_id?) : (old_kms_key_id?, new_kms_key_id?, rotated_by?)
SELECT r.id, r.secret_type, r.secret_id, r.old_kms_key_id, r.new_kms_key_id, r.rotated_by, r.rotation_reason, r.created_at
FROM public.secret_rotation_log AS r
WHERE r.tenant_id = :tenant_id
  AND (:secret_id::uuid IS NULL OR r.secret_id = :secret_id)
  AND (:after_id::uuid IS NULL OR (r.created_at, r.id) < (:after_created_at::timestamptz, :after_id))
ORDER BY r.created_at DESC, r.id DESC
LIMIT :page_size;
