use crate::words::words;

words!(
    /// What kind of memory it is, which decides who sees it.
    MemoryType, "memory_type" {
        /// What is so.
        Semantic = "semantic",
        /// What happened.
        Episodic = "episodic",
        /// How something is done.
        Procedural = "procedural",
        /// For the agent whose it is, and no other.
        AgentPrivate = "agent_private",
        /// For all agents of the team.
        Shared = "shared",
        /// Who the agent is.
        Identity = "identity",
        /// What is known of a user.
        UserProfile = "user_profile",
    }
);

words!(
    /// Whether a memory holds. Active and disputed ones are found.
    MemoryStatus, "status" {
        /// It holds.
        Active = "active",
        /// Another took its place.
        Superseded = "superseded",
        /// It was forgotten, or expired.
        Archived = "archived",
        /// Another contradicts it.
        Disputed = "disputed",
    }
);

words!(
    /// How near at hand a memory is kept.
    MemoryTier, "tier" {
        /// It is used much, or matters much.
        Hot = "hot",
        /// As most are.
        Warm = "warm",
        /// It is hardly used any more.
        Cold = "cold",
    }
);

words!(
    /// Where a memory comes from.
    MemorySource, "source_type" {
        /// Somebody said it in a conversation, and it was taken out of that.
        Extraction = "extraction",
        /// Somebody asked that it be remembered.
        Explicit = "explicit",
        /// The system says so.
        System = "system",
        /// What somebody thought of an answer.
        Feedback = "feedback",
        /// It was made of other memories.
        Consolidation = "consolidation",
        /// It was saved before a conversation was shortened.
        Compaction = "compaction",
    }
);

words!(
    /// What happened to a memory, in its history.
    LogAction, "action" {
        /// It was made.
        Created = "created",
        /// Something about it changed.
        Updated = "updated",
        /// Another took its place.
        Superseded = "superseded",
        /// It came to a tier nearer at hand.
        Promoted = "promoted",
        /// It came to a tier farther off.
        Demoted = "demoted",
        /// Another contradicts it.
        ContradictionDetected = "contradiction_detected",
        /// It was contradicted, and holds.
        ContradictionResolved = "contradiction_resolved",
        /// It was pinned.
        Pinned = "pinned",
        /// It is no longer pinned.
        Unpinned = "unpinned",
        /// Its time was over.
        Expired = "expired",
        /// It was forgotten.
        Archived = "archived",
        /// It was forgotten or superseded, and holds again.
        Restored = "restored",
        /// It was made of others.
        Consolidated = "consolidated",
        /// It was made before a conversation was shortened.
        CompactionExtracted = "compaction_extracted",
        /// It was embedded, or embedded anew.
        Embedded = "embedded",
        /// It was given a tag.
        Tagged = "tagged",
        /// A tag was taken from it.
        Untagged = "untagged",
        /// It was deleted.
        Deleted = "deleted",
    }
);
