//! What the program is built from: each crate with a reason, once, for the Rust that is promised.

// What helps a test is no test to clippy.
#![allow(clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use toml::{Table, Value};

const MANIFEST: &str = include_str!("../Cargo.toml");
const FUZZ_MANIFEST: &str = include_str!("../fuzz/Cargo.toml");
const LOCK: &str = include_str!("../Cargo.lock");
const FUZZ_LOCK: &str = include_str!("../fuzz/Cargo.lock");
const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");
const DENY: &str = include_str!("../deny.toml");

fn table(text: &str) -> Table {
    text.parse().expect("a file of TOML")
}

/// The names under every `dependencies`, `dev-dependencies` and `build-dependencies`, those of
/// single systems included.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in manifest {
        let Some(inner) = value.as_table() else {
            continue;
        };
        if key.ends_with("dependencies") {
            names.extend(inner.keys().cloned());
        } else if key == "target" {
            for system in inner.values().filter_map(Value::as_table) {
                names.extend(dependencies(system));
            }
        }
    }
    names
}

/// The crates that the table under *Dependencies* names, each with what stands beside it.
fn reasons(document: &str) -> BTreeMap<String, String> {
    let (_, section) = document
        .split_once("\n## Dependencies\n")
        .expect("a section");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    let mut reasons = BTreeMap::new();
    for row in rows {
        let (crates, reason) = row.split_once(" | ").expect("two columns");
        let reason = reason.trim_end_matches(" |");
        // What stands in brackets says where it is used.
        let crates = crates.split(" (").next().unwrap_or(crates);
        for name in crates.split(", ").filter(|name| *name != "crate") {
            reasons.insert(name.to_owned(), reason.to_owned());
        }
    }
    reasons
}

/// Each crate that a lock file has in more than one version, without the newest: `name@version`.
fn older(lock: &str) -> Vec<(String, String)> {
    let lock = table(lock);
    let packages = lock["package"].as_array().expect("packages");
    let mut versions: BTreeMap<&str, Vec<Vec<u64>>> = BTreeMap::new();
    for package in packages {
        let (name, version) = (&package["name"], &package["version"]);
        let version = numbers(version.as_str().expect("a version"));
        let name = name.as_str().expect("a name");
        versions.entry(name).or_default().push(version);
    }
    let mut older = Vec::new();
    for (name, mut of_it) in versions {
        of_it.sort();
        of_it.pop();
        for version in of_it {
            let version: Vec<String> = version.iter().map(u64::to_string).collect();
            older.push((name.to_owned(), version.join(".")));
        }
    }
    older
}

fn numbers(version: &str) -> Vec<u64> {
    let core = version.split(['-', '+']).next().unwrap_or(version);
    let numbers = core.split('.').map(|number| number.parse());
    numbers.collect::<Result<_, _>>().expect("a version")
}

/// What `deny.toml` lets be there beside a newer version, with the reasons.
fn excused(deny: &str) -> Vec<(String, String)> {
    let deny = table(deny);
    let skips = deny["bans"]["skip"].as_array().expect("exceptions");
    let one = |skip: &Value| {
        let reason = skip["reason"].as_str().expect("a reason");
        assert!(reason.len() > 7, "that is no reason: {reason}");
        let spec = skip["crate"].as_str().expect("a crate");
        let (name, version) = spec.split_once('@').expect("a crate and its version");
        (name.to_owned(), version.to_owned())
    };
    skips.iter().map(one).collect()
}

fn is_excused(one: &(String, String), excuse: &(String, String)) -> bool {
    let beginning = format!("{}.", excuse.1);
    one.0 == excuse.0 && (one.1 == excuse.1 || one.1.starts_with(&beginning))
}

#[test]
fn every_dependency_has_its_reason_in_the_table_and_the_table_no_other() {
    let mut wanted = dependencies(&table(MANIFEST));
    wanted.extend(dependencies(&table(FUZZ_MANIFEST)));
    wanted.remove("enclave-irc");
    let reasons = reasons(ARCHITECTURE);
    let named: BTreeSet<String> = reasons.keys().cloned().collect();
    assert_eq!(wanted, named);
    for (name, reason) in reasons {
        assert!(reason.len() > 5, "{name}: {reason}");
    }
}

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let excuses = excused(DENY);
    let ours = older(LOCK);
    for one in ours.iter().chain(&older(FUZZ_LOCK)) {
        let found = excuses.iter().any(|excuse| is_excused(one, excuse));
        assert!(found, "{}@{} beside a newer one", one.0, one.1);
    }
    for excuse in &excuses {
        let found = ours.iter().any(|one| is_excused(one, excuse));
        assert!(found, "{}@{} needs no exception", excuse.0, excuse.1);
    }
}

#[test]
fn a_second_version_is_seen() {
    let lock = |versions: &[&str]| {
        let one = |version| format!("[[package]]\nname = \"a\"\nversion = \"{version}\"\n");
        older(&versions.iter().map(one).collect::<String>())
    };
    assert_eq!(lock(&["1.2.3"]), []);
    assert_eq!(
        lock(&["0.10.0", "0.9.1"]),
        [("a".to_owned(), "0.9.1".to_owned())]
    );
    let excuse = ("a".to_owned(), "0.1".to_owned());
    assert!(is_excused(&("a".to_owned(), "0.1.7".to_owned()), &excuse));
    assert!(!is_excused(&("a".to_owned(), "0.10.7".to_owned()), &excuse));
}

#[test]
fn no_dependency_takes_a_newer_rust_than_is_promised() {
    let promised = numbers(env!("CARGO_PKG_RUST_VERSION"));
    let mut looked_at = 0;
    for package in packages() {
        let Some(needs) = package["rust_version"].as_str() else {
            continue;
        };
        looked_at += 1;
        let mut needed = numbers(needs);
        needed.resize(promised.len(), 0);
        let (name, version) = (&package["name"], &package["version"]);
        assert!(needed <= promised, "{name} {version} needs {needs}");
    }
    assert!(looked_at > 50, "only {looked_at} say what they need");
}

#[test]
fn every_licence_is_one_of_those_that_may_come_in() {
    let deny = table(DENY);
    let allowed = deny["licenses"]["allow"].as_array().expect("licences");
    let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or("none");
        let (name, version) = (&package["name"], &package["version"]);
        assert!(is_allowed(licence, &allowed), "{name} {version}: {licence}");
    }
    assert!(is_allowed("(MIT OR GPL-3.0) AND ISC", &["MIT", "ISC"]));
    assert!(!is_allowed("MIT AND GPL-3.0", &["MIT"]));
    assert!(!is_allowed("none", &allowed));
}

/// Of an expression of SPDX: whether each part can be had under an allowed licence. What is
/// nested deeper than `(A OR B) AND C` is refused rather than understood.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    expression.split(" AND ").all(|part| {
        let part = part.trim_matches(['(', ')']).replace('/', " OR ");
        part.split(" OR ").any(|one| allowed.contains(&one))
    })
}

/// Of what is built here: what is for other systems need not even be on this machine.
fn packages() -> Vec<serde_json::Value> {
    let said = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .arg(format!("--filter-platform={}", host()))
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo");
    assert!(said.status.success(), "{said:?}");
    let metadata: serde_json::Value = serde_json::from_slice(&said.stdout).expect("metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.clone()
}

fn host() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(compiler).arg("-vV").output().expect("rustc");
    let said = String::from_utf8(said.stdout).expect("text");
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").to_owned()
}
