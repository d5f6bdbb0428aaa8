//! Has the linker put together what a node at rest runs (`link/at-rest.ld`).
//!
//! It is the linker of whoever builds, and some cannot do that; a program that is linked as
//! usual only takes more memory. So it is tried first.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The order in which functions are to lie.
const SCRIPT: &str = "link/at-rest.ld";

/// An option that changes nothing and that only LLVM's linker knows, which is Rust's own on
/// most machines. GNU's can do it too, but takes minutes over so many names.
const ONLY_LLD: &str = "-Clink-arg=-Wl,--no-warn-symbol-ordering";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SCRIPT}");
    // Elsewhere there are other linkers and other names of sections. Without optimisation,
    // functions are made of so many small ones that no list would hold them.
    let is_for_us = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux")
        && env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_for_us {
        return;
    }
    if let Some(script) = script()
        && is_taken(&script).unwrap_or(false)
    {
        println!("cargo::rustc-link-arg-bins=-T{script}");
    }
}

/// Where the list is. Cargo cannot be told a path that is not UTF-8.
fn script() -> Option<String> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    folder.join(SCRIPT).into_os_string().into_string().ok()
}

/// Whether a small program can be linked so, in the way in which the real one will be.
/// `None` where it cannot be tried.
fn is_taken(script: &str) -> Option<bool> {
    let folder = PathBuf::from(env::var_os("OUT_DIR")?);
    let source = folder.join("tried.rs");
    std::fs::write(&source, "fn main() {}\n").ok()?;
    let mut compiler = Command::new(env::var_os("RUSTC")?);
    compiler
        .arg("--target")
        .arg(env::var_os("TARGET")?)
        .arg(format!("-Clink-arg=-T{script}"))
        .arg(ONLY_LLD)
        .arg("-o")
        .arg(folder.join("tried"))
        .arg(source);
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut argument = OsString::from("-Clinker=");
        argument.push(linker);
        compiler.arg(argument);
    }
    // How Cargo separates them.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    compiler.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    let silent = compiler.stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().ok().map(|status| status.success())
}
