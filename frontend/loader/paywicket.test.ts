import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { VERSION } from "../shared/protocol";

const server = "https://pay.example";

beforeAll(async () => {
  const script = document.createElement("script");
  script.setAttribute("src", `${server}/paywicket.js`);
  Object.defineProperty(script, "src", { value: `${server}/paywicket.js` });
  Object.defineProperty(document, "currentScript", { value: script, configurable: true });
  await import("./paywicket");
});

// Frames stay empty here, and happy-dom says so on the console each time.
const complain = vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeEach(() => {
  complain.mockClear();
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

function mount(session = "cs_1") {
  const element = document.createElement("paywicket-checkout");
  element.setAttribute("session", session);
  document.body.append(element);
  return element;
}
const framesIn = (element: Element) => [...element.querySelectorAll("iframe")];

/** Greets the frame as its load event does, and gives the channel's name. */
function channelOf(frame: HTMLIFrameElement): string {
  const heard = vi.fn();
  Object.defineProperty(frame, "contentWindow", { value: { postMessage: heard }, configurable: true });
  frame.dispatchEvent(new Event("load"));
  expect(heard).toHaveBeenCalledWith(expect.objectContaining({ type: "hello", version: VERSION }), server);
  return heard.mock.calls[0]?.[0].channel;
}

function say(frame: HTMLIFrameElement, channel: string, type: string, detail: object) {
  const event = new MessageEvent("message", { data: { type, version: VERSION, channel, detail }, origin: server });
  Object.defineProperty(event, "source", { value: frame.contentWindow });
  dispatchEvent(event);
}

describe("<paywicket-checkout>", () => {
  test("shows one frame of the server that its script came from", () => {
    const [frame, ...more] = framesIn(mount());
    expect(more).toEqual([]);
    expect(frame?.src).toBe(`${server}/checkout/cs_1`);
    expect(frame?.title).not.toBe("");
    expect(frame?.getAttribute("sandbox")?.split(" ")).not.toContain("allow-top-navigation");
  });

  test("a session cannot lead out of the checkout's path", () => {
    const [frame] = framesIn(mount("../v1/events?x=#y"));
    expect(new URL(frame?.src ?? "").pathname).toBe("/checkout/..%2Fv1%2Fevents%3Fx%3D%23y");
  });

  test("tells its page what the frame tells, without bubbling into a form around it", () => {
    const element = mount();
    const told = vi.fn();
    const around = vi.fn();
    element.addEventListener("submit", told);
    document.body.addEventListener("submit", around);
    const [frame] = framesIn(element);
    if (!frame) throw new Error("no frame");
    say(frame, channelOf(frame), "submit", {});
    expect(told).toHaveBeenCalledOnce();
    expect(around).not.toHaveBeenCalled();
  });

  test("is as tall as the frame says", () => {
    const [frame] = framesIn(mount());
    if (!frame) throw new Error("no frame");
    say(frame, channelOf(frame), "height", { height: 512.4 });
    expect(frame.style.height).toBe("513px");
  });

  test("another session takes the place of the first", () => {
    const element = mount();
    element.setAttribute("session", "cs_2");
    expect(framesIn(element).map((frame) => frame.src)).toEqual([`${server}/checkout/cs_2`]);
  });

  test("leaves nothing behind when it is taken away, nor hears anything more", () => {
    const element = mount();
    const [frame] = framesIn(element);
    if (!frame) throw new Error("no frame");
    const channel = channelOf(frame);
    const told = vi.fn();
    element.addEventListener("submit", told);
    element.addEventListener("error", told);
    element.remove();
    say(frame, channel, "submit", {});
    vi.advanceTimersByTime(60_000);
    expect(framesIn(element)).toEqual([]);
    expect(told).not.toHaveBeenCalled();
  });

  test("a frame that stays silent is reported, with what to look at", () => {
    const element = mount();
    const failed = vi.fn();
    element.addEventListener("error", failed);
    vi.advanceTimersByTime(10_001);
    expect(failed.mock.calls[0]?.[0].detail.code).toBe("unreachable");
    expect(complain).toHaveBeenCalledWith(expect.stringContaining(location.origin));
  });

  test("without a session it waits for one", () => {
    const element = document.createElement("paywicket-checkout");
    document.body.append(element);
    expect(framesIn(element)).toEqual([]);
    element.setAttribute("session", "cs_3");
    expect(framesIn(element)).toHaveLength(1);
  });
});

test("with a merchant, its page is watched by the collector", async () => {
  const script = document.createElement("script");
  Object.defineProperty(script, "src", { value: `${server}/paywicket.js` });
  Object.assign(script.dataset, { merchant: "mer_1", site: "site_1" });
  Object.defineProperty(document, "currentScript", { value: script, configurable: true });
  expect(document.querySelector("script")).toBeNull();
  vi.resetModules();
  await import("./paywicket");
  const added = document.head.querySelector<HTMLScriptElement>("script[src$='/sense.js']");
  expect(added?.src).toBe(`${server}/sense.js`);
  expect({ ...added?.dataset }).toEqual({ merchant: "mer_1", site: "site_1" });
  added?.remove();
});

describe("Paywicket.mount", () => {
  test("does the same in any element, and undoes it", () => {
    document.body.innerHTML = `<div id="here"></div>`;
    const { unmount } = window.Paywicket!.mount("#here", { session: "cs_4" });
    expect(document.querySelector<HTMLIFrameElement>("#here iframe")?.src).toBe(`${server}/checkout/cs_4`);
    unmount();
    expect(document.querySelector("#here")?.children).toHaveLength(0);
  });

  test("says so when there is no such element", () => {
    expect(() => window.Paywicket!.mount("#nowhere", { session: "cs_4" })).toThrow("#nowhere");
  });
});

describe("Paywicket.confirm", () => {
  const key = "0".repeat(52);
  const confirm = (url: string, onclose?: (outcome: object) => void) => {
    document.body.innerHTML = `<div id="here"></div>`;
    return window.Paywicket!.confirm(url, { container: "#here", ...(onclose ? { onclose } : {}) });
  };
  const shown = () => document.querySelector<HTMLIFrameElement>("#here iframe");

  test("shows the challenge's page, and undoes it", () => {
    const { unmount } = confirm(`${server}/confirm/${key}`);
    expect(shown()?.src).toBe(`${server}/confirm/${key}`);
    expect(shown()?.title).not.toBe("");
    unmount();
    expect(shown()).toBeNull();
  });

  test.each([
    "https://evil.example/confirm/0", `https://pay.example@evil.example/confirm/0`, "http://pay.example/confirm/0", `${server}/checkout/cs_1`,
    `${server}/confirm/0/../../checkout/cs_1`, `${server}/confirm/`, "javascript:alert(1)", "//evil.example/confirm/0", "data:text/html,x",
  ])("%s is no challenge of this server, and is not shown", (url) => {
    expect(() => confirm(url)).toThrow("no challenge");
    expect(shown()).toBeNull();
  });

  test("tells the end once, from the frame alone", () => {
    const closed = vi.fn();
    confirm(`${server}/confirm/${key}`, closed);
    const frame = shown();
    if (!frame) throw new Error("no frame");
    const channel = channelOf(frame);
    say(frame, "f".repeat(32), "outcome", { order: "1", status: "approved" });
    say(frame, channel, "outcome", { order: "1" });
    expect(closed).not.toHaveBeenCalled();
    say(frame, channel, "outcome", { order: "1", status: "approved" });
    say(frame, channel, "outcome", { order: "1", status: "declined" });
    expect(closed.mock.calls).toEqual([[{ order: "1", status: "approved" }]]);
    expect(shown()).not.toBeNull();
  });
});
