// Works out a puzzle: finds a number so that the SHA-256 of the puzzle, a dot and the
// number begins with as many zero bits as the puzzle says before its own dot.

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** How many zero bits come first. */
export function zeros(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

/** Gives the puzzle with its number. */
export function work(puzzle: string): string {
  const wanted = parseInt(puzzle, 10);
  const begun = sha256.create().update(utf8ToBytes(`${puzzle}.`));
  for (let n = 0; ; n++) {
    if (zeros(begun.clone().update(utf8ToBytes(String(n))).digest()) >= wanted) return `${puzzle}.${n}`;
  }
}

if (typeof document === "undefined") onmessage = ({ data }) => postMessage(work(String(data)));
