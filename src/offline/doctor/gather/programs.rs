//! Which processes run, and what they are called (Linux: proc(5)).

use std::fs;
use std::path::Path;

use crate::offline::doctor::mesh::Program;
use crate::offline::doctor::reach::Process;

/// The mesh programs that run; none where the system does not tell of processes.
pub(in super::super) fn running() -> Option<Vec<Program>> {
    let names: Vec<String> = processes()?.filter_map(name).collect();
    let runs = |program: &Program| names.iter().any(|name| name == program.process());
    Some(Program::ALL.into_iter().filter(runs).collect())
}

/// The process that holds a socket, where the system tells us: those of other users it
/// tells root only.
pub(super) fn holder_of(socket: u64) -> Option<Process> {
    let link = format!("socket:[{socket}]");
    let holds = |id: &u32| {
        let Ok(open) = fs::read_dir(format!("/proc/{id}/fd")) else {
            return false;
        };
        open.flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|target| target == Path::new(&link))
    };
    let id = processes()?.find(holds)?;
    Some(Process {
        id,
        name: name(id)?,
    })
}

fn processes() -> Option<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let mut numbers = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .peekable();
    // Other systems have a /proc without numbers in it.
    numbers.peek()?;
    Some(numbers)
}

/// What a process calls itself. It may choose that freely, so only what cannot hurt a
/// terminal is shown.
fn name(process: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    let harmless = |c: char| c.is_ascii_graphic() || c == ' ';
    let shown = name.trim_end().chars();
    Some(shown.map(|c| if harmless(c) { c } else { '?' }).collect())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_socket_of_ours_is_ours() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
        let link = link.to_str().unwrap();
        let inode = link.trim_matches(|c: char| !c.is_ascii_digit());
        let holder = holder_of(inode.parse().unwrap()).unwrap();
        assert_eq!(holder.id, std::process::id());
        drop(listener);
        assert_eq!(holder_of(inode.parse().unwrap()), None);
    }
}
