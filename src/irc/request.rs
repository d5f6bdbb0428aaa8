//! A line from a client, taken apart: tags, verb, parameters.
//!
//! Tolerant, since clients differ: verbs in any case, spaces to spare, a source that no
//! client has any business sending, tags that nobody negotiated.

use std::borrow::Cow;

/// The most parameters a request is taken apart into; the last holds the rest of the
/// line. The protocol's own 15 would break off the list of a long `ISON` for nothing.
pub const PARAMETER_LIMIT: usize = 512;

/// One request, borrowed from its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Tags as they were sent, keys as they are, values unescaped; a missing value is
    /// empty, which `message-tags` says is the same. A key may stand here more than once.
    pub tags: Vec<(&'a str, Cow<'a, str>)>,
    /// The command, in upper case.
    pub verb: Cow<'a, str>,
    /// The parameters; any of them but the last is free of spaces and not empty.
    pub params: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// Takes a line apart; `None` where there is no command in it. The line has no end
    /// (CR LF) any more.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (mut tags, mut rest) = (Vec::new(), line);
        if let Some(tagged) = line.strip_prefix('@') {
            let (section, after) = tagged.split_once(' ').unwrap_or((tagged, ""));
            tags = parse_tags(section).collect();
            rest = after;
        }
        rest = skip_spaces(rest);
        if rest.starts_with(':') {
            rest = word(rest).1;
        }
        let (verb, rest) = word(rest);
        (!verb.is_empty()).then(|| Self {
            tags,
            verb: upper(verb),
            params: params(rest),
        })
    }

    /// The parameter at `index`, counted from 0.
    pub fn param(&self, index: usize) -> Option<&'a str> {
        self.params.get(index).copied()
    }

    /// The value of a tag; of one sent more than once the last counts (`message-tags`).
    pub fn tag(&self, key: &str) -> Option<&str> {
        let found = self.tags.iter().rev().find(|(known, _)| *known == key);
        found.map(|(_, value)| value.as_ref())
    }
}

/// Takes apart what stands between `@` and space, or is written like it: keys as they are,
/// values unescaped.
pub fn parse_tags(section: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let tags = section.split(';').filter(|tag| !tag.is_empty());
    tags.map(|tag| match tag.split_once('=') {
        Some((key, value)) => (key, unescape(value)),
        None => (tag, Cow::Borrowed("")),
    })
}

fn skip_spaces(text: &str) -> &str {
    text.trim_start_matches(' ')
}

/// The first word, and what follows it and its spaces.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, skip_spaces(rest))
}

fn params(mut rest: &str) -> Vec<&str> {
    let mut params = Vec::new();
    while !rest.is_empty() {
        if let Some(trailing) = rest.strip_prefix(':') {
            params.push(trailing);
            break;
        }
        if params.len() + 1 == PARAMETER_LIMIT {
            params.push(rest);
            break;
        }
        let (param, after) = word(rest);
        params.push(param);
        rest = after;
    }
    params
}

fn upper(verb: &str) -> Cow<'_, str> {
    if verb.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(verb.to_ascii_uppercase())
    } else {
        Cow::Borrowed(verb)
    }
}

/// Undoes the escapes of a tag's value (`message-tags`, "Escaping values").
fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut plain = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some(':') => plain.push(';'),
            Some('s') => plain.push(' '),
            Some('r') => plain.push('\r'),
            Some('n') => plain.push('\n'),
            Some(other) => plain.push(other),
            None => {}
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use irc_proto::{Command, Message};
    use proptest::prelude::*;

    use super::*;

    fn parse(line: &str) -> (String, Vec<&str>) {
        let request = Request::parse(line).unwrap();
        (request.verb.into_owned(), request.params)
    }

    #[test]
    fn liberties_are_taken_as_meant() {
        assert_eq!(
            parse("privmsg  bob   hi"),
            ("PRIVMSG".into(), vec!["bob", "hi"])
        );
        assert_eq!(parse("  NICK :alice"), ("NICK".into(), vec!["alice"]));
        assert_eq!(parse("JOIN :"), ("JOIN".into(), vec![""]));
        assert_eq!(parse("WHO bob "), ("WHO".into(), vec!["bob"]));
        assert_eq!(
            parse(":alice!a@b Quit :see: you "),
            ("QUIT".into(), vec!["see: you "])
        );
        assert_eq!(
            parse("PRIVMSG a:b ::-)"),
            ("PRIVMSG".into(), vec!["a:b", ":-)"])
        );
        assert_eq!(parse("@time=x  PING  :a  b"), ("PING".into(), vec!["a  b"]));
    }

    #[test]
    fn a_line_without_a_command_is_none() {
        for line in ["", "   ", "@a=b", "@a=b ", ":alice", ":alice  ", "@a :b"] {
            assert_eq!(Request::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn tags_are_unescaped_and_the_last_of_a_key_counts() {
        let line = r"@+typing=active;a=\:\s\\\r\n\b\;b;;vendor.example/c=;a2=ü=1;b=x PING";
        let request = Request::parse(line).unwrap();
        assert_eq!(request.tag("+typing"), Some("active"));
        assert_eq!(request.tag("a"), Some("; \\\r\nb"));
        assert_eq!(request.tag("vendor.example/c"), Some(""));
        assert_eq!(request.tag("a2"), Some("ü=1"));
        assert_eq!(request.tag("b"), Some("x"));
        assert_eq!(request.tag("A"), None);
    }

    #[test]
    fn more_than_fifteen_parameters_stand_alone_up_to_the_bound() {
        let line = format!("ISON{}", " x".repeat(600));
        let (_, params) = parse(&line);
        assert_eq!(params.len(), PARAMETER_LIMIT);
        assert_eq!(params[PARAMETER_LIMIT - 2], "x");
        assert_eq!(params[PARAMETER_LIMIT - 1].len(), 2 * 89 - 1);
    }

    proptest! {
        // The verb is one that irc-proto has no shape of its own for.
        #[test]
        fn irc_proto_reads_a_well_formed_line_alike(
            tags in prop::option::of(prop::collection::vec(
                "\\+?[a-z./-]{1,8}(=([a-z\u{e9}=,]|\\\\[:srn\\\\b]){0,8}\\\\?)?", 1..4)),
            source in prop::option::of("[a-z.]{1,8}(![a-z]{1,4}@[a-z:]{1,8})?"),
            middle in prop::collection::vec("[^:@ \r\n\0][^ \r\n\0]{0,6}", 0..12),
            trailing in prop::option::of("[^\r\n\0]{0,20}"),
        ) {
            let mut line = String::new();
            if let Some(tags) = &tags {
                line += &format!("@{} ", tags.join(";"));
            }
            if let Some(source) = &source {
                line += &format!(":{source} ");
            }
            line += "XYZZY";
            for param in &middle {
                line += &format!(" {param}");
            }
            if let Some(trailing) = &trailing {
                line += &format!(" :{trailing}");
            }
            let ours = Request::parse(&line).unwrap();
            let theirs: Message = line.parse().unwrap();
            let Command::Raw(verb, params) = theirs.command else {
                panic!("a verb of no known shape");
            };
            prop_assert_eq!(ours.verb.as_ref(), verb);
            prop_assert_eq!(ours.params, params);
            let tags: Vec<_> = theirs.tags.iter().flatten()
                .map(|tag| (tag.0.as_str(), Cow::Owned(tag.1.clone().unwrap_or_default())))
                .collect();
            prop_assert_eq!(ours.tags, tags);
        }

        #[test]
        fn no_line_is_too_strange(line in "\\PC*") {
            if let Some(request) = Request::parse(&line) {
                prop_assert!(!request.verb.is_empty());
                if let Some((_, middle)) = request.params.split_last() {
                    let word = |param: &&str| {
                        !param.is_empty() && !param.contains(' ') && !param.starts_with(':')
                    };
                    prop_assert!(middle.iter().all(word));
                }
            }
        }
    }
}
