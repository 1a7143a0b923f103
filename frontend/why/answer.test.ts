import { expect, test, vi } from "vitest";
import { VERSION } from "../shared/protocol";
import { answer, codeFor } from "./answer";

const shop = "https://shop.example";
const channel = "a".repeat(32);
const hello = { type: "hello", version: VERSION, channel };

function arrive(data: unknown, origin: string, source: Window | null) {
  const event = new MessageEvent("message", { data, origin });
  Object.defineProperty(event, "source", { value: source });
  dispatchEvent(event);
}

test.each(["ok", "session_used", "session_expired"] as const)("%s is told to pages of the site, and to others that they are none", (code) => {
  expect(codeFor({ code, origins: [shop] }, shop)).toBe(code);
  for (const origin of ["http://shop.example", "https://shop.example.evil.example", "https://shop.example:8443", "null"]) {
    expect(codeFor({ code, origins: [shop] }, origin), origin).toBe("wrong_origin");
  }
});

test("that there is no session is told to everybody", () => {
  expect(codeFor({ code: "session_unknown", origins: null }, "https://anywhere.example")).toBe("session_unknown");
});

test("a hello is answered to the exact origin it came from, on its channel", () => {
  const around = { postMessage: vi.fn() } as unknown as Window & { postMessage: ReturnType<typeof vi.fn> };
  answer(around, { code: "ok", origins: [shop] });
  arrive(hello, shop, {} as Window);
  arrive(hello, "null", around);
  arrive({ ...hello, version: 2 }, shop, around);
  arrive({ ...hello, channel: "short" }, shop, around);
  arrive("hello", shop, around);
  expect(around.postMessage).not.toHaveBeenCalled();
  arrive(hello, shop, around);
  arrive({ ...hello, channel: "b".repeat(32) }, "https://evil.example", around);
  expect(around.postMessage.mock.calls).toEqual([
    [{ type: "why", version: VERSION, channel, detail: { code: "ok" } }, shop],
    [{ type: "why", version: VERSION, channel: "b".repeat(32), detail: { code: "wrong_origin" } }, "https://evil.example"],
  ]);
});
