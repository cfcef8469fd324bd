//! Base backups as a folder has them, without a server.

use std::fs;

use agentflow_backup::{Error, base::BaseFolder};

#[test]
fn who_needs_a_base_backup_is_found_whatever_it_is_called() {
    let home = tempfile::tempdir().unwrap();
    let record = |id: &str, parent: Option<&str>| {
        let folder = home.path().join("base").join(id);
        fs::create_dir_all(&folder).unwrap();
        let hash = "0".repeat(64);
        let record = serde_json::json!({
            "format": "agentflow.dev/base@v1", "id": id, "parent": parent, "combined_from": [],
            "kind": if parent.is_some() { "incremental" } else { "full" },
            "created_at": "2026-11-22T08:00:00Z", "postgres_version": "18.6",
            "system_identifier": "1", "timeline": 1, "start_lsn": "0/0", "end_lsn": "0/0",
            "bytes": 0, "manifest_sha256": hash, "parent_manifest_sha256": null, "program": "test",
        });
        fs::write(folder.join("base.json"), record.to_string()).unwrap();
    };
    // Each is older by its name than what it builds upon.
    let [full, first, second] =
        ["20261122T080003Z-00000000", "20261122T080002Z-00000000", "20261122T080001Z-00000000"];
    record(full, None);
    record(first, Some(full));
    record(second, Some(first));
    fs::create_dir(home.path().join("base/old one")).unwrap();
    fs::create_dir(home.path().join("base/.20261122T080000Z-7f3a9c21.partial")).unwrap();
    let folder = BaseFolder::below(home.path());
    let listed = folder.list().unwrap();
    let needed_by: Vec<_> = listed.iter().map(|it| it.needed_by.len()).collect();
    assert_eq!(needed_by, [0, 1, 2]);
    assert_eq!(folder.chain(&second.parse().unwrap()).unwrap().len(), 3);
    let error = folder.delete(&full.parse().unwrap()).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert_eq!(folder.strangers().unwrap(), ["old one"]);

    // A circle is told, and not followed for ever.
    record(full, Some(second));
    assert_eq!(folder.list().unwrap().len(), 3);
    let error = folder.chain(&first.parse().unwrap()).unwrap_err();
    assert!(error.to_string().contains("builds upon itself"), "{error}");
}
