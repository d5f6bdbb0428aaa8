//! The tables of bounds in `docs/security.md`: what they name is there.

// What helps a test is no test to clippy.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../docs/security.md");

/// The rows of the tables behind this heading, with so many columns, without their heads.
fn rows(columns: usize) -> Vec<Vec<&'static str>> {
    let (_, behind) = PAGE.split_once("## What others can make grow").unwrap();
    let behind = behind.split("\n## ").next().unwrap();
    let lines = behind.lines().filter(|line| line.starts_with("| "));
    let rows = lines.map(|line| line.trim_matches('|').split('|').map(str::trim));
    let rows = rows.map(Iterator::collect::<Vec<_>>);
    let is_row = |row: &Vec<&str>| row.len() == columns && row[0] != "what";
    rows.filter(is_row).collect()
}

/// What stands between backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn source(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The constants of a row, each with the file that is named behind it.
fn constants(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for name in names(text) {
        if name.ends_with(".rs") {
            found.extend(waiting.drain(..).map(|constant| (constant, name)));
        } else {
            waiting.push(name);
        }
    }
    assert!(waiting.is_empty(), "no file is named for {waiting:?}");
    assert!(!found.is_empty(), "no constant in {text:?}");
    found
}

/// All there is under a folder, as text.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_constant_is_where_it_is_said_to_be() {
    let (bounds, divisions) = (rows(4), rows(3));
    assert!(
        bounds.len() > 40 && divisions.len() > 4,
        "the tables are read"
    );
    for row in bounds.iter().chain(&divisions) {
        for (constant, file) in constants(row[2]) {
            let declared = format!("const {constant}: ");
            let is_there = source(file).contains(&declared);
            assert!(is_there, "{:?}: no {constant} in src/{file}", row[0]);
        }
    }
}

#[test]
fn every_test_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for folder in ["src", "tests"] {
        sources(&root.join(folder), &mut all);
    }
    for row in rows(4) {
        let tests = names(row[3]);
        assert!(!tests.is_empty(), "{:?} has no test", row[0]);
        for test in tests {
            let is_there = all.contains(&format!("fn {test}()"));
            assert!(is_there, "{:?}: there is no test {test}", row[0]);
        }
    }
}

/// What the census counts with a bound is in the table: it is what others can make grow.
#[test]
fn every_bound_of_the_census_is_in_the_table() {
    let named: Vec<_> = rows(4).iter().flat_map(|row| names(row[2])).collect();
    let of_this_row = |line: &str| {
        let inside = line.split_once("::").map_or("", |(_, inside)| inside);
        let words = inside.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let is_constant = |word: &&str| {
            word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        };
        let constants = words.filter(is_constant).map(str::to_owned);
        constants.collect::<Vec<String>>()
    };
    for file in [
        "gateway/census.rs",
        "enclave/mesh/census.rs",
        "enclave/mesh/strangers/census.rs",
        "enclave/link/census.rs",
    ] {
        let source = source(file);
        let imported = source.lines().filter(|line| line.starts_with("use "));
        for constant in imported.flat_map(of_this_row) {
            let is_named = named.contains(&constant.as_str());
            // What is part of a line has no row of its own; four bytes are no bound.
            let is_part = ["REALNAME_LENGTH", "NAME_LENGTH", "FRAME_OVERHEAD"];
            assert!(
                is_named || is_part.contains(&constant.as_str()),
                "{constant} of {file}"
            );
        }
    }
}
