//! The schema, embedded: what `af migrate` runs when it is given no folder.

use agentflow_migrate::{Error, Source};

/// Every migration of AgentFlow, as file name and text.
pub const FILES: &[(&str, &str)] = agentflow_migrate::embed!("../migrations":
    "000001_foundation.up.sql",
    "000001_foundation.down.sql",
    "000002_tenancy.up.sql",
    "000002_tenancy.down.sql",
    "000003_audit.up.sql",
    "000003_audit.down.sql",
    "000004_identity.up.sql",
    "000004_identity.down.sql",
    "000005_agents.up.sql",
    "000005_agents.down.sql",
    "000006_rules.up.sql",
    "000006_rules.down.sql",
    "000007_workflows.up.sql",
    "000007_workflows.down.sql",
    "000008_runtime.up.sql",
    "000008_runtime.down.sql",
    "000009_secrets.up.sql",
    "000009_secrets.down.sql",
    "000010_metering.up.sql",
    "000010_metering.down.sql",
    "000011_memory.up.sql",
    "000011_memory.down.sql",
    "000012_archive.up.sql",
    "000012_archive.down.sql",
);

/// The migrations of AgentFlow.
pub fn source() -> Result<Source, Error> {
    Source::embedded(FILES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut in_folder: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        in_folder.sort();
        let mut embedded: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        embedded.sort();
        assert_eq!(in_folder, embedded);
    }
}
