//! The little that must outlive the process: what contacts are told before any client is
//! back, and when each was last linked, which decides how eagerly it is dialled.

use crate::clock::Timestamp;
use crate::store::Loaded;

/// What is kept over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The nick last set by any client: our alias, where none is configured.
    pub nick: String,
    /// The text of the last QUIT of the last client.
    pub farewell: String,
    /// The number that the last stranger was put before the person with: in what the person
    /// has read, a number means one stranger for good.
    pub request_number: u32,
    /// What the calendar showed by which texts are deleted.
    pub calendar: Option<Timestamp>,
}

/// The setting that holds [`Remembered::nick`].
pub(super) const NICK: &str = "nick";

/// The setting that holds [`Remembered::farewell`].
pub(super) const FAREWELL: &str = "farewell";

/// The setting that holds [`Remembered::calendar`].
pub(super) const CALENDAR: &str = "calendar";

/// The setting that holds [`Remembered::request_number`].
pub(super) const REQUEST_NUMBER: &str = "request";

impl Remembered {
    /// As the store has it.
    pub(super) fn loaded(loaded: &Loaded) -> Self {
        let setting = |name| loaded.settings.get(name).cloned().unwrap_or_default();
        Self {
            nick: setting(NICK),
            farewell: setting(FAREWELL),
            calendar: setting(CALENDAR).parse().ok().map(Timestamp),
            request_number: setting(REQUEST_NUMBER).parse().unwrap_or_default(),
        }
    }
}
