//! The store, the disk, limits, the clock.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{Access, access, statvfs};
use rustix::process::{Resource, getrlimit};

use crate::offline::doctor::state::{State, Store};
use crate::store::Db;

/// Everything of the machine that a gateway with so many contacts needs. The store is
/// looked into unless a gateway runs.
pub(in super::super) fn state(folder: &Path, store: &Path, runs: bool, contacts: usize) -> State {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let room = statvfs(there(store)).ok();
    State {
        path: store.to_owned(),
        store: if runs { Store::InUse } else { look_into(store) },
        folder: folder.to_owned(),
        is_writable: access(there(folder), Access::WRITE_OK | Access::EXEC_OK).is_ok(),
        room: room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
        // What the gateway raises its limit to.
        descriptors: getrlimit(Resource::Nofile).maximum,
        contacts: u64::try_from(contacts).unwrap_or(u64::MAX),
        now: since.map_or(0, |since| since.as_secs()),
    }
}

fn look_into(store: &Path) -> Store {
    match Db::examine(store) {
        Ok(None) => Store::Missing,
        Ok(Some(length)) => Store::Whole(length),
        Err(error) => Store::Broken {
            what: error.what(),
            remedy: error.remedy(),
        },
    }
}

/// The path, or the folder above it that is there.
fn there(path: &Path) -> &Path {
    path.ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"))
}
