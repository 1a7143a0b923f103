import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SenseBatch, SenseEvent } from "../shared/wire.gen";
import { collect, type Signals } from "./collect";
import { type Watch, watch } from "./events";
import { hash } from "./hash";
import { Sender } from "./send";
import { first, second, type Sources } from "./sources";

const read = async (parts: { first?: Sources; second?: Sources }, off: string[] = []) => {
  const told: Signals[] = [];
  await collect((signals, done) => expect(told.push(signals)).toBe(done ? 2 : 1), off, { first: {}, second: {}, ...parts });
  return told;
};

describe("signals", () => {
  test("one that throws or has nothing to say does not keep the others from speaking", async () => {
    const [early, rest] = await read({
      first: { good: () => 8, list: () => ["a", "b"], none: () => undefined, broken: () => { throw new Error("4111111111111111"); }, last: () => true },
      second: { slow: async () => "s", fails: () => Promise.reject(new Error("4111111111111111")), never: () => new Promise(() => undefined), empty: async () => undefined },
    });
    expect(early).toMatchObject({ good: { value: 8 }, list: { value: ["a", "b"] }, none: { error: "unavailable" }, broken: { error: "threw" }, last: { value: true } });
    expect(rest).toMatchObject({ slow: { value: "s" }, fails: { error: "threw" }, never: { error: "timeout" }, empty: { error: "unavailable" } });
    expect(JSON.stringify([early, rest])).not.toContain("4111");
    for (const { ms } of Object.values({ ...early, ...rest })) expect(ms).toBeGreaterThanOrEqual(0);
  });

  test("those that are switched off are not read", async () => {
    const [early, rest] = await read({ first: { a: () => 1, b: () => 2 }, second: { c: () => { throw new Error("read"); } } }, ["b", "c"]);
    expect(Object.keys({ ...early, ...rest })).toEqual(["a"]);
  });

  test("each says something or says why not, wherever it runs", async () => {
    const [early, rest] = await read({ first, second });
    expect(Object.keys({ ...early, ...rest }).sort()).toEqual(Object.keys({ ...first, ...second }).sort());
    for (const [name, signal] of Object.entries({ ...early, ...rest })) {
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
  let seeing: Watch;
  let input: HTMLInputElement;
  beforeEach(() => {
    seen.length = 0;
    document.body.innerHTML = `<form><input name="number"><input name="nickname"></form>`;
    input = document.querySelector<HTMLInputElement>("input[name=number]")!;
    seeing = watch((event) => seen.push(event));
    seen.length = 0; // the page has loaded
  });
  afterEach(() => seeing.stop());
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
      for (const { type, field, value, ...rest } of seeing.habits()) {
        expect(["typing", "pointer"]).toContain(type);
        expect(Object.keys(rest)).toEqual(["at"]);
        expect(field).toBe("number");
        expect(Object.keys(value as object).sort()).toEqual(["corrected", "inside", "mean", "spread", "typed"]);
      }
      // Nothing that was typed is in what would be sent: not even four digits of it in a row.
      const sent = JSON.stringify([...seen, ...seeing.habits()].map(({ at, ...rest }) => rest)).replaceAll(/"(typed|corrected|inside|mean|spread)":\d+/g, "");
      for (let i = 0; i + 4 <= secret.length; i++) expect(sent).not.toContain(secret.slice(i, i + 4));
      for (const event of seen) {
        expect(["paste", "autofill"]).toContain(event.type);
        expect(Object.keys(event).sort()).toEqual(["at", "field", "type"]);
      }
      expect(seen).toHaveLength(2);
    }));
  });

  test("end when they are no longer wanted", () => {
    seeing.stop();
    happen(input, "paste");
    expect(seen).toEqual([]);
  });
});

describe("habits", () => {
  let seeing: Watch;
  let input: HTMLInputElement;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    document.body.innerHTML = `<form><input name="cvv"></form>`;
    input = document.querySelector<HTMLInputElement>("input")!;
    seeing = watch(() => undefined);
  });
  afterEach(() => {
    seeing.stop();
    vi.useRealTimers();
  });
  const type = (kind: string, after: number) => {
    vi.advanceTimersByTime(after);
    input.dispatchEvent(Object.assign(new Event("input", { bubbles: true }), { inputType: kind }));
  };

  test("sum up how a field was typed in", () => {
    input.dispatchEvent(new Event("focusin", { bubbles: true }));
    type("insertText", 500);
    type("insertText", 100);
    type("deleteContentBackward", 300);
    type("insertText", 5000); // a pause is no gap
    input.dispatchEvent(new Event("focusout", { bubbles: true }));
    vi.advanceTimersByTime(10_000);
    expect(seeing.habits()).toEqual([expect.objectContaining({
      type: "typing", field: "cvv", value: { typed: 3, corrected: 1, inside: 5900, mean: 200, spread: 100 },
    })]);
  });

  test("sum up where the pointer went, and not where it was", () => {
    const point = (type: string, clientX: number, clientY: number, pointerType = "mouse") => {
      vi.advanceTimersByTime(10);
      document.dispatchEvent(Object.assign(new Event(type), { clientX, clientY, pointerType }));
    };
    point("pointermove", 0, 0);
    point("pointermove", 300, 0);
    point("pointermove", 300, 400);
    point("pointerdown", 300, 400, "touch");
    document.dispatchEvent(new Event("scroll"));
    expect(seeing.habits()).toEqual([expect.objectContaining({
      type: "pointer", value: { moves: 3, presses: 1, touches: 1, scrolls: 1, way: 700, straight: 0.71, pace: 40 },
    })]);
  });
});

describe("sending", () => {
  const sent: [batch: SenseBatch, leaving: boolean][] = [];
  const bound = { sense_key: "sns_1", nonce: "frame.n" };
  let lost = false;
  const send = async (batch: SenseBatch, leaving: boolean) => {
    sent.push([structuredClone(batch), leaving]);
    if (lost) throw new Error("nobody answers");
  };
  beforeEach(() => {
    vi.useFakeTimers();
    sent.length = 0;
    lost = false;
  });
  afterEach(() => vi.useRealTimers());

  test("takes three requests of a page, however much happens", async () => {
    const sender = new Sender(bound, send, () => [{ type: "pointer", at: 9 }]);
    sender.signals({ cores: { value: 8, ms: 0 } }, false);
    await vi.advanceTimersByTimeAsync(1);
    for (let at = 0; at < 150; at++) sender.note({ type: "focus", at });
    sender.signals({ audio: { value: 1, ms: 3 } }, true);
    await vi.advanceTimersByTimeAsync(1);
    for (let at = 0; at < 300; at++) sender.note({ type: "blur", at });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(2);
    dispatchEvent(new Event("pagehide"));
    dispatchEvent(new Event("pagehide"));
    sender.flush(true);
    expect(sent.map(([{ sense_key, nonce, signals, done, events }, leaving]) => [sense_key, nonce, Object.keys(signals ?? {}), done, events?.length ?? 0, leaving])).toEqual([
      ["sns_1", "frame.n", ["cores"], false, 0, false],
      ["sns_1", "frame.n", ["audio"], true, 150, false],
      ["sns_1", "frame.n", [], undefined, 200, true],
    ]);
  });

  test("the last signals wait until the first have come", async () => {
    let come = (): void => undefined;
    const slow = (batch: SenseBatch, leaving: boolean) => {
      sent.push([structuredClone(batch), leaving]);
      return new Promise<void>((go) => (come = go));
    };
    const sender = new Sender(bound, slow);
    sender.signals({ cores: { value: 8, ms: 0 } }, false);
    sender.signals({ audio: { value: 1, ms: 3 } }, true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(1);
    come();
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(([{ signals, done }]) => [Object.keys(signals ?? {}), done])).toEqual([[["cores"], false], [["audio"], true]]);
  });

  test("what could not be sent goes with the next", async () => {
    lost = true;
    const sender = new Sender(bound, send);
    sender.note({ type: "load", at: 0 });
    sender.signals({ cores: { value: 8, ms: 0 } }, false);
    await vi.advanceTimersByTimeAsync(1);
    lost = false;
    sender.note({ type: "focus", at: 1 });
    sender.signals({ audio: { value: 1, ms: 3 } }, true);
    expect(sent[1]).toEqual([{
      ...bound, signals: { cores: { value: 8, ms: 0 }, audio: { value: 1, ms: 3 } }, done: true, events: [{ type: "load", at: 0 }, { type: "focus", at: 1 }],
    }, false]);
  });
});

describe("names", () => {
  // Words that the common lists against tracking stop in an address (EasyPrivacy's general
  // section, and those of uBlock Origin and Brave): a blocked collector sees nothing.
  const stopped = /track|analytic|fingerprint|finger-print|beacon|collect|pixel|telemetry|metric|stat[sx]?[/.?-]|event[s/]|log[/.?-]|visitor|device[-_]?id|canvas|\/fp\d*\.|sensor|spy|sniff|monitor|measure|counter|click|behavio|identify|segment|\/t\.js|impression|audience|insight/i;

  test("of what a browser fetches are none that lists against tracking stop", () => {
    const assets = JSON.parse(readFileSync("embed/dist/manifest.json", "utf8")) as { path: string }[];
    const written = ["frontend/sense/frame.ts", "frontend/sense/funnel.ts", "frontend/loader/paywicket.ts"].flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/["`](?:\$\{origin\})?(\/[a-z/.]+)["`]/g)].map((found) => found[1]!));
    expect(written).toEqual(expect.arrayContaining(["/sense/seen", "/sense/open"]));
    for (const path of [...assets.map(({ path }) => path), ...written]) expect(path).not.toMatch(stopped);
    for (const bad of ["/fingerprint.js", "/js/tracker.js", "/collect?v=1", "/api/events/", "/stats.js"]) expect(bad).toMatch(stopped);
  });
});
