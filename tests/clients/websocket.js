// A person who uses the library ws, for the tests with real clients.
//
//     node websocket.js URL ORIGIN
//
// Writes the lines that come, and sends the lines that it reads. Ends when the connection does.
// NODE_PATH says where the library is.

'use strict';

const readline = require('readline');
const WebSocket = require('ws');

const [url, origin] = process.argv.slice(2);
const socket = new WebSocket(url, ['text.ircv3.net'], { origin });
socket.on('open', () => console.log('open', socket.protocol));
socket.on('message', (data) => console.log(data.toString()));
socket.on('error', (error) => console.log('error', error.message));
socket.on('close', () => process.exit());

readline.createInterface({ input: process.stdin }).on('line', (line) => socket.send(line));
