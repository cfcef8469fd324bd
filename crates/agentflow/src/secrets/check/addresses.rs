//! Which addresses are asked: those of the internet, not those of the network that a program runs in.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether an address is one of the internet, where anybody may ask.
pub(super) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

/// Everything that the IANA has not set aside for something else, and no multicast.
fn is_global_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match (first, second, third) {
        (0 | 10 | 127 | 224..=255, ..)
        | (169, 254, _)
        | (192, 168, _)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18 | 19, _)
        | (198, 51, 100)
        | (203, 0, 113) => true,
        (100, second, _) => (64..=127).contains(&second),
        (172, second, _) => (16..=31).contains(&second),
        _ => false,
    };
    !is_special
}

/// Global unicast, without the parts of it that lead to addresses of the fourth version, are for documents or are not for the
/// internet; and the addresses by which networks of the sixth version alone reach those of the fourth.
fn is_global_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_global_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Whether an address may be asked.
pub(super) fn may_be_asked(address: IpAddr, allows_loopback: bool) -> bool {
    is_global(address) || (allows_loopback && address.to_canonical().is_loopback())
}

/// What another resolver finds, without what may not be asked. What it gives is what is connected to, so that a name cannot lead
/// elsewhere the second time.
#[derive(Clone)]
pub(super) struct Guarded {
    pub(super) inner: Arc<dyn Resolve>,
    pub(super) allows_loopback: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.inner.resolve(name);
        let allows_loopback = self.allows_loopback;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> =
                found.await?.filter(|it| may_be_asked(it.ip(), allows_loopback)).collect();
            if addresses.is_empty() {
                return Err("the name leads to no address that may be asked".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The resolver of the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Whoever connects knows the port.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_may_be_asked() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "64:ff9b::101:101",
        ] {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn those_of_this_machine_and_of_its_network_may_not() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
        ] {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
    }

    /// Finds these addresses, whatever is looked for.
    struct Finds(&'static [&'static str]);

    impl Resolve for Finds {
        fn resolve(&self, _: Name) -> Resolving {
            let found: Vec<_> = self.0.iter().map(|it| it.parse().unwrap()).collect();
            Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
        }
    }

    async fn found(addresses: &'static [&'static str], allows_loopback: bool) -> Option<String> {
        let guarded = Guarded { inner: Arc::new(Finds(addresses)), allows_loopback };
        let found = guarded.resolve("example.com".parse().unwrap()).await.ok()?;
        Some(found.map(|it| it.to_string()).collect::<Vec<_>>().join(" "))
    }

    #[tokio::test]
    async fn names_lead_to_addresses_of_the_internet_only() {
        let mixed = &["10.0.0.1:0", "1.1.1.1:0", "[::1]:0", "[2606:4700::1]:0"];
        assert_eq!(found(mixed, false).await.unwrap(), "1.1.1.1:0 [2606:4700::1]:0");
        assert_eq!(found(mixed, true).await.unwrap(), "1.1.1.1:0 [::1]:0 [2606:4700::1]:0");
        assert_eq!(found(&["169.254.169.254:0", "[fd00::1]:0"], true).await, None);
    }
}
