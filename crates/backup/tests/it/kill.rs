//! Killing the process at random moments of making a backup, and of bringing it back.
//!
//! The process is this very program, told to do one thing by its environment.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use agentflow::{Config, core::backup::BackupId};
use agentflow_backup::{
    BackupStore, CreateOptions, Location, RestoreOptions, create, restore, verify,
};
use tokio::process::Command;

use crate::world::{World, config, connect, content, programs};

const TASK: &str = "AF_TEST_KILL_TASK";
const URL: &str = "AF_TEST_KILL_URL";
const FOLDER: &str = "AF_TEST_KILL_FOLDER";
const ID: &str = "AF_TEST_KILL_ID";
const KILLS: u32 = 20;
const SIGKILL: i32 = 9;

/// What the process does; a test that does nothing where nobody told it to.
#[tokio::test]
async fn the_process_that_is_killed() {
    let set = |name| std::env::var(name).ok();
    let (Some(task), Some(url), Some(folder)) = (set(TASK), set(URL), set(FOLDER)) else { return };
    let folder = std::path::PathBuf::from(folder);
    let store = BackupStore::open(&Location::Folder(folder.join("backups"))).unwrap();
    let config: Config = config(&url);
    let programs = programs();
    if task == "create" {
        create(&config, &store, &programs, &CreateOptions::default(), &|_| {}).await.unwrap();
    } else {
        let id: BackupId = set(ID).unwrap().parse().unwrap();
        let staging = Some(folder.join("staging"));
        let options = RestoreOptions {
            staging,
            drop_old: true,
            ..RestoreOptions::new(agentflow_backup::Trust::Unsigned)
        };
        // The server may not have noticed yet that the one before was killed.
        let deadline = Instant::now() + Duration::from_secs(120);
        while let Err(error) = restore(&config, &store, &programs, &id, &options, &|_| {}).await {
            let is_held = error.to_string().contains("another process");
            assert!(is_held && Instant::now() < deadline, "{error}");
        }
    }
}

fn process(world: &World, task: &str, id: Option<&BackupId>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::the_process_that_is_killed", "--nocapture"]);
    command.env(TASK, task).env(URL, world.database.url()).env(FOLDER, world.home.path());
    command.envs(id.map(|id| (ID, id.as_str())));
    // What went wrong is told on stderr.
    command.stdout(Stdio::null()).kill_on_drop(true);
    command
}

/// How long it takes when nobody kills it.
async fn whole(mut command: Command) -> Duration {
    let began = Instant::now();
    assert!(command.status().await.unwrap().success());
    began.elapsed()
}

/// Kills it after a part of the time it needs. Whether that was before its end.
async fn killed(mut command: Command, after: Duration) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let mut child = command.spawn().unwrap();
    if let Ok(status) = tokio::time::timeout(after, child.wait()).await {
        assert!(status.unwrap().success());
        return false;
    }
    child.start_kill().unwrap();
    child.wait().await.unwrap().signal() == Some(SIGKILL)
}

fn part(of: Duration, number: u32) -> Duration {
    let random = fastrand(number);
    of * (number * 100 + random) / (KILLS * 100)
}

/// Anything from 0 to 99 that is not always the same.
fn fastrand(number: u32) -> u32 {
    use std::hash::{BuildHasher, RandomState};
    u32::try_from(RandomState::new().hash_one(number) % 100).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_create_leaves_no_backup_that_is_not_whole_and_the_source_as_it_was() {
    let world = World::full().await;
    let before = content(&world.client().await).await;
    let time = whole(process(&world, "create", None)).await;
    let mut kills = 0;
    for number in 0..KILLS {
        kills += u32::from(killed(process(&world, "create", None), part(time, number)).await);
        let unsigned = agentflow_backup::Trust::Unsigned;
        for id in world.store.ids().await.unwrap() {
            let verified = verify(&world.store, &id, &unsigned, None, &|_| {}).await.unwrap();
            assert!(verified.faults.is_empty(), "{id}: {:?}", verified.faults);
        }
        for stray in world.strays() {
            assert!(
                [".partial", ".begun", ".removed"].iter().any(|end| stray.ends_with(end)),
                "{stray}"
            );
        }
    }
    assert!(kills >= KILLS / 2, "{kills}");
    assert!(content(&world.client().await).await == before);
    // What was left goes with the next one, as soon as no program writes to it any longer.
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        world.backup().await;
        let unfinished = [".partial", ".removed"];
        let is_unfinished = |it: &String| unfinished.iter().any(|end| it.ends_with(end));
        let left: Vec<_> = world.strays().into_iter().filter(is_unfinished).collect();
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_restore_leaves_the_database_or_the_restored_one_and_never_half_of_it() {
    let world = World::full().await;
    let created = world.backup().await;
    let good = content(&world.client().await).await;
    let id = &created.manifest.id;
    let time = whole(process(&world, "restore", Some(id))).await;
    let mut kills = 0;
    for number in 0..KILLS {
        let client = world.client().await;
        client.batch_execute("CREATE TABLE IF NOT EXISTS later AS SELECT 1 AS a").await.unwrap();
        let changed = content(&client).await;
        drop(client);
        kills += u32::from(killed(process(&world, "restore", Some(id)), part(time, number)).await);
        // A rename that was under way is over when the server notices that nobody waits for it.
        let now = content(&connect(world.database.url()).await).await;
        assert!(now == changed || now == good, "kill {number}");
    }
    assert!(kills >= KILLS / 2, "{kills}");
    // The next one finds what was left, as soon as the server has noticed that its owner is gone.
    let deadline = Instant::now() + Duration::from_secs(120);
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    while let Err(error) = world.restore(&created, &options).await {
        assert!(
            error.to_string().contains("another process") && Instant::now() < deadline,
            "{error}"
        );
    }
    assert!(content(&world.client().await).await == good);
    assert!(world.derived("restoring").await.is_empty());
    for old in world.derived("before").await {
        world
            .admin()
            .await
            .batch_execute(&format!("DROP DATABASE \"{old}\" WITH (FORCE)"))
            .await
            .unwrap();
    }
}
