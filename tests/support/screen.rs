//! A terminal with a real program in it, driven as a person does: by keys, and by looking.

use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process_group};

/// How long a real program may take. They throttle themselves: irssi sends the second half
/// of a long message seconds after the first.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the screen is looked at: a terminal tells nobody when it changes.
const GLANCE: Duration = Duration::from_millis(50);

/// Large, so that what is looked for is rarely broken over two lines and has not scrolled out.
const SIZE: [&str; 4] = ["-x", "200", "-y", "150"];

/// One terminal, in a tmux server of its own, which ends with this value.
pub struct Screen {
    server: String,
}

impl Screen {
    /// Starts a shell command in a terminal.
    pub fn start(command: &str) -> Self {
        let screen = Self {
            server: format!("enclave-irc-test-{:016x}", fastrand::u64(..)),
        };
        let mut arguments = vec!["-f", "/dev/null", "new-session", "-d"];
        arguments.extend(SIZE);
        // The shell stays when the program ends, so that its last words can be seen.
        let kept = format!("{command}; echo; echo '[ended]'; sleep 3600");
        arguments.extend([
            "env",
            "LC_ALL=C.UTF-8",
            "TERM=screen-256color",
            // So that a test knows how a program shows a time.
            "TZ=UTC",
            "sh",
            "-c",
            &kept,
        ]);
        screen.tmux(&arguments);
        screen
    }

    /// Types a line and Enter.
    pub fn type_line(&self, line: &str) {
        self.tmux(&["send-keys", "-l", "--", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// What is on the screen, with what has scrolled out of it, wrapped lines joined.
    pub fn text(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-J", "-S", "-"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Looks until `text` is there, and returns the line it is in.
    pub fn wait_for(&self, text: &str) -> String {
        let shown = self.wait_until(text, |shown| shown.contains(text));
        shown
            .lines()
            .rev()
            .find(|line| line.contains(text))
            .unwrap_or_default()
            .to_owned()
    }

    /// Looks until the screen fulfils `wanted`, and returns it.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.text();
            if wanted(&shown) {
                return shown;
            }
            assert!(
                Instant::now() < deadline,
                "expected {what:?} on the screen, which shows:\n{}\n---",
                shown.trim_end()
            );
            thread::sleep(GLANCE);
        }
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.server]).args(arguments);
        // A tmux in which the tests run is none of ours.
        command.env_remove("TMUX").env("LC_ALL", "C.UTF-8");
        let output = command
            .output()
            .expect("tmux is needed for the tests with real programs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {arguments:?}: {error}");
        output
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if thread::panicking() {
            // Not through `tmux`, which panics when it fails.
            let shown = Command::new("tmux")
                .args(["-L", &self.server, "capture-pane", "-p", "-S", "-"])
                .output();
            if let Ok(shown) = shown {
                eprintln!(
                    "--- the screen:\n{}",
                    String::from_utf8_lossy(&shown.stdout).trim_end()
                );
            }
        }
        self.end();
    }
}

impl Screen {
    /// Takes the terminal away from the programs in it, and waits until they have ended: some
    /// write to their folder until then.
    fn end(&self) {
        let tmux = |arguments: &[&str]| {
            Command::new("tmux")
                .args(["-L", &self.server])
                .args(arguments)
                .output()
        };
        let leader = tmux(&["list-panes", "-F", "#{pane_pid}"]).ok();
        let _ = tmux(&["kill-server"]);
        let group = leader
            .and_then(|output| String::from_utf8_lossy(&output.stdout).trim().parse().ok())
            .and_then(Pid::from_raw);
        let deadline = Instant::now() + PATIENCE;
        while group.is_some_and(|group| test_kill_process_group(group).is_ok())
            && Instant::now() < deadline
        {
            thread::sleep(GLANCE);
        }
    }
}
