//! A value that must not be shown.

use std::fmt;

/// A text that is masked wherever it is printed, so that it reaches no log and no terminal
/// by accident.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Whoever asks for it answers for where it goes.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it looks like an argon2id hash in the usual form, whatever it is the hash of:
    /// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` (the PHC string format; `v` may be left
    /// out). Whether its numbers make sense is for whoever verifies with it.
    pub fn is_argon2_hash(&self) -> bool {
        let mut parts = self.0.split('$').peekable();
        if (parts.next(), parts.next()) != (Some(""), Some("argon2id")) {
            return false;
        }
        let number = |part: &str, name: &str| {
            let number = part
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('='));
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        };
        parts.next_if(|part| number(part, "v"));
        let mut parameters = parts.next().unwrap_or_default().split(',');
        let known = ["m", "t", "p"];
        let are_numbers = known.iter().all(|name| {
            let parameter = parameters.next();
            parameter.is_some_and(|parameter| number(parameter, name))
        });
        let is_base64 = |part: Option<&str>| {
            let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
            part.is_some_and(|part| !part.is_empty() && part.bytes().all(valid))
        };
        are_numbers
            && parameters.next().is_none()
            && is_base64(parts.next())
            && is_base64(parts.next())
            && parts.next().is_none()
    }

    /// Whether there is no secret at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "(none)" } else { "***" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "*** Secret(***)");
        assert_eq!(Secret::default().to_string(), "(none)");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn a_hash_is_told_from_a_word() {
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA+/aGFzaA";
        let is_hash = |text: &str| Secret::new(text).is_argon2_hash();
        assert!(is_hash(hash));
        assert!(is_hash(&hash.replace("v=19$", "")));
        for wrong in [
            "",
            "hunter2",
            "$argon2id$hunter2",
            "$argon2id",
            &hash.replace("argon2id", "argon2i"),
            &hash.replace("m=19456,", ""),
            &hash.replace("p=1", "p=one"),
            &hash.replace("p=1", "p=1,x=1"),
            &hash.replace("aGFzaA+/", "a b"),
            &hash.replace("$aGFzaA+/aGFzaA", ""),
            &format!("{hash}$"),
            &format!("{hash}\n"),
        ] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }
}
