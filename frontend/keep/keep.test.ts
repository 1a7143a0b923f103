import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findKept, type Kept, keeperName, KEEPING } from "../shared/keep";

const there = () => globalThis.kept as Kept;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  await import("./main");
});
afterEach(() => vi.useRealTimers());

function write(at = Date.now()): Record<string, string> {
  const values = { number: "4111 1111 1111 1111", name: "Ann" };
  Object.assign(there(), { values, at });
  return values;
}

test("what is written stays for ten minutes after it was last written", () => {
  const values = write();
  vi.advanceTimersByTime(KEEPING - 60_000);
  expect(there().values).toBe(values);
  there().at = Date.now();
  vi.advanceTimersByTime(KEEPING - 60_000);
  expect(there().values).toBe(values);
  vi.advanceTimersByTime(90_000);
  expect(there().values).toBeUndefined();
  expect(values).toEqual({});
});

test("what was written without a time is forgotten too", () => {
  Object.assign(there(), { values: { name: "Ann" } });
  vi.advanceTimersByTime(KEEPING + 60_000);
  expect(there().values).toBeUndefined();
});

test("done forgets at once, and more can be kept then", () => {
  const values = write();
  there().done = false;
  expect(there().values).toBe(values);
  there().done = true;
  expect(values).toEqual({});
  expect(JSON.stringify(there())).toBe("{}");
  expect(write()).toBe(there().values);
});

test("a page that goes forgets", () => {
  const values = write();
  dispatchEvent(new Event("pagehide"));
  expect(values).toEqual({});
});

/** A page with frames, of which those of other origins throw when they are read. */
const pageOf = (...frames: (object | "other")[]): Window =>
  Object.assign({ length: frames.length }, frames.map((frame) => frame === "other"
    ? new Proxy({}, { get() { throw new DOMException("", "SecurityError"); } }) : frame)) as unknown as Window;

test("it is found among a page's frames by its session, and only when it has begun", () => {
  const kept: Kept = {};
  const page = pageOf("other", { name: "" }, { name: keeperName("cs_2"), kept: { at: 1 } }, { name: keeperName("cs_1"), kept });
  expect(findKept(page, "cs_1")).toBe(kept);
  expect(findKept(page, "cs_3")).toBeUndefined();
  expect(findKept(pageOf("other", { name: keeperName("cs_1") }), "cs_1")).toBeUndefined();
  expect(findKept(pageOf(), "cs_1")).toBeUndefined();
});
