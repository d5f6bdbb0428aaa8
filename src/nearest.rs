//! What a person may have meant by a word that is not known.

/// Longer words are compared by their beginning only: what is looked for is a slip of the
/// finger in a keyword, and the comparison takes time in the square of the length.
const COMPARED_CHARACTERS: usize = 40;

/// The candidate nearest to `word`, where one is near enough to be what was meant: at most
/// one slip for each three characters, and always room for one.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count().min(COMPARED_CHARACTERS);
    candidates
        .into_iter()
        .map(|candidate| (slips(word, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= (length / 3).max(1) && *slips < candidate.len())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// How many slips lead from one word to the other: a character too many, missing or wrong,
/// or two neighbours swapped (the optimal string alignment distance). Case does not count.
fn slips(one: &str, other: &str) -> usize {
    let [one, other] = [one, other].map(|word| {
        word.chars()
            .take(COMPARED_CHARACTERS)
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    });
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let wrong = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + wrong);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let keys = ["address", "interface", "port", "networks"];
        assert_eq!(nearest("prot", keys), Some("port"));
        assert_eq!(nearest("adress", keys), Some("address"));
        assert_eq!(nearest("Networks", keys), Some("networks"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn slips_are_counted() {
        assert_eq!(slips("same", "same"), 0);
        assert_eq!(slips("", "abc"), 3);
        assert_eq!(slips("kitten", "sitting"), 3);
        assert_eq!(slips("ab", "ba"), 1);
    }
}
