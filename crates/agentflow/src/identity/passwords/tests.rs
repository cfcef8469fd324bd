use std::{
    future::Future,
    pin::{Pin, pin},
    sync::mpsc,
};

use agentflow_core::random::Generator;
use futures::poll;

use super::*;
use crate::config::PasswordSettings;

const TEST: &str = "test a password";

fn hasher_with(cost: u32, jobs: usize) -> PasswordHasher {
    let config = Config::default().with_passwords(PasswordSettings { cost, jobs }).unwrap();
    PasswordHasher::new(&config, Arc::new(Generator::seeded(1)))
}

fn hasher(cost: u32) -> PasswordHasher {
    hasher_with(cost, 2)
}

async fn is_equal(password: &str, hash: &str) -> bool {
    let compared = hasher(12).compare(TEST, &password.into(), Some(hash.to_owned())).await;
    compared.unwrap().is_equal
}

#[tokio::test]
async fn every_one_of_72_bytes_counts() {
    let longest = "x".repeat(72);
    let hash = hasher(12).hash(TEST, &longest.clone().into()).await.unwrap();
    assert!(hash.starts_with("$2b$12$"), "{hash}");
    assert!(is_equal(&longest, &hash).await);
    for other in ["x".repeat(71) + "y", "x".repeat(71), "x".repeat(73), "x".repeat(200)] {
        assert!(!is_equal(&other, &hash).await, "{other}");
    }
}

#[tokio::test]
async fn what_bcrypt_would_cut_off_is_refused() {
    for (password, reason) in [
        ("x".repeat(73), "72 bytes"),
        ("é".repeat(37), "72 bytes"),
        ("short".into(), "8"),
        ("nul\0nul\0nul".into(), "U+0000"),
    ] {
        let error = hasher(12).hash(TEST, &password.clone().into()).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error} {error:?}").contains(&password), "{error:?}");
    }
    let characters = "é".repeat(8);
    assert!(hasher(12).hash(TEST, &characters.into()).await.is_ok());
}

/// A test vector of crypt_blowfish at cost 5: lower than any hash that is made here, but read all the same. Its password
/// goes on behind the 72nd byte, which nobody is let in with.
#[tokio::test]
async fn hashes_of_other_programs_are_read() {
    const PASSWORD: &str =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let hasher = hasher(12);
    for version in ["2a", "2b", "2y"] {
        let hash = format!("${version}$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui");
        let compared = hasher.compare(TEST, &PASSWORD.into(), Some(hash.clone())).await.unwrap();
        assert_eq!(compared, Comparison { is_equal: true, is_outdated: true });
        let longer = format!("{PASSWORD}chars after 72 are ignored");
        let compared = hasher.compare(TEST, &longer.into(), Some(hash)).await.unwrap();
        assert!(!compared.is_equal);
    }
}

#[tokio::test]
async fn the_hash_of_nobody_is_well_formed_and_matches_nothing() {
    let compared = hasher(12).compare(TEST, &"impossible".into(), None).await.unwrap();
    assert_eq!(compared, Comparison { is_equal: false, is_outdated: false });
}

#[tokio::test]
async fn a_comparison_takes_as_many_rounds_whatever_comes_out() {
    let old = hasher(12).hash(TEST, &"correct horse".into()).await.unwrap();
    let of_today = hasher(13).hash(TEST, &"correct horse".into()).await.unwrap();
    for (reason, password, hash) in [
        ("nobody has it", "correct horse", None),
        ("wrong password", "wrong horse", Some(of_today.clone())),
        ("wrong password, hashed at a lower cost", "wrong horse", Some(old.clone())),
        ("right password, hashed at a lower cost", "correct horse", Some(old)),
        ("too short to be one", "short", Some(of_today.clone())),
        ("too long to be one", &"x".repeat(73), Some(of_today)),
    ] {
        let hasher = hasher(13);
        let compared = hasher.compare(TEST, &password.into(), hash).await.unwrap();
        assert_eq!(compared.is_equal, reason.starts_with("right"), "{reason}");
        assert_eq!(hasher.rounds(), 1 << 13, "{reason}");
    }
}

/// A job that says when it starts and then waits to be told to end.
fn job(hasher: &PasswordHasher, log: &mpsc::Sender<&'static str>) -> (HeldJob, mpsc::Sender<()>) {
    let (end, ended) = mpsc::channel();
    let (hasher, log) = (hasher.clone(), log.clone());
    let job = async move {
        let held = move || {
            log.send("started").unwrap();
            ended.recv().unwrap();
            log.send("ended").unwrap();
            Ok(())
        };
        hasher.run(TEST, held).await
    };
    (Box::pin(job), end)
}

type HeldJob = Pin<Box<dyn Future<Output = Result<()>>>>;

#[tokio::test]
async fn a_job_starts_when_there_is_room_for_it() {
    let hasher = hasher_with(12, 1);
    let (log, happened) = mpsc::channel();
    let (mut first, end) = job(&hasher, &log);
    assert!(poll!(&mut first).is_pending());
    assert_eq!(happened.recv().unwrap(), "started");

    let password = SecretString::from("correct horse");
    let mut second = pin!(async {
        let hash = hasher.hash(TEST, &password).await;
        log.send("hashed").unwrap();
        hash
    });
    assert!(poll!(&mut second).is_pending());
    assert_eq!(hasher.jobs.available_permits(), 0);
    end.send(()).unwrap();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!([happened.recv().unwrap(), happened.recv().unwrap()], ["ended", "hashed"]);
    assert_eq!(hasher.jobs.available_permits(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_half_a_minute_for_room_is_told_what_to_do() {
    let hasher = hasher_with(12, 1);
    let _room = Arc::clone(&hasher.jobs).acquire_owned().await.unwrap();
    let started = tokio::time::Instant::now();
    let error = hasher.hash(TEST, &"correct horse".into()).await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 30);
    assert!(error.is_unavailable() && error.to_string().contains("AF_PASSWORD_JOBS"), "{error}");
}

#[tokio::test]
async fn a_running_job_keeps_its_room_when_its_caller_goes_away() {
    let hasher = hasher_with(12, 1);
    let (log, happened) = mpsc::channel();
    let (mut dropped, end) = job(&hasher, &log);
    assert!(poll!(&mut dropped).is_pending());
    assert_eq!(happened.recv().unwrap(), "started");
    drop(dropped);
    assert_eq!(hasher.jobs.available_permits(), 0);

    let (mut next, end_next) = job(&hasher, &log);
    assert!(poll!(&mut next).is_pending());
    end_next.send(()).unwrap();
    end.send(()).unwrap();
    next.await.unwrap();
    let order: Vec<_> = happened.try_iter().collect();
    assert_eq!(order, ["ended", "started", "ended"]);
}

#[tokio::test]
async fn a_caller_that_waits_for_room_may_go_away() {
    let hasher = hasher_with(12, 1);
    let (log, happened) = mpsc::channel();
    let (mut first, end) = job(&hasher, &log);
    assert!(poll!(&mut first).is_pending());
    let (mut waiting, _end) = job(&hasher, &log);
    assert!(poll!(&mut waiting).is_pending());
    drop(waiting);
    end.send(()).unwrap();
    first.await.unwrap();
    assert_eq!(hasher.jobs.available_permits(), 1);
    drop(log);
    assert_eq!(happened.iter().collect::<Vec<_>>(), ["started", "ended"]);
}
