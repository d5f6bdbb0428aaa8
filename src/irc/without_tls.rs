//! What stands in for TLS in a program that was built without it.

/// A certificate with its key: there are none, so there is never one to handle.
#[derive(Clone, Debug)]
pub enum Identity {}
