use super::MemoryType;

/// What is kept for memories that say who the agent is, of the tokens of a prompt.
const FOR_IDENTITY: u64 = 200;
/// What is kept for pinned ones.
const FOR_PINNED: u64 = 300;
/// What is kept for profiles of users.
const FOR_PROFILES: u64 = 200;

/// How many tokens a text has, about: one for each 3.5 characters, rounded up.
pub fn estimated_tokens(text: &str) -> u64 {
    // In halves, so that nothing is lost on the way.
    (text.chars().count() as u64 * 2).div_ceil(7)
}

/// What is looked at of a memory when memories are packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parcel {
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// The tokens that it takes.
    pub tokens: u64,
}

/// Which memories go into a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packing {
    /// Those that do, by their position, in order.
    pub kept: Vec<usize>,
    /// Those for which there was no room, by their position, in order.
    pub left_out: Vec<usize>,
    /// The tokens of those that do.
    pub tokens: u64,
    /// What whoever chose the budget, or pinned so much, should know.
    pub warnings: Vec<String>,
}

/// Chooses among `parcels`, the best first, those that fit into `budget` tokens.
///
/// What says who the agent is, and what is pinned, goes in whether it fits or not, with a warning if not. Profiles of users
/// come next, as far as the 200 tokens go that are kept for them. What is left then goes to all others in their order, whichever
/// fits.
pub fn pack(parcels: &[Parcel], budget: u64) -> Packing {
    let mut packing = Packing::default();
    let mut keeps = vec![false; parcels.len()];
    let (mut identity, mut pinned, mut profiles) = (0, 0, 0);
    for (parcel, keep) in parcels.iter().zip(&mut keeps) {
        if parcel.memory_type == MemoryType::Identity {
            identity += parcel.tokens;
            *keep = true;
        } else if parcel.is_pinned {
            pinned += parcel.tokens;
            *keep = true;
        }
    }
    let mut left = budget.saturating_sub(identity + pinned);
    let in_turn = |profiles_only: bool| {
        parcels
            .iter()
            .enumerate()
            .filter(move |(_, it)| !profiles_only || it.memory_type == MemoryType::UserProfile)
    };
    for (index, parcel) in in_turn(true) {
        if !keeps[index] && parcel.tokens <= left && profiles + parcel.tokens <= FOR_PROFILES {
            profiles += parcel.tokens;
            left -= parcel.tokens;
            keeps[index] = true;
        }
    }
    for (index, parcel) in in_turn(false) {
        if !keeps[index] && parcel.tokens <= left {
            left -= parcel.tokens;
            keeps[index] = true;
        }
    }
    for (index, keep) in keeps.into_iter().enumerate() {
        if keep {
            packing.tokens += parcels[index].tokens;
            packing.kept.push(index);
        } else {
            packing.left_out.push(index);
        }
    }
    packing.warnings = warnings(identity, pinned, budget);
    packing
}

fn warnings(identity: u64, pinned: u64, budget: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    if identity + pinned > budget {
        warnings.push(format!(
            "identity and pinned memories take {} tokens, more than the budget of {budget}: they are kept, and nothing else \
             is; unpin some, or raise the budget",
            identity + pinned
        ));
        return warnings;
    }
    if identity > FOR_IDENTITY {
        warnings.push(format!(
            "identity memories take {identity} tokens, more than the {FOR_IDENTITY} meant for them: that much less is left for \
             the rest"
        ));
    }
    if pinned > FOR_PINNED {
        warnings.push(format!(
            "pinned memories take {pinned} tokens, more than the {FOR_PINNED} meant for them: that much less is left for the \
             rest"
        ));
    }
    warnings
}
