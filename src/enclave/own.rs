//! Our own addresses: which of this machine's addresses the node is known by. They come
//! and go with the mesh, so this is asked again every few seconds.

use std::io;
use std::num::NonZeroU32;

use if_addrs::get_if_addrs;

use super::address::Address;
use super::network::Network;

/// An address of this machine, and the interface to which its sockets are bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Own {
    /// The address itself.
    pub address: Address,
    /// The system's index of the interface, where it has one.
    pub index: Option<NonZeroU32>,
    /// The name of the interface. Empty where it is not known, and then sockets are bound
    /// to none.
    pub interface: String,
}

/// The addresses to listen on and to dial from, in numerical order, each once.
///
/// Without a `fixed` address these are all that are inside `networks`, on `interface` if
/// one is given. With one, it is that address, in the networks or not, but only while an
/// interface carries it (every address of 127.0.0.0/8, and ::1, is carried by the loopback
/// interface, though the system lists only what was given to it). If an `interface` is
/// given too, that one has to be there, but another may carry the address: an address of
/// Yggdrasil's 300::/8 sits on the LAN while the mesh is reached through another interface.
///
/// # Errors
///
/// Where the system does not tell.
pub fn find(
    networks: &[Network],
    fixed: Option<Address>,
    interface: Option<&str>,
) -> io::Result<Vec<Own>> {
    let carried = get_if_addrs()?
        .into_iter()
        .map(|carried| Own {
            address: carried.ip().into(),
            index: carried.index.and_then(NonZeroU32::new),
            interface: carried.name,
        })
        .collect();
    Ok(chosen(carried, networks, fixed, interface))
}

/// Which of our addresses to dial a peer from, so that it recognises us: one in the same
/// of the networks that we believe. `None` where we have none, or where the peer is us.
pub fn address_towards(own: &[Address], networks: &[Network], peer: Address) -> Option<Address> {
    if own.contains(&peer) {
        return None;
    }
    networks
        .iter()
        .filter(|network| network.contains(peer))
        .find_map(|network| own.iter().find(|address| network.contains(**address)))
        .copied()
}

/// See [`find`]; `carried` is everything that the system lists.
fn chosen(
    mut carried: Vec<Own>,
    networks: &[Network],
    fixed: Option<Address>,
    interface: Option<&str>,
) -> Vec<Own> {
    let is_named = |own: &Own| interface.is_none_or(|name| own.interface == name);
    if let Some(address) = fixed {
        let carries = |own: &Own| {
            own.address == address || (address.is_loopback() && own.address.is_loopback())
        };
        let is_carried = carried.iter().any(carries);
        carried.retain(|own| is_carried && is_named(own) && (interface.is_some() || carries(own)));
        for own in &mut carried {
            own.address = address;
        }
    } else {
        let is_believed = |own: &Own| networks.iter().any(|network| network.contains(own.address));
        carried.retain(|own| is_named(own) && is_believed(own));
    }
    // Of two interfaces with one address the first one counts, and it is the same one
    // each time.
    carried.sort_unstable();
    carried.dedup_by_key(|own| own.address);
    carried
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(address: &str, index: u32, interface: &str) -> Own {
        Own {
            address: address.parse().unwrap(),
            index: NonZeroU32::new(index),
            interface: interface.to_owned(),
        }
    }

    /// A machine with a LAN that uses ULA, cjdns, and Yggdrasil, listed in no order.
    fn machine() -> Vec<Own> {
        vec![
            own("200:aa::1", 5, "ygg0"),
            own("fe80::1", 4, "tun0"),
            own("fcec::2", 4, "tun0"),
            own("192.168.1.2", 2, "eth0"),
            own("fd00::2", 2, "eth0"),
            own("127.0.0.1", 1, "lo"),
            own("::1", 1, "lo"),
        ]
    }

    fn found(networks: &[&str], fixed: Option<&str>, interface: Option<&str>) -> Vec<Own> {
        let networks: Vec<Network> = networks.iter().map(|text| text.parse().unwrap()).collect();
        let fixed = fixed.map(|text| text.parse().unwrap());
        let forth = chosen(machine(), &networks, fixed, interface);
        let back = chosen(
            machine().into_iter().rev().collect(),
            &networks,
            fixed,
            interface,
        );
        assert_eq!(forth, back, "the order of the list must not matter");
        forth
    }

    #[test]
    fn auto_is_every_address_inside_the_networks() {
        assert_eq!(
            found(&["fc00::/8"], None, None),
            [own("fcec::2", 4, "tun0")]
        );
        assert_eq!(
            found(&["fc00::/8", "200::/7", "127.0.0.0/8"], None, None),
            [
                own("127.0.0.1", 1, "lo"),
                own("200:aa::1", 5, "ygg0"),
                own("fcec::2", 4, "tun0"),
            ]
        );
        assert_eq!(found(&["300::/8"], None, None), []);
        assert_eq!(found(&[], None, None), []);
    }

    #[test]
    fn a_fixed_address_counts_while_it_is_carried() {
        let networks = ["fc00::/8"];
        assert_eq!(
            found(&networks, Some("fd00::2"), None),
            [own("fd00::2", 2, "eth0")]
        );
        assert_eq!(found(&networks, Some("fcec::3"), None), []);
    }

    #[test]
    fn every_loopback_address_is_carried_by_the_loopback_interface() {
        assert_eq!(
            found(&[], Some("127.3.4.5"), None),
            [own("127.3.4.5", 1, "lo")]
        );
        assert_eq!(found(&[], Some("::1"), None), [own("::1", 1, "lo")]);
        let fixed = "127.3.4.5".parse().unwrap();
        assert_eq!(chosen(Vec::new(), &[], Some(fixed), None), []);
    }

    #[test]
    fn a_given_interface_narrows_auto_down() {
        assert_eq!(
            found(&["fc00::/7"], None, Some("tun0")),
            [own("fcec::2", 4, "tun0")]
        );
    }

    #[test]
    fn a_given_interface_need_not_carry_the_given_address() {
        assert_eq!(
            found(&[], Some("fd00::2"), Some("tun0")),
            [own("fd00::2", 4, "tun0")]
        );
        assert_eq!(found(&[], Some("fd00::3"), Some("tun0")), []);
        assert_eq!(found(&[], Some("fd00::2"), Some("tun9")), []);
    }

    #[test]
    fn an_address_on_two_interfaces_is_one() {
        let twice = vec![own("fc00::1", 7, "tun1"), own("fc00::1", 3, "tun0")];
        assert_eq!(
            chosen(twice, &["fc00::/8".parse().unwrap()], None, None),
            [own("fc00::1", 3, "tun0")]
        );
    }

    #[test]
    fn this_machine_has_a_loopback_interface() {
        let found = find(&[], Some("127.0.0.1".parse().unwrap()), None).unwrap();
        assert_eq!(found.len(), 1);
        assert!(!found[0].interface.is_empty());
    }
}
