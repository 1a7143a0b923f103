import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { work, zeros } from "./proof.worker";

test("what is worked out begins with as many zero bits as were asked for", () => {
  for (const bits of [0, 1, 7, 8, 9, 12]) {
    const solved = work(`${bits}.c29tZXRoaW5n`);
    expect(solved).toMatch(new RegExp(`^${bits}\\.c29tZXRoaW5n\\.\\d+$`));
    expect(zeros(createHash("sha256").update(solved).digest())).toBeGreaterThanOrEqual(bits);
  }
});

test("zero bits are counted from the front", () => {
  for (const [bytes, bits] of [[[0x80], 0], [[0x7f], 1], [[0x01], 7], [[0, 0x10], 11], [[0, 0], 16]] as const) {
    expect(zeros(Uint8Array.from(bytes))).toBe(bits);
  }
});
