//! Where the files are.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// The name of our folders, in the one for configurations and in the one for state.
const FOLDER: &str = "enclave-irc";

/// The files of one gateway (XDG Base Directory Specification).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file.
    pub config: PathBuf,
    /// Whether the person named it, so that it has to be there.
    pub config_is_named: bool,
    /// The address book, beside the configuration file.
    pub contacts: PathBuf,
    /// The folder for what the program keeps between two runs.
    pub state_dir: PathBuf,
}

impl Paths {
    /// The store's file: the configured one, or the one in the state folder.
    pub fn store(&self, store: &super::Store) -> PathBuf {
        let usual = || self.state_dir.join("state.db");
        store.path.clone().unwrap_or_else(usual)
    }

    /// Our certificate: the configured file, which is beside the configuration if it is not
    /// a whole path, or `certificate.pem` there.
    pub fn certificate(&self, irc: &super::Irc) -> PathBuf {
        self.beside(irc.certificate.as_deref(), "certificate.pem")
    }

    /// Its key: the configured file, or `key.pem`, in the same way.
    pub fn key(&self, irc: &super::Irc) -> PathBuf {
        self.beside(irc.key.as_deref(), "key.pem")
    }

    fn beside(&self, configured: Option<&Path>, usual: &str) -> PathBuf {
        self.config
            .with_file_name(configured.unwrap_or(Path::new(usual)))
    }

    /// The files for the configuration file named on the command line, or for the one in
    /// its default place.
    ///
    /// # Errors
    /// With a text for people when the environment does not say where files belong.
    pub fn find(named: Option<&Path>) -> Result<Self, String> {
        Self::find_in(named, |name| std::env::var_os(name))
    }

    fn find_in(
        named: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, String> {
        let folder = |own: &str, below_home: &str| {
            // The XDG specification has relative paths ignored.
            let absolute = |path: &PathBuf| path.is_absolute();
            let own_folder = variable(own).map(PathBuf::from).filter(absolute);
            let home = || variable("HOME").map(PathBuf::from).filter(absolute);
            own_folder
                .or_else(|| Some(home()?.join(below_home)))
                .map(|folder| folder.join(FOLDER))
                .ok_or_else(|| format!("no place for files is known; set HOME or {own}"))
        };
        let config = match named {
            Some(named) => named.to_owned(),
            None => folder("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
        };
        Ok(Self {
            contacts: config.with_file_name("contacts.toml"),
            config,
            config_is_named: named.is_some(),
            state_dir: folder("XDG_STATE_HOME", ".local/state")?,
        })
    }

    /// Makes the state folder where it is missing, and sees to it that nobody but its owner
    /// may look into it: somebody may have made it, or a backup restored it, without a
    /// thought of what will be kept there.
    ///
    /// # Errors
    /// When it cannot be made, or belongs to somebody else and is open to others.
    pub fn create_state_dir(&self) -> io::Result<()> {
        create_private_folder(&self.state_dir)?;
        #[cfg(unix)]
        make_private(&self.state_dir)?;
        Ok(())
    }
}

/// What others may change that only we should, for people: who can write the configuration
/// decides who may come in.
pub fn open_to_others(paths: &Paths) -> Vec<String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    /// A group may be one's own; everybody is not.
    const ALL_MAY_WRITE: u32 = 0o002;
    /// In such a folder nobody can replace the files of others.
    const STICKY: u32 = 0o1000;
    let folder = paths
        .config
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let files = [Some(paths.config.as_path()), Some(&paths.contacts), folder];
    let mut found = Vec::new();
    for path in files.into_iter().flatten() {
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        let (mode, owner) = (metadata.permissions().mode(), metadata.uid());
        let shown = path.display();
        if !metadata.is_file() && !metadata.is_dir() {
            // Something like /dev/null.
        } else if owner != rustix::process::geteuid().as_raw() && owner != 0 {
            found.push(format!(
                "{shown} belongs to another user ({owner}), who can let themselves in with it; make it yours (chown)"
            ));
        } else if mode & ALL_MAY_WRITE != 0 && !(metadata.is_dir() && mode & STICKY != 0) {
            found.push(format!(
                "everybody on this machine can write {shown}, and let themselves in with it; chmod o-w {shown}"
            ));
        }
    }
    found
}

/// Makes a folder that only its owner may look into, and the folders above it. One that is
/// there stays as it is.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Shuts others out of a folder, if they are not already.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    const OTHERS: u32 = 0o077;
    let found = folder.metadata()?;
    let owner = found.uid();
    if owner != rustix::process::geteuid().as_raw() {
        // Whoever it belongs to can read what we put there, whatever its mode.
        return Err(io::Error::other(format!(
            "it belongs to another user ({owner})"
        )));
    }
    let mut permissions = found.permissions();
    if permissions.mode() & OTHERS != 0 {
        permissions.set_mode(0o700);
        std::fs::set_permissions(folder, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(named: Option<&str>, variables: &[(&str, &str)]) -> Result<Paths, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Paths::find_in(named.map(Path::new), variable)
    }

    #[test]
    fn files_are_where_the_environment_wants_them() {
        let paths = find(None, &[("HOME", "/h")]).unwrap();
        assert_eq!(
            paths.config,
            Path::new("/h/.config/enclave-irc/config.toml")
        );
        assert_eq!(
            paths.contacts,
            Path::new("/h/.config/enclave-irc/contacts.toml")
        );
        assert_eq!(paths.state_dir, Path::new("/h/.local/state/enclave-irc"));
        assert!(!paths.config_is_named);

        let own = [
            ("HOME", "/h"),
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_STATE_HOME", "relative"),
        ];
        let paths = find(None, &own).unwrap();
        assert_eq!(paths.config, Path::new("/c/enclave-irc/config.toml"));
        assert_eq!(paths.state_dir, Path::new("/h/.local/state/enclave-irc"));
    }

    #[test]
    fn the_address_book_is_beside_a_named_configuration() {
        let paths = find(Some("mine.toml"), &[("HOME", "/h")]).unwrap();
        assert!(paths.config_is_named);
        assert_eq!(paths.config, Path::new("mine.toml"));
        assert_eq!(paths.contacts, Path::new("contacts.toml"));
    }

    #[test]
    fn the_certificate_is_beside_the_configuration_unless_it_is_elsewhere() {
        let paths = find(None, &[("HOME", "/h")]).unwrap();
        let mut irc = crate::config::Irc::default();
        let folder = Path::new("/h/.config/enclave-irc");
        assert_eq!(paths.certificate(&irc), folder.join("certificate.pem"));
        assert_eq!(paths.key(&irc), folder.join("key.pem"));
        irc.certificate = Some("tls/mine.pem".into());
        irc.key = Some("/etc/tls/key.pem".into());
        assert_eq!(paths.certificate(&irc), folder.join("tls/mine.pem"));
        assert_eq!(paths.key(&irc), Path::new("/etc/tls/key.pem"));
    }

    #[test]
    fn an_empty_environment_is_an_error_with_a_remedy() {
        assert!(
            find(None, &[])
                .unwrap_err()
                .contains("set HOME or XDG_CONFIG_HOME")
        );
    }

    #[test]
    fn files_that_others_may_change_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let paths = find(config.to_str(), &[("HOME", "/h")]).unwrap();
        std::fs::write(&config, "").unwrap();
        let set = |mode| {
            std::fs::set_permissions(&config, std::fs::Permissions::from_mode(mode)).unwrap();
            open_to_others(&paths)
        };
        // A group of one's own may write.
        assert_eq!(set(0o664), Vec::<String>::new());
        let told = set(0o666);
        assert!(told[0].contains("chmod o-w") && told.len() == 1, "{told:?}");
    }

    #[cfg(unix)]
    #[test]
    fn the_state_folder_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        let paths = find(None, &[("HOME", home)]).unwrap();
        paths.create_state_dir().unwrap();
        paths.create_state_dir().unwrap();
        let mode = paths.state_dir.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn a_state_folder_that_was_open_to_others_is_closed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        let paths = find(None, &[("HOME", home)]).unwrap();
        std::fs::create_dir_all(&paths.state_dir).unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&paths.state_dir, open).unwrap();
        paths.create_state_dir().unwrap();
        let mode = paths.state_dir.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
