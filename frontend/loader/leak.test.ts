import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { KEEPING } from "../shared/keep";
import { countListeners, element, frameIn, framesIn, load, loaded, secure, violate } from "./stage";

let listeners: () => number;
beforeAll(async () => {
  listeners = countListeners();
  await load();
});
afterAll(() => vi.restoreAllMocks());

vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeEach(() => {
  secure(true);
  vi.useFakeTimers();
  document.body.innerHTML = `<div id="here"></div>`;
});
afterEach(() => {
  vi.useRealTimers();
});

const mount = (more: object = {}) => window.Paywicket!.mount("#here", { session: "cs_1", ...more });
const here = () => document.querySelector("#here") as Element;

/** Nothing is left on the page: no frame, no listener, no timer. */
function expectNothing() {
  expect(framesIn(document.documentElement)).toHaveLength(0);
  expect(here().children).toHaveLength(0);
  expect(listeners()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
}

test("what is mounted listens and waits, so that counting finds it", () => {
  const { unmount } = mount();
  expect(listeners()).toBe(2);
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expectNothing();
});

test("unmounting before the frame has loaded leaves nothing, and nothing is told", () => {
  const told = vi.fn();
  here().addEventListener("error", told);
  const { unmount, retry, update } = mount({ on: { error: told, ready: told } });
  const frame = frameIn(here());
  unmount();
  unmount();
  frame.dispatchEvent(new Event("load"));
  violate("https://pay.example");
  retry();
  update({ locale: "de" });
  vi.advanceTimersByTime(60_000);
  expect(told).not.toHaveBeenCalled();
  expectNothing();
});

test.each([
  ["while it is asked why", () => vi.advanceTimersByTime(4100)],
  ["while the diagnosis is loaded", () => { vi.advanceTimersByTime(4100); loaded(frameIn(here(), "/why")); }],
  ["after a failure", () => violate("https://pay.example")],
  ["after it was given up", () => vi.advanceTimersByTime(10_000)],
  ["after the frame has loaded", () => { loaded(frameIn(here())); }],
  ["when it has spoken", () => loaded(frameIn(here())).say("submit")],
])("unmounting %s leaves nothing", (_when, happen) => {
  const { unmount } = mount();
  happen();
  unmount();
  expectNothing();
});

test("a signal unmounts", () => {
  const stop = new AbortController();
  const told = vi.fn();
  mount({ signal: stop.signal, on: { submit: told } });
  const { say } = loaded(frameIn(here()));
  say("submit");
  stop.abort();
  say("submit");
  expect(told).toHaveBeenCalledOnce();
  expectNothing();
});

test("a signal that was given before mounts nothing", () => {
  const { unmount, retry, update } = mount({ signal: AbortSignal.abort() });
  retry();
  update({});
  unmount();
  expectNothing();
});

test("a signal is let go of by unmounting", () => {
  const { signal } = new AbortController();
  const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
  mount({ signal }).unmount();
  expect(add).toHaveBeenCalledOnce();
  expect(remove.mock.calls[0]?.slice(0, 2)).toEqual(add.mock.calls[0]?.slice(0, 2));
});

test("mounting and unmounting a thousand times leaks nothing", () => {
  for (let i = 0; i < 1000; i++) {
    const { unmount } = mount();
    if (i % 2) loaded(frameIn(here()));
    if (i % 4 === 3) vi.advanceTimersByTime(2100);
    unmount();
  }
  expectNothing();
  const made = element();
  for (let i = 0; i < 100; i++) (i % 2 ? document.body : here()).append(made);
  made.remove();
  expectNothing();
}, 60_000);

test("what was typed is kept by one frame, however often, and for ten minutes", () => {
  for (let i = 0; i < 100; i++) {
    const { unmount } = mount();
    loaded(frameIn(here())).say("ready");
    unmount();
  }
  expect(framesIn(document.documentElement)).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(KEEPING);
  expectNothing();
});
