//! The old way to say something other than text: `\x01` around it (the Client-to-Client
//! Protocol, as the modern IRC documents describe it).

use std::borrow::Cow;

const DELIMITER: char = '\u{1}';

/// What the text of a message turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken<'a> {
    /// Text.
    Plain(&'a str),
    /// What the speaker does: the `waves` of `/me waves`.
    Action(&'a str),
    /// A request of another kind, by its name, such as `VERSION`; empty for a lone delimiter.
    Ctcp(&'a str),
}

impl<'a> Spoken<'a> {
    /// Reads a message's text. The closing delimiter may be missing, as long lines lose it.
    pub fn parse(text: &'a str) -> Self {
        let Some(body) = text.strip_prefix(DELIMITER) else {
            return Self::Plain(text);
        };
        let body = body.split(DELIMITER).next().unwrap_or_default();
        let (verb, rest) = body.split_once(' ').unwrap_or((body, ""));
        if verb.eq_ignore_ascii_case("ACTION") {
            Self::Action(rest)
        } else {
            Self::Ctcp(verb)
        }
    }
}

/// An action as the text of a message; it takes nine bytes beside its own.
pub fn action(text: &str) -> String {
    format!("{DELIMITER}ACTION {}{DELIMITER}", strip_ctcp(text))
}

/// Text without the delimiter, so that it is text and nothing else.
pub fn strip_ctcp(text: &str) -> Cow<'_, str> {
    if text.contains(DELIMITER) {
        Cow::Owned(text.replace(DELIMITER, ""))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn requests_are_told_from_text() {
        for (text, spoken) in [
            ("hi", Spoken::Plain("hi")),
            ("", Spoken::Plain("")),
            ("a\u{1}VERSION\u{1}", Spoken::Plain("a\u{1}VERSION\u{1}")),
            ("\u{1}ACTION waves\u{1}", Spoken::Action("waves")),
            ("\u{1}action  waves", Spoken::Action(" waves")),
            ("\u{1}ACTION\u{1}", Spoken::Action("")),
            ("\u{1}VERSION\u{1}", Spoken::Ctcp("VERSION")),
            ("\u{1}PING 12 34\u{1}", Spoken::Ctcp("PING")),
            ("\u{1}", Spoken::Ctcp("")),
        ] {
            assert_eq!(Spoken::parse(text), spoken, "{text:?}");
        }
        assert_eq!(strip_ctcp("\u{1}DCC SEND\u{1}"), "DCC SEND");
    }

    proptest! {
        #[test]
        fn an_action_is_read_back(text in "[^\u{1}]{0,20}") {
            let spoken = action(&text);
            prop_assert_eq!(Spoken::parse(&spoken), Spoken::Action(&text));
        }
    }
}
