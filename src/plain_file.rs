//! Opening a file that somebody else may have had a hand in: one that is none must not have us
//! wait for ever (a pipe), or lead us to another file (a link).

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::{fmt, io};

use rustix::fs::OFlags;

/// Opens a file to be read, whatever links lead there.
///
/// # Errors
///
/// As [`File::open`], and if it is a pipe or a socket.
pub fn open(path: &Path) -> io::Result<File> {
    // Whoever opens a pipe waits for somebody to write.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags(OFlags::NONBLOCK))
        .open(path)?;
    let kind = file.metadata()?.file_type();
    match kind.is_fifo() || kind.is_socket() {
        true => Err(io::Error::other(Pipe)),
        false => Ok(file),
    }
}

/// Why a pipe is not opened: who writes to it may never be done, and what was read of it once is
/// not there when it is read anew.
#[derive(Debug)]
struct Pipe;

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is a pipe, and no file")
    }
}

impl Error for Pipe {}

/// Whether that is why [`open`] has failed.
pub fn is_pipe(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|cause| cause.is::<Pipe>())
}

/// Opens a file to be read and written, and makes one for us alone where there is none; where
/// there is a link, it is not followed.
///
/// # Errors
///
/// As [`OpenOptions::open`], and if it is anything but a file.
pub fn open_or_make(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags(OFlags::NONBLOCK | OFlags::NOFOLLOW))
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is something else than a file")),
    }
}

/// As the system takes them; they all fit.
fn flags(flags: OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn pipe(path: &Path) {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        pipe(&path);
        assert!(open(&path).unwrap_err().to_string().contains("pipe"));
        assert!(open_or_make(&path).is_err());
        let missing = open(&folder.path().join("nothing")).unwrap_err();
        assert!(is_pipe(&open(&path).unwrap_err()) && !is_pipe(&missing));
    }

    /// `--config <(generate)`.
    #[test]
    fn whoever_names_a_pipe_is_told_to_make_a_file_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        pipe(&path);
        let problem = crate::source::read(&path).unwrap_err();
        assert!(problem.what.contains("pipe"), "{problem}");
        assert!(
            problem.remedy.contains("write it to a file first"),
            "{problem}"
        );
    }

    #[test]
    fn a_file_is_read_through_a_link_and_not_written_through_one() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, new] = ["file", "link", "new"].map(|name| folder.path().join(name));
        fs::write(&file, "precious").unwrap();
        symlink(&file, &link).unwrap();
        open(&link).unwrap();
        open_or_make(&link).unwrap_err();
        open_or_make(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"precious");
        open_or_make(&new).unwrap();
        // Made for nobody else, and nothing where a link leads.
        symlink(
            folder.path().join("elsewhere"),
            folder.path().join("dangling"),
        )
        .unwrap();
        open_or_make(&folder.path().join("dangling")).unwrap_err();
        assert!(!folder.path().join("elsewhere").exists());
    }
}
