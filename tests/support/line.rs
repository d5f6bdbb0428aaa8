//! A line of IRC, taken apart.

use std::fmt;

/// One line from the gateway: `@tags :source COMMAND parameters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line as it came, without its end.
    pub raw: String,
    /// The tags, in order, with their values unescaped.
    pub tags: Vec<(String, String)>,
    /// Who it is from; empty where the line names nobody.
    pub source: String,
    /// The command or numeric.
    pub command: String,
    /// The parameters, the last one without its colon.
    pub parameters: Vec<String>,
}

impl Line {
    /// Takes a line apart.
    pub fn parse(raw: &str) -> Self {
        let mut rest = raw;
        let mut tags = Vec::new();
        if let Some(tagged) = rest.strip_prefix('@') {
            let (list, after) = tagged.split_once(' ').unwrap_or((tagged, ""));
            for tag in list.split(';') {
                let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
                tags.push((key.to_owned(), unescape(value)));
            }
            rest = after.trim_start_matches(' ');
        }
        let mut source = String::new();
        if let Some(sourced) = rest.strip_prefix(':') {
            let (name, after) = sourced.split_once(' ').unwrap_or((sourced, ""));
            source = name.to_owned();
            rest = after.trim_start_matches(' ');
        }
        let (rest, last) = match rest.split_once(" :") {
            Some((rest, last)) => (rest, Some(last)),
            None => (rest, None),
        };
        let mut words = rest.split(' ').filter(|word| !word.is_empty());
        let command = words.next().unwrap_or_default().to_owned();
        let parameters = words.chain(last).map(str::to_owned).collect();
        Self {
            raw: raw.to_owned(),
            tags,
            source,
            command,
            parameters,
        }
    }

    /// The nick in the source.
    pub fn nick(&self) -> &str {
        self.source.split(['!', '@']).next().unwrap_or_default()
    }

    /// The last parameter: of most commands, the text.
    pub fn text(&self) -> &str {
        self.parameters.last().map_or("", String::as_str)
    }

    /// The parameter at `index`, empty where there is none.
    pub fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }

    /// The time of day in its `time` tag, to the second: `12:26:40`.
    pub fn time_of_day(&self) -> String {
        let time = self.tag("time").expect("a time");
        let (_, time) = time.split_once('T').expect("a time of day");
        time.split_once('.').expect("whole seconds").0.to_owned()
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is `command` and comes from `nick`.
    pub fn is(&self, command: &str, nick: &str) -> bool {
        self.command == command && self.nick() == nick
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.raw)
    }
}

/// Undoes the escaping of tag values (IRCv3 message-tags).
fn unescape(value: &str) -> String {
    let mut plain = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(':') => plain.push(';'),
                Some('s') => plain.push(' '),
                Some('r') => plain.push('\r'),
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}
