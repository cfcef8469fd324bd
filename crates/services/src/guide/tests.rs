use crate::{
    fault::{Fault, Kind},
    guide::Guide,
    machine::{Machine, Platform},
    name::Name,
    place::Place,
    tools::Tools,
};

const THREE: [Name; 3] = [Name::Postgres, Name::Redis, Name::Qdrant];
const PLATFORMS: [Platform; 6] = [
    Platform::Linux,
    Platform::MacOs,
    Platform::Windows,
    Platform::Wsl2,
    Platform::Wsl1,
    Platform::Other("freebsd"),
];

fn guide(platform: Platform, container: Option<&'static str>, tools: &[&'static str]) -> Guide {
    let tools: Tools = tools.iter().map(|tool| (*tool, Some("1.0".to_owned()))).collect();
    Guide { machine: Machine { platform, container }, tools }
}

fn hint(guide: &Guide, name: Name, place: &Place, kind: Kind) -> String {
    guide.down(name, place, &Fault::new(kind, "x")).hint.unwrap()
}

#[test]
fn every_service_has_a_way_to_start_it_on_every_system() {
    for platform in PLATFORMS {
        for container in [None, Some("docker")] {
            let guide = guide(platform, container, &["docker", "docker compose"]);
            for name in THREE {
                let text = guide.start(name);
                let compose = format!("`docker compose up --wait {name}`");
                assert!(text.contains(&compose), "{platform:?} {name}: {text}");
                assert!(!text.contains("not installed"), "{platform:?} {name}: {text}");
                assert!(text.lines().count() > 1 || name == Name::Redis, "{platform:?}: {text}");
            }
        }
    }
    let own = |platform| guide(platform, None, &[]).start(Name::Redis);
    assert!(own(Platform::Linux).contains("systemctl start redis-server"));
    assert!(own(Platform::MacOs).contains("brew services start redis"));
    assert!(own(Platform::Windows).contains("within WSL 2"));
    // There may be no systemd.
    assert!(own(Platform::Wsl2).contains("service redis-server start"));
    let inside = guide(Platform::Linux, Some("docker"), &[]).start(Name::Redis);
    assert!(!inside.contains("systemctl"), "{inside}");
}

#[test]
fn what_is_missing_of_docker_is_told_by_system() {
    let without = |platform| guide(platform, None, &[]).start(Name::Qdrant);
    assert!(without(Platform::Linux).contains("https://docs.docker.com"));
    assert!(without(Platform::MacOs).contains("Colima"));
    assert!(without(Platform::Windows).contains("Docker Desktop"));
    assert!(without(Platform::Wsl2).contains("WSL integration"));
    assert!(without(Platform::Wsl1).contains("wsl --set-version"));
    let old = guide(Platform::Linux, None, &["docker"]).start(Name::Qdrant);
    assert!(old.contains("docker-compose-plugin"), "{old}");
}

#[test]
fn whatever_happened_it_is_said_what_to_do() {
    let guide = guide(Platform::Linux, None, &[]);
    let (here, there) =
        (Place::of_host("127.0.0.1", 7, None), Place::of_host("db.example", 7, Some("X_URL")));
    let kinds = [
        Kind::Refused,
        Kind::Unreachable,
        Kind::Silent,
        Kind::Slow,
        Kind::Unresolved,
        Kind::Tls,
        Kind::Credentials,
        Kind::Starting,
        Kind::Foreign,
        Kind::Missing,
        Kind::Full,
        Kind::Outdated,
        Kind::NotWanted,
        Kind::Setting,
        Kind::Other,
    ];
    for name in THREE {
        let mut all = std::collections::BTreeSet::new();
        for kind in kinds {
            for place in [&here, &there] {
                let text = hint(&guide, name, place, kind);
                assert!(text.len() > 20, "{name} {kind:?}: {text}");
                all.insert(text);
            }
        }
        assert!(all.len() > kinds.len(), "{name}: the same is said of what differs");
    }
    let refused = hint(&guide, Name::Redis, &there, Kind::Refused);
    assert!(refused.contains("X_URL") && !refused.contains("docker"), "{refused}");
}

#[test]
fn what_hangs_is_started_as_what_does_not_run() {
    let guide = guide(Platform::Linux, None, &["docker", "docker compose"]);
    let here = Place::of_host("127.0.0.1", 7, None);
    for name in THREE {
        let text = hint(&guide, name, &here, Kind::Silent);
        assert!(text.ends_with(&guide.start(name)), "{name}: {text}");
        assert!(text.contains("`--timeout` allows more"), "{name}: {text}");
    }
    let there = Place::of_host("db.example", 7, None);
    let text = hint(&guide, Name::Redis, &there, Kind::Silent);
    assert!(text.contains("--timeout") && !text.contains("docker"), "{text}");
}

#[test]
fn whoever_is_in_a_container_learns_what_its_own_address_is() {
    let inside = guide(Platform::Linux, Some("docker"), &[]);
    let here = Place::of_host("127.0.0.1", 6379, None);
    let text = hint(&inside, Name::Redis, &here, Kind::Refused);
    assert!(text.contains("127.0.0.1 is the container itself"), "{text}");
    assert!(text.contains("redis://redis:6379"), "{text}");
    let outside = guide(Platform::Linux, None, &[]);
    let text = hint(&outside, Name::Redis, &here, Kind::Refused);
    assert!(!text.contains("container itself") && text.contains("REDIS_URL"), "{text}");
}

#[test]
fn who_holds_a_port_is_asked_in_the_way_of_the_system() {
    let here = Place::of_host("127.0.0.1", 6379, None);
    let ask = |platform| hint(&guide(platform, None, &[]), Name::Redis, &here, Kind::Silent);
    assert!(ask(Platform::Linux).contains("ss -ltnp 'sport = :6379'"));
    assert!(ask(Platform::MacOs).contains("lsof -nP -iTCP:6379"));
    assert!(ask(Platform::Windows).contains("findstr :6379"));
}
