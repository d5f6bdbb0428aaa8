//! The little that must outlive the process: what contacts are told before any client is
//! back, and when each was last linked, which decides how eagerly it is dialled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is kept over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The nick last set by any client: our alias, where none is configured.
    pub nick: String,
    /// The text of the last QUIT of the last client.
    pub farewell: String,
    /// When each contact, by its address, was last linked: seconds since 1970.
    pub last_linked: BTreeMap<String, i64>,
}
