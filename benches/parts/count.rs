//! Instructions of each operation: the kernel's counter has them where the processor lets
//! itself be counted; callgrind, which runs the program on a processor of its own, counts
//! everywhere and takes minutes.

use std::io;
use std::process::{Command, ExitCode};

use crate::measure::{Contest, OPERATIONS, measured};

/// Behind it stands the name of the one part that is run, below callgrind.
const ONE: &str = "--one";

/// Runs that are counted together.
const RUNS: usize = 8;

/// The part that is to be run alone.
pub fn asked_for(arguments: &[String]) -> Option<&str> {
    let at = arguments.iter().position(|argument| argument == ONE)?;
    arguments.get(at + 1).map(String::as_str)
}

/// Runs one part, for callgrind.
pub fn run_once(contests: Vec<Contest>, name: &str) {
    for mut contest in contests {
        if contest.name == name {
            for _ in 0..RUNS {
                contest.part.prepare();
                measured(&mut *contest.part);
            }
        }
    }
}

/// Counts, and prints.
pub fn print(contests: Vec<Contest>) -> ExitCode {
    let count: fn(&mut Contest) -> io::Result<u64> = match kernel::count(|| {}) {
        Ok(_) => |contest| {
            contest.try_out();
            let mut all = 0;
            for _ in 0..RUNS {
                contest.part.prepare();
                all += kernel::count(|| {
                    measured(&mut *contest.part);
                })?;
            }
            Ok(all)
        },
        Err(why) => {
            println!("this machine's kernel counts no instructions ({why}); callgrind is asked");
            |contest| by_callgrind(contest.name)
        }
    };
    for mut contest in contests {
        match count(&mut contest) {
            Ok(instructions) => {
                let each = instructions / (RUNS * OPERATIONS) as u64;
                println!("{:<45} {each:>9}", contest.name);
            }
            Err(why) => {
                println!("instructions cannot be counted here: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Has this program run one part below callgrind, and reads what that says at the end.
fn by_callgrind(name: &str) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args([
            "--collect-atstart=no",
            "--toggle-collect=*measure::measured*",
        ])
        .arg(std::env::current_exe()?)
        .args([ONE, name])
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("valgrind: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| {
        let (_, number) = line.split_once("Collected : ")?;
        number.trim().parse().ok()
    });
    collected.ok_or_else(|| io::Error::other(format!("valgrind says: {said}")))
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::io;

    use perf_event::Builder;
    use perf_event::events::Hardware;

    /// Instructions of this process, without the kernel's own, while `work` is done.
    pub fn count(work: impl FnOnce()) -> io::Result<u64> {
        let mut counter = Builder::new().kind(Hardware::INSTRUCTIONS).build()?;
        counter.enable()?;
        work();
        counter.disable()?;
        counter.read()
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::io;

    pub fn count(_: impl FnOnce()) -> io::Result<u64> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}
