import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFrameMessage, isHello, type Told, VERSION } from "./protocol";

const channel = "0123456789abcdef0123456789abcdef";

/** One good message of each type. */
const details: Told = {
  ready: {},
  height: { height: 420 },
  change: { complete: true, brand: "visa" },
  submit: {},
  "action-required": { payment: "pay_1" },
  token: { payment: "pay_1", status: "authorized", token: "tok_1", brand: "visa", last4: "1111", exp_month: 1, exp_year: 2030 },
  decline: {
    payment: "pay_1", code: "do_not_honor", advice: "call_bank", message: "No.", token: null, brand: "visa", last4: "1111", attempts_left: 2,
  },
  processing: { payment: "pay_1" },
  outcome: { order: "4f8c", status: "approved" },
  error: { code: "gone", message: "It has expired." },
};
const messages = Object.entries(details).map(([type, detail]) => ({ type, version: VERSION, channel, detail }));

describe("a frame's message", () => {
  test.each(messages)("$type counts when it is whole", (message) => {
    expect(isFrameMessage(message)).toBe(true);
  });

  test.each(messages)("$type with anything beside its detail does not count", (message) => {
    expect(isFrameMessage({ ...message, detail: { ...message.detail, number: "x" } })).toBe(false);
  });

  test.each(messages)("$type lacking a part does not count", (message) => {
    for (const name of Object.keys(message.detail)) {
      const { [name]: _gone, ...rest } = message.detail as Record<string, unknown>;
      expect(isFrameMessage({ ...message, detail: rest }), `without ${name}`).toBe(false);
      expect(isFrameMessage({ ...message, detail: { ...rest, [name]: {} } }), `${name} of another type`).toBe(false);
    }
  });

  test("another version, an unknown type, a name of every object: none counts", () => {
    const [ready] = messages;
    for (const wrong of [{ version: 2 }, { version: "1" }, { type: "constructor" }, { type: "toString" }, { type: "card" }, { channel: 7 }, { detail: [] }, { detail: null }]) {
      expect(isFrameMessage({ ...ready, ...wrong }), JSON.stringify(wrong)).toBe(false);
    }
  });

  test("a text longer than any of ours does not count", () => {
    expect(isFrameMessage({ type: "processing", version: VERSION, channel, detail: { payment: "x".repeat(1001) } })).toBe(false);
  });

  test("no value from outside makes the guards throw, or count by accident", () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      expect(isFrameMessage(value)).toBe(false);
      expect(isHello(value)).toBe(false);
    }), { numRuns: 2000 });
  });
});

describe("the page's hello", () => {
  test("opens a channel of 128 bits and no other", () => {
    expect(isHello({ type: "hello", version: VERSION, channel })).toBe(true);
    for (const wrong of ["", "0".repeat(31), "0".repeat(33), "G".repeat(32), "0".repeat(31) + "\n", 5, null]) {
      expect(isHello({ type: "hello", version: VERSION, channel: wrong }), String(wrong)).toBe(false);
    }
  });
});
