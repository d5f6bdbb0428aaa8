//! Scripted peers, thousands in one thread: each listens on a loopback address of its own
//! until the gateway has come, says who it is, confirms what it is sent, and else says what
//! it is told to say. They are written from the protocol's page, with none of the library.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local, yield_now};

/// Connections that may wait for one peer; the gateway has one.
const BACKLOG: u32 = 4;

/// Peers that say something before it is looked whether others have anything to do.
const AT_ONCE: usize = 64;

/// What all peers of a thread do, or one.
enum Order {
    Say(usize, String),
    AllSay(String),
    Leave(Range<usize>),
    Come(Range<usize>, SocketAddrV4),
}

/// What has been heard, counted.
#[derive(Default)]
struct Heard {
    handshakes: AtomicUsize,
    presences: AtomicUsize,
    ends: AtomicUsize,
}

/// Some peers, on a thread of their own, which ends with the program.
pub struct Peers {
    /// Their addresses.
    pub addresses: Vec<Ipv4Addr>,
    orders: UnboundedSender<Order>,
    heard: Arc<Heard>,
    messages: mpsc::Receiver<(Instant, String)>,
}

impl Peers {
    /// So many peers, which listen when this returns.
    pub fn listen(count: usize, first: Ipv4Addr, port: u16) -> Self {
        let first = u32::from(first);
        let addresses: Vec<Ipv4Addr> = (0..count)
            .map(|index| (first + u32::try_from(index).unwrap()).into())
            .collect();
        let (orders, to_obey) = unbounded_channel();
        let (said, messages) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let heard = Arc::new(Heard::default());
        let mine = (addresses.clone(), Arc::clone(&heard));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let (addresses, heard) = mine;
            let all = async move {
                let crowd = Crowd {
                    open: Rc::new(RefCell::new(vec![None; addresses.len()])),
                    heard,
                    said,
                };
                for (index, address) in addresses.iter().enumerate() {
                    let listener = listen(SocketAddrV4::new(*address, port)).unwrap();
                    spawn_local(crowd.clone().wait(index, listener));
                }
                ready.send(()).unwrap();
                crowd.obey(to_obey, &addresses).await;
            };
            LocalSet::new().block_on(&runtime, all);
        });
        is_ready.recv().expect("peers that listen");
        Self {
            addresses,
            orders,
            heard,
            messages,
        }
    }

    /// One of them says this.
    pub fn say(&self, index: usize, packet: String) {
        let _ = self.orders.send(Order::Say(index, packet));
    }

    /// All say this.
    pub fn all_say(&self, packet: &str) {
        let _ = self.orders.send(Order::AllSay(packet.to_owned()));
    }

    /// These go, with a word.
    pub fn leave(&self, which: Range<usize>) {
        let _ = self.orders.send(Order::Leave(which));
    }

    /// These come back, and dial.
    pub fn come(&self, which: Range<usize>, gateway: SocketAddrV4) {
        let _ = self.orders.send(Order::Come(which, gateway));
    }

    /// How many handshakes they have heard so far, all together.
    pub fn handshakes(&self) -> usize {
        self.heard.handshakes.load(Ordering::Relaxed)
    }

    /// How many changes of presence.
    pub fn presences(&self) -> usize {
        self.heard.presences.load(Ordering::Relaxed)
    }

    /// How many of their connections the gateway has ended.
    pub fn ends(&self) -> usize {
        self.heard.ends.load(Ordering::Relaxed)
    }

    /// The next message that one of them is sent, and when.
    pub fn message(&self, patience: Duration) -> Option<(Instant, String)> {
        self.messages.recv_timeout(patience).ok()
    }
}

fn listen(address: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address.into())?;
    socket.listen(BACKLOG)
}

/// A packet as it goes over the wire.
fn frame(content: &str) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes(), content.as_bytes()].concat()
}

#[derive(Clone)]
struct Crowd {
    open: Rc<RefCell<Vec<Option<Rc<TcpStream>>>>>,
    heard: Arc<Heard>,
    said: mpsc::Sender<(Instant, String)>,
}

impl Crowd {
    /// Takes the gateway's connection. After it the peer does not listen any more, so that a
    /// peer takes one descriptor and not two.
    async fn wait(self, index: usize, listener: TcpListener) {
        if let Ok((stream, _)) = listener.accept().await {
            drop(listener);
            self.talk(index, stream).await;
        }
    }

    async fn talk(self, index: usize, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let stream = Rc::new(stream);
        self.open.borrow_mut()[index] = Some(Rc::clone(&stream));
        let hello = r#"{"status":1,"status-message":"","timestamp":1700000000,"features":["receipts","tags"]}"#;
        say(&stream, &frame(hello));
        let mut unread = Vec::new();
        let mut is_first = true;
        while stream.readable().await.is_ok() {
            let mut chunk = [0; 2048];
            match stream.try_read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => unread.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(_) => break,
            }
            while let Some(length) = whole(&unread) {
                let content = String::from_utf8_lossy(&unread[4..length]).into_owned();
                unread.drain(..length);
                self.hear(&stream, content, std::mem::take(&mut is_first));
            }
            if unread.is_empty() {
                unread = Vec::new();
            }
        }
        let mut open = self.open.borrow_mut();
        if open[index]
            .as_ref()
            .is_some_and(|now| Rc::ptr_eq(now, &stream))
        {
            open[index] = None;
            self.heard.ends.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn hear(&self, stream: &TcpStream, content: String, is_first: bool) {
        if content.contains(r#","message":"#) || content.contains(r#"{"message":"#) {
            if let Some(id) = value(&content, "id") {
                let receipt = format!(r#"{{"timestamp":1700000000,"received":["{id}"]}}"#);
                say(stream, &frame(&receipt));
            }
            let _ = self.said.send((Instant::now(), content));
        } else if is_first {
            self.heard.handshakes.fetch_add(1, Ordering::Relaxed);
        } else if content.contains(r#""status":"#) {
            self.heard.presences.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Carries out each order in a task of its own: one that takes long holds up no other.
    async fn obey(self, mut orders: UnboundedReceiver<Order>, addresses: &[Ipv4Addr]) {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Say(index, packet) => self.say(index, &frame(&packet)),
                Order::AllSay(packet) => {
                    let all = 0..addresses.len();
                    spawn_local(self.clone().say_each(all, packet));
                }
                Order::Leave(which) => {
                    let goodbye = r#"{"status":0,"timestamp":1700000000}"#.to_owned();
                    spawn_local(self.clone().say_each(which, goodbye));
                }
                Order::Come(which, gateway) => {
                    let addresses = addresses[which.clone()].to_vec();
                    spawn_local(self.clone().come(which, addresses, gateway));
                }
            }
        }
    }

    async fn say_each(self, which: Range<usize>, packet: String) {
        let frame = frame(&packet);
        for index in which {
            self.say(index, &frame);
            if index % AT_ONCE == 0 {
                yield_now().await;
            }
        }
    }

    async fn come(self, which: Range<usize>, from: Vec<Ipv4Addr>, gateway: SocketAddrV4) {
        for (index, from) in which.zip(from) {
            if let Ok(stream) = dial(from, gateway).await {
                spawn_local(self.clone().talk(index, stream));
            }
        }
    }

    fn say(&self, index: usize, frame: &[u8]) {
        if let Some(stream) = &self.open.borrow()[index] {
            say(stream, frame);
        }
    }
}

async fn dial(from: Ipv4Addr, gateway: SocketAddrV4) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddrV4::new(from, 0).into())?;
    socket.connect(gateway.into()).await
}

/// Says something, which fits: the gateway reads, and it is short.
fn say(stream: &TcpStream, frame: &[u8]) {
    let _ = stream.try_write(frame);
}

/// How long the first frame is, if it is there as a whole.
fn whole(unread: &[u8]) -> Option<usize> {
    let length = 4 + u32::from_be_bytes(*unread.first_chunk()?) as usize;
    (unread.len() >= length).then_some(length)
}

/// A short string in a packet of the gateway's, which writes no spaces.
fn value<'a>(content: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = content.split_once(&format!(r#""{name}":""#))?;
    rest.split_once('"').map(|(value, _)| value)
}
