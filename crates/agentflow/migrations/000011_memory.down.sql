DROP FUNCTION IF EXISTS memory_indexes(uuid);
DROP FUNCTION IF EXISTS memory_word_index_statement(uuid, text);
DROP FUNCTION IF EXISTS memory_vector_index_statement(uuid, text, integer, text, jsonb);
DROP FUNCTION IF EXISTS drop_memory_partition(uuid);
DROP FUNCTION IF EXISTS lock_memories();
DROP FUNCTION IF EXISTS promote_memories(uuid, timestamptz);
DROP FUNCTION IF EXISTS search_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
);
DROP FUNCTION IF EXISTS search_promoted_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
);
DROP FUNCTION IF EXISTS search_shared_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[], integer
);
DROP FUNCTION IF EXISTS memory_partition(uuid);
DROP FUNCTION IF EXISTS memory_matches(
    uuid, memory_type_enum, memory_tier, integer, timestamptz, jsonb, uuid, text[], text[], integer, timestamptz, timestamptz, jsonb,
    jsonpath
);
DROP FUNCTION IF EXISTS memory_is_visible(memory_status, timestamptz, memory_type_enum, uuid, uuid, timestamptz);
DROP FUNCTION IF EXISTS reconstruct_memory_at(uuid, timestamptz);
DROP FUNCTION IF EXISTS memory_tier_at(
    memory_tier, memory_status, memory_type_enum, integer, boolean, bigint, integer, timestamptz, timestamptz, timestamptz,
    timestamptz
);

DROP TRIGGER IF EXISTS delete_agent_memories ON teams;
DROP FUNCTION IF EXISTS trigger_delete_memories();

DROP TABLE IF EXISTS memory_tags;
DROP FUNCTION IF EXISTS trigger_log_memory_tags();
DROP TABLE IF EXISTS memory_accesses;
DROP FUNCTION IF EXISTS update_memory_access(uuid[], timestamptz);
DROP FUNCTION IF EXISTS memory_action(memories, memories);

-- With the partitions of tenants that have one.
DROP TABLE IF EXISTS memories;
DROP FUNCTION IF EXISTS trigger_log_memory();
DROP FUNCTION IF EXISTS trigger_keep_memory_id();
DROP FUNCTION IF EXISTS trigger_refuse_truncate();
DROP FUNCTION IF EXISTS trigger_hold_memories();
DROP FUNCTION IF EXISTS hold_memories();
DROP FUNCTION IF EXISTS write_memory_log(memory_logs);
DROP TABLE IF EXISTS memory_logs;
DROP FUNCTION IF EXISTS memory_is_embedded_alike(vector, vector);

DROP TABLE IF EXISTS memory_settings;

DROP FUNCTION IF EXISTS memory_fingerprint(text, text);
DROP FUNCTION IF EXISTS memory_text_query(text[]);
DROP FUNCTION IF EXISTS memory_terms(text);
DROP FUNCTION IF EXISTS memory_words(text);
DROP FUNCTION IF EXISTS memory_written(text);
DROP FUNCTION IF EXISTS memory_plain(text);
DROP FUNCTION IF EXISTS memory_lower(text);

DROP TYPE IF EXISTS memory_source;
DROP TYPE IF EXISTS memory_tier;
DROP TYPE IF EXISTS memory_status;
DROP TYPE IF EXISTS memory_type_enum;
