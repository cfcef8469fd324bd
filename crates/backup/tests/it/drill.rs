//! Restoring to a server that is there for nothing else.

use agentflow::core::backup::MANIFEST_FILE;
use agentflow_backup::{DrillOptions, DrillServer, Programs, Verdict, drill};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};

use crate::world::{World, config};

#[expect(clippy::unnecessary_wraps, reason = "the shape that a drill asks for")]
fn start(_: u16) -> agentflow_backup::Result<DrillServer> {
    let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
    let server = Ephemeral::start(&installation, &EphemeralOptions::default()).unwrap();
    let version = installation.version;
    Ok(DrillServer {
        config: config(&server.url("postgres")),
        programs: Programs::new(&installation.bin_dir, version.major, version.to_string()),
        guard: Box::new(server),
    })
}

#[tokio::test]
async fn a_good_backup_passes_and_the_report_says_how_old_and_how_long() {
    let world = World::full().await;
    let created = world.backup().await;
    let options = DrillOptions {
        staging: Some(world.home.path().to_owned()),
        ..DrillOptions::new(world.trust())
    };
    let report = drill(&world.store, &created.manifest.id, &options, start, &|_| {}).await.unwrap();
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
    let phases: Vec<_> = report.phases.iter().map(|phase| phase.name).collect();
    assert_eq!(phases, ["verify", "start a server", "fetch", "restore", "check", "analyze"]);
    let checks: Vec<_> = report.checks.iter().map(|check| check.name).collect();
    for name in [
        "backup",
        "rows",
        "constraints",
        "indexes",
        "extensions",
        "migration version",
        "audit heads",
        "audit chains",
    ] {
        assert!(checks.contains(&name), "{name}: {checks:?}");
    }
    assert!(report.rpo_seconds.unwrap() >= 0 && report.rto_milliseconds > 0);
    assert_eq!(report.signed_by.as_deref(), Some("example.com/af"));
    assert!(report.to_html().contains("Passed") && report.rows > 100);
    let left = crate::world::names(world.home.path());
    assert_eq!(left, ["backups"]);
}

#[tokio::test]
async fn a_damaged_backup_fails_with_every_fault_in_the_report() {
    let world = World::full().await;
    let created = world.backup().await;
    let folder = world.backups().join(created.manifest.id.as_str());
    let parts = &created.manifest.parts;
    for part in &parts[..2] {
        std::fs::write(folder.join(&part.name), b"x").unwrap();
    }
    let report = drill(
        &world.store,
        &created.manifest.id,
        &DrillOptions::new(world.trust()),
        start,
        &|_| {},
    )
    .await
    .unwrap();
    assert!(!report.has_passed() && report.faults().count() == 2, "{report:#?}");
    assert!(report.to_html().contains(&parts[0].name));

    std::fs::write(folder.join(MANIFEST_FILE), b"{}").unwrap();
    let report = drill(
        &world.store,
        &created.manifest.id,
        &DrillOptions::new(world.trust()),
        start,
        &|_| {},
    )
    .await
    .unwrap();
    assert!(!report.has_passed() && report.error.is_some(), "{report:#?}");
}

#[tokio::test]
async fn a_drill_that_does_other_than_a_restore_says_so() {
    let world = World::empty().await;
    world.client().await.batch_execute("CREATE TABLE t AS SELECT 1 AS a").await.unwrap();
    let mut created = world.backup().await;
    crate::restore::forge(&world, &mut created, |manifest| {
        manifest.properties.locale_provider = "libc".to_owned();
        manifest.properties.collate = "xx_YY.utf8".to_owned();
        manifest.properties.locale = None;
        manifest.tablespaces = vec!["fast".to_owned()];
    });
    let options = DrillOptions::new(agentflow_backup::Trust::Unsigned);
    let report = drill(&world.store, &created.manifest.id, &options, start, &|_| {}).await.unwrap();
    assert!(report.has_passed(), "{report:#?}");
    for told in ["xx_YY.utf8", "--locale", "fast", "--no-tablespaces"] {
        assert!(report.remarks.iter().any(|remark| remark.contains(told)), "{:?}", report.remarks);
    }
    assert!(report.to_html().contains("xx_YY.utf8"));
}
