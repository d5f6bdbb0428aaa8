//! Who listens, and with whom the gateway is connected.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::programs::holder_of;
use crate::config::{Host, Listen};
use crate::daemon::owner;
use crate::enclave::address::Address;
use crate::enclave::own::Own;
use crate::enclave::transport;
use crate::offline::doctor::contacts::Attempt;
use crate::offline::doctor::reach::{Door, Occupancy, Port, Process};

/// TCP states, as the kernel numbers them (Linux: `include/net/tcp_states.h`).
const ESTABLISHED: u8 = 0x01;
const SYN_SENT: u8 = 0x02;
const LISTEN: u8 = 0x0A;

/// How long connecting to ourselves may take. It never leaves the machine.
const TO_OURSELVES: Duration = Duration::from_secs(2);

/// The port on one of our addresses.
pub(in super::super) async fn port(own: &Own, port: u16) -> Port {
    let address = own.address.with_port(port);
    let (occupancy, held, note) = match transport::listen(own, port, false) {
        Ok(listening) => (Occupancy::Free, Some(listening.listener), listening.note),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            (Occupancy::Taken(listener_at(address)), None, None)
        }
        Err(error) => (Occupancy::Unusable(error.to_string()), None, None),
    };
    let reached = match occupancy {
        Occupancy::Unusable(_) => None,
        _ => Some(reach(own, port).await),
    };
    drop(held);
    Port {
        name: address.to_string(),
        occupancy,
        reached,
        note,
    }
}

/// Connects from our address to the same, which a gateway closes at once.
async fn reach(own: &Own, port: u16) -> Result<Duration, String> {
    let started = Instant::now();
    let dial = transport::dial(Some(own), own.address, port);
    match timeout(TO_OURSELVES, dial).await {
        Ok(Ok(_stream)) => Ok(started.elapsed()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("nothing answers".to_owned()),
    }
}

/// A door for IRC clients. One that is open is not entered: whose it is shows in the
/// kernel's tables.
pub(in super::super) fn door(listen: &Listen) -> Door {
    let occupancy = match listen {
        Listen::Unix(path) => at_path(path),
        Listen::Tcp { host, port, .. } => match addresses(host, *port) {
            Ok(addresses) => at_addresses(&addresses),
            Err(error) => Occupancy::Unusable(error.to_string()),
        },
    };
    Door {
        name: listen.to_string(),
        occupancy,
    }
}

/// What a door's host stands for.
fn addresses(host: &Host, port: u16) -> io::Result<Vec<SocketAddr>> {
    let both: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    Ok(match host {
        Host::Localhost => both.map(|ip| SocketAddr::new(ip, port)).into(),
        Host::Address(ip) => vec![SocketAddr::new(*ip, port)],
        Host::Name(name) => (name.as_str(), port).to_socket_addrs()?.collect(),
    })
}

/// The worst of several. `localhost` may lack one of its two.
fn at_addresses(addresses: &[SocketAddr]) -> Occupancy {
    let mut worst = Occupancy::Free;
    for address in addresses {
        match TcpListener::bind(address) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Occupancy::Taken(listener_at(*address));
            }
            Err(error)
                if addresses.len() > 1 && error.kind() != io::ErrorKind::PermissionDenied => {}
            Err(error) => worst = Occupancy::Unusable(error.to_string()),
        }
    }
    worst
}

fn at_path(path: &Path) -> Occupancy {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Occupancy::Free,
        Err(error) => Occupancy::Unusable(error.to_string()),
        Ok(found) if !found.file_type().is_socket() => {
            Occupancy::Unusable("something else is there".to_owned())
        }
        // A unix socket says whether somebody listens only when it is entered.
        Ok(_) => match UnixStream::connect(path) {
            Ok(_stream) => Occupancy::Taken(None),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Occupancy::Free,
            Err(error) => Occupancy::Unusable(error.to_string()),
        },
    }
}

/// Who listens there, or on all addresses, where the system tells.
fn listener_at(address: SocketAddr) -> Option<Process> {
    let rows = owner::rows().ok()?;
    let is_it = |ip: IpAddr| ip == address.ip() || ip.is_unspecified();
    let row = rows.iter().find(|row| {
        row.state == LISTEN && row.local.port() == address.port() && is_it(row.local.ip())
    })?;
    holder_of(row.inode)
}

/// With whom our addresses are connected, through a port.
pub(in super::super) struct Links(HashMap<Address, Attempt>);

impl Links {
    /// Reads the tables; none where there are none. `port` is every node's.
    pub fn read(own: &[Address], port: u16) -> Option<Self> {
        let mut links = HashMap::new();
        for row in owner::rows().ok()? {
            let remote = Address::from(row.remote.ip());
            // A socket that its process has closed lingers without an inode.
            if !own.contains(&row.local.ip().into()) || row.inode == 0 {
                continue;
            }
            let dialled_by_us = row.remote.port() == port;
            match row.state {
                ESTABLISHED if dialled_by_us || row.local.port() == port => {
                    links.insert(remote, Attempt::Linked { dialled_by_us });
                }
                SYN_SENT if dialled_by_us => {
                    links.entry(remote).or_insert(Attempt::Dialling);
                }
                _ => {}
            }
        }
        Some(Self(links))
    }

    pub fn with(&self, contact: Address) -> Attempt {
        self.0.get(&contact).copied().unwrap_or(Attempt::NotLinked)
    }
}
