// A person who uses the library irc-framework, for the tests with real clients.
//
//     node irc_framework.js ADDRESS PORT NICK [CAPABILITY...]
//
// Asks for the capabilities that the library asks for, and for those that are named. Writes
// what the library tells, one event a line: its name for the event, and what `tellers` says;
// what is not there is `-`. Reads what to do, one command a line; `commands` says which. Ends
// when the connection does. NODE_PATH says where the library is.

'use strict';

const readline = require('readline');
const { Client } = require('irc-framework');

const [address, port, nick, ...capabilities] = process.argv.slice(2);

// TYPE FROM TARGET TIME BATCH TEXT: TIME in seconds since 1970, BATCH the type of the batch.
const message = (event) => [
  event.nick, event.target, Math.floor(event.time / 1000), event.batch?.type, event.message,
];

const tellers = {
  registered: (event) => [event.nick],
  privmsg: message,
  notice: message,
  action: message,
  join: (event) => [event.nick, event.channel],
  quit: (event) => [event.nick, event.message],
  mode: (event) => [event.target, event.raw_modes, ...event.raw_params],
  away: (event) => [event.nick, event.message],
  back: (event) => [event.nick],
  'users online': (event) => event.nicks,
  'users offline': (event) => event.nicks,
  whois: (event) => [event.nick, event.hostname, event.account, event.away, event.real_name],
  'batch end chathistory': (event) => [...event.params, event.commands.length],
};

// The last argument is the rest of the line.
const commands = {
  say: [2, (to, text) => client.say(to, text)],
  act: [2, (to, text) => client.action(to, text)],
  whois: [1, (nick) => client.whois(nick)],
  monitor: [1, (nick) => client.addMonitor(nick)],
  // The library has no name for this one.
  latest: [2, (target, limit) => client.raw('CHATHISTORY', 'LATEST', target, '*', limit)],
  quit: [1, (text) => client.quit(text)],
};

const client = new Client();
for (const [name, teller] of Object.entries(tellers)) {
  client.on(name, (event) => console.log(name, ...teller(event).map((word) => word || '-')));
}
// The library has said by then that it will not connect again.
client.on('close', () => process.exit());
client.requestCap(capabilities);
client.connect({ host: address, port, nick, username: nick, gecos: nick, auto_reconnect: false });

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [name, ...words] = line.split(' ');
  const [count, command] = commands[name];
  command(...words.slice(0, count - 1), words.slice(count - 1).join(' '));
});
