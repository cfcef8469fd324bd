//! Proving that a backup can be restored, by doing it.

mod html;
mod report;
mod run;

pub use report::{DRILL_FORMAT, DrillReport, Verdict};
pub use run::{DrillOptions, DrillServer, drill};

const OPERATION: &str = "drill the backup";
