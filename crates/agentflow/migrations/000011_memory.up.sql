-- What agents remember: memories with their history, tags and uses, and how they are found.
--
-- Created: 2026-11-22. Tables: memory_settings, memories, memories_shared, memory_tags, memory_accesses, memory_logs.
-- Needs the extension pgvector; whoever has none stays at version 10. Locks: short ones of foreign keys, and of a trigger on
-- teams. Reversible: yes, by dropping what is created here; the extension stays, others may use it.

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;

DO $$
BEGIN
    CREATE TYPE memory_type_enum AS ENUM (
        'semantic', 'episodic', 'procedural', 'agent_private', 'shared', 'identity', 'user_profile'
    );
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE memory_type_enum IS 'What kind of memory it is, which decides who sees it.';

DO $$
BEGIN
    CREATE TYPE memory_status AS ENUM ('active', 'superseded', 'archived', 'disputed');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE memory_status IS 'Whether a memory holds. Active and disputed ones are found; archived ones were forgotten or expired.';

DO $$
BEGIN
    CREATE TYPE memory_tier AS ENUM ('hot', 'warm', 'cold');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE memory_tier IS 'How near at hand a memory is kept.';

DO $$
BEGIN
    CREATE TYPE memory_source AS ENUM ('extraction', 'explicit', 'system', 'feedback', 'consolidation', 'compaction');
EXCEPTION
    WHEN duplicate_object THEN
        NULL;
END
$$;

COMMENT ON TYPE memory_source IS 'Where a memory comes from.';

-- Text ----------------------------------------------------------------------------------------------------------------

-- A database may know no letters but ASCII, so they are made small as Unicode has it, by whatever knows that here.
DO $do$
DECLARE
    v_collation text;
BEGIN
    SELECT format(' COLLATE pg_catalog.%I', c.collname)
    INTO v_collation
    FROM pg_catalog.pg_collation AS c
    WHERE c.collnamespace = 'pg_catalog'::regnamespace AND c.collname IN ('pg_c_utf8', 'und-x-icu')
      AND pg_catalog.getdatabaseencoding() = 'UTF8'
    ORDER BY c.collname = 'pg_c_utf8' DESC
    LIMIT 1;

    EXECUTE format(
        'CREATE OR REPLACE FUNCTION memory_lower(p_text text) RETURNS text
             LANGUAGE sql IMMUTABLE PARALLEL SAFE
             SET search_path = pg_catalog, pg_temp
         AS $$ SELECT lower(p_text%s) $$',
        v_collation
    );
END
$do$;

COMMENT ON FUNCTION memory_lower(text) IS 'A text in small letters, of whatever alphabet.';

-- No backslashes here and below: what they mean is for each session to say.
CREATE OR REPLACE FUNCTION memory_plain(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- The parser may take whatever is not ASCII for a letter: signs and blanks that are none are blanks here.
    SELECT public.memory_lower(CASE
        WHEN getdatabaseencoding() <> 'UTF8' OR octet_length(p_text) = length(p_text) THEN p_text
        ELSE regexp_replace(
            p_text,
            '[' || chr(128) || '-' || chr(169) || chr(171) || '-' || chr(180) || chr(182) || '-' || chr(185) || chr(187) || '-' || chr(191)
            || chr(215) || chr(247) || chr(8192) || '-' || chr(8303) || chr(8352) || '-' || chr(11263) || chr(11776) || '-' || chr(11903)
            || chr(12288) || '-' || chr(12351) || chr(65280) || '-' || chr(65295) || chr(65306) || '-' || chr(65312) || ']',
            ' ', 'g'
        )
    END)
$$;

COMMENT ON FUNCTION memory_plain(text) IS 'A text in small letters, with blanks for what is no word in any language.';

CREATE OR REPLACE FUNCTION memory_written(p_plain text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT word), '{}')
    FROM (
        SELECT trim(BOTH '.,;:!?()[]{}<>"''`' FROM word) AS word FROM regexp_split_to_table(p_plain, '[[:space:]]+') AS word
    ) AS words
    WHERE word ~ '[0-9]' AND octet_length(word) BETWEEN 2 AND 255
$$;

COMMENT ON FUNCTION memory_written(text) IS 'The words with a digit of a text of memory_plain(), as they were written.';

CREATE OR REPLACE FUNCTION memory_words(p_text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- The parser takes ids and numbers apart as it sees fit, so words with a digit are there as they were written, too.
    SELECT to_tsvector('simple', text) || to_tsvector('english', text) || array_to_tsvector(public.memory_written(text))
    FROM (SELECT public.memory_plain(p_text) AS text OFFSET 0) AS plain
$$;

COMMENT ON FUNCTION memory_words(text) IS
    'What a text can be found by: its words as they are, their English stems, and whatever has a digit as it was written.';

CREATE OR REPLACE FUNCTION memory_terms(p_query text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH plain AS MATERIALIZED (
        SELECT public.memory_plain(p_query) AS text
    ),

    words AS MATERIALIZED (
        SELECT w.word, w.word ~ '[0-9]' AS is_exact, ts_lexize('pg_catalog.english_stem', w.word) AS stems
        FROM (
            SELECT lexeme AS word FROM plain, unnest(to_tsvector('simple', plain.text)) AS term
            UNION
            SELECT unnest(public.memory_written(plain.text)) FROM plain
        ) AS w
    ),

    -- English stop words have no stems. They say nothing, unless there is nothing else.
    telling AS (
        SELECT w.word, CASE WHEN w.is_exact THEN '{}' ELSE w.stems END AS stems
        FROM words AS w
        WHERE w.is_exact OR w.stems <> '{}' OR NOT EXISTS (SELECT FROM words AS any_ WHERE any_.is_exact OR any_.stems <> '{}')
        -- What is cut off a long question is not what it is about: ids and rare words are long.
        ORDER BY w.is_exact DESC, length(w.word) DESC, w.word
        LIMIT 32
    )

    SELECT coalesce(array_agg(term ORDER BY term), '{}')
    FROM (
        SELECT word AS term FROM telling UNION SELECT unnest(stems) FROM telling
    ) AS terms
$$;

COMMENT ON FUNCTION memory_terms(text) IS
    'The words of a query that say something, in the form of memory_words(), each with its stem: 32 words at most, those with a digit '
    'first, then the longest.';

CREATE OR REPLACE FUNCTION memory_text_query(p_terms text[]) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        string_agg('''' || replace(replace(term, chr(92), chr(92) || chr(92)), '''', '''''') || '''', ' | '), ''
    )::tsquery
    FROM unnest(p_terms) AS term
$$;

COMMENT ON FUNCTION memory_text_query(text[]) IS 'Matches what has any of the terms.';

CREATE OR REPLACE FUNCTION memory_fingerprint(p_key text, p_content text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- The encoding of a database never changes, so this is as immutable as it says.
    SELECT sha256(convert_to(CASE WHEN p_key IS NULL THEN 'content:' || p_content ELSE 'key:' || p_key END, 'UTF8'))
$$;

COMMENT ON FUNCTION memory_fingerprint(text, text) IS 'What must not be there twice: the key of an entry, or else the content.';

-- memory_settings -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS memory_settings (
    tenant_id            uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    embedding_model      text,
    embedding_dimensions integer,
    promoted_at          timestamptz,
    index_kind           text,
    index_options        jsonb       NOT NULL DEFAULT '{}',
    indexed_at           timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id),
    CONSTRAINT memory_settings_embedding_model_length CHECK (length(embedding_model) BETWEEN 1 AND 255),
    CONSTRAINT memory_settings_embedding_dimensions_range CHECK (embedding_dimensions BETWEEN 1 AND 16000),
    CONSTRAINT memory_settings_embedding_known CHECK ((embedding_model IS NULL) = (embedding_dimensions IS NULL)),
    CONSTRAINT memory_settings_index_kind_known CHECK (index_kind IN ('hnsw', 'ivfflat')),
    CONSTRAINT memory_settings_index_of_promoted CHECK (promoted_at IS NOT NULL OR index_kind IS NULL),
    CONSTRAINT memory_settings_index_dated CHECK ((index_kind IS NULL) = (indexed_at IS NULL)),
    CONSTRAINT memory_settings_index_options_object CHECK (jsonb_typeof(index_options) = 'object')
);

COMMENT ON TABLE memory_settings IS
    'How the memories of a tenant are embedded, from the first that is, and whether they are in a partition of their own.';
COMMENT ON COLUMN memory_settings.embedding_dimensions IS 'Numbers per vector, of what is embedded from now on.';
COMMENT ON COLUMN memory_settings.promoted_at IS 'When the tenant got a partition of its own; NULL while it shares one.';
COMMENT ON COLUMN memory_settings.index_kind IS 'The index of its vectors; NULL: there is none, and searches compare them all.';

-- Where the memories are and how they are indexed is for whoever owns the tables to say.
SELECT isolate_tenant_table('memory_settings', 'SELECT');
GRANT INSERT (tenant_id, embedding_model, embedding_dimensions) ON memory_settings TO af_app;
GRANT UPDATE (embedding_model, embedding_dimensions) ON memory_settings TO af_app;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON memory_settings
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- memories ------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS memories (
    tenant_id              uuid             NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id                     uuid             NOT NULL DEFAULT gen_random_uuid(),
    team_id                uuid             NOT NULL,
    agent_id               uuid,
    user_id                uuid,
    memory_type            memory_type_enum NOT NULL,
    entry_key              text,
    content                text             NOT NULL,
    subject                text,
    embedding              vector,
    embedding_model        text,
    embedding_dimensions   integer          GENERATED ALWAYS AS (vector_dims(embedding)) STORED,
    importance             integer          NOT NULL DEFAULT 5,
    confidence             double precision NOT NULL DEFAULT 1.0,
    is_pinned              boolean          NOT NULL DEFAULT false,
    source_type            memory_source    NOT NULL DEFAULT 'extraction',
    source_conversation_id uuid,
    source_message_ids     uuid[]           NOT NULL DEFAULT '{}',
    extraction_model       text,
    version                integer          NOT NULL DEFAULT 1,
    superseded_by          uuid,
    contradicts            uuid[]           NOT NULL DEFAULT '{}',
    related_to             uuid[]           NOT NULL DEFAULT '{}',
    metadata               jsonb            NOT NULL DEFAULT '{}',
    tier                   memory_tier      NOT NULL DEFAULT 'warm',
    status                 memory_status    NOT NULL DEFAULT 'active',
    created_at             timestamptz      NOT NULL DEFAULT now(),
    updated_at             timestamptz      NOT NULL DEFAULT now(),
    expires_at             timestamptz,
    fingerprint            bytea            NOT NULL GENERATED ALWAYS AS (memory_fingerprint(entry_key, content)) STORED,
    words                  tsvector         NOT NULL GENERATED ALWAYS AS (memory_words(coalesce(subject || ' ', '') || content)) STORED,

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT memories_agent_in_this_team_fkey
        FOREIGN KEY (tenant_id, team_id, agent_id) REFERENCES agents (tenant_id, team_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, source_conversation_id) REFERENCES conversations (tenant_id, id)
        ON DELETE SET NULL (source_conversation_id),
    FOREIGN KEY (tenant_id, superseded_by) REFERENCES memories (tenant_id, id) ON DELETE SET NULL (superseded_by),
    CONSTRAINT memories_entry_key_length CHECK (length(entry_key) BETWEEN 1 AND 255),
    CONSTRAINT memories_content_length CHECK (length(content) BETWEEN 1 AND 65536),
    CONSTRAINT memories_subject_length CHECK (length(subject) BETWEEN 1 AND 255),
    CONSTRAINT memories_embedding_of_model CHECK ((embedding IS NULL) = (embedding_model IS NULL)),
    -- Nothing is near to a vector without a direction, nor far from it; distances are reckoned in single precision.
    CONSTRAINT memories_embedding_direction CHECK (vector_norm(embedding) BETWEEN 1e-15 AND 1e15),
    CONSTRAINT memories_embedding_model_length CHECK (length(embedding_model) BETWEEN 1 AND 255),
    CONSTRAINT memories_extraction_model_length CHECK (length(extraction_model) BETWEEN 1 AND 255),
    CONSTRAINT memories_importance_range CHECK (importance BETWEEN 1 AND 10),
    -- NaN is greater than every number.
    CONSTRAINT memories_confidence_range CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT memories_version_positive CHECK (version > 0),
    CONSTRAINT memories_not_by_itself CHECK (superseded_by <> id),
    CONSTRAINT memories_references CHECK (
        coalesce(array_ndims(source_message_ids), 1) = 1 AND array_position(source_message_ids, NULL) IS NULL
        AND coalesce(array_ndims(contradicts), 1) = 1 AND array_position(contradicts, NULL) IS NULL
        AND coalesce(array_ndims(related_to), 1) = 1 AND array_position(related_to, NULL) IS NULL
    ),
    CONSTRAINT memories_metadata_object CHECK (jsonb_typeof(metadata) = 'object'),
    CONSTRAINT memories_expires_at_range CHECK (
        expires_at IS NULL OR extract(year FROM expires_at AT TIME ZONE 'UTC') BETWEEN 1 AND 9999
    )
) PARTITION BY LIST (tenant_id);

-- No index of vectors here: one that tenants share starves those whose vectors are few near a query, and tells of the
-- others'. A tenant that is too large for comparing them all gets a partition and an index of its own.
CREATE TABLE IF NOT EXISTS memories_shared PARTITION OF memories DEFAULT;

-- The same content of the same scope once. The fingerprint comes first, so that it finds what says the same: what an agent or
-- a user is compared with may be NULL, which no index is asked for.
CREATE UNIQUE INDEX IF NOT EXISTS memories_active_content_key
    ON memories (tenant_id, fingerprint, team_id, memory_type, agent_id, user_id) NULLS NOT DISTINCT
    WHERE status IN ('active', 'disputed');
CREATE INDEX IF NOT EXISTS memories_agent_idx ON memories (tenant_id, team_id, agent_id, memory_type);
CREATE INDEX IF NOT EXISTS memories_user_idx ON memories (tenant_id, user_id, memory_type);
CREATE INDEX IF NOT EXISTS memories_conversation_idx ON memories (tenant_id, source_conversation_id);
CREATE INDEX IF NOT EXISTS memories_superseded_by_idx ON memories (tenant_id, superseded_by);
-- Of whatever status: with the condition of the key of contents it would be taken for that one as long as nothing is known of the rows,
-- for each look-up of a load.
CREATE INDEX IF NOT EXISTS memories_recent_idx ON memories (tenant_id, team_id, created_at DESC);
CREATE INDEX IF NOT EXISTS memories_important_idx ON memories (tenant_id, team_id, importance DESC)
    WHERE status IN ('active', 'disputed') AND (is_pinned OR importance >= 7);
CREATE INDEX IF NOT EXISTS memories_subject_idx ON memories (tenant_id, team_id, subject)
    WHERE status IN ('active', 'disputed') AND subject IS NOT NULL;
-- Which memories are linked with another is found by looking at all that are linked with any.
CREATE INDEX IF NOT EXISTS memories_related_idx ON memories (tenant_id, team_id)
    WHERE status IN ('active', 'disputed') AND related_to <> '{}';
CREATE INDEX IF NOT EXISTS memories_tier_idx ON memories (tenant_id, tier, created_at) WHERE status = 'active';
CREATE INDEX IF NOT EXISTS memories_expires_idx ON memories (tenant_id, expires_at)
    WHERE status IN ('active', 'disputed') AND expires_at IS NOT NULL;

COMMENT ON TABLE memories IS
    'What agents remember. Every change is in memory_logs. By tenant: all share one partition, but for those that were promoted.';
COMMENT ON TABLE memories_shared IS 'The memories of the tenants that have no partition of their own.';
COMMENT ON COLUMN memories.agent_id IS 'Whose it is; NULL: it belongs to the team.';
COMMENT ON COLUMN memories.user_id IS 'Whom it is about; NULL: nobody in particular.';
COMMENT ON COLUMN memories.entry_key IS 'The key of an entry of a memory store, unique in its scope; other memories have none.';
COMMENT ON COLUMN memories.subject IS 'What it is about, in parts with dots between them: user.preference.language.';
COMMENT ON COLUMN memories.embedding IS 'Of any number of dimensions; see memory_settings. NULL: it is found by its text only.';
COMMENT ON COLUMN memories.embedding_model IS 'Vectors of different models are never compared.';
COMMENT ON COLUMN memories.embedding_dimensions IS 'Known without a look at the vector, which is stored apart from the row.';
COMMENT ON COLUMN memories.source_conversation_id IS 'Emptied when the conversation is deleted, which memories outlive.';
COMMENT ON COLUMN memories.version IS 'Counts the contents: one more for each that replaced another.';
COMMENT ON COLUMN memories.superseded_by IS 'The memory that took its place.';
COMMENT ON COLUMN memories.contradicts IS 'Memories that cannot hold if this one does: mutual.';
COMMENT ON COLUMN memories.fingerprint IS 'What makes it the same as another of its scope.';
COMMENT ON COLUMN memories.words IS 'What its text is found by.';

SELECT isolate_tenant_table('memories');
ALTER TABLE memories_shared ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
REVOKE ALL ON memories_shared FROM PUBLIC;

CREATE OR REPLACE TRIGGER set_updated_at
    BEFORE UPDATE ON memories
    FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at();

-- Keys that cascade from a team reach its agents before the memories, which still need them then.
CREATE OR REPLACE FUNCTION trigger_delete_memories() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM public.memories WHERE tenant_id = OLD.tenant_id AND team_id = OLD.id;
    RETURN OLD;
END
$$;

COMMENT ON FUNCTION trigger_delete_memories() IS 'Deletes the memories of a team before the team goes.';

-- Its name comes before delete_conversations: otherwise each memory would first be told that its conversation is gone.
CREATE OR REPLACE TRIGGER delete_agent_memories
    BEFORE DELETE ON teams
    FOR EACH ROW EXECUTE FUNCTION trigger_delete_memories();

-- While a tenant moves to another partition, its writers wait, and no others. They had better wait before they have locked any
-- table: whoever moves the memories needs those in the end. What locks them first still waits here, and makes the move give up.
CREATE OR REPLACE FUNCTION hold_memories() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('agentflow memories ' || public.current_tenant(), 0));
    RETURN true;
END
$$;

COMMENT ON FUNCTION hold_memories() IS
    'Keeps the memories of the tenant where they are to the end of the transaction. To be called before anything else.';

CREATE OR REPLACE FUNCTION trigger_hold_memories() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.hold_memories();
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_hold_memories() IS
    'BEFORE trigger of a statement: keeps the memories of the tenant where they are to the end of the transaction.';

CREATE OR REPLACE TRIGGER hold_memories
    BEFORE INSERT OR UPDATE OR DELETE ON memories
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_hold_memories();

-- memory_tags ---------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS memory_tags (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    memory_id  uuid        NOT NULL,
    tag        text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, memory_id) REFERENCES memories (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT memory_tags_tag_key UNIQUE (tenant_id, memory_id, tag),
    CONSTRAINT memory_tags_tag_length CHECK (length(tag) BETWEEN 1 AND 100)
);

CREATE INDEX IF NOT EXISTS memory_tags_tag_idx ON memory_tags (tenant_id, tag, memory_id);

COMMENT ON TABLE memory_tags IS 'Words that memories were given, to find them by.';

SELECT isolate_tenant_table('memory_tags', 'SELECT, INSERT, DELETE');

CREATE OR REPLACE TRIGGER hold_memories
    BEFORE INSERT OR UPDATE OR DELETE ON memory_tags
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_hold_memories();

-- memory_accesses -----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS memory_accesses (
    tenant_id        uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    memory_id        uuid        NOT NULL,
    team_id          uuid        NOT NULL,
    access_count     bigint      NOT NULL DEFAULT 1,
    last_accessed_at timestamptz NOT NULL,
    recent_count     integer     NOT NULL DEFAULT 1,
    recent_since     timestamptz NOT NULL,

    PRIMARY KEY (tenant_id, memory_id),
    FOREIGN KEY (tenant_id, memory_id) REFERENCES memories (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT memory_accesses_counts_positive CHECK (access_count > 0 AND recent_count > 0)
);

CREATE INDEX IF NOT EXISTS memory_accesses_recent_idx ON memory_accesses (tenant_id, team_id, last_accessed_at DESC);

COMMENT ON TABLE memory_accesses IS
    'How often and when a memory was read. Apart from memories, so that reading writes no vector, no index of vectors and no '
    'history. A memory without a row was never read, and counts as last accessed when it was made.';
COMMENT ON COLUMN memory_accesses.team_id IS 'The team of the memory.';
COMMENT ON COLUMN memory_accesses.recent_count IS 'How often within seven days from recent_since.';

SELECT isolate_tenant_table('memory_accesses', 'SELECT, INSERT, UPDATE');

CREATE OR REPLACE TRIGGER hold_memories
    BEFORE INSERT OR UPDATE OR DELETE ON memory_accesses
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_hold_memories();

CREATE OR REPLACE FUNCTION update_memory_access(p_memory_ids uuid[], p_at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_updated bigint;
BEGIN
    PERFORM public.hold_memories();
    INSERT INTO public.memory_accesses AS a (tenant_id, memory_id, team_id, last_accessed_at, recent_since)
    SELECT m.tenant_id, m.id, m.team_id, p_at, p_at
    FROM public.memories AS m
    WHERE m.tenant_id = public.current_tenant() AND m.id = ANY (p_memory_ids)
    -- In one order for everybody, so that two who read the same wait and do not deadlock.
    ORDER BY m.id
    ON CONFLICT (tenant_id, memory_id) DO UPDATE
    SET access_count     = a.access_count + 1,
        last_accessed_at = greatest(a.last_accessed_at, excluded.last_accessed_at),
        recent_count     = CASE WHEN a.recent_since > p_at - interval '7 days' THEN a.recent_count + 1 ELSE 1 END,
        recent_since     = CASE WHEN a.recent_since > p_at - interval '7 days' THEN a.recent_since ELSE p_at END;

    GET DIAGNOSTICS v_updated = ROW_COUNT;
    RETURN v_updated;
END
$$;

COMMENT ON FUNCTION update_memory_access(uuid[], timestamptz) IS
    'Counts one access of each of these memories, however often it is named; returns how many there are. Unknown ids, and those '
    'of other tenants, are nothing to it.';

-- memory_logs ---------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS memory_logs (
    tenant_id          uuid        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    memory_id          uuid        NOT NULL,
    seq                bigint      NOT NULL,
    id                 uuid        NOT NULL DEFAULT gen_random_uuid(),
    action             text        NOT NULL,
    old_content        text,
    new_content        text,
    old_importance     integer,
    new_importance     integer,
    old_tier           memory_tier,
    new_tier           memory_tier,
    old_status         memory_status,
    new_status         memory_status,
    old_values         jsonb       NOT NULL DEFAULT '{}',
    new_values         jsonb       NOT NULL DEFAULT '{}',
    old_embedding      vector,
    embedding_changed  boolean     NOT NULL DEFAULT false,
    changed_by         text        NOT NULL,
    reason             text,
    conversation_id    uuid,
    related_memory_ids uuid[]      NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL,

    -- The memory may be gone: its history stays.
    PRIMARY KEY (tenant_id, memory_id, seq),
    CONSTRAINT memory_logs_seq_positive CHECK (seq > 0),
    CONSTRAINT memory_logs_action_known CHECK (
        action IN (
            'created', 'updated', 'superseded', 'promoted', 'demoted', 'contradiction_detected', 'contradiction_resolved',
            'pinned', 'unpinned', 'expired', 'archived', 'restored', 'consolidated', 'compaction_extracted', 'embedded',
            'tagged', 'untagged', 'deleted'
        )
    ),
    CONSTRAINT memory_logs_values_objects CHECK (
        jsonb_typeof(old_values) = 'object' AND jsonb_typeof(new_values) = 'object'
    )
);

CREATE INDEX IF NOT EXISTS memory_logs_memory_idx ON memory_logs (tenant_id, memory_id, created_at);
CREATE INDEX IF NOT EXISTS memory_logs_created_idx ON memory_logs (tenant_id, created_at);

COMMENT ON TABLE memory_logs IS
    'Every change of every memory, written by triggers and by nobody else, and never changed. Outlives the memories.';
COMMENT ON COLUMN memory_logs.seq IS 'Counts the changes of one memory: 1, 2, 3 …; those of the same instant are in this order.';
COMMENT ON COLUMN memory_logs.new_content IS 'Unchanged if it is NULL, as are the other three.';
COMMENT ON COLUMN memory_logs.new_values IS 'What else changed, by column; tags in the end are an array.';
COMMENT ON COLUMN memory_logs.old_embedding IS
    'What the embedding was before, if embedding_changed. The last one is in memories: most never change, and none is kept twice.';
COMMENT ON COLUMN memory_logs.changed_by IS 'Who: app.actor, or else the user of the database.';
COMMENT ON COLUMN memory_logs.reason IS 'Why: app.reason.';
COMMENT ON COLUMN memory_logs.created_at IS
    'When: app.now, if that is a time of the years 1 to 9999, or else the clock of the server; never before the entry before.';

SELECT isolate_tenant_table('memory_logs', 'SELECT');

CREATE OR REPLACE TRIGGER refuse_change
    BEFORE UPDATE OR TRUNCATE ON memory_logs
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_change();

CREATE OR REPLACE TRIGGER refuse_delete
    AFTER DELETE ON memory_logs
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_audit_delete();

-- Who writes must hold the memory, so that its changes come one after the other.
CREATE OR REPLACE FUNCTION write_memory_log(p_entry memory_logs) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_seq bigint;
    v_last timestamptz;
    v_now timestamptz := coalesce(
        NULLIF(current_setting('app.now', true), '')::timestamptz, clock_timestamp()
    );
BEGIN
    -- No entry could come behind one of a time that never comes.
    IF v_now NOT BETWEEN timestamptz '0001-01-02 00:00:00Z' AND timestamptz '9999-12-30 00:00:00Z' THEN
        v_now := clock_timestamp();
    END IF;

    SELECT l.seq, l.created_at INTO v_seq, v_last
    FROM public.memory_logs AS l
    WHERE l.tenant_id = p_entry.tenant_id AND l.memory_id = p_entry.memory_id
    ORDER BY l.seq DESC
    LIMIT 1;

    p_entry.seq := coalesce(v_seq, 0) + 1;
    p_entry.id := gen_random_uuid();
    p_entry.changed_by := coalesce(NULLIF(current_setting('app.actor', true), ''), 'database:' || session_user);
    p_entry.reason := NULLIF(current_setting('app.reason', true), '');
    p_entry.created_at := greatest(v_now, v_last);
    p_entry.old_values := coalesce(p_entry.old_values, '{}');
    p_entry.new_values := coalesce(p_entry.new_values, '{}');
    p_entry.embedding_changed := coalesce(p_entry.embedding_changed, false);
    p_entry.related_memory_ids := coalesce(p_entry.related_memory_ids, '{}');
    INSERT INTO public.memory_logs SELECT p_entry.*;
END
$$;

COMMENT ON FUNCTION write_memory_log(memory_logs) IS 'Adds an entry to the history of a memory: numbered, dated and signed.';

REVOKE EXECUTE ON FUNCTION write_memory_log(memory_logs) FROM PUBLIC;

CREATE OR REPLACE FUNCTION memory_is_embedded_alike(p_one vector, p_other vector) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (p_one IS NULL AND p_other IS NULL) OR coalesce(p_one OPERATOR(public.=) p_other, false)
$$;

COMMENT ON FUNCTION memory_is_embedded_alike(vector, vector) IS 'Whether two embeddings are the same, or both are absent.';

CREATE OR REPLACE FUNCTION memory_action(p_old memories, p_new memories) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_new.status <> p_old.status THEN
            CASE p_new.status
                WHEN 'superseded' THEN 'superseded'
                WHEN 'disputed' THEN 'contradiction_detected'
                WHEN 'archived' THEN
                    CASE WHEN p_old.expires_at <= (
                        SELECT CASE WHEN isfinite(it.at) THEN it.at ELSE now() END
                        FROM (SELECT coalesce(NULLIF(current_setting('app.now', true), '')::timestamptz, now()) AS at) AS it
                    ) THEN 'expired' ELSE 'archived' END
                WHEN 'active' THEN
                    CASE WHEN p_old.status = 'disputed' THEN 'contradiction_resolved' ELSE 'restored' END
            END
        WHEN p_new.is_pinned AND NOT p_old.is_pinned THEN 'pinned'
        WHEN p_old.is_pinned AND NOT p_new.is_pinned THEN 'unpinned'
        WHEN NOT p_new.contradicts <@ p_old.contradicts THEN 'contradiction_detected'
        WHEN NOT p_old.contradicts <@ p_new.contradicts THEN 'contradiction_resolved'
        WHEN p_new.content = p_old.content AND p_new.tier < p_old.tier THEN 'promoted'
        WHEN p_new.content = p_old.content AND p_new.tier > p_old.tier THEN 'demoted'
        WHEN NOT public.memory_is_embedded_alike(p_new.embedding, p_old.embedding)
            AND (p_new.content, p_new.subject, p_new.importance, p_new.confidence, p_new.metadata, p_new.expires_at)
                IS NOT DISTINCT FROM
                (p_old.content, p_old.subject, p_old.importance, p_old.confidence, p_old.metadata, p_old.expires_at)
            THEN 'embedded'
        ELSE 'updated'
    END
$$;

COMMENT ON FUNCTION memory_action(memories, memories) IS 'What a change of a memory is called.';

-- What is written must be the same whatever the session says of numbers and times.
CREATE OR REPLACE FUNCTION trigger_log_memory() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
    SET DateStyle = 'ISO'
    SET TimeZone = 'UTC'
AS $$
DECLARE
    -- What has a column of its own in the log, is made of others, or is in every change.
    v_apart constant text[] :=
        '{content, importance, tier, status, embedding, embedding_dimensions, fingerprint, words}';
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_entry public.memory_logs;
    v_row public.memories;
    v_old jsonb;
    v_new jsonb;
BEGIN
    -- That a memory moves is nothing of its history: it is the only way that one leaves the shared partition whose tenant has
    -- another, for promote_memories() marks it so before.
    IF TG_OP = 'DELETE' AND TG_RELID = 'public.memories_shared'::regclass AND EXISTS (
        SELECT FROM public.memory_settings AS s WHERE s.tenant_id = OLD.tenant_id AND s.promoted_at IS NOT NULL
    ) THEN
        RETURN NULL;
    END IF;

    IF TG_OP <> 'INSERT' THEN
        v_entry.tenant_id := OLD.tenant_id;
        v_entry.memory_id := OLD.id;
        v_entry.old_content := OLD.content;
        v_entry.old_importance := OLD.importance;
        v_entry.old_tier := OLD.tier;
        v_entry.old_status := OLD.status;
        -- Vectors as texts are long.
        v_row := OLD;
        v_row.embedding := NULL;
        v_row.words := NULL;
        v_old := to_jsonb(v_row) - v_apart;
    END IF;

    IF TG_OP <> 'DELETE' THEN
        v_entry.tenant_id := NEW.tenant_id;
        v_entry.memory_id := NEW.id;
        v_entry.new_content := NEW.content;
        v_entry.new_importance := NEW.importance;
        v_entry.new_tier := NEW.tier;
        v_entry.new_status := NEW.status;
        v_entry.conversation_id := NEW.source_conversation_id;
        v_entry.related_memory_ids := array_remove(NEW.contradicts || NEW.superseded_by, NULL);
        v_row := NEW;
        v_row.embedding := NULL;
        v_row.words := NULL;
        v_new := to_jsonb(v_row) - v_apart;
    END IF;

    CASE TG_OP
        WHEN 'INSERT' THEN
            v_entry.action := CASE NEW.source_type
                WHEN 'consolidation' THEN 'consolidated'
                WHEN 'compaction' THEN 'compaction_extracted'
                ELSE 'created'
            END;
            v_entry.new_values := v_new;

        WHEN 'UPDATE' THEN
            v_entry.embedding_changed := NOT public.memory_is_embedded_alike(NEW.embedding, OLD.embedding);

            SELECT jsonb_object_agg(field.key, v_old -> field.key), jsonb_object_agg(field.key, field.value)
            INTO v_entry.old_values, v_entry.new_values
            FROM jsonb_each(v_new) AS field
            WHERE field.value IS DISTINCT FROM v_old -> field.key;

            -- That it was written is no change.
            IF coalesce(v_entry.new_values, '{}') - 'updated_at' = '{}' AND NOT v_entry.embedding_changed
                AND (NEW.content, NEW.importance, NEW.tier, NEW.status) = (OLD.content, OLD.importance, OLD.tier, OLD.status)
            THEN
                RETURN NULL;
            END IF;

            IF v_entry.embedding_changed THEN
                v_entry.old_embedding := OLD.embedding;
            END IF;
            v_entry.action := public.memory_action(OLD, NEW);
            -- What stayed as it was is left out, so that the log shows what did not.
            IF NEW.content = OLD.content THEN
                v_entry.old_content := NULL;
                v_entry.new_content := NULL;
            END IF;
            IF NEW.importance = OLD.importance THEN
                v_entry.old_importance := NULL;
                v_entry.new_importance := NULL;
            END IF;
            IF NEW.tier = OLD.tier THEN
                v_entry.old_tier := NULL;
                v_entry.new_tier := NULL;
            END IF;
            IF NEW.status = OLD.status THEN
                v_entry.old_status := NULL;
                v_entry.new_status := NULL;
            END IF;

        WHEN 'DELETE' THEN
            -- A tenant takes its history with it.
            IF NOT EXISTS (SELECT FROM public.tenants AS t WHERE t.id = OLD.tenant_id) THEN
                RETURN NULL;
            END IF;
            v_entry.action := 'deleted';
            v_entry.old_values := v_old;
            v_entry.old_embedding := OLD.embedding;
            v_entry.embedding_changed := true;
    END CASE;

    PERFORM set_config('app.tenant_id', v_entry.tenant_id::text, true);
    PERFORM public.write_memory_log(v_entry);
    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_log_memory() IS 'AFTER trigger: writes what changed of a memory into its history.';

REVOKE EXECUTE ON FUNCTION trigger_log_memory() FROM PUBLIC;

CREATE OR REPLACE TRIGGER log_memory
    AFTER INSERT OR UPDATE OR DELETE ON memories
    FOR EACH ROW EXECUTE FUNCTION trigger_log_memory();

CREATE OR REPLACE FUNCTION trigger_keep_memory_id() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a memory keeps its id: its history is kept by it'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'memories_id_immutable';
END
$$;

COMMENT ON FUNCTION trigger_keep_memory_id() IS 'The history of a memory is that of its id.';

-- Afterwards, so that row-level security is asked first.
CREATE OR REPLACE TRIGGER keep_id
    AFTER UPDATE OF id ON memories
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
    EXECUTE FUNCTION trigger_keep_memory_id();

CREATE OR REPLACE FUNCTION trigger_refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% has a history, which knows nothing of a TRUNCATE: delete the rows', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_not_truncated';
END
$$;

COMMENT ON FUNCTION trigger_refuse_truncate() IS 'Refuses the statement it is attached to: no trigger of rows would see what goes.';

-- Of a statement, so that tags that came or went together are one entry.
CREATE OR REPLACE FUNCTION trigger_log_memory_tags() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
    SET DateStyle = 'ISO'
    SET TimeZone = 'UTC'
AS $$
DECLARE
    v_tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    v_memory record;
    v_entry public.memory_logs;
    v_before text[];
    v_after text[];
BEGIN
    FOR v_memory IN
        SELECT c.tenant_id, c.memory_id, array_agg(c.tag) AS tags
        FROM changed AS c
        GROUP BY c.tenant_id, c.memory_id
        ORDER BY c.tenant_id, c.memory_id
    LOOP
        PERFORM set_config('app.tenant_id', v_memory.tenant_id::text, true);

        -- One after the other. A memory that is gone took its tags with it: that is in its history already.
        PERFORM FROM public.memories AS m
        WHERE m.tenant_id = v_memory.tenant_id AND m.id = v_memory.memory_id
        FOR NO KEY UPDATE;
        CONTINUE WHEN NOT FOUND;

        SELECT coalesce(array_agg(t.tag ORDER BY t.tag), '{}') INTO v_after
        FROM public.memory_tags AS t
        WHERE t.tenant_id = v_memory.tenant_id AND t.memory_id = v_memory.memory_id;

        SELECT coalesce(array_agg(DISTINCT tag ORDER BY tag), '{}') INTO v_before
        FROM unnest(CASE TG_OP WHEN 'INSERT' THEN v_after ELSE v_after || v_memory.tags END) AS tag
        WHERE TG_OP = 'DELETE' OR tag <> ALL (v_memory.tags);

        v_entry := NULL;
        v_entry.tenant_id := v_memory.tenant_id;
        v_entry.memory_id := v_memory.memory_id;
        v_entry.action := CASE TG_OP WHEN 'INSERT' THEN 'tagged' ELSE 'untagged' END;
        v_entry.old_values := jsonb_build_object('tags', v_before);
        v_entry.new_values := jsonb_build_object('tags', v_after);
        PERFORM public.write_memory_log(v_entry);
    END LOOP;

    PERFORM set_config('app.tenant_id', v_tenant_before, true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION trigger_log_memory_tags() IS
    'AFTER trigger of a statement: writes the tags that memories had and have now into their history.';

REVOKE EXECUTE ON FUNCTION trigger_log_memory_tags() FROM PUBLIC;

CREATE OR REPLACE TRIGGER log_memory_tags
    AFTER INSERT ON memory_tags
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_log_memory_tags();

CREATE OR REPLACE TRIGGER log_memory_untagged
    AFTER DELETE ON memory_tags
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_log_memory_tags();

-- Nothing that has a history goes without an entry there.
CREATE OR REPLACE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON memories
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_truncate();
CREATE OR REPLACE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON memories_shared
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_truncate();
CREATE OR REPLACE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON memory_tags
    FOR EACH STATEMENT EXECUTE FUNCTION trigger_refuse_truncate();

-- Without a search path of its own, and of columns: so it becomes a part of the query.
CREATE OR REPLACE FUNCTION memory_tier_at(
    tier             memory_tier,
    status           memory_status,
    memory_type      memory_type_enum,
    importance       integer,
    is_pinned        boolean,
    access_count     bigint,
    recent_count     integer,
    recent_since     timestamptz,
    last_accessed_at timestamptz,
    created_at       timestamptz,
    p_now            timestamptz
) RETURNS memory_tier
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN status = 'superseded' THEN 'cold'::public.memory_tier
        WHEN is_pinned OR importance >= 9 OR (recent_count > 10 AND recent_since > p_now - interval '168 hours') THEN 'hot'
        WHEN tier = 'hot' AND (importance >= 8 OR memory_type = 'identity') THEN 'hot'
        WHEN importance < 3 AND coalesce(access_count, 0) < 2 AND created_at < p_now - interval '2160 hours'
            AND (memory_type <> 'identity' OR tier = 'cold') THEN 'cold'
        WHEN tier = 'hot' AND last_accessed_at > p_now - interval '168 hours' THEN 'hot'
        ELSE 'warm'
    END
$$;

COMMENT ON FUNCTION memory_tier_at(
    memory_tier, memory_status, memory_type_enum, integer, boolean, bigint, integer, timestamptz, timestamptz, timestamptz,
    timestamptz
) IS
    'The tier that a memory belongs in at a moment. Never NULL: without an access, the three that tell of them are NULL.';

CREATE OR REPLACE FUNCTION reconstruct_memory_at(p_memory_id uuid, p_timestamp timestamptz)
    RETURNS TABLE (
        memory memories, tags text[], seq bigint, as_of timestamptz, deleted_at timestamptz
    )
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
    SET DateStyle = 'ISO'
    SET TimeZone = 'UTC'
AS $$
    WITH entries AS MATERIALIZED (
        SELECT l.*
        FROM public.memory_logs AS l
        WHERE l.tenant_id = public.current_tenant() AND l.memory_id = p_memory_id AND l.created_at <= p_timestamp
    ),

    -- A memory may have been deleted, and made again with the same id: that is another life, which inherits nothing.
    life AS (
        SELECT max(e.seq) AS began
        FROM entries AS e
        WHERE e.action IN ('created', 'consolidated', 'compaction_extracted')
    ),

    -- Each field as the last entry left it that names it.
    fields AS (
        SELECT DISTINCT ON (field.key) field.key, field.value
        FROM entries AS e, life, jsonb_each(
            jsonb_strip_nulls(jsonb_build_object(
                'content', e.new_content, 'importance', e.new_importance, 'tier', e.new_tier, 'status', e.new_status
            )) || e.new_values
        ) AS field
        WHERE e.seq >= life.began AND e.action <> 'deleted'
        ORDER BY field.key, e.seq DESC
    ),

    state AS (
        SELECT jsonb_object_agg(f.key, f.value) AS value FROM fields AS f
    ),

    latest AS (
        SELECT e.seq, e.created_at, e.action FROM entries AS e ORDER BY e.seq DESC LIMIT 1
    ),

    -- The first change after that says what the embedding was; without one it still is.
    later AS (
        SELECT l.old_embedding
        FROM public.memory_logs AS l, latest
        WHERE l.tenant_id = public.current_tenant() AND l.memory_id = p_memory_id AND l.embedding_changed
          AND l.seq > CASE latest.action WHEN 'deleted' THEN latest.seq - 1 ELSE latest.seq END
        ORDER BY l.seq
        LIMIT 1
    ),

    embedded AS (
        SELECT later.old_embedding AS embedding FROM later

        UNION ALL

        SELECT m.embedding
        FROM public.memories AS m
        WHERE m.tenant_id = public.current_tenant() AND m.id = p_memory_id AND NOT EXISTS (SELECT FROM later)
    )

    SELECT
        jsonb_populate_record(
            NULL::public.memories,
            state.value || jsonb_build_object(
                'embedding', (SELECT embedded.embedding::text FROM embedded),
                'embedding_dimensions', (SELECT public.vector_dims(embedded.embedding) FROM embedded),
                'fingerprint', public.memory_fingerprint(state.value ->> 'entry_key', state.value ->> 'content'),
                'words', public.memory_words(coalesce((state.value ->> 'subject') || ' ', '') || (state.value ->> 'content'))
            )
        ),
        coalesce(
            (SELECT array_agg(tag.value ORDER BY tag.ordinality)
             FROM jsonb_array_elements_text(state.value -> 'tags') WITH ORDINALITY AS tag (value, ordinality)),
            '{}'
        ),
        latest.seq,
        latest.created_at,
        CASE latest.action WHEN 'deleted' THEN latest.created_at END
    FROM state, latest
    WHERE state.value IS NOT NULL
$$;

COMMENT ON FUNCTION reconstruct_memory_at(uuid, timestamptz) IS
    'A memory as it was at a moment: every field as the last change at or before it left it. No row if it was not there yet. Of '
    'one that was deleted, deleted_at says when, and the rest is how it was before.';

-- Search --------------------------------------------------------------------------------------------------------------

-- Without search paths of their own, and of columns, not rows: so they become a part of the query, and its estimates hold.
CREATE OR REPLACE FUNCTION memory_is_visible(
    status memory_status, expires_at timestamptz, memory_type memory_type_enum, agent_id uuid, p_agent uuid, p_now timestamptz
) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT status IN ('active', 'disputed')
        AND (expires_at IS NULL OR expires_at > p_now)
        AND (
            p_agent IS NULL
            OR agent_id = p_agent
            OR memory_type IN ('shared', 'user_profile')
            OR (agent_id IS NULL AND memory_type IN ('semantic', 'episodic'))
        )
$$;

COMMENT ON FUNCTION memory_is_visible(memory_status, timestamptz, memory_type_enum, uuid, uuid, timestamptz) IS
    'Whether a memory of the team holds at a moment, and is one that an agent may see: its own, what is shared, profiles of users, '
    'and what is known of the world and belongs to no agent. Without an agent: whatever the team has.';

CREATE OR REPLACE FUNCTION memory_matches(
    user_id          uuid,
    memory_type      memory_type_enum,
    tier             memory_tier,
    importance       integer,
    created_at       timestamptz,
    metadata         jsonb,
    p_user           uuid,
    p_types          text[],
    p_tiers          text[],
    p_min_importance integer,
    p_from           timestamptz,
    p_until          timestamptz,
    p_metadata       jsonb,
    p_path           jsonpath
) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT (p_user IS NULL OR user_id IS NULL OR user_id = p_user)
        AND (p_types IS NULL OR memory_type::text = ANY (p_types))
        AND (p_tiers IS NULL OR tier::text = ANY (p_tiers))
        AND (p_min_importance IS NULL OR importance >= p_min_importance)
        AND (p_from IS NULL OR created_at >= p_from)
        AND (p_until IS NULL OR created_at < p_until)
        AND (p_metadata IS NULL OR metadata @> p_metadata)
        AND (
            p_path IS NULL
            OR pg_catalog.jsonb_path_query_first(metadata, p_path, '{}', true) NOT IN ('false', 'null')
        )
$$;

COMMENT ON FUNCTION memory_matches(
    uuid, memory_type_enum, memory_tier, integer, timestamptz, jsonb, uuid, text[], text[], integer, timestamptz, timestamptz, jsonb,
    jsonpath
) IS
    'Whether a memory passes a filter, in which NULL asks for nothing. What is about nobody passes for any user; a path asks that it '
    'finds something in the metadata that is neither false nor null.';

CREATE OR REPLACE FUNCTION memory_partition(p_tenant uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'memories_' || replace(p_tenant::text, '-', '')
$$;

COMMENT ON FUNCTION memory_partition(uuid) IS 'What the partition of a tenant is called, if it has one of its own.';

CREATE OR REPLACE FUNCTION search_shared_memories(
    p_team           uuid,
    p_agent          uuid,
    p_user           uuid,
    p_types          text[],
    p_tiers          text[],
    p_tags           text[],
    p_min_importance integer,
    p_from           timestamptz,
    p_until          timestamptz,
    p_metadata       jsonb,
    p_path           jsonpath,
    p_now            timestamptz,
    p_embedding      vector,
    p_model          text,
    p_terms          text[],
    p_pool           integer
) RETURNS TABLE (id uuid, similarity double precision, text_score double precision)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_tenant uuid := current_tenant();
    v_dimensions integer := vector_dims(p_embedding);
    v_any tsquery;
    v_each tsquery[];
BEGIN
    IF cardinality(p_terms) > 0 THEN
        v_any := memory_text_query(p_terms);
        SELECT array_agg(memory_text_query(ARRAY[term]) ORDER BY term) INTO v_each FROM unnest(p_terms) AS term;
    END IF;

    RETURN QUERY
    WITH visible AS NOT MATERIALIZED (
        SELECT m.id, m.embedding, m.embedding_model, m.embedding_dimensions, m.words
        FROM memories AS m
        WHERE m.tenant_id = v_tenant
          AND m.team_id = p_team
          AND memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, p_agent, p_now)
          AND memory_matches(
              m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata,
              p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata, p_path
          )
          AND (p_tags IS NULL OR m.id IN (
              SELECT t.memory_id
              FROM memory_tags AS t
              WHERE t.tenant_id = v_tenant AND t.tag = ANY (p_tags)
              GROUP BY t.memory_id
              HAVING count(*) = cardinality(p_tags)
          ))
    ),

    near AS (
        SELECT v.id, v.embedding <=> p_embedding AS distance
        FROM visible AS v
        WHERE v.embedding_model = p_model AND v.embedding_dimensions = v_dimensions
        ORDER BY distance, v.id
        LIMIT p_pool
    ),

    matched AS MATERIALIZED (
        SELECT v.id, v.words FROM visible AS v WHERE v.words @@ v_any
    ),

    -- Terms that few of the matched have weigh more, as in BM25: ln(1 + (N - n + 0.5) / (n + 0.5)).
    terms_of AS MATERIALIZED (
        SELECT matched.id, term.ordinality AS term
        FROM matched, unnest(v_each) WITH ORDINALITY AS term (query)
        WHERE matched.words @@ term.query
    ),

    weights AS (
        SELECT t.term, ln(1 + ((SELECT count(*) FROM matched) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
        FROM terms_of AS t
        GROUP BY t.term
    ),

    found AS (
        SELECT t.id, sum(w.weight)::double precision AS score
        FROM terms_of AS t
        JOIN weights AS w ON w.term = t.term
        GROUP BY t.id
    ),

    -- How often and how close together decides between those that have the same terms.
    texts AS (
        SELECT f.id, f.score + 0.01 * ts_rank(m.words, v_any, 1) AS score
        FROM found AS f
        JOIN matched AS m ON m.id = f.id
        ORDER BY score DESC, f.id
        LIMIT p_pool
    )

    SELECT coalesce(near.id, texts.id), 1 - near.distance, texts.score
    FROM near
    FULL JOIN texts ON texts.id = near.id;
END
$$;

COMMENT ON FUNCTION search_shared_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[], integer
) IS 'See search_memories(): compares all that the tenant has.';

-- The settings of the extension are unknown until it is loaded, and only a superuser may name what is unknown.
DO $$
BEGIN
    PERFORM '[1]'::public.vector;
END
$$;

-- As the owner of the tables, because row-level security keeps indexes of texts from being used: their conditions could leak.
-- What it reads holds nothing but rows of the tenant, by its bound. Whoever calls it reads the memories themselves as anybody
-- else, under the policy; see search_memories in the queries.
-- Vectors are stored apart from their rows, which the planner does not reckon with: by its own costs it would rather read them all,
-- in parallel, than ask their index. The order within what the index gives is made below.
CREATE OR REPLACE FUNCTION search_promoted_memories(
    p_team           uuid,
    p_agent          uuid,
    p_user           uuid,
    p_types          text[],
    p_tiers          text[],
    p_tags           text[],
    p_min_importance integer,
    p_from           timestamptz,
    p_until          timestamptz,
    p_metadata       jsonb,
    p_path           jsonpath,
    p_now            timestamptz,
    p_embedding      vector,
    p_model          text,
    p_terms          text[],
    p_pool           integer,
    p_effort         integer
) RETURNS TABLE (id uuid, similarity double precision, text_score double precision)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Set again below; what is named here ends with the function, too.
    SET hnsw.ef_search = '400'
    SET ivfflat.probes = '40'
    SET hnsw.iterative_scan = 'relaxed_order'
    SET max_parallel_workers_per_gather = '0'
    SET random_page_cost = '1.1'
    SET hnsw.max_scan_tuples = '200000'
    SET hnsw.scan_mem_multiplier = '8'
    SET ivfflat.iterative_scan = 'relaxed_order'
AS $$
#variable_conflict use_column
DECLARE
    -- A term that more of the memories in question have tells little, and costs much.
    v_common constant integer := 2000;
    v_effort constant integer := least(greatest(coalesce(p_effort, 400), 1), 1000);
    v_tenant uuid := public.current_tenant();
    v_dimensions integer := public.vector_dims(p_embedding);
    v_partition text := format('public.%I', public.memory_partition(v_tenant));
    v_passes constant text := '
        m.tenant_id = $1 AND m.team_id = $2
        AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, $3, $4)
        AND public.memory_matches(
            m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, $5, $6, $7, $8, $9, $10, $11, $12
        )
        AND ($13 IS NULL OR m.id IN (
            SELECT t.memory_id
            FROM public.memory_tags AS t
            WHERE t.tenant_id = $1 AND t.tag = ANY ($13)
            GROUP BY t.memory_id
            HAVING count(*) = cardinality($13)
        ))';
    v_nearest text;
    v_near uuid[];
    v_distances double precision[];
    v_any tsquery;
    v_each tsquery[];
    v_rare text[];
    v_count_matching text;
    v_count bigint;
    v_term text;
BEGIN
    IF p_embedding IS NOT NULL THEN
        PERFORM set_config('hnsw.ef_search', least(greatest(v_effort, p_pool, 40), 1000)::text, true);
        PERFORM set_config('ivfflat.probes', greatest(v_effort / 10, 1)::text, true);

        -- The index is one of vectors of so many dimensions, and asked for in its own words.
        v_nearest := format(
            'SELECT array_agg(n.id ORDER BY n.distance, n.id), array_agg(n.distance ORDER BY n.distance, n.id)
             FROM (
                 SELECT m.id, m.embedding::public.vector(%1$s) OPERATOR(public.<=>) $14::public.vector(%1$s) AS distance
                 FROM %2$s AS m
                 WHERE m.embedding_dimensions = %1$s AND m.embedding_model = $15 AND %3$s
                 ORDER BY (m.embedding::public.vector(%1$s) OPERATOR(public.<=>) $14::public.vector(%1$s)) %4$s
                 LIMIT $16
             ) AS n',
            v_dimensions, v_partition, v_passes, '%s'
        );
        EXECUTE format(v_nearest, '')
        INTO v_near, v_distances
        USING v_tenant, p_team, p_agent, p_now, p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata,
            p_path, p_tags, p_embedding, p_model, p_pool;

        -- An index gives up before it has looked at all. Whoever asks for so many gets them, if they are there.
        IF coalesce(cardinality(v_near), 0) < p_pool THEN
            EXECUTE format(v_nearest, '+ 0')
            INTO v_near, v_distances
            USING v_tenant, p_team, p_agent, p_now, p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata,
                p_path, p_tags, p_embedding, p_model, p_pool;
        END IF;
    END IF;

    v_rare := p_terms;
    IF cardinality(p_terms) > 1 THEN
        v_count_matching := format(
            'SELECT count(*) FROM (SELECT FROM %s AS m WHERE m.words @@ $14 AND %s LIMIT $15) AS matching', v_partition, v_passes
        );
        FOREACH v_term IN ARRAY p_terms LOOP
            -- Numbers and ids are what is asked for, however many have them.
            IF v_term !~ '[0-9]' THEN
                EXECUTE v_count_matching
                INTO v_count
                USING v_tenant, p_team, p_agent, p_now, p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata,
                    p_path, p_tags, public.memory_text_query(ARRAY[v_term]), v_common + 1;

                IF v_count > v_common THEN
                    v_rare := array_remove(v_rare, v_term);
                END IF;
            END IF;
        END LOOP;

        -- Common terms do without if the others find as many as are asked for.
        IF cardinality(v_rare) < cardinality(p_terms) THEN
            EXECUTE v_count_matching
            INTO v_count
            USING v_tenant, p_team, p_agent, p_now, p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata,
                p_path, p_tags, public.memory_text_query(v_rare), p_pool;

            IF v_count < p_pool THEN
                v_rare := p_terms;
            END IF;
        END IF;
    END IF;

    IF cardinality(v_rare) > 0 THEN
        v_any := public.memory_text_query(v_rare);
        SELECT array_agg(public.memory_text_query(ARRAY[term]) ORDER BY term) INTO v_each FROM unnest(v_rare) AS term;
    END IF;

    RETURN QUERY EXECUTE format(
        'WITH near AS (
             SELECT n.id, n.distance FROM unnest($17, $18) AS n (id, distance)
         ),

         matched AS MATERIALIZED (
             SELECT m.id, m.words FROM %1$s AS m WHERE m.words @@ $14 AND %2$s
         ),

         terms_of AS MATERIALIZED (
             SELECT matched.id, term.ordinality AS term
             FROM matched, unnest($15) WITH ORDINALITY AS term (query)
             WHERE matched.words @@ term.query
         ),

         weights AS (
             SELECT t.term, ln(1 + ((SELECT count(*) FROM matched) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
             FROM terms_of AS t
             GROUP BY t.term
         ),

         found AS (
             SELECT t.id, sum(w.weight)::double precision AS score
             FROM terms_of AS t
             JOIN weights AS w ON w.term = t.term
             GROUP BY t.id
         ),

         texts AS (
             SELECT f.id, f.score + 0.01 * ts_rank(m.words, $14, 1) AS score
             FROM found AS f
             JOIN matched AS m ON m.id = f.id
             ORDER BY score DESC, f.id
             LIMIT $16
         )

         SELECT coalesce(near.id, texts.id), 1 - near.distance, texts.score
         FROM near
         FULL JOIN texts ON texts.id = near.id',
        v_partition, v_passes
    )
    USING v_tenant, p_team, p_agent, p_now, p_user, p_types, p_tiers, p_min_importance, p_from, p_until, p_metadata, p_path,
        p_tags, v_any, v_each, p_pool, v_near, v_distances;
END
$$;

COMMENT ON FUNCTION search_promoted_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
) IS 'See search_memories(): asks the indexes of the partition of the tenant.';

REVOKE EXECUTE ON FUNCTION search_promoted_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_promoted_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
) TO af_app;

CREATE OR REPLACE FUNCTION search_memories(
    p_team           uuid,
    p_agent          uuid,
    p_user           uuid,
    p_types          text[],
    p_tiers          text[],
    p_tags           text[],
    p_min_importance integer,
    p_from           timestamptz,
    p_until          timestamptz,
    p_metadata       jsonb,
    p_path           jsonpath,
    p_now            timestamptz,
    p_embedding      vector,
    p_model          text,
    p_terms          text[],
    p_pool           integer,
    p_effort         integer
) RETURNS TABLE (id uuid, similarity double precision, text_score double precision)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.memory_settings AS s
        WHERE s.tenant_id = public.current_tenant() AND s.promoted_at IS NOT NULL
    ) THEN
        RETURN QUERY SELECT * FROM public.search_promoted_memories(
            p_team, p_agent, p_user, p_types, p_tiers, p_tags, p_min_importance, p_from, p_until, p_metadata, p_path, p_now,
            p_embedding, p_model, p_terms, p_pool, p_effort
        );
    ELSE
        RETURN QUERY SELECT * FROM public.search_shared_memories(
            p_team, p_agent, p_user, p_types, p_tiers, p_tags, p_min_importance, p_from, p_until, p_metadata, p_path, p_now,
            p_embedding, p_model, p_terms, p_pool
        );
    END IF;
END
$$;

COMMENT ON FUNCTION search_memories(
    uuid, uuid, uuid, text[], text[], text[], integer, timestamptz, timestamptz, jsonb, jsonpath, timestamptz, vector, text, text[],
    integer, integer
) IS
    'The memories of a team that pass a filter and are among the nearest to a vector, or among those that best match the terms: so '
    'many of each, and both kinds in one. What was not among the nearest has no similarity, what matches no term no score.';

-- Partitions ----------------------------------------------------------------------------------------------------------

-- Takes all that attaching a partition needs, or nothing: whoever has some of it and waits for the rest meets writers who have the
-- rest and wait for that. It gives up before those would be told of a deadlock, which is after a second, and tries again.
CREATE OR REPLACE FUNCTION lock_memories() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tries constant integer := 20;
    v_before text := current_setting('lock_timeout');
BEGIN
    PERFORM set_config('lock_timeout', '500ms', true);

    FOR v_try IN 1..v_tries LOOP
        BEGIN
            LOCK TABLE ONLY public.memories IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE public.memories_shared IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE public.memory_tags, public.memory_accesses, public.tenants, public.teams, public.agents, public.users,
                public.conversations IN SHARE ROW EXCLUSIVE MODE;
            EXIT;
        EXCEPTION
            WHEN lock_not_available THEN
                IF v_try = v_tries THEN
                    RAISE;
                END IF;
        END;

        -- Whoever waited behind goes first.
        PERFORM pg_sleep(0.05 + 0.1 * random());
    END LOOP;

    PERFORM set_config('lock_timeout', v_before, true);
END
$$;

COMMENT ON FUNCTION lock_memories() IS
    'Keeps everybody from the shared partition, and from what refers to it, to the end of the transaction.';

REVOKE EXECUTE ON FUNCTION lock_memories() FROM PUBLIC;

CREATE OR REPLACE FUNCTION promote_memories(p_tenant uuid, p_now timestamptz) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text := public.memory_partition(p_tenant);
    v_imports bigint := hashtextextended('agentflow archive import', 0);
    v_owner name;
    v_columns text;
    v_moved bigint;
BEGIN
    -- It must not go away meanwhile.
    PERFORM set_config('app.tenant_id', p_tenant::text, true);
    PERFORM FROM public.tenants AS t WHERE t.id = p_tenant FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no tenant %', p_tenant USING ERRCODE = 'no_data_found';
    END IF;

    -- One after the other: two would meet in lock_memories(), each with rows in hand.
    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow partitions of memories', 0));

    -- An import has rows in hand for as long as it takes: everybody would wait in vain. See archive_hold_imports().
    WHILE NOT pg_try_advisory_xact_lock(v_imports) LOOP
        IF EXISTS (
            SELECT
            FROM pg_locks AS l
            JOIN pg_database AS d ON d.oid = l.database AND d.datname = current_database()
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.mode = 'ShareLock'
              AND l.classid = ((v_imports >> 32) & 4294967295)::oid AND l.objid = (v_imports & 4294967295)::oid
        ) THEN
            RAISE EXCEPTION 'an import of a tenant is under way; try again when it is done'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'memory_settings_no_import';
        END IF;

        -- It is the promotion before this one: a transaction that ends gives its locks back one by one.
        PERFORM pg_sleep(0.001);
    END LOOP;

    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow memories ' || p_tenant, 0));

    INSERT INTO public.memory_settings AS s (tenant_id, promoted_at)
    VALUES (p_tenant, p_now)
    ON CONFLICT (tenant_id) DO UPDATE
    SET promoted_at = excluded.promoted_at
    WHERE s.promoted_at IS NULL;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the memories of tenant % have a partition of their own already', p_tenant
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'memory_settings_promoted_once';
    END IF;

    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO v_columns
    FROM pg_attribute AS a
    WHERE a.attrelid = 'public.memories'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';

    SELECT pg_get_userbyid(c.relowner) INTO v_owner FROM pg_class AS c WHERE c.oid = 'public.memories'::regclass;

    -- Up to the locks, nobody waits but those who write for this tenant.
    EXECUTE format('CREATE TABLE public.%I (LIKE public.memories INCLUDING ALL EXCLUDING COMMENTS)', v_name);
    EXECUTE format('ALTER TABLE public.%I ADD CONSTRAINT one_tenant CHECK (tenant_id = %L)', v_name, p_tenant);

    -- What another move of the same transaction left.
    DROP TABLE IF EXISTS pg_temp.moved_tags, pg_temp.moved_accesses;
    CREATE TEMPORARY TABLE moved_tags ON COMMIT DROP AS
    SELECT * FROM public.memory_tags WHERE tenant_id = p_tenant;
    CREATE TEMPORARY TABLE moved_accesses ON COMMIT DROP AS
    SELECT * FROM public.memory_accesses WHERE tenant_id = p_tenant;

    -- In one statement: what comes in between, from an owner who named no tenant, is not lost, but lets the attachment fail.
    EXECUTE format(
        'WITH gone AS (DELETE FROM public.memories WHERE tenant_id = $1 RETURNING %1$s)
         INSERT INTO public.%2$I (%1$s) SELECT %1$s FROM gone',
        v_columns, v_name
    ) USING p_tenant;
    GET DIAGNOSTICS v_moved = ROW_COUNT;

    -- From here on everybody waits.
    PERFORM public.lock_memories();
    EXECUTE format('ALTER TABLE public.memories ATTACH PARTITION public.%I FOR VALUES IN (%L)', v_name, p_tenant);
    EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT one_tenant', v_name);

    -- Without FORCE: search_promoted_memories() reads it as its owner. Nobody else is granted anything.
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', v_name);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', v_name);
    EXECUTE format(
        'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.%I
         FOR EACH STATEMENT EXECUTE FUNCTION public.trigger_refuse_truncate()',
        v_name
    );
    EXECUTE format('ALTER TABLE public.%I OWNER TO %I', v_name, v_owner);

    ALTER TABLE public.memory_tags DISABLE TRIGGER log_memory_tags;
    INSERT INTO public.memory_tags SELECT * FROM pg_temp.moved_tags;
    INSERT INTO public.memory_accesses SELECT * FROM pg_temp.moved_accesses;
    ALTER TABLE public.memory_tags ENABLE TRIGGER log_memory_tags;
    RETURN v_moved;
END
$$;

COMMENT ON FUNCTION promote_memories(uuid, timestamptz) IS
    'Moves the memories of a tenant into a partition of their own, which an index of vectors can be made for; returns how many. '
    'Whoever reads in a snapshot that is older than that sees none of them.';

REVOKE EXECUTE ON FUNCTION promote_memories(uuid, timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION drop_memory_partition(p_tenant uuid) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text := public.memory_partition(p_tenant);
    v_holds boolean;
BEGIN
    -- A tenant that is hidden is not one that is gone.
    PERFORM set_config('app.tenant_id', p_tenant::text, true);
    IF EXISTS (SELECT FROM public.tenants AS t WHERE t.id = p_tenant) THEN
        RETURN false;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('agentflow partitions of memories', 0));
    IF NOT EXISTS (
        SELECT FROM pg_inherits AS i
        WHERE i.inhparent = 'public.memories'::regclass AND i.inhrelid = to_regclass(format('public.%I', v_name))
    ) THEN
        RETURN false;
    END IF;

    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', v_name) INTO v_holds;
    IF v_holds THEN
        RETURN false;
    END IF;

    EXECUTE format('ALTER TABLE public.memories DETACH PARTITION public.%I', v_name);
    EXECUTE format('DROP TABLE public.%I', v_name);
    RETURN true;
END
$$;

COMMENT ON FUNCTION drop_memory_partition(uuid) IS
    'Drops what is left of the partition of a tenant that was deleted; returns whether there was something.';

REVOKE EXECUTE ON FUNCTION drop_memory_partition(uuid) FROM PUBLIC;

-- Indexes are made outside of transactions, so that nobody waits for them, and so not by functions.
CREATE OR REPLACE FUNCTION memory_vector_index_statement(
    p_tenant uuid, p_name text, p_dimensions integer, p_kind text, p_options jsonb
) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(
        'CREATE INDEX CONCURRENTLY %I ON public.%I USING %I ((embedding::public.vector(%s)) public.vector_cosine_ops) WITH (%s) '
        'WHERE embedding_dimensions = %s',
        p_name, public.memory_partition(p_tenant), p_kind, p_dimensions,
        (SELECT string_agg(format('%I = %s', option.key, option.value::integer), ', ' ORDER BY option.key)
         FROM jsonb_each_text(p_options) AS option),
        p_dimensions
    )
$$;

COMMENT ON FUNCTION memory_vector_index_statement(uuid, text, integer, text, jsonb) IS
    'What makes an index of the vectors of so many dimensions in the partition of a tenant, as search_promoted_memories() asks for it.';

REVOKE EXECUTE ON FUNCTION memory_vector_index_statement(uuid, text, integer, text, jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION memory_word_index_statement(p_tenant uuid, p_name text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('CREATE INDEX CONCURRENTLY %I ON public.%I USING gin (words)', p_name, public.memory_partition(p_tenant))
$$;

COMMENT ON FUNCTION memory_word_index_statement(uuid, text) IS 'What makes an index of the words in the partition of a tenant.';

REVOKE EXECUTE ON FUNCTION memory_word_index_statement(uuid, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION memory_indexes(p_tenant uuid)
    RETURNS TABLE (name text, method text, is_valid boolean, bytes bigint, drop_statement text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        c.relname::text, a.amname::text, i.indisvalid, pg_relation_size(c.oid),
        format('DROP INDEX CONCURRENTLY IF EXISTS public.%I', c.relname)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS a ON a.oid = c.relam
    -- Those of the parent table are not for us to drop.
    WHERE i.indrelid = to_regclass(format('public.%I', public.memory_partition(p_tenant))) AND NOT c.relispartition
    ORDER BY c.relname
$$;

COMMENT ON FUNCTION memory_indexes(uuid) IS
    'The indexes that were made for the partition of a tenant, of vectors and of words. One that is not valid was left by a build '
    'that was interrupted.';

REVOKE EXECUTE ON FUNCTION memory_indexes(uuid) FROM PUBLIC;
