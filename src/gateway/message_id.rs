//! Names for messages: the `msgid` of the IRCv3 `message-ids` specification.

use super::Gateway;

impl Gateway {
    /// A name that no other message has or will have: a UUID of version 7 (RFC 9562), which
    /// begins with the time, so that they sort as they were made.
    pub(super) fn next_message_id(&mut self) -> String {
        let milliseconds = u64::try_from(self.now.wall.0).unwrap_or(0) & 0xffff_ffff_ffff;
        let (version, variant) = (
            0x7000 | self.rng.u16(..0x1000),
            (self.rng.u64(..) >> 2) | (1 << 63),
        );
        format!(
            "{:08x}-{:04x}-{version:04x}-{:04x}-{:012x}",
            milliseconds >> 16,
            milliseconds & 0xffff,
            variant >> 48,
            variant & 0xffff_ffff_ffff,
        )
    }
}
