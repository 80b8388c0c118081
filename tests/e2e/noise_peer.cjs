// A Noise peer written by others (npm noise-handshake) shakes hands with a real `coopair run`, in both roles, over a real socket. It also
// reads and writes an invitation and derives the link key from it by WIRE 1.2 and 3 alone, so those sections are checked by a second hand.
//
//   node noise_peer.cjs COOPAIR HOME     HOME: an initialised home, not running. Needs noise-handshake in NODE_PATH or beside.
const net = require('net'), { spawn, execFileSync } = require('child_process'), { createRequire } = require('module');
const need = createRequire(process.cwd() + '/package.json');
const Noise = need('noise-handshake'), Cipher = need('noise-handshake/cipher'), sodium = need('sodium-universal');
const [program, home] = process.argv.slice(2);
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const be64 = n => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
function hash(label, ...parts) { // WIRE 1.2
  const all = [Buffer.from(label), ...parts].flatMap(p => [be64(p.length), p]), out = Buffer.alloc(32);
  sodium.crypto_generichash(out, Buffer.concat(all));
  return out;
}
function base32(bytes) { // Crockford, most significant bit first, zero bits at the end
  let bits = '', out = '';
  for (const b of bytes) bits += b.toString(2).padStart(8, '0');
  while (bits.length % 5) bits += '0';
  for (let i = 0; i < bits.length; i += 5) out += ALPHABET[parseInt(bits.slice(i, i + 5), 2)];
  return out.replace(/(.{5})(?=.)/g, '$1-');
}
function code(secret, address) { // WIRE 3.3
  const head = Buffer.concat([Buffer.from([1]), secret, Buffer.from(address)]);
  return base32(Buffer.concat([head, hash('coopair/1 code check', head).subarray(0, 3)]));
}

function fail(what) { console.error('noise_peer: ' + what); process.exitCode = 1; if (child) child.kill('SIGKILL'); process.exit(1); }
let child = null;
setTimeout(() => fail('nothing happened for 60 s'), 60000).unref();

// Bytes of a socket as promises of exact sizes.
function reader(socket) {
  let have = Buffer.alloc(0), wanted = null;
  const pump = () => { if (wanted && have.length >= wanted.n) { const w = wanted, out = have.subarray(0, w.n); have = have.subarray(w.n); wanted = null; w.resolve(out); } };
  socket.on('data', d => { have = Buffer.concat([have, d]); pump(); });
  socket.on('error', e => fail('socket: ' + e.message));
  socket.on('close', () => wanted && fail('the node closed the link'));
  return n => new Promise(resolve => { wanted = { n, resolve }; pump(); });
}
const framed = b => { const h = Buffer.alloc(2); h.writeUInt16BE(b.length); return Buffer.concat([h, b]); };

async function shake(socket, initiator, psk, network) { // WIRE 2.1, 2.2
  const state = new Noise('XXpsk0', initiator, null, { psk }), read = reader(socket);
  state.initialise(Buffer.from('coopair/1 ' + network));
  for (let turn = initiator; !state.complete; turn = !turn) {
    if (turn) { socket.write(framed(Buffer.from(state.send()))); continue; }
    const size = (await read(2)).readUInt16BE();
    const payload = state.recv(await read(size));
    if (payload.length) fail('a handshake payload is not empty');
  }
  const rx = new Cipher(state.rx);
  const length = Buffer.from(rx.decrypt(await read(18))).readUInt16BE();
  const body = Buffer.from(rx.decrypt(await read(length + 16)));
  if (length < 1 || body.length !== length) fail('the first frame has a wrong length');
  if ((body[2] & 0xf0) !== 0x90 || body[3] !== 0) fail('the first message is not hello (WIRE 10.1): ' + body.toString('hex'));
  console.log((initiator ? 'initiator' : 'responder') + ': handshake done, first frame of ' + length + ' bytes opened, it is hello');
  socket.destroy();
}

(async () => {
  const secret = Buffer.alloc(16);
  sodium.randombytes_buf(secret);
  const psk = hash('coopair/1 group psk', secret);
  const server = net.createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const called = new Promise(done => server.once('connection', done));
  child = spawn(program, ['run', '--home', home, '--listen', '127.0.0.1:0', '--no-lan', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await new Promise(done => { let t = ''; child.stdout.on('data', d => { t += d; if (t.includes('\n')) done(JSON.parse(t.split('\n')[0])); }); });
  const network = 'coopair';
  execFileSync(program, ['group', 'join', code(secret, '127.0.0.1:' + server.address().port), '--home', home, '--json']);
  await shake(await called, false, psk, network);
  const [host, port] = [ready.listen.slice(0, ready.listen.lastIndexOf(':')), Number(ready.listen.slice(ready.listen.lastIndexOf(':') + 1))];
  const socket = net.connect(port, host);
  await new Promise(done => socket.once('connect', done));
  await shake(socket, true, psk, network);
  const gone = new Promise(done => child.once('exit', done));
  child.kill('SIGTERM');
  const exit = await gone;
  if (exit !== 0) fail('the node ended with ' + exit);
  child = null;
  console.log('ok');
  process.exit(0);
})().catch(e => fail(e.stack));
