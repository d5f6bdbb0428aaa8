//! The peer protocol: how Enclave is spoken, without a word about IRC.
//!
//! [`packet`] and [`codec`] turn bytes into packets and back; [`address`] says who is who,
//! [`network`] whom we believe, [`own`] who we are. [`transport`] is the only room here
//! that does I/O.

pub mod address;
pub mod codec;
pub mod link;
pub mod mesh;
pub mod network;
pub mod news;
pub mod order;
pub mod own;
pub mod packet;
pub mod transport;

/// The TCP port on which every node listens (Enclave specification, "Assumptions" and
/// "Network Protocol").
pub const PORT: u16 = 7776;

/// One TCP connection with a peer, or one attempt to make it, for as long as the program
/// runs. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);
