//! Bringing a backup back.

mod building;
mod database;
mod load;
mod names;
mod options;
mod place;
mod roles;
mod select;
mod switch;
mod tables;
mod whole;

pub use options::{PhaseTime, RestoreOptions, RestoreReport, RestoreTarget};
pub use whole::{restore, restore_target};

pub(crate) use building::Phases;
pub(crate) use database::{
    is_unknown_locale, locale_of, make as make_database, require_extensions, with_locale,
};
pub(crate) use load::Load;
pub(crate) use roles::make_missing_roles;
pub(crate) use whole::{major_of, require_new_enough, require_whole, sound};

const OPERATION: &str = "restore the backup";
