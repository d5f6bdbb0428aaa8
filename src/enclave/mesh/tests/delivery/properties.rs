//! Whatever happens between us and one contact: order holds and nothing is lost.

use proptest::collection::vec;
use proptest::prelude::*;

use super::model::{Event, Features, Kind, Model};

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        3 => Just(Kind::Words),
        1 => Just(Kind::WordsWithTags),
        2 => Just(Kind::OnlyTags),
    ]
}

fn any_features() -> impl Strategy<Value = Features> {
    any::<(bool, bool)>().prop_map(|(receipts, tags)| Features { receipts, tags })
}

fn any_event() -> impl Strategy<Value = Event> {
    // Two long ones fill the window.
    let length = prop_oneof![9 => 1..20usize, 1 => Just(600 * 1024)];
    let which = 0..3usize;
    prop_oneof![
        6 => (any_kind(), length).prop_map(|(kind, length)| Event::Send { kind, length }),
        1 => Just(Event::Signal),
        2 => any::<bool>().prop_map(|dialled| Event::Open { dialled }),
        4 => (which.clone(), any_features())
            .prop_map(|(which, features)| Event::Hear { which, features }),
        3 => (which.clone(), 0..=4u64)
            .prop_map(|(which, quarters)| Event::Acknowledge { which, quarters }),
        3 => (which.clone(), 0..12u64, 1..4u64)
            .prop_map(|(which, first, count)| Event::Confirm { which, first, count }),
        2 => which.clone().prop_map(|which| Event::End { which }),
        1 => which.prop_map(|which| Event::Goodbye { which }),
        1 => vec(0..12u64, 1..3).prop_map(|keys| Event::Cancel { keys }),
        3 => prop_oneof![1..30u64, 100..400u64].prop_map(|tenths| Event::Pass { tenths }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_happens_order_holds_and_nothing_is_lost(
        receipts: bool,
        tags: bool,
        events in vec(any_event(), 0..60),
    ) {
        let mut model = Model::new(receipts);
        for event in events {
            model.take(event);
        }
        model.finish(tags);
    }
}
