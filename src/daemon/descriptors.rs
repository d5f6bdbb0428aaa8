//! What the system lets us have: how many files and connections, files of what size, and what
//! becomes of our memory.

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::debug;

/// The most that macOS takes for a limit on descriptors, whatever the hard limit says
/// (`OPEN_MAX` in `sys/syslimits.h`; setrlimit(2), "COMPATIBILITY").
#[cfg(target_os = "macos")]
const MOST: u64 = 10_240;

/// What is asked for where there is no hard limit, and no other system minds. Far more than
/// any address book needs.
#[cfg(not(target_os = "macos"))]
const MOST: u64 = 1 << 20;

/// What all but the connections with peers may take: clients, those at the door, listeners,
/// the store, the address book while it is written.
const ALL_ELSE: u64 = 256;

/// Allows us as many as the system lets us have, instead of the few that programs get which
/// cannot handle more (1024, because of select(2)). Every contact takes one, and for a
/// moment two. Where it does not work we live with what there is: then connections wait
/// until others have ended.
pub fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let Some(wanted) = wanted(&limit) else {
        return;
    };
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => debug!("up to {wanted} files and connections"),
        Err(error) => debug!("the limit on open files cannot be raised to {wanted}: {error}"),
    }
}

/// Has the system keep no copy of our memory if we crash: what was said would stand in it, and
/// what has been deleted, too.
pub fn keep_no_memory() {
    let limit = Rlimit {
        current: Some(0),
        maximum: getrlimit(Resource::Core).maximum,
    };
    if let Err(error) = setrlimit(Resource::Core, limit) {
        debug!("a crash may leave a copy of our memory behind: {error}");
    }
}

/// Makes a file that may grow no more (`ulimit -f`) a disk that is full: otherwise the system
/// ends us without a word (SIGXFSZ). Holds for as long as we run.
pub fn outlive_file_limit() {
    let kind = SignalKind::from_raw(Signal::XFSZ.as_raw());
    let listens = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .and_then(|runtime| {
            let _inside = runtime.enter();
            // Whether anybody waits for it makes no difference to the system.
            signal(kind).map(drop)
        });
    if let Err(error) = listens {
        debug!("the limit on the size of files may end us: {error}");
    }
}

/// How many connections with peers there may be. Of a limit that is very low they get half.
pub fn for_peers() -> usize {
    share_of_peers(getrlimit(Resource::Nofile).current)
}

fn share_of_peers(limit: Option<u64>) -> usize {
    let share = limit.map(|limit| limit.saturating_sub(ALL_ELSE).max(limit / 2));
    share.map_or(usize::MAX, |share| {
        usize::try_from(share).unwrap_or(usize::MAX)
    })
}

/// What the limit should be, if it is to be raised; none there stands for any number.
fn wanted(limit: &Rlimit) -> Option<u64> {
    let wanted = match limit.maximum {
        None => MOST,
        // Elsewhere the hard limit is what the system can do.
        Some(hard) if cfg!(target_os = "macos") => hard.min(MOST),
        Some(hard) => hard,
    };
    (limit.current? < wanted).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_raised_to_the_hard_one_and_never_lowered() {
        let wanted = |current, maximum| wanted(&Rlimit { current, maximum });
        assert_eq!(wanted(Some(256), Some(4096)), Some(4096));
        assert_eq!(wanted(Some(4096), Some(4096)), None);
        assert_eq!(wanted(Some(256), None), Some(MOST));
        assert_eq!(wanted(Some(MOST + 1), None), None);
        assert_eq!(wanted(None, None), None);
    }

    #[test]
    fn peers_leave_enough_for_all_else() {
        assert_eq!(share_of_peers(Some(1024)), 768);
        assert_eq!(share_of_peers(Some(256)), 128);
        assert_eq!(share_of_peers(None), usize::MAX);
    }

    /// The process is that of all tests, and none of them wants one.
    #[test]
    fn a_crash_leaves_no_memory_behind() {
        keep_no_memory();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }

    /// It is the limit of the whole process, which other tests share: it only goes up.
    #[test]
    fn after_raising_there_is_nothing_left_to_raise() {
        raise();
        assert_eq!(super::wanted(&getrlimit(Resource::Nofile)), None);
    }
}
