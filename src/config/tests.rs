use super::*;
use std::path::Path;

const FILE: &str = "config.toml";

fn read(text: &str) -> Result<Config, Vec<String>> {
    parse(Path::new(FILE), text).map_err(|problems| {
        let shown = |problem: crate::problem::Problem| problem.to_string();
        problems.into_iter().map(shown).collect()
    })
}

/// The one problem of a text that has exactly one.
fn problem(text: &str) -> String {
    let mut problems = read(text).expect_err(text);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn the_example_holds_the_defaults() {
    let example = include_str!("../../config/config.toml");
    assert_eq!(read(example), Ok(Config::default()));
    let table: toml::Table = example.parse().unwrap();
    let keys = |section: &str| table[section].as_table().unwrap().keys().len();
    assert_eq!(Config::default().enclave.networks.len(), 1);
    assert_eq!(keys("enclave"), 9);
    assert_eq!(keys("irc"), 9);
    assert_eq!(keys("store"), 2);
    assert_eq!(keys("log"), 1);
}

#[cfg(all(feature = "tls", feature = "websocket"))]
#[test]
fn the_example_for_clients_elsewhere_is_a_good_one() {
    let config = read(include_str!("../../config/remote.toml")).unwrap();
    let doors: Vec<_> = config.irc.listen.iter().map(Listen::to_string).collect();
    let expected = ["localhost:6667", "tls://[::]:6697", "ws://localhost:6680"];
    assert_eq!(doors, expected);
    assert!(!config.irc.password.is_empty());
    assert_eq!(config.irc.origins, ["https://web.example.org"]);
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(read(""), Ok(Config::default()));
    assert_eq!(
        read("\u{feff}[enclave]\r\n# nothing\r\n"),
        Ok(Config::default())
    );
}

#[test]
fn every_key_is_read() {
    let config = read(
        r##"
        [enclave]
        address = "127.0.0.2"
        interface = "lo"
        port = 7777
        networks = ["127.0.0.0/8", "200::/7"]
        alias = "Jürgen"
        detached = "offline"
        grace = "1h30m"
        max_frame = 65536
        [irc]
        listen = ["localhost:7000", "unix:/run/irc"]
        server_name = "irc.example.org"
        channel = "#friends"
        allow = "anyone"
        password = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2g"
        certificate = "/etc/tls/irc.pem"
        key = "irc.key"
        origins = ["https://IRC.example.org", "http://localhost:8000"]
        [log]
        level = "debug"
        "##,
    )
    .unwrap();
    let address = "127.0.0.2".parse().unwrap();
    assert_eq!(config.enclave.address, OwnAddress::Given(address));
    assert_eq!(config.enclave.interface, "lo");
    assert_eq!(config.enclave.port, 7777);
    assert!(config.enclave.networks[0].contains(address));
    assert_eq!(config.enclave.networks.len(), 2);
    assert_eq!(config.enclave.alias, "Jürgen");
    assert_eq!(config.enclave.detached, Detached::Offline);
    assert_eq!(config.enclave.grace, Duration::from_secs(5400));
    assert_eq!(config.enclave.max_frame, 65_536);
    let doors = [Listen::localhost(7000), Listen::Unix("/run/irc".into())];
    assert_eq!(config.irc.listen, doors);
    assert_eq!(config.irc.server_name, "irc.example.org");
    assert_eq!(config.irc.channel.as_deref(), Some("#friends"));
    assert_eq!(config.irc.allow, Allow::Anyone);
    assert!(config.irc.password.reveal().ends_with("$aGFzaGhhc2g"));
    assert_eq!(config.irc.certificate, Some("/etc/tls/irc.pem".into()));
    assert_eq!(config.irc.key, Some("irc.key".into()));
    assert_eq!(
        config.irc.origins,
        ["https://irc.example.org", "http://localhost:8000"]
    );
    assert_eq!(config.log.level, Level::Debug);
    assert_eq!(read("irc.channel = ''").unwrap().irc.channel, None);
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = "[enclave]\nport = 0\nprot = 1\nalias = 5\n\n[irc]\nlisten = [\n\"localhost:1\",\n\"x\",\n]\n[lgo]\n";
    assert_eq!(
        read(text).unwrap_err(),
        [
            "config.toml:2: port in [enclave] is not a port; \
             write a number from 1 to 65535; every Enclave node uses 7776",
            "config.toml:3: unknown key \"prot\" in [enclave]; did you mean \"port\"?",
            "config.toml:4: alias in [enclave] is a whole number; \
             write a text, such as \"John Smith\"",
            "config.toml:9: listen in [irc] is \"x\", which has no port; \
             write host:port, such as \"localhost:6667\", or unix:/path",
            "config.toml:11: unknown key \"lgo\"; did you mean \"log\"?",
        ]
    );
}

#[test]
fn text_that_is_not_toml_is_told_with_the_rest() {
    let text = "[enclave]\nport = \nalias = 5\nport = 7776\n";
    let problems = read(text).unwrap_err();
    assert!(
        problems[0].starts_with("config.toml:2: is not valid TOML: "),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("config.toml:3: alias"))
    );
    let twice = problem("[enclave]\nport = 7776\nport = 7777\n");
    assert!(
        twice.starts_with("config.toml:3: is not valid TOML: duplicate key"),
        "{twice}"
    );
}

#[test]
fn a_broken_heading_is_not_blamed_on_the_keys_below() {
    let told = problem("[enclave\nport = 7776\n");
    assert!(
        told.starts_with("config.toml:1: is not valid TOML"),
        "{told}"
    );
}

#[test]
fn a_key_in_the_wrong_place_is_told_where_it_belongs() {
    assert!(problem("port = 7776").contains("it belongs below [enclave]"));
    assert!(problem("[irc]\ngrace = '1m'").contains("it belongs below [enclave]"));
    assert!(problem("enclave = 5").contains("enclave is a whole number; write a line [enclave]"));
}

#[test]
fn impossible_values_are_told_apart() {
    for (text, expected) in [
        ("enclave.address = 'auot'", "is not an address: \"auot\""),
        ("enclave.address = '::'", "belongs to no single machine"),
        ("enclave.address = '10.0.0.1'", "in none of our networks"),
        ("enclave.interface = 'a name with spaces'", "no interface"),
        ("enclave.port = 65536", "not a port"),
        ("enclave.port = 7776.0", "a number with a point"),
        ("enclave.port = '7776'", "is a text; write a number"),
        ("enclave.networks = []", "is empty"),
        ("enclave.networks = 'fc00::/8'", "is a text; write a list"),
        ("enclave.networks = ['fc00::/129']", "fc00::/129"),
        ("enclave.networks = ['fc00::1/8']", "fc00::1/8"),
        ("enclave.networks = ['fc00::']", "fc00::"),
        ("enclave.alias = \"a\\nb\"", "line break"),
        (
            "enclave.detached = 'of'",
            "write one of \"away\", \"offline\"",
        ),
        ("enclave.detached = 'ofline'", "did you mean \"offline\"?"),
        ("enclave.grace = '2'", "not a duration"),
        ("enclave.grace = 120", "such as \"2m\""),
        ("enclave.grace = '25h'", "at most \"1d\""),
        ("enclave.max_frame = '1023B'", "out of range"),
        ("enclave.max_frame = '65MiB'", "out of range"),
        ("enclave.max_frame = -1", "out of range"),
        (
            "irc.listen = ['0.0.0.0:6667']",
            "has 0.0.0.0:6667, which others can reach; that needs a password",
        ),
        ("irc.origins = ['null']", "not the site of a page"),
        (
            "irc.origins = ['irc.example.org']",
            "not the site of a page",
        ),
        ("irc.origins = ['https://*.org']", "not the site of a page"),
        ("irc.origins = ['https://a.org/']", "has a path"),
        ("irc.origins = 'https://a.org'", "is a text; write a list"),
        ("irc.listen = ['localhost:1', '127.0.0.1:1']", "twice"),
        (
            "irc.server_name = 'enclave'",
            "does not look like a server name",
        ),
        (
            "irc.server_name = 'enclave .local'",
            "does not look like a server name",
        ),
        (
            "irc.server_name = ':enclave.local'",
            "does not look like a server name",
        ),
        ("irc.channel = 'enclave'", "not a channel name"),
        ("irc.channel = '&'", "not a channel name"),
        ("irc.channel = '&a b'", "not a channel name"),
        ("irc.allow = true", "is true or false; write one of"),
        ("log.level = 'verbose'", "write one of \"off\""),
    ] {
        let told = problem(text);
        assert!(told.contains(expected), "{text} → {told}");
    }
    assert!(problem(&format!("enclave.alias = '{}'", "ü".repeat(65))).contains("65 characters"));
}

#[test]
fn a_password_that_is_no_hash_is_refused_and_not_shown() {
    for (written, expected) in [
        ("hunter2", "perhaps the password itself"),
        ("$argon2id$hunter2", "not a whole argon2id hash"),
    ] {
        let told = problem(&format!("irc.password = '{written}'"));
        assert!(told.contains(expected), "{told}");
        assert!(told.contains("enclave-irc password"), "{told}");
        assert!(!told.contains("hunter2"), "a secret is shown: {told}");
    }
}

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2g";

#[test]
fn a_door_that_others_can_reach_needs_a_password() {
    for door in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "irc.example.org:1"] {
        let section = format!("[irc]\nlisten = ['localhost:2', '{door}']\n");
        let told = problem(&section);
        assert!(told.starts_with("config.toml:2: "), "{told}");
        assert!(
            told.contains(&format!("has {door}, which others can reach")),
            "{told}"
        );
        let told = problem(&format!("{section}password = ''\n"));
        assert!(told.contains("needs a password"), "{told}");
        assert!(read(&format!("{section}password = '{HASH}'\n")).is_ok());
        // One problem, told once.
        let told = read(&format!("{section}password = 'x'\n")).unwrap_err();
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[test]
fn only_a_named_file_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Paths {
        config: folder.path().join(FILE),
        config_is_named: false,
        contacts: folder.path().join("contacts.toml"),
        state_dir: folder.path().join("state"),
    };
    assert_eq!(load(&paths), Ok(Config::default()));
    paths.config_is_named = true;
    assert!(
        load(&paths).unwrap_err()[0]
            .to_string()
            .contains("there is no such file")
    );
    std::fs::write(&paths.config, "[log]\nlevel = \"warn\"").unwrap();
    assert_eq!(load(&paths).unwrap().log.level, Level::Warn);
    std::fs::write(&paths.config, b"[log]\nlevel = \"\xff\"").unwrap();
    let told = load(&paths).unwrap_err()[0].to_string();
    assert!(told.ends_with("config.toml:2: is not UTF-8 text; save it with the encoding UTF-8"));
    paths.config = folder.path().to_owned();
    assert!(
        load(&paths).unwrap_err()[0]
            .to_string()
            .contains("cannot be read")
    );
}
