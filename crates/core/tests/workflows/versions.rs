//! Versions in their order.

use std::cmp::Ordering;

use agentflow_core::workflow::{SemVer, VersionConstraint};
use proptest::prelude::*;

fn version(text: &str) -> SemVer {
    text.parse().unwrap()
}

/// From https://semver.org, section 11, and build metadata behind it all.
#[test]
fn versions_stand_in_the_order_of_the_standard() {
    let ordered = [
        "0.0.1",
        "1.0.0-0",
        "1.0.0-2",
        "1.0.0-11",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.0+1",
        "1.0.0+2",
        "1.0.1-a",
        "1.0.1",
        "1.10.0",
        "2.0.0",
    ]
    .map(version);
    for (one, first) in ordered.iter().enumerate() {
        for (other, second) in ordered.iter().enumerate() {
            assert_eq!(first.cmp(second), one.cmp(&other), "{first} {second}");
        }
    }
}

#[test]
fn what_is_no_version_is_refused() {
    for text in [
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "v1.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        " 1.0.0",
        "1.0.0 ",
        "1.0.0-ü",
        "1.0.x",
        "-1.0.0",
        "99999999999999999999.0.0",
        &format!("1.0.0-{}", "a".repeat(45)),
    ] {
        let error = text.parse::<SemVer>().unwrap_err().to_string();
        assert!(error.starts_with("version: expected a semantic version such as 1.4.0"), "{error}");
    }
    assert!(format!("1.0.0-{}", "a".repeat(44)).parse::<SemVer>().is_ok());
    assert!("^1.2, <".parse::<VersionConstraint>().is_err());
    let constraint: VersionConstraint = ">=1.2, <3".parse().unwrap();
    assert!(constraint.matches(&version("2.9.9")) && !constraint.matches(&version("3.0.0")));
    assert!(!constraint.matches(&version("2.0.0-rc.1")));
}

#[test]
fn the_latest_is_the_greatest_release_or_else_the_greatest_prerelease() {
    let latest = |texts: &[&str]| {
        let versions: Vec<_> = texts.iter().copied().map(version).collect();
        SemVer::latest(&versions).map(ToString::to_string)
    };
    assert_eq!(latest(&[]), None);
    assert_eq!(latest(&["1.0.0-rc.1", "1.0.0-rc.2", "0.9.0-z"]).as_deref(), Some("1.0.0-rc.2"));
    assert_eq!(latest(&["1.0.0-rc.1", "0.1.0", "2.0.0-a"]).as_deref(), Some("0.1.0"));
    assert_eq!(latest(&["1.9.0", "1.10.0", "2.0.0-a"]).as_deref(), Some("1.10.0"));
    assert_eq!(latest(&["1.0.0+b", "1.0.0+a", "1.0.0"]).as_deref(), Some("1.0.0+b"));
}

fn any_version() -> impl Strategy<Value = String> {
    let part = "(0|[1-9][0-9]?|[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3})";
    let build = "[0-9a-zA-Z-]{1,3}";
    (
        prop::array::uniform3(0..4_u64),
        prop::option::of(prop::collection::vec(part, 1..3)),
        prop::option::of(prop::collection::vec(build, 1..3)),
    )
        .prop_map(|([major, minor, patch], pre, build)| {
            let pre = pre.map(|it| format!("-{}", it.join("."))).unwrap_or_default();
            let build = build.map(|it| format!("+{}", it.join("."))).unwrap_or_default();
            format!("{major}.{minor}.{patch}{pre}{build}")
        })
}

proptest! {
    #[test]
    fn the_order_is_that_of_precedence_and_total(texts in prop::array::uniform3(any_version())) {
        let ours = texts.clone().map(|it| version(&it));
        let theirs = texts.map(|it| semver::Version::parse(&it).unwrap());
        for (one, first) in ours.iter().enumerate() {
            for (other, second) in ours.iter().enumerate() {
                let precedence = theirs[one].cmp_precedence(&theirs[other]);
                if precedence != Ordering::Equal {
                    prop_assert_eq!(first.cmp(second), precedence);
                }
                // Total: equal are only those that are the same text.
                prop_assert_eq!(first.cmp(second) == Ordering::Equal, first.to_string() == second.to_string());
                prop_assert_eq!(first.cmp(second), second.cmp(first).reverse());
                prop_assert_eq!(first.is_release(), theirs[one].pre.is_empty());
            }
        }
        let mut sorted = ours.to_vec();
        sorted.sort();
        prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
        let latest = SemVer::latest(&ours).unwrap();
        let has_release = ours.iter().any(SemVer::is_release);
        for version in ours.iter().filter(|it| it.is_release() == has_release) {
            prop_assert!(version <= latest);
        }
        prop_assert_eq!(latest.is_release(), has_release);
    }

    #[test]
    fn a_version_is_written_as_it_was_read(text in any_version()) {
        prop_assert_eq!(version(&text).to_string(), text);
    }
}
