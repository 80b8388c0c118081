// Range proofs go both ways between this project and the prover and verifier of others (dalek's bulletproofs, as an npm package), which know
// nothing of us but two bases and a label. What one proves the other accepts; with one bit changed, or another commitment, neither does.
//
//   node range_peer.mjs BUILD     run where the package is installed
import { pathToFileURL } from 'url';
import { execFileSync, spawnSync } from 'child_process';
import { randomBytes } from 'crypto';
import fs from 'fs';

const [build] = process.argv.slice(2);
const folder = process.cwd() + '/node_modules/@aptos-labs/confidential-asset-wasm-bindings/range-proofs/';
const peer = await import(pathToFileURL(folder + 'aptos_rp_wasm-esm.js'));
await peer.default({ module_or_path: fs.readFileSync(folder + 'aptos_rp_wasm_bg.wasm') });

const LABEL = 'AptosConfidentialAsset/BulletproofRangeProof'; // the peer's own, and all its transcript begins with
const BASE = Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex'); // RFC 9496
const BLINDING = Buffer.from('8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134', 'hex'); // B~ of range_proof.h
const SHAPES = [8, 16, 32, 64].flatMap(n => [1, 2, 4, 8, 16].map(m => [n, m]));
const hex = b => Buffer.from(b).toString('hex');
const flipped = b => { const c = Buffer.from(b); c[7] ^= 1; return c; };
let failed = 0, checked = 0;
function expect(what, found, wanted) {
  checked++;
  if (found !== wanted) { failed++; console.log(`${what}: ${found}, should be ${wanted}`); }
}

function peerAccepts(proof, commitments, bits) {
  try { return peer.batch_verify_proof(proof, commitments, BASE, BLINDING, bits); } catch { return false; }
}

// Ours to them.
SHAPES.forEach(([n, m], i) => {
  const lines = execFileSync(`${build}/tests/range_prove`, [LABEL, n, m, i].map(String)).toString().trim().split('\n');
  const [proof, ...commitments] = lines.map(l => Buffer.from(l, 'hex'));
  expect(`ours, ${n} bits, ${m} values`, peerAccepts(proof, commitments, n), true);
  expect(`ours, ${n} bits, ${m} values, a bit changed`, peerAccepts(flipped(proof), commitments, n), false);
  if (m > 1)
    expect(`ours, ${n} bits, ${m} values, commitments swapped`, peerAccepts(proof, [...commitments].reverse(), n), false);
});

// Theirs to us, as a file of vectors.
const cases = [];
for (const [n, m] of SHAPES) {
  const values = BigUint64Array.from({ length: m }, () => randomBytes(8).readBigUInt64LE() >> BigInt(64 - n));
  const blindings = values.reduce(all => { const b = randomBytes(32); b[31] = 0; return [...all, b]; }, []); // below the order
  const made = peer.batch_range_proof(values, blindings, BASE, BLINDING, n), proof = made.proof(), commitments = made.comms();
  const about = { label: LABEL, context: [], n, m };
  const add = (comment, p, c, result) => cases.push({ id: cases.length, comment: `${comment}, ${n} bits, ${m} values`, ...about,
    commitments: c.map(hex), proof: hex(p), result });
  add('theirs', proof, commitments, 'valid');
  add('theirs, a bit changed', flipped(proof), commitments, 'invalid');
  if (m > 1) add('theirs, commitments swapped', proof, [...commitments].reverse(), 'invalid');
}
fs.writeFileSync('range_peer.json', JSON.stringify(cases));
const ours = spawnSync(`${build}/tests/vectors`, ['bulletproofs', 'range_peer.json']);
process.stdout.write(ours.stdout);
expect('theirs, all of them', ours.status, 0);
expect('theirs, as many as were made', ours.stdout.toString().includes(`${cases.length} passed, 0 failed`), true);
console.log(`${checked} checks of ours by them, ${cases.length} of theirs by us, ${failed} wrong`);
process.exit(failed ? 1 : 0);
