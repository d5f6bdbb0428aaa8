//! Which nicks a person would take for another.

/// Whether somebody who reads `nick` might take it for `reserved`: in another case, with
/// marks between the letters, or with letters that look the same, such as `enc1ave` or
/// `Enc_lave`.
///
/// Digits count as letters only where letters may stand for them, so a number behind a nick
/// always makes another.
pub fn looks_like(nick: &str, reserved: &str) -> bool {
    skeleton(nick).eq(skeleton(reserved))
}

fn skeleton(name: &str) -> impl Iterator<Item = char> {
    let name = name.chars().flat_map(char::to_lowercase);
    name.filter_map(|c| match c {
        '0' => Some('o'),
        '1' | 'i' | '|' => Some('l'),
        '5' => Some('s'),
        '_' | '-' | '`' | '^' | '.' | '[' | ']' | '{' | '}' | '\\' => None,
        other => Some(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_marks_and_lookalike_letters_do_not_tell_apart() {
        for nick in [
            "enclave",
            "ENCLAVE",
            "Enc1ave",
            "encIave",
            "_enclave_",
            "en-clave",
        ] {
            assert!(looks_like(nick, "enclave"), "{nick}");
        }
        for nick in ["enclave2", "conclave", "enclav", "Enclaves"] {
            assert!(!looks_like(nick, "enclave"), "{nick}");
        }
        assert!(looks_like("enclavelocal", "enclave.local"));
    }
}
