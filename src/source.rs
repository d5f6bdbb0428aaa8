//! A TOML file written by hand, read so that everything wrong with it is found at once,
//! each with its line.
//!
//! [`Source`] collects the problems; a [`Section`] is one table of it, whose keys are taken
//! out one by one with a function that says what the value means or what is wrong with it.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;
use crate::plain_file;
use crate::problem::{Mistake, Problem};

/// The largest file that is read, bytes: room for tens of thousands of contacts, and a
/// bound where a device or a wrong file was named.
const MAXIMUM_SIZE: u64 = 16 * 1024 * 1024;

/// The headings of a file and the keys each may hold. A heading is written as in the file
/// (`[irc]`); the empty one stands for what comes before any heading.
pub type Schema = &'static [(&'static str, &'static [&'static str])];

/// The text of a file that a person wrote; none where there is no such file.
///
/// # Errors
/// When it is there and cannot be read, is too large, or is not UTF-8.
pub fn read(file: &Path) -> Result<Option<String>, Problem> {
    let problem = |what: String, remedy: &str| Err(Problem::of_file(file, what, remedy));
    let mut bytes = Vec::new();
    let read = plain_file::open(file)
        .and_then(|opened| opened.take(MAXIMUM_SIZE + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if plain_file::is_pipe(&error) => {
            return problem(
                "is a pipe".to_owned(),
                "what comes out of it could not be read anew later (SIGHUP, rehash): write it to \
                 a file first, and name that",
            );
        }
        Err(error) => {
            let what = format!("cannot be read ({error})");
            return problem(what, "it must be a file that you may read");
        }
        Ok(_) if bytes.len() as u64 > MAXIMUM_SIZE => {
            let what = format!("is larger than {} MiB", MAXIMUM_SIZE / (1024 * 1024));
            return problem(what, "is it the right file?");
        }
        Ok(_) => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            Err(Problem {
                file: file.to_owned(),
                line: Some(line_at(valid, valid.len())),
                what: "is not UTF-8 text".to_owned(),
                remedy: "save it with the encoding UTF-8".to_owned(),
            })
        }
    }
}

/// A file while it is read, and what has been found wrong with it.
pub struct Source<'a> {
    file: &'a Path,
    schema: Schema,
    /// Where its lines end: it is asked for lines about as often as it has some.
    ends: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Source<'a> {
    /// Parses the text. The second value is the part that could be understood; none where
    /// the TOML is so broken that it is not known what belongs to what.
    pub fn parse(
        file: &'a Path,
        text: &'a str,
        schema: Schema,
    ) -> (Self, Option<Spanned<DeTable<'a>>>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let source = Self {
            file,
            schema,
            ends: (text.bytes().enumerate())
                .filter_map(|(at, byte)| (byte == b'\n').then_some(at))
                .collect(),
            problems: RefCell::new(Vec::new()),
        };
        // After a broken heading, what follows would be blamed for standing in the wrong
        // section.
        let mut misleading = false;
        for error in errors {
            let line = error.span().map(|span| source.line(&span));
            let written = line.and_then(|line| text.lines().nth(line - 1));
            misleading |= written.is_none_or(|written| written.trim_start().starts_with('['));
            source.report_in(
                line,
                format!("is not valid TOML: {}", error.message()),
                "a key looks like this: name = \"John Smith\"",
            );
        }
        (source, (!misleading).then_some(table))
    }

    /// The line in which a part of the text begins, counted from 1.
    pub fn line(&self, span: &Range<usize>) -> usize {
        1 + self.ends.partition_point(|end| *end < span.start)
    }

    /// Notes a problem.
    pub fn report(&self, span: &Range<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        self.report_in(Some(self.line(span)), what, remedy);
    }

    fn report_in(&self, line: Option<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.borrow_mut().push(Problem {
            file: self.file.to_owned(),
            line,
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// All that was found, in the order of the file; one for each line that is not even
    /// TOML, since what else is said of such a line only follows from that.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        // Stable: within a line, what was found first stays first.
        problems.sort_by_key(|problem| problem.line);
        let broken = |problem: &Problem| problem.what.starts_with("is not valid TOML");
        problems.dedup_by(|later, earlier| later.line == earlier.line && broken(earlier));
        problems
    }
}

fn line_at(text: &[u8], offset: usize) -> usize {
    let before = &text[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// One table of the file: the lines below one heading.
pub struct Section<'a> {
    source: &'a Source<'a>,
    heading: &'static str,
    table: Option<&'a DeTable<'a>>,
}

impl<'a> Section<'a> {
    /// The table below `heading` (none: it is not in the file), with its unknown keys
    /// reported.
    pub fn open(
        source: &'a Source<'a>,
        heading: &'static str,
        table: Option<&'a DeTable<'a>>,
    ) -> Self {
        let section = Self {
            source,
            heading,
            table,
        };
        for (key, _) in table.into_iter().flatten() {
            if !section.known().contains(&&**key.get_ref()) {
                section.report_unknown(key);
            }
        }
        section
    }

    fn known(&self) -> &'static [&'static str] {
        let mut schema = self.source.schema.iter();
        schema
            .find(|(heading, _)| *heading == self.heading)
            .map_or(&[], |(_, keys)| keys)
    }

    fn report_unknown(&self, key: &Spanned<std::borrow::Cow<'_, str>>) {
        let name = &**key.get_ref();
        let place = match self.heading {
            "" => String::new(),
            heading => format!(" in {heading}"),
        };
        let home = (self.source.schema.iter()).find(|(_, keys)| keys.contains(&name));
        let remedy = match (home, nearest(name, self.known().iter().copied())) {
            (Some((heading, _)), _) if !heading.is_empty() => format!("it belongs below {heading}"),
            (_, Some(meant)) => format!("did you mean {meant:?}?"),
            _ => format!("known are: {}", self.known().join(", ")),
        };
        let what = format!("unknown key {name:?}{place}");
        self.source.report(&key.span(), what, remedy);
    }

    /// Where the value of a key stands, if the key is there.
    pub fn span(&self, key: &str) -> Option<Range<usize>> {
        Some(self.table?.get(key)?.span())
    }

    /// The value of a key; none where it is missing, or wrong, which is reported.
    pub fn take<T>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&DeValue<'_>) -> Result<T, Mistake>,
    ) -> Option<T> {
        let value = self.table?.get(key)?;
        match parse(value.get_ref()) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.report(&value.span(), key, mistake);
                None
            }
        }
    }

    /// The table below a key; none where the key is missing, or not a table, which is
    /// reported with what `mistake` makes of it.
    pub fn table(
        &self,
        key: &'static str,
        mistake: impl FnOnce(&DeValue<'_>) -> Mistake,
    ) -> Option<&'a DeTable<'a>> {
        let value = self.table?.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.report(&value.span(), key, mistake(value.get_ref()));
        }
        table
    }

    /// Puts the value of a key into `place`, which keeps what it holds where the key is
    /// missing or wrong.
    pub fn set<T>(
        &self,
        key: &'static str,
        place: &mut T,
        parse: impl FnOnce(&DeValue<'_>) -> Result<T, Mistake>,
    ) {
        if let Some(value) = self.take(key, parse) {
            *place = value;
        }
    }

    /// Like [`Section::set`] for a list: each wrong element is reported with its own line.
    /// An empty list is wrong.
    pub fn set_list<T>(
        &self,
        key: &'static str,
        place: &mut Vec<T>,
        parse: impl Fn(&DeValue<'_>) -> Result<T, Mistake>,
    ) {
        let wanted = "write a list, such as [\"…\"], with at least one element";
        match self.table.and_then(|table| table.get(key)) {
            Some(value)
                if value
                    .get_ref()
                    .as_array()
                    .is_some_and(|list| list.is_empty()) =>
            {
                self.report(&value.span(), key, Mistake::new("is empty", wanted));
            }
            _ => self.set_list_or_none(key, place, parse),
        }
    }

    /// Like [`Section::set_list`] for a list that may be empty.
    pub fn set_list_or_none<T>(
        &self,
        key: &'static str,
        place: &mut Vec<T>,
        parse: impl Fn(&DeValue<'_>) -> Result<T, Mistake>,
    ) {
        let Some(value) = self.table.and_then(|table| table.get(key)) else {
            return;
        };
        let Some(elements) = value.get_ref().as_array() else {
            let wanted = "write a list, such as [\"…\"]";
            return self.report(&value.span(), key, wrong_type(value.get_ref(), wanted));
        };
        let mut parsed = Vec::with_capacity(elements.len());
        for element in elements {
            match parse(element.get_ref()) {
                Ok(element) => parsed.push(element),
                Err(mistake) => self.report(&element.span(), key, mistake),
            }
        }
        if parsed.len() == elements.len() {
            *place = parsed;
        }
    }

    /// Notes what is wrong with a value of this section.
    pub fn report(&self, span: &Range<usize>, key: &str, mistake: Mistake) {
        let what = match self.heading {
            "" => format!("{key} {}", mistake.what),
            heading => format!("{key} in {heading} {}", mistake.what),
        };
        self.source.report(span, what, mistake.remedy);
    }
}

/// The mistake of a value that is of another type than it should be.
pub fn wrong_type(found: &DeValue<'_>, remedy: impl Into<String>) -> Mistake {
    let found = match found {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Mistake::new(format!("is {found}"), remedy)
}

/// The text of a value; `example` is shown where it is something else.
///
/// # Errors
/// When the value is not a text.
pub fn text<'v>(value: &'v DeValue<'_>, example: &str) -> Result<&'v str, Mistake> {
    value
        .as_str()
        .ok_or_else(|| wrong_type(value, format!("write a text, such as {example:?}")))
}
