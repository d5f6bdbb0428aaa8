//! Nicks: what one may look like, when two are the same, and how to make one of a name.

use std::borrow::Borrow;
use std::fmt;

use deunicode::deunicode_with_tofu;

/// The longest nick, bytes. Room for a first name and a family name, while a whole mask
/// with it leaves a message most of its 512 bytes.
pub const NICK_LENGTH: usize = 30;

/// What a contact is called whose name has nothing in it that a nick may hold.
const FALLBACK: &str = "Contact";

/// A nick that is well-formed: letters, digits and ``-[]\`_^{|}``, neither a digit nor `-` in
/// front (RFC 2812, section 2.3.1), at most [`NICK_LENGTH`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nick(String);

impl Nick {
    /// Takes a nick as it is, or refuses it.
    pub fn new(nick: &str) -> Option<Self> {
        let valid = nick.len() <= NICK_LENGTH
            && nick.bytes().next().is_some_and(may_begin)
            && nick.bytes().all(may_hold);
        valid.then(|| Self(nick.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    pub fn folded(&self) -> Folded {
        casefold(&self.0)
    }
}

impl fmt::Display for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A nick or channel name in the one form in which two that are the same look the same;
/// the key for maps. It can be looked up by a `&str` that is folded already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded(String);

impl Folded {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Folded {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Whether two nicks or channel names are the same, in whatever case.
pub fn same(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// Folds case as `CASEMAPPING=ascii` says: A to Z and nothing else.
pub fn casefold(name: &str) -> Folded {
    Folded(name.to_ascii_lowercase())
}

fn may_begin(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || b"[]\\`_^{|}".contains(&byte)
}

fn may_hold(byte: u8) -> bool {
    may_begin(byte) || byte.is_ascii_digit() || byte == b'-'
}

/// Makes a nick of a person's name: in Latin letters ("Jürgen Müller" → `JurgenMuller`,
/// "王伟" → `WangWei`), without what a nick may not hold, with a `_` before a leading digit,
/// cut to [`NICK_LENGTH`], and with a number behind it where it is `taken`.
///
/// `taken` must leave some numbered nick free.
pub fn derive(name: &str, taken: impl Fn(&Folded) -> bool) -> Nick {
    let latin = deunicode_with_tofu(name, "");
    let mut base = String::new();
    for byte in latin.bytes().filter(|byte| may_hold(*byte)) {
        if base.is_empty() && byte == b'-' {
            continue;
        }
        if base.is_empty() && byte.is_ascii_digit() {
            base.push('_');
        }
        base.push(char::from(byte));
    }
    if base.is_empty() {
        base.push_str(FALLBACK);
    }
    base.truncate(NICK_LENGTH);
    let base = Nick(base);
    if !taken(&base.folded()) {
        return base;
    }
    let numbered = |number: u64| {
        let number = number.to_string();
        let kept = base.0.len().min(NICK_LENGTH - number.len());
        Nick(format!("{}{number}", &base.0[..kept]))
    };
    let free = |number: u64| !taken(&numbered(number).folded());
    // Small numbers read best, so they are tried one by one. Beyond them the steps double,
    // and then the gap is halved, so that ten thousand contacts of one name stay cheap.
    if let Some(number) = (2..10).find(|number| free(*number)) {
        return numbered(number);
    }
    let (mut below, mut number) = (9, 16);
    while !free(number) && number < u64::MAX / 2 {
        (below, number) = (number, number * 2);
    }
    while number - below > 1 {
        let middle = below + (number - below) / 2;
        if free(middle) {
            number = middle;
        } else {
            below = middle;
        }
    }
    numbered(number)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_nicks() {
        for (name, nick) in [
            ("John Smith", "JohnSmith"),
            ("Jürgen Müller", "JurgenMuller"),
            ("王伟", "WangWei"),
            ("Ольга", "Olga"),
            ("O'Neill, Jr.", "ONeillJr"),
            ("-- x -", "x-"),
            ("007", "_007"),
            ("", "Contact"),
            ("&+@!", "Contact"),
            ("\u{0}\u{10ffff}", "Contact"),
        ] {
            assert_eq!(derive(name, |_| false).as_str(), nick, "{name}");
        }
    }

    #[test]
    fn a_taken_nick_gets_a_number_in_whatever_case() {
        let taken = |nick: &Folded| ["johnsmith", "johnsmith2"].contains(&nick.as_str());
        assert_eq!(derive("JOHN SMITH", taken).as_str(), "JOHNSMITH3");
        let long = "x".repeat(40);
        let taken = |nick: &Folded| nick.as_str() == "x".repeat(NICK_LENGTH);
        assert_eq!(
            derive(&long, taken).as_str(),
            format!("{}2", "x".repeat(29))
        );
    }

    #[test]
    fn what_a_nick_may_be() {
        for nick in ["a", "[x]", "_1", "a-b", "Al|ce", "`^{}\\"] {
            assert!(Nick::new(nick).is_some(), "{nick}");
        }
        for nick in [
            "",
            "1a",
            "-a",
            "a b",
            "a!b",
            "é",
            "&a",
            "a.b",
            "a:b",
            &"x".repeat(31),
        ] {
            assert!(Nick::new(nick).is_none(), "{nick}");
        }
        assert_eq!(casefold("AbC[\\]É").as_str(), "abc[\\]É");
    }

    #[test]
    fn many_of_one_name_are_found_a_nick_quickly() {
        let mut taken = HashSet::new();
        let asked = std::cell::Cell::new(0);
        for _ in 0..5000 {
            let nick = derive("John Smith", |nick| {
                asked.set(asked.get() + 1);
                taken.contains(nick)
            });
            assert!(Nick::new(nick.as_str()).is_some());
            assert!(taken.insert(nick.folded()));
        }
        assert!(asked.get() < 5000 * 40);
    }

    proptest! {
        #[test]
        fn derived_nicks_are_valid_and_unique(names in prop::collection::vec("\\PC{0,12}|[a-c]{0,2}", 0..40)) {
            let mut taken = HashSet::new();
            for name in &names {
                let nick = derive(name, |nick| taken.contains(nick));
                prop_assert_eq!(Nick::new(nick.as_str()), Some(nick.clone()));
                prop_assert!(taken.insert(nick.folded()));
            }
        }
    }
}
