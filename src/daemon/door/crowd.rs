//! Who is in a handshake: so many at most, and whoever takes all places gives one up.
//!
//! A handshake is over in a moment, but one who only connects, or stops in the middle, keeps
//! its place until a deadline. If others had to wait for that, anybody who can reach a door
//! could close it.

use std::cell::RefCell;

use tokio::sync::oneshot;

use crate::irc::listener::Quarter;

/// All who are inside, in the order in which they came.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    /// Where each comes from; whoever has to go finds its sender dropped.
    inside: RefCell<Vec<(Quarter, oneshot::Sender<()>)>>,
}

impl Crowd {
    /// Nobody is inside.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            inside: RefCell::default(),
        }
    }

    /// Does something inside. If there is no place left, one who is there has to go; `None`
    /// for whoever has had to.
    pub(super) async fn inside<T>(
        &self,
        from: Quarter,
        what: impl Future<Output = T>,
    ) -> Option<T> {
        let has_to_go = self.enter(from);
        tokio::select! {
            biased;
            done = what => Some(done),
            _ = has_to_go => None,
        }
    }

    fn enter(&self, from: Quarter) -> oneshot::Receiver<()> {
        let (keep, has_to_go) = oneshot::channel();
        let mut inside = self.inside.borrow_mut();
        // Those who are done have dropped their end.
        inside.retain(|(_, kept)| !kept.is_closed());
        if inside.len() >= self.most {
            let quarters: Vec<Quarter> = inside.iter().map(|(from, _)| *from).collect();
            if let Some(index) = Quarter::gives_way(&quarters) {
                inside.remove(index);
            }
        }
        inside.push((from, keep));
        has_to_go
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::{Pin, pin};
    use std::task::{Context, Waker};

    use super::*;
    use crate::irc::listener::Place;

    fn user(number: u32) -> Quarter {
        Quarter::of(Place::Unix { uid: None }, Some(number))
    }

    fn is_inside<T>(one: &mut Pin<&mut impl Future<Output = T>>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        one.as_mut().poll(&mut context).is_pending()
    }

    #[tokio::test]
    async fn who_takes_all_places_makes_room_and_nobody_else() {
        let crowd = Crowd::new(3);
        let mut eve = pin!(crowd.inside(user(1), pending::<()>()));
        let mut bob = pin!(crowd.inside(user(2), pending::<()>()));
        let mut eve_again = pin!(crowd.inside(user(1), pending::<()>()));
        assert!(is_inside(&mut eve) && is_inside(&mut bob) && is_inside(&mut eve_again));
        assert_eq!(crowd.inside(user(3), ready(7)).await, Some(7));
        assert_eq!(eve.await, None);
        assert!(is_inside(&mut bob));
        assert!(is_inside(&mut eve_again));
        // The one who was done has left a place.
        assert_eq!(crowd.inside(user(3), ready(7)).await, Some(7));
        assert!(is_inside(&mut eve_again));
    }
}
