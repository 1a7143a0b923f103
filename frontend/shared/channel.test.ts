import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listen, newChannel, Peer } from "./channel";
import { VERSION } from "./protocol";

const page = "https://shop.example";
const channel = "a".repeat(32);
const windowOf = () => ({ postMessage: vi.fn() }) as unknown as Window & { postMessage: ReturnType<typeof vi.fn> };

function arrive(data: unknown, origin: string, source: Window | null) {
  const event = new MessageEvent("message", { data, origin });
  Object.defineProperty(event, "source", { value: source });
  dispatchEvent(event);
}

test("a channel is 32 hexadecimal digits and never the same", () => {
  const names = new Set(Array.from({ length: 100 }, newChannel));
  expect(names.size).toBe(100);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
});

describe("the page's end", () => {
  const frame = windowOf();
  const hear = vi.fn();
  const message = { type: "submit", version: VERSION, channel, detail: {} };
  let stop: () => void;
  beforeEach(() => {
    hear.mockClear();
    stop = listen(() => frame, "https://pay.example", channel, hear);
  });
  afterEach(() => stop());

  test("hears its frame", () => {
    arrive(message, "https://pay.example", frame);
    expect(hear).toHaveBeenCalledExactlyOnceWith(message);
  });

  test("hears nobody else: another origin, another window, another channel, no window", () => {
    arrive(message, "https://pay.example.evil.example", frame);
    arrive(message, "null", frame);
    arrive(message, "https://pay.example", windowOf());
    arrive(message, "https://pay.example", null);
    arrive({ ...message, channel: "b".repeat(32) }, "https://pay.example", frame);
    arrive({ ...message, detail: { more: 1 } }, "https://pay.example", frame);
    expect(hear).not.toHaveBeenCalled();
  });

  test("hears nothing any more once it is stopped", () => {
    stop();
    arrive(message, "https://pay.example", frame);
    expect(hear).not.toHaveBeenCalled();
  });
});

describe("the frame's end", () => {
  const hello = { type: "hello", version: VERSION, channel };

  test("says nothing until a page of its site has greeted it, then all it had to say", () => {
    const parent = windowOf();
    const greeted = vi.fn();
    const peer = new Peer(parent, [page], greeted);
    peer.tell("submit", {});
    arrive(hello, "https://elsewhere.example", parent);
    arrive(hello, page, windowOf());
    arrive({ ...hello, version: 2 }, page, parent);
    expect(parent.postMessage).not.toHaveBeenCalled();
    arrive(hello, page, parent);
    expect(greeted).toHaveBeenCalledOnce();
    expect(parent.postMessage).toHaveBeenCalledExactlyOnceWith({ type: "submit", version: VERSION, channel, detail: {} }, page);
  });

  test("stays with the first page that greeted it", () => {
    const parent = windowOf();
    const peer = new Peer(parent, [page, "https://other.example"], () => undefined);
    arrive(hello, page, parent);
    arrive({ ...hello, channel: "b".repeat(32) }, "https://other.example", parent);
    peer.tell("processing", { payment: "pay_1" });
    expect(parent.postMessage).toHaveBeenCalledExactlyOnceWith({ type: "processing", version: VERSION, channel, detail: { payment: "pay_1" } }, page);
  });

  test("never sends to any origin there may be", () => {
    const parent = windowOf();
    const peer = new Peer(parent, [page], () => peer.tell("ready", {}));
    arrive(hello, page, parent);
    for (const [, target] of parent.postMessage.mock.calls) expect(target).toBe(page);
    expect(parent.postMessage).toHaveBeenCalled();
  });

  test("looks otherwise when its page says so, after the hello and on its channel", () => {
    const parent = windowOf();
    const configured = vi.fn();
    const configure = { type: "configure", version: VERSION, channel, detail: { locale: "de" } };
    const peer = new Peer(parent, [page, "https://other.example"], () => undefined, configured);
    arrive(configure, page, parent);
    arrive(hello, page, parent);
    arrive({ ...configure, channel: "b".repeat(32) }, page, parent);
    arrive(configure, "https://other.example", parent);
    arrive(configure, page, windowOf());
    arrive({ ...configure, detail: { session: "cs_2" } }, page, parent);
    expect(configured).not.toHaveBeenCalled();
    arrive(configure, page, parent);
    expect(configured).toHaveBeenCalledExactlyOnceWith({ locale: "de" });
    peer.tell("submit", {});
    expect(parent.postMessage).toHaveBeenCalledOnce();
  });
});
