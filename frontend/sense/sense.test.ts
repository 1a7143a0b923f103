import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SenseBatch, SenseEvent } from "../shared/wire.gen";
import { collect } from "./collect";
import { watch } from "./events";
import { hash } from "./hash";
import { Sender } from "./send";
import { sources } from "./sources";

describe("signals", () => {
  test("one that throws or has nothing to say does not keep the others from speaking", async () => {
    const signals = await collect({
      good: () => 8,
      list: () => ["a", "b"],
      none: () => undefined,
      broken: () => { throw new Error("4111111111111111"); },
      last: () => true,
    });
    expect(signals).toMatchObject({ good: { value: 8 }, list: { value: ["a", "b"] }, none: { error: "unavailable" }, broken: { error: "threw" }, last: { value: true } });
    expect(JSON.stringify(signals)).not.toContain("4111");
    for (const { ms } of Object.values(signals)) expect(ms).toBeGreaterThanOrEqual(0);
  });

  test("each says something or says why not, wherever it runs", async () => {
    const signals = await collect(sources);
    expect(Object.keys(signals)).toEqual(Object.keys(sources));
    for (const [name, signal] of Object.entries(signals)) {
      expect("value" in signal !== "error" in signal, name).toBe(true);
    }
  });

  test("a drawing's name is FNV-1a, 32 bits", () => {
    // Test vectors of the algorithm's authors.
    expect(hash("")).toBe("811c9dc5");
    expect(hash("a")).toBe("e40c292c");
    expect(hash("foobar")).toBe("bf9cf968");
  });
});

describe("events", () => {
  const seen: SenseEvent[] = [];
  let stop: () => void;
  let input: HTMLInputElement;
  beforeEach(() => {
    seen.length = 0;
    document.body.innerHTML = `<form><input name="number"><input name="nickname"></form>`;
    input = document.querySelector<HTMLInputElement>("input[name=number]")!;
    stop = watch((event) => seen.push(event));
    seen.length = 0; // the page has loaded
  });
  afterEach(() => stop());
  const happen = (target: EventTarget, type: string, more: object = {}) => target.dispatchEvent(Object.assign(new Event(type, { bubbles: true }), more));

  test("name the field and what happened in it", () => {
    happen(input, "focusin");
    happen(input, "paste");
    happen(input, "input", { inputType: "insertText" });
    happen(input, "input", { inputType: "" });
    happen(input, "focusout");
    expect(seen.map(({ type, field }) => [type, field])).toEqual([["focus", "number"], ["paste", "number"], ["autofill", "number"], ["blur", "number"]]);
  });

  test("of a field that is not ours name none", () => {
    happen(document.querySelector("input[name=nickname]")!, "paste");
    expect(seen).toEqual([expect.objectContaining({ type: "paste" })]);
    expect(seen[0]).not.toHaveProperty("field");
  });

  test("never hold anything of what is typed, pasted or filled in", () => {
    fc.assert(fc.property(fc.string({ minLength: 4, maxLength: 19, unit: fc.constantFrom(..."0123456789") }), (secret) => {
      seen.length = 0;
      for (const character of secret) {
        input.value += character;
        happen(input, "keydown", { key: character });
        happen(input, "input", { inputType: "insertText", data: character });
        happen(input, "keyup", { key: character });
      }
      happen(input, "paste", { clipboardData: { getData: () => secret } });
      happen(input, "input", { inputType: "", data: secret });
      input.value = "";
      for (const event of seen) {
        expect(["paste", "autofill"]).toContain(event.type);
        expect(Object.keys(event).sort()).toEqual(["at", "field", "type"]);
      }
      expect(seen).toHaveLength(2);
    }));
  });

  test("end when they are no longer wanted", () => {
    stop();
    happen(input, "paste");
    expect(seen).toEqual([]);
  });
});

describe("sending", () => {
  const sent: SenseBatch[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    sent.length = 0;
    vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
      sent.push(JSON.parse(String(init.body)));
      throw new Error("nobody answers");
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("puts many events into few requests, and minds no failure", async () => {
    const sender = new Sender("sns_1");
    for (let at = 0; at < 150; at++) sender.note({ type: "focus", at });
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(5001);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.events).toHaveLength(150);
    expect(sent[0]?.sense_key).toBe("sns_1");
  });

  test("never more than the server takes, at a time or in all", async () => {
    const sender = new Sender("sns_1");
    for (let round = 0; round < 60; round++) {
      for (let at = 0; at < 300; at++) sender.note({ type: "focus", at });
      await vi.advanceTimersByTimeAsync(5001);
    }
    expect(sent).toHaveLength(40);
    for (const { events } of sent) expect(events).toHaveLength(200);
  });
});
