use std::path::Path;

/// The system that this runs on, as far as it decides how a service is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux.
    Linux,
    /// macOS.
    MacOs,
    /// Windows itself.
    Windows,
    /// Linux within Windows, with a kernel of its own.
    Wsl2,
    /// Linux within Windows, of the first kind.
    Wsl1,
    /// Another one, by the name that Rust has for it.
    Other(&'static str),
}

impl Platform {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::MacOs => "macos",
            Self::Windows => "windows",
            Self::Wsl2 => "wsl2",
            Self::Wsl1 => "wsl1",
            Self::Other(name) => name,
        }
    }
}

/// What is known of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The system.
    pub platform: Platform,
    /// The kind of container that this runs in, if it does.
    pub container: Option<&'static str>,
}

impl Machine {
    /// This machine.
    pub fn detect(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::detect_in(Path::new("/"), std::env::consts::OS, lookup)
    }

    /// The same, with the files below `root`.
    fn detect_in(root: &Path, os: &'static str, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
        let platform = match os {
            "linux" => linux(&read("proc/version")),
            "macos" => Platform::MacOs,
            "windows" => Platform::Windows,
            other => Platform::Other(other),
        };
        Self { platform, container: container(root, &read("proc/1/cgroup"), lookup) }
    }
}

/// Microsoft's kernel tells its name: that of WSL 2 in small letters.
fn linux(version: &str) -> Platform {
    if version.contains("microsoft") {
        Platform::Wsl2
    } else if version.contains("Microsoft") {
        Platform::Wsl1
    } else {
        Platform::Linux
    }
}

fn container(
    root: &Path,
    cgroup: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Option<&'static str> {
    let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let is_true = |name: &str| set(name).is_some_and(|value| value != "false");
    if is_true("CODESPACES") {
        return Some("codespaces");
    }
    if is_true("DEVCONTAINER") || is_true("REMOTE_CONTAINERS") {
        return Some("devcontainer");
    }
    if set("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("kubernetes");
    }
    if root.join(".dockerenv").exists() {
        return Some("docker");
    }
    // As systemd has it: whatever runs the container says its name.
    let named = set("container");
    match named.as_deref() {
        _ if root.join("run/.containerenv").exists() => Some("podman"),
        Some("podman") => Some("podman"),
        Some("docker") => Some("docker"),
        Some("lxc") => Some("lxc"),
        Some(_) => Some("container"),
        None if cgroup.contains("kubepods") => Some("kubernetes"),
        None if cgroup.contains("/docker") => Some("docker"),
        None if cgroup.contains("/lxc") => Some("lxc"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)], variables: &[(&str, &str)], os: &'static str) -> Machine {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Machine::detect_in(root.path(), os, &|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn linux_within_windows_is_told_by_its_kernel() {
        let of = |version| machine(&[("proc/version", version)], &[], "linux").platform;
        let second = "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@f9c826d3017f)";
        assert_eq!(of(second), Platform::Wsl2);
        assert_eq!(
            of("Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)"),
            Platform::Wsl1
        );
        assert_eq!(of("Linux version 6.8.0-generic (buildd@lcy02)"), Platform::Linux);
        assert_eq!(machine(&[], &[], "macos").platform.as_str(), "macos");
        assert_eq!(machine(&[], &[], "windows").platform, Platform::Windows);
        assert_eq!(machine(&[], &[], "freebsd").platform.as_str(), "freebsd");
    }

    #[test]
    fn each_kind_of_container_is_known_by_what_it_leaves() {
        let by_file = |name, text| machine(&[(name, text)], &[], "linux").container;
        assert_eq!(by_file(".dockerenv", ""), Some("docker"));
        assert_eq!(by_file("run/.containerenv", ""), Some("podman"));
        assert_eq!(by_file("proc/1/cgroup", "0::/docker/4f"), Some("docker"));
        assert_eq!(by_file("proc/1/cgroup", "0::/kubepods/besteffort"), Some("kubernetes"));
        assert_eq!(by_file("proc/1/cgroup", "0::/init.scope"), None);
        let by_variable = |name, value| machine(&[], &[(name, value)], "linux").container;
        assert_eq!(by_variable("KUBERNETES_SERVICE_HOST", "10.0.0.1"), Some("kubernetes"));
        assert_eq!(by_variable("CODESPACES", "true"), Some("codespaces"));
        assert_eq!(by_variable("CODESPACES", "false"), None);
        assert_eq!(by_variable("container", "podman"), Some("podman"));
        assert_eq!(by_variable("container", "systemd-nspawn"), Some("container"));
    }
}
