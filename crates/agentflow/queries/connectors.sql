--: Connector (kms_key_id?, previous_kms_key_id?, previous_expires_at?, validation_error?, validation_timestamp?, installed_by?, rotated_at?)
--: ConnectorToOpen (previous_encrypted_config?, previous_expires_at?, type?, is_active?)

--! insert_connector (installed_by?)
INSERT INTO public.connector_installations (
    tenant_id, id, workspace_id, connector_type, connector_version, display_name, encrypted_config, installed_by, created_at
)
VALUES (
    :tenant_id, :id, :workspace_id, :connector_type, :connector_version, :display_name, :encrypted_config,
    (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = :tenant_id AND p.id = :installed_by),
    :now
);

--! get_connector : Connector
SELECT
    c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id,
    c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by,
    c.created_at, c.updated_at, c.rotated_at,
    ARRAY(
        SELECT s.principal_id FROM public.connector_services AS s
        WHERE s.tenant_id = :tenant_id AND s.connector_installation_id = c.id
        ORDER BY s.principal_id
    ) AS services
FROM public.connector_installations AS c
WHERE c.tenant_id = :tenant_id AND c.id = :id;

-- In order of ids, which is the order of creation for ids made by the library.
--! list_connectors (after?, workspace_id?, connector_type?, display_name?) : Connector
SELECT
    c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id,
    c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by,
    c.created_at, c.updated_at, c.rotated_at,
    ARRAY(
        SELECT s.principal_id FROM public.connector_services AS s
        WHERE s.tenant_id = :tenant_id AND s.connector_installation_id = c.id
        ORDER BY s.principal_id
    ) AS services
FROM public.connector_installations AS c
WHERE c.tenant_id = :tenant_id
  AND (:after::uuid IS NULL OR c.id > :after)
  AND (:workspace_id::uuid IS NULL OR c.workspace_id = :workspace_id)
  AND (:connector_type::text IS NULL OR c.connector_type = :connector_type)
  AND (:display_name::text IS NULL OR c.display_name = :display_name)
ORDER BY c.id
LIMIT :page_size;

-- Held for the rest of the transaction.
--! lock_connector : Connector
SELECT
    c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id,
    c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by,
    c.created_at, c.updated_at, c.rotated_at,
    ARRAY(
        SELECT s.principal_id FROM public.connector_services AS s
        WHERE s.tenant_id = :tenant_id AND s.connector_installation_id = c.id
        ORDER BY s.principal_id
    ) AS services
FROM public.connector_installations AS c
WHERE c.tenant_id = :tenant_id AND c.id = :id
FOR NO KEY UPDATE OF c;

-- What is sealed of a connector.
--! get_sealed_connector
SELECT c.id, c.encrypted_config
FROM public.connector_installations AS c
WHERE c.tenant_id = :tenant_id AND c.id = :id;

-- Not if somebody else changed it since it was read.
--! rotate_connector (previous_encrypted_config?, previous_expires_at?)
UPDATE public.connector_installations
SET encrypted_config          = :encrypted_config,
    previous_encrypted_config = :previous_encrypted_config,
    previous_expires_at       = :previous_expires_at,
    validation_status         = 'pending',
    validation_error          = NULL,
    validation_timestamp      = NULL,
    rotated_at                = :now
WHERE tenant_id = :tenant_id AND id = :id AND encrypted_config = :seen;

--! set_connector_enabled
UPDATE public.connector_installations
SET is_enabled = :is_enabled
WHERE tenant_id = :tenant_id AND id = :id;

--! set_connector_validation (validation_error?)
UPDATE public.connector_installations
SET validation_status = :validation_status, validation_error = :validation_error, validation_timestamp = :now
WHERE tenant_id = :tenant_id AND id = :id;

--! delete_connector
DELETE FROM public.connector_installations
WHERE tenant_id = :tenant_id AND id = :id;

--! prune_connectors
UPDATE public.connector_installations
SET previous_encrypted_config = NULL, previous_expires_at = NULL
WHERE tenant_id = :tenant_id AND previous_expires_at <= :now
RETURNING id;

-- Services ------------------------------------------------------------------------------------------------------------

-- Touches nothing if it is granted already.
--! grant_connector
INSERT INTO public.connector_services (tenant_id, connector_installation_id, principal_id, created_at)
VALUES (:tenant_id, :connector_id, :principal_id, :now)
ON CONFLICT DO NOTHING;

--! ungrant_connector
DELETE FROM public.connector_services
WHERE tenant_id = :tenant_id AND connector_installation_id = :connector_id AND principal_id = :principal_id;

-- What a principal who wants to open the credentials is judged by.
--! get_connector_to_open : ConnectorToOpen
SELECT
    c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.encrypted_config,
    c.previous_encrypted_config, c.previous_expires_at, c.is_enabled, p.type, p.is_active,
    s.principal_id IS NOT NULL AS is_granted
FROM public.connector_installations AS c
LEFT JOIN public.principals AS p ON p.tenant_id = :tenant_id AND p.id = :principal_id
LEFT JOIN public.connector_services AS s
    ON s.tenant_id = :tenant_id AND s.connector_installation_id = c.id AND s.principal_id = :principal_id
WHERE c.tenant_id = :tenant_id AND c.id = :id;

-- The same, and it stays so for the rest of the transaction.
--! share_connector_to_open : ConnectorToOpen
SELECT
    c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.encrypted_config,
    c.previous_encrypted_config, c.previous_expires_at, c.is_enabled, p.type, p.is_active,
    s.principal_id IS NOT NULL AS is_granted
FROM public.connector_installations AS c
LEFT JOIN public.principals AS p ON p.tenant_id = :tenant_id AND p.id = :principal_id
LEFT JOIN public.connector_services AS s
    ON s.tenant_id = :tenant_id AND s.connector_installation_id = c.id AND s.principal_id = :principal_id
WHERE c.tenant_id = :tenant_id AND c.id = :id
FOR SHARE OF c;
