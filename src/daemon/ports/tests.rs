#![cfg(target_os = "linux")]

use super::*;

use std::net::{IpAddr, Ipv4Addr};

use tokio::sync::mpsc::Receiver;
use tokio::task::LocalSet;

use crate::daemon::input;

/// A loopback address of this test alone, and what carries it.
pub fn own(last: u8) -> Own {
    let ip = Ipv4Addr::new(127, 201, fastrand::u8(1..=254), last);
    Own {
        address: Address::from(IpAddr::from(ip)),
        index: None,
        interface: String::new(),
    }
}

/// A port that was free a moment ago.
pub fn free_port(own: &Own) -> u16 {
    let listener = std::net::TcpListener::bind((own.address.ip(), 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn ports(port: u16) -> (Ports, Receiver<Input>) {
    let (inbox, inputs) = input::channel();
    (Ports::new(port, false, inbox), inputs)
}

#[tokio::test]
async fn a_taken_port_is_told_once_and_tried_again() {
    let test = async {
        let own = own(1);
        let taken = std::net::TcpListener::bind((own.address.ip(), 0)).unwrap();
        let (mut ports, _inputs) = ports(taken.local_addr().unwrap().port());
        let mut aftermath = Vec::new();
        ports.set_own(vec![own.clone()], &mut aftermath);
        ports.want(vec![own.address], &mut aftermath);
        ports.retry(&mut aftermath);
        assert!(matches!(&aftermath[..], [Event::Notice(text)] if text.contains("taken")));
        assert!(ports.listeners.is_empty());

        drop(taken);
        ports.retry(&mut aftermath);
        assert_eq!(ports.listeners.len(), 1);
        assert_eq!(aftermath.len(), 1);
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn listeners_follow_the_orders_and_the_addresses() {
    let test = async {
        let (first, second) = (own(1), own(2));
        let (mut ports, _inputs) = ports(free_port(&first));
        let mut aftermath = Vec::new();
        // Wanted, but not there yet.
        ports.want(vec![first.address], &mut aftermath);
        assert!(ports.listeners.is_empty());
        ports.set_own(vec![first.clone(), second.clone()], &mut aftermath);
        assert!(ports.listeners.contains_key(&first.address));
        ports.want(vec![second.address], &mut aftermath);
        assert!(ports.listeners.contains_key(&second.address));
        assert_eq!(ports.listeners.len(), 1);
        ports.set_own(vec![first], &mut aftermath);
        assert!(ports.listeners.is_empty());
        assert!(aftermath.is_empty());
    };
    LocalSet::new().run_until(test).await;
}

/// Its sockets are bound to the interface that is gone, whatever the new one is called.
#[tokio::test]
async fn a_port_on_an_interface_that_was_made_anew_is_opened_anew() {
    let test = async {
        let before = own(1);
        let mut after = before.clone();
        after.index = std::num::NonZeroU32::new(999);
        let (mut ports, _inputs) = ports(free_port(&before));
        let mut aftermath = Vec::new();
        ports.set_own(vec![before.clone()], &mut aftermath);
        ports.want(vec![before.address], &mut aftermath);
        let old = ports.listeners[&before.address].accepting.clone();
        ports.set_own(vec![after.clone()], &mut aftermath);
        // The task lets go of the port at its next turn.
        while !old.is_finished() {
            tokio::task::yield_now().await;
        }
        ports.retry(&mut aftermath);
        assert_eq!(ports.listeners[&before.address].own, after);
    };
    LocalSet::new().run_until(test).await;
}
