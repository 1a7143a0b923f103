import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isConfigure, isFrameMessage, isHello, reasons, type Said, VERSION } from "./protocol";

const channel = "0123456789abcdef0123456789abcdef";

/** One good message of each type. */
const details: Said = {
  ready: {},
  height: { height: 420 },
  change: { complete: true, brand: "visa", method: "card" },
  submit: {},
  "action-required": { payment: "pay_1" },
  token: { payment: "pay_1", status: "authorized", token: "tok_1", brand: "visa", last4: "1111", exp_month: 1, exp_year: 2030 },
  decline: {
    payment: "pay_1", code: "do_not_honor", advice: "call_bank", message: "No.", token: null, brand: "visa", last4: "1111", attempts_left: 2,
  },
  processing: { payment: "pay_1" },
  outcome: { order: "4f8c", status: "approved" },
  error: { code: "gone", message: "It has expired." },
  why: { code: "wrong_origin" },
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
      expect(isConfigure(value)).toBe(false);
    }), { numRuns: 2000 });
  });

  test("a diagnosis is one of the known reasons, a change of a known method", () => {
    for (const code of reasons) expect(isFrameMessage({ type: "why", version: VERSION, channel, detail: { code } })).toBe(true);
    for (const code of ["", "blocked", "toString", "OK", null, ["ok"]]) {
      expect(isFrameMessage({ type: "why", version: VERSION, channel, detail: { code } }), String(code)).toBe(false);
    }
    for (const method of ["saved", "wallet", "", null]) {
      const whole = { type: "change", version: VERSION, channel, detail: { complete: true, brand: "visa", method } };
      expect(isFrameMessage(whole), String(method)).toBe(method === "saved");
    }
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

describe("the page's configure", () => {
  const configure = (detail: unknown) => ({ type: "configure", version: VERSION, channel, detail });

  test.each([
    {}, { locale: undefined, appearance: undefined }, { locale: "" }, { locale: "zh-Hant-TW" }, { appearance: {} },
    { locale: "de", appearance: { theme: "dark", accent: "#2b50c8", font: "system", radius: 4, density: "compact", labels: "floating" } },
  ])("%j counts", (detail) => {
    expect(isConfigure(configure(detail))).toBe(true);
  });

  const wrong: unknown[] = [
    null, [], "de", { locale: 5 }, { locale: null }, { locale: "de_DE" }, { locale: "de\n" }, { locale: "x".repeat(65) }, { locale: "de", session: "cs_1" },
    { appearance: null }, { appearance: [] }, { appearance: "{}" }, { appearance: { theme: null } }, { appearance: { theme: { dark: 1 } } }, { appearance: { radius: NaN } },
    { appearance: { accent: "x".repeat(201) } }, { appearance: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, "x"])) }, { toString: "x" },
  ];
  test.each(wrong.map((detail) => ({ detail })))("$detail does not count", ({ detail }) => {
    expect(isConfigure(configure(detail))).toBe(false);
  });

  test("whatever is in it, what counts has no more than a locale and an appearance of short texts and numbers", () => {
    const detail = fc.record({ locale: fc.anything(), appearance: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())) }, { requiredKeys: [] });
    fc.assert(fc.property(detail, (value) => {
      if (!isConfigure(configure(value))) return;
      expect(["undefined", "string"]).toContain(typeof value.locale);
      for (const chosen of Object.values((value.appearance ?? {}) as object)) expect(["string", "number"]).toContain(typeof chosen);
    }), { numRuns: 2000 });
  });

  test("another version, type or channel does not count", () => {
    for (const wrong of [{ version: 2 }, { type: "hello" }, { channel: 5 }, { channel: undefined }]) {
      expect(isConfigure({ ...configure({}), ...wrong }), JSON.stringify(wrong)).toBe(false);
    }
  });
});
