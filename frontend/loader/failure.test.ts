import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { element, frameIn, framesIn, load, loaded, secure, server, violate } from "./stage";

beforeAll(() => load());

const complain = vi.spyOn(console, "error").mockImplementation(() => undefined);
const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);

let failed = vi.fn();
let made: ReturnType<typeof element>;
beforeEach(() => {
  secure(true);
  vi.useFakeTimers();
  made = element();
  failed = vi.fn();
  made.addEventListener("error", ({ detail }) => failed(detail.code));
  complain.mockClear();
  warn.mockClear();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const codes = () => failed.mock.calls.map(([code]) => code);
const said = () => complain.mock.calls.map(([text]) => text).filter((text) => String(text).startsWith("Paywicket: "));
const box = () => made.querySelector("[role=alert]");
const hidden = () => frameIn(made).style.display === "none";

describe("a frame that stays silent", () => {
  test.each(["wrong_origin", "session_unknown", "session_used", "session_expired"])("is asked why: %s", (code) => {
    loaded(frameIn(made));
    vi.advanceTimersByTime(1900);
    expect(framesIn(made)).toHaveLength(1);
    vi.advanceTimersByTime(200);
    const why = frameIn(made, "/why");
    expect(why.src).toBe(`${server}/checkout/cs_1/why`);
    expect([why.style.display, why.tabIndex, why.getAttribute("aria-hidden")]).toEqual(["none", -1, "true"]);
    loaded(why).say("why", { code });
    expect(codes()).toEqual([code]);
    expect(said()).toEqual([expect.stringContaining(`${server}/docs/embedding#${code}`)]);
    expect(box()?.textContent).toContain("Try again");
    expect(hidden()).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(codes()).toEqual([code]);
    expect(framesIn(made)).toHaveLength(1);
  });

  test("that has not even loaded is asked after four seconds, and given up within ten", () => {
    vi.advanceTimersByTime(4100);
    expect(framesIn(made)).toHaveLength(2);
    expect(codes()).toEqual([]);
    vi.advanceTimersByTime(5800);
    expect(codes()).toEqual(["network"]);
    expect(said()).toEqual([expect.stringContaining(server)]);
  });

  test("is given up sooner when the diagnosis is silent too", () => {
    loaded(frameIn(made));
    vi.advanceTimersByTime(2100);
    loaded(frameIn(made, "/why"));
    vi.advanceTimersByTime(2100);
    expect(codes()).toEqual(["network"]);
  });

  test("is only slow when the server sees no reason", () => {
    vi.advanceTimersByTime(4100);
    loaded(frameIn(made, "/why")).say("why", { code: "ok" });
    vi.advanceTimersByTime(4000);
    expect(codes()).toEqual([]);
    loaded(frameIn(made)).say("ready");
    vi.advanceTimersByTime(60_000);
    expect(codes()).toEqual([]);
    expect(framesIn(made)).toHaveLength(1);
  });

  test("on an insecure page is that page's fault", () => {
    secure(false);
    vi.advanceTimersByTime(4100);
    loaded(frameIn(made, "/why")).say("why", { code: "wrong_origin" });
    expect(codes()).toEqual(["insecure_page"]);
  });

  test("on a page without an origin needs no diagnosis", () => {
    vi.stubGlobal("self", { origin: "null" });
    vi.advanceTimersByTime(4100);
    expect(codes()).toEqual(["wrong_origin"]);
    expect(framesIn(made)).toHaveLength(1);
  });

  test("that no document holds has time", () => {
    const apart = document.createElement("div");
    const heard = vi.fn();
    apart.addEventListener("error", heard);
    const { unmount } = window.Paywicket!.mount(apart, { session: "cs_2" });
    vi.advanceTimersByTime(60_000);
    expect(heard).not.toHaveBeenCalled();
    unmount();
  });

  test("says nothing by what is no answer, or by whom nobody asked", () => {
    const checkout = loaded(frameIn(made));
    checkout.say("why", { code: "session_used" });
    vi.advanceTimersByTime(2100);
    const why = loaded(frameIn(made, "/why"));
    why.say("why", { code: "nonsense" });
    why.say("why", { code: "session_used" }, { channel: checkout.channel });
    why.say("why", { code: "session_used" }, { origin: "https://evil.example" });
    why.say("token", { payment: "pay_1", status: "authorized", token: null, brand: "visa", last4: "1111", exp_month: 1, exp_year: 2030 });
    expect(codes()).toEqual([]);
    expect(box()).toBeNull();
  });
});

describe("a page whose policy forbids the frame", () => {
  test.each([server, `${server}/checkout/cs_1`])("is told at once which line it lacks: %s", (blocked) => {
    violate(blocked);
    expect(codes()).toEqual(["blocked"]);
    expect(said()).toEqual([expect.stringContaining(`frame-src ${server}`)]);
    frameIn(made).dispatchEvent(new Event("load")); // as browsers do
    vi.advanceTimersByTime(60_000);
    expect(codes()).toEqual(["blocked"]);
  });

  test("is told nothing of what is not ours, or only reported", () => {
    violate("https://pay.example.evil.example/checkout/cs_1");
    violate("inline");
    violate(`${server}/sense.js`, { effectiveDirective: "script-src-elem" });
    violate(server, { disposition: "report" });
    expect(codes()).toEqual([]);
  });
});

describe("a failure", () => {
  test("can be retried, by the button, the element and the handle", () => {
    for (const retry of [() => box()?.querySelector("button")?.click(), () => made.retry()]) {
      violate(server);
      const before = frameIn(made);
      retry();
      expect(box()).toBeNull();
      expect(framesIn(made)).toHaveLength(1);
      expect(frameIn(made)).not.toBe(before);
      expect(hidden()).toBe(false);
    }
    expect(codes()).toEqual(["blocked", "blocked"]);
    loaded(frameIn(made)).say("ready");
    vi.advanceTimersByTime(60_000);
    expect(codes()).toHaveLength(2);
  });

  test("is over when the frame speaks after all", () => {
    vi.advanceTimersByTime(10_000);
    expect(hidden()).toBe(true);
    loaded(frameIn(made)).say("ready");
    expect(hidden()).toBe(false);
    expect(box()).toBeNull();
  });

  test("shows nothing of ours to a page that sees to it", () => {
    made.addEventListener("error", (event) => event.preventDefault());
    violate(server);
    expect(codes()).toEqual(["blocked"]);
    expect(box()).toBeNull();
  });

  test("may be unmounted or retried by who is told of it", () => {
    made.addEventListener("error", () => made.retry(), { once: true });
    violate(server);
    expect(box()).toBeNull();
    expect(framesIn(made)).toHaveLength(1);
    made.addEventListener("error", () => made.remove(), { once: true });
    violate(server);
    expect(made.children).toHaveLength(0);
  });

  test("that the checkout itself tells is explained to who builds the page", () => {
    const { say } = loaded(frameIn(made));
    say("error", { code: "session_used", message: "It was paid." });
    say("error", { code: "unavailable", message: "Try again." });
    expect(codes()).toEqual(["session_used", "unavailable"]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("embedding#session_used")]]);
    expect(box()).toBeNull();
  });
});
