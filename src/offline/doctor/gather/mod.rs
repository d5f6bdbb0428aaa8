//! Asking the machine. Thin on purpose: what is found means something elsewhere.

mod dial;
mod programs;
mod sockets;
mod system;

pub(super) use dial::Dialler;
pub(super) use programs::running as programs;
pub(super) use sockets::{Links, door, port};
pub(super) use system::state;

use std::io;

use super::mesh::Mesh;
use crate::config::Config;
use crate::daemon::lock::{Holder, Lock};
use crate::daemon::watch::Search;
use crate::enclave::network::Network;
use crate::enclave::own;

/// Who has our state folder, or our store: a gateway that runs.
pub(super) fn gateway(folder: &std::path::Path, store: &std::path::Path) -> Option<Holder> {
    // A lock that we may not look at is said where the folder is looked at.
    let holder = |found: io::Result<Option<Holder>>| found.ok().flatten();
    holder(Lock::holder_of_folder(folder)).or_else(|| holder(Lock::holder_of_store(store)))
}

/// The mesh, as far as it is there.
///
/// # Errors
///
/// Where the system does not tell its addresses.
pub(super) fn mesh(config: &Config) -> io::Result<Mesh> {
    let Search {
        networks,
        fixed,
        interface,
    } = Search::configured(&config.enclave);
    let everywhere: Vec<Network> = ["0.0.0.0/0", "::/0"]
        .iter()
        .filter_map(|network| network.parse().ok())
        .collect();
    let mut interfaces: Vec<String> = own::find(&everywhere, None, None)?
        .into_iter()
        .map(|own| own.interface)
        .collect();
    interfaces.sort_unstable();
    interfaces.dedup();
    Ok(Mesh {
        present: own::find(&networks, None, None)?,
        own: own::find(&networks, fixed, interface.as_deref())?,
        programs: programs(),
        networks,
        fixed,
        interface,
        interfaces,
    })
}
