import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { element as mount, frameIn, framesIn, load, loaded, secure, server } from "./stage";

beforeAll(() => load());

// Frames stay empty here, and happy-dom says so on the console each time.
vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeEach(() => {
  secure(true);
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

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
    loaded(frameIn(element)).say("submit");
    expect(told).toHaveBeenCalledOnce();
    expect(around).not.toHaveBeenCalled();
  });

  test("is as tall as the frame says", () => {
    const frame = frameIn(mount());
    loaded(frame).say("height", { height: 512.4 });
    expect(frame.style.height).toBe("513px");
  });

  test("another session takes the place of the first", () => {
    const element = mount();
    element.setAttribute("session", "cs_2");
    expect(framesIn(element).map((frame) => frame.src)).toEqual([`${server}/checkout/cs_2`]);
  });
});

test("with a merchant, its page is watched by the collector", async () => {
  expect(document.querySelector("script")).toBeNull();
  vi.resetModules();
  await load({ merchant: "mer_1", site: "site_1" }, "n0nce");
  const added = document.head.querySelector<HTMLScriptElement>("script[src$='/sense.js']");
  expect(added?.src).toBe(`${server}/sense.js`);
  expect(added?.nonce).toBe("n0nce");
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
    const { say } = loaded(frame);
    say("outcome", { order: "1", status: "approved" }, { channel: "f".repeat(32) });
    say("outcome", { order: "1" });
    expect(closed).not.toHaveBeenCalled();
    say("outcome", { order: "1", status: "approved" });
    say("outcome", { order: "1", status: "declined" });
    expect(closed.mock.calls).toEqual([[{ order: "1", status: "approved" }]]);
    expect(shown()).not.toBeNull();
  });

  test("one that stays silent is told of, and has no diagnosis", () => {
    confirm(`${server}/confirm/${key}`);
    const failed = vi.fn();
    document.querySelector("#here")?.addEventListener("error", failed);
    vi.advanceTimersByTime(10_000);
    expect(failed.mock.calls[0]?.[0].detail.code).toBe("network");
    expect(framesIn(document.body)).toHaveLength(1);
  });
});
