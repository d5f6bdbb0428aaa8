mod editing;
mod model;
mod reading;
mod saving;

/// Nicks no contact may have, as the gateway would reserve them.
const RESERVED: &[&str] = &["enclave"];
