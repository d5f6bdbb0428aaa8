//! Channel names.

/// The characters a channel's name may begin with, as CHANTYPES says: the kind that
/// stays on its own server, since there is no other, and the kind that everybody knows.
pub const CHANNEL_TYPES: &str = "&#";

/// The longest channel name, bytes, as RFC 1459 has it (section 1.3).
pub const CHANNEL_LENGTH: usize = 200;

/// Whether a target is meant as a channel, valid or not: what begins like a channel on
/// any server (RFC 2812, section 1.3) is never taken for a nick.
pub fn is_channel(target: &str) -> bool {
    target.starts_with(['&', '#', '+', '!'])
}

/// Whether this may be the name of a channel here: a type, then at least one character;
/// no space, comma, BEL or other control character (modern IRC, "Channels").
pub fn is_valid(name: &str) -> bool {
    (2..=CHANNEL_LENGTH).contains(&name.len())
        && name.starts_with(|first| CHANNEL_TYPES.contains(first))
        && !name.contains(|c: char| c.is_control() || matches!(c, ' ' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert!(is_valid("&enclave") && is_valid("#enclave") && is_valid("&ünïcode"));
        for bad in ["", "&", "enclave", "+enclave", "&a b", "&a,b", "&a\u{7}"] {
            assert!(!is_valid(bad), "{bad:?}");
        }
        assert!(is_channel("#rust") && is_channel("&") && !is_channel("alice"));
    }
}
