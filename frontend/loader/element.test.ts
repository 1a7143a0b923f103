import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { element, frameIn, framesIn, load, loaded, secure, server } from "./stage";

beforeAll(() => load());

const complain = vi.spyOn(console, "error").mockImplementation(() => undefined);
const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);

beforeEach(() => {
  secure(true);
  complain.mockClear();
  warn.mockClear();
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

const dark = `{"theme":"dark","radius":4}`;
const configured = (heard: ReturnType<typeof vi.fn>) => heard.mock.calls.map(([message]) => message).filter(({ type }) => type === "configure").map(({ detail }) => detail);

describe("its look", () => {
  test("is in the frame's address", () => {
    const { searchParams } = new URL(frameIn(element("cs_1", { locale: "de-AT", appearance: dark })).src);
    expect(Object.fromEntries(searchParams)).toEqual({ locale: "de-AT", appearance: dark });
  });

  test("is nothing when nothing is chosen", () => {
    expect(frameIn(element("cs_1", { locale: "", appearance: "{}" })).src).toBe(`${server}/checkout/cs_1`);
  });

  test("changes by message: the frame stays, with what was typed", () => {
    const made = element("cs_1", { locale: "de" });
    const frame = frameIn(made);
    const { heard, channel } = loaded(frame);
    made.setAttribute("locale", "fr");
    made.appearance = { theme: "dark", radius: 4 };
    made.removeAttribute("appearance");
    made.setAttribute("locale", "fr");
    expect(configured(heard)).toEqual([
      { locale: "fr", appearance: {} }, { locale: "fr", appearance: { theme: "dark", radius: 4 } }, { locale: "fr", appearance: {} },
    ]);
    for (const [message, target] of heard.mock.calls) expect([message.channel, target]).toEqual([channel, server]);
    expect(framesIn(made)).toEqual([frame]);
  });

  test("that changes before the frame has loaded is told when it has", () => {
    const made = element();
    made.locale = "ja";
    const heard = vi.fn();
    Object.defineProperty(frameIn(made), "contentWindow", { value: { postMessage: heard } });
    made.locale = "ko";
    expect(heard).not.toHaveBeenCalled();
    frameIn(made).dispatchEvent(new Event("load"));
    expect(heard.mock.calls.map(([{ type }]) => type)).toEqual(["hello", "configure"]);
    expect(configured(heard)).toEqual([{ locale: "ko", appearance: {} }]);
  });

  test("that is no JSON is told of, and does no harm", () => {
    const made = element("cs_1", { appearance: "dark" });
    expect(complain).toHaveBeenCalledWith(expect.stringContaining("not JSON: dark"));
    expect(frameIn(made).src).toBe(`${server}/checkout/cs_1`);
    expect(made.appearance).toEqual({});
  });
});

describe("its properties", () => {
  test("are its attributes", () => {
    const made = document.createElement("paywicket-checkout");
    expect([made.session, made.locale, made.appearance]).toEqual(["", "", {}]);
    made.session = "cs_9";
    made.locale = "sv";
    made.appearance = { accent: "#2b50c8" };
    expect(made.getAttribute("appearance")).toBe(`{"accent":"#2b50c8"}`);
    made.appearance = dark;
    expect(made.appearance).toEqual({ theme: "dark", radius: 4 });
    document.body.append(made);
    expect(new URL(frameIn(made).src).pathname).toBe("/checkout/cs_9");
    made.session = null;
    expect(framesIn(made)).toEqual([]);
    expect(made.hasAttribute("session")).toBe(false);
  });

  test("count that were set before the script had come", () => {
    const made = document.createElement("paywicket-checkout");
    Object.defineProperty(made, "session", { value: "cs_7", writable: true, configurable: true });
    document.body.append(made);
    expect(frameIn(made).src).toBe(`${server}/checkout/cs_7`);
    made.session = "cs_8";
    expect(frameIn(made).src).toBe(`${server}/checkout/cs_8`);
  });
});

describe("its session", () => {
  test("may come late", () => {
    const made = document.createElement("paywicket-checkout");
    document.body.append(made);
    expect(framesIn(made)).toEqual([]);
    made.setAttribute("session", "cs_3");
    vi.advanceTimersByTime(5000);
    expect(framesIn(made).length).toBeGreaterThan(0);
    expect(warn).not.toHaveBeenCalled();
  });

  test("that never comes is told of, while the element is there", () => {
    const made = document.createElement("paywicket-checkout");
    document.body.append(made);
    made.remove();
    vi.advanceTimersByTime(60_000);
    expect(warn).not.toHaveBeenCalled();
    document.body.append(made);
    vi.advanceTimersByTime(60_000);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("lacks its session"));
  });
});

describe("a page", () => {
  test("has several checkouts that do not hear each other", () => {
    const [one, two] = [element("cs_1"), element("cs_2")];
    const [first, second] = [loaded(frameIn(one)), loaded(frameIn(two))];
    const [heardOne, heardTwo] = [vi.fn(), vi.fn()];
    one.addEventListener("submit", heardOne);
    two.addEventListener("submit", heardTwo);
    first.say("submit");
    first.say("submit", {}, { channel: second.channel });
    second.say("submit", {}, { channel: first.channel });
    expect(heardOne).toHaveBeenCalledOnce();
    expect(heardTwo).not.toHaveBeenCalled();
  });

  test("that moves the element has it mounted again", () => {
    const made = element();
    const frame = frameIn(made);
    const other = document.createElement("div");
    document.body.append(other);
    other.append(made);
    expect(framesIn(made)).toHaveLength(1);
    expect(frameIn(made)).not.toBe(frame);
  });

  test("that is not secure is told so at once, and goes on", () => {
    secure(false);
    expect(framesIn(element())).toHaveLength(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("only https pages"));
  });
});
