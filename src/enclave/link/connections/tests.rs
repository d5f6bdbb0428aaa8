use super::*;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A connection seen from the side with the lower address.
fn connection(id: u64, dialled_by_us: bool, seconds: u64) -> Connection {
    Connection::new(ConnectionId(id), dialled_by_us, true, at(seconds))
}

fn winner(connections: &Connections) -> Option<u64> {
    connections.winner().map(|winner| winner.id.0)
}

/// The winner after these have opened, in this order: who dialled, and when.
fn winner_of(opened: &[(bool, u64)]) -> Option<u64> {
    let mut connections = Connections::default();
    for (&(dialled_by_us, seconds), id) in opened.iter().zip(1..) {
        connections.admit(connection(id, dialled_by_us, seconds));
    }
    winner(&connections)
}

#[test]
fn of_rivals_the_one_dialled_by_the_lower_address_wins() {
    assert_eq!(winner_of(&[(true, 0), (false, 10)]), Some(1));
    assert_eq!(winner_of(&[(false, 0), (true, 10)]), Some(2));
    let higher = |id, dialled_by_us| Connection::new(ConnectionId(id), dialled_by_us, false, at(0));
    let mut connections = Connections::default();
    connections.admit(higher(1, true));
    connections.admit(higher(2, false));
    assert_eq!(winner(&connections), Some(2));
}

#[test]
fn of_others_the_newer_wins() {
    assert_eq!(winner_of(&[(true, 0), (false, 11)]), Some(2));
    assert_eq!(winner_of(&[(true, 0), (true, 1)]), Some(2));
    assert_eq!(winner_of(&[(false, 0), (false, 1)]), Some(2));
}

#[test]
fn a_loser_is_left_alone_until_the_winner_has_been_heard() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    connections.admit(connection(2, false, 0));
    assert_eq!(connections.half_close(at(100)), None);
    assert_eq!(connections.deadline(), None);
    connections.winner_mut().unwrap().heard = true;
    assert_eq!(connections.deadline(), Some(SETTLING));
    assert_eq!(connections.half_close(at(100)), Some(ConnectionId(2)));
    assert_eq!(connections.half_close(at(100)), None);
    assert_eq!(connections.deadline(), Some(at(100) + LINGERING));
    assert_eq!(connections.expire(at(129)), None);
    assert_eq!(connections.expire(at(130)), Some(ConnectionId(2)));
    assert_eq!(connections.deadline(), None);
    assert_eq!(winner(&connections), Some(1));
}

#[test]
fn a_loser_is_left_alone_while_the_peer_may_be_closing_the_other() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    connections.winner_mut().unwrap().heard = true;
    connections.admit(connection(2, false, 5));
    assert_eq!(connections.half_close(at(5)), None);
    assert_eq!(
        connections.half_close(at(5) + SETTLING),
        Some(ConnectionId(2))
    );
}

#[test]
fn if_the_winner_ends_a_whole_loser_is_the_link() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    connections.admit(connection(2, false, 0));
    connections.remove(ConnectionId(1));
    assert_eq!(winner(&connections), Some(2));
    connections.winner_mut().unwrap().heard = true;
    assert_eq!(connections.half_close(at(100)), None, "no loser any more");
}

#[test]
fn if_the_winner_ends_a_half_closed_loser_cannot_be_written_to() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    connections.admit(connection(2, false, 0));
    connections.winner_mut().unwrap().heard = true;
    connections.half_close(at(1)).unwrap();
    connections.remove(ConnectionId(1));
    assert_eq!(winner(&connections), None);
    assert!(!connections.is_empty());
    connections.admit(connection(3, false, 2));
    assert_eq!(winner(&connections), Some(3));
}

#[test]
fn a_fifth_connection_costs_the_oldest_loser() {
    let mut connections = Connections::default();
    for id in 1..=4 {
        assert_eq!(connections.admit(connection(id, true, id)), None);
    }
    let surplus = connections.admit(connection(5, false, 5));
    assert_eq!(surplus, Some(ConnectionId(1)));
    assert_eq!(winner(&connections), Some(4));
    let surplus = connections.admit(connection(6, true, 6));
    assert_eq!(surplus, Some(ConnectionId(2)));
    assert_eq!(winner(&connections), Some(6));
}

#[test]
fn a_goodbye_is_for_one_connection_where_two_have_just_come_about() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    assert!(
        !connections.is_spare(ConnectionId(1), at(0)),
        "the only one"
    );
    connections.admit(connection(2, false, 60));
    assert!(connections.is_spare(ConnectionId(1), at(70)));
    assert!(connections.is_spare(ConnectionId(2), at(70)));
    assert!(!connections.is_spare(ConnectionId(1), at(71)));
    assert!(!connections.is_spare(ConnectionId(2), at(71)));
}

#[test]
fn a_goodbye_where_we_have_closed_our_half_is_an_answer_to_that() {
    let mut connections = Connections::default();
    connections.admit(connection(1, true, 0));
    connections.admit(connection(2, false, 0));
    connections.winner_mut().unwrap().heard = true;
    connections.half_close(at(60)).unwrap();
    assert!(connections.is_spare(ConnectionId(2), at(61)));
    assert!(
        !connections.is_spare(ConnectionId(1), at(61)),
        "no other to write to"
    );
}
