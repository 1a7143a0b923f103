import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LoadOptions, Paywicket } from "./index.js";

const host = "https://pay.example";
const made = { mount: () => undefined } as unknown as Paywicket;

let tags: HTMLScriptElement[];
let loadPaywicket: (host: string, options?: LoadOptions) => Promise<Paywicket>;

beforeEach(async () => {
  tags = [];
  // Nothing is loaded here: a test says what comes of it.
  vi.spyOn(document.head, "append").mockImplementation((tag) => void tags.push(tag as HTMLScriptElement));
  vi.resetModules();
  ({ loadPaywicket } = await import("./index.js"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  delete window.Paywicket;
  document.body.replaceChildren();
});

const tag = (n = 0) => tags[n] as HTMLScriptElement;
function comes(n = 0) {
  window.Paywicket = made;
  tag(n).dispatchEvent(new Event("load"));
}

describe("loadPaywicket", () => {
  test("inserts the server's script once, however often it is asked", async () => {
    const all = [loadPaywicket(host), loadPaywicket(`${host}/`), loadPaywicket(`${host}/some/page`)];
    expect(tags.map(({ src }) => src)).toEqual([`${host}/paywicket.js`]);
    comes();
    expect(await Promise.all(all)).toEqual([made, made, made]);
    expect(await loadPaywicket(host)).toBe(made);
    expect(tags).toHaveLength(1);
  });

  test("with its integrity and the page's nonce, and always so that integrity can be checked", () => {
    void loadPaywicket(host, { integrity: "sha384-x", nonce: "n0nce" });
    expect([tag().integrity, tag().nonce, tag().crossOrigin]).toEqual(["sha384-x", "n0nce", "anonymous"]);
  });

  test("rejects when it cannot be loaded, takes its tag away, and tries again when asked again", async () => {
    const first = loadPaywicket(host);
    const remove = vi.spyOn(tag(), "remove");
    tag().dispatchEvent(new Event("error"));
    await expect(first).rejects.toThrow(`${host}/paywicket.js`);
    expect(remove).toHaveBeenCalledOnce();
    const second = loadPaywicket(host);
    expect(tags).toHaveLength(2);
    comes(1);
    expect(await second).toBe(made);
  });

  test("rejects when what was loaded is something else", async () => {
    const promise = loadPaywicket(host);
    tag().dispatchEvent(new Event("load"));
    await expect(promise).rejects.toThrow("could not be loaded");
  });

  test.each(["pay.example", "", "not an address"])("rejects %j, which is no address", async (text) => {
    await expect(loadPaywicket(text)).rejects.toThrow("no address");
    expect(tags).toEqual([]);
  });

  test("takes what the page has loaded by itself", async () => {
    window.Paywicket = made;
    expect(await loadPaywicket(host)).toBe(made);
    expect(tags).toEqual([]);
  });

  test("waits for the tag of the page's own, while that is to come", async () => {
    const own = { src: `${host}/paywicket.js`, addEventListener: vi.fn(), remove: vi.fn() };
    vi.spyOn(document, "scripts", "get").mockReturnValue([own] as never);
    vi.spyOn(document, "readyState", "get").mockReturnValue("interactive");
    const promise = loadPaywicket(host);
    expect(tags).toEqual([]);
    window.Paywicket = made;
    own.addEventListener.mock.calls.find(([type]) => type === "load")?.[1]();
    expect(await promise).toBe(made);
  });

  test("goes through a policy of its own where the page has Trusted Types, made once", async () => {
    const createScriptURL = vi.fn((url: string) => url);
    const createPolicy = vi.fn((_name: string, rules: { createScriptURL(url: string): string }) => ({ createScriptURL: (url: string) => createScriptURL(rules.createScriptURL(url)) }));
    vi.stubGlobal("trustedTypes", { createPolicy });
    const first = loadPaywicket(host);
    tag().dispatchEvent(new Event("error"));
    await expect(first).rejects.toThrow();
    void loadPaywicket(host);
    expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(["paywicket"]);
    expect(createScriptURL.mock.calls).toEqual([[`${host}/paywicket.js`], [`${host}/paywicket.js`]]);
  });

  test("goes without one that the page does not allow", () => {
    vi.stubGlobal("trustedTypes", { createPolicy() { throw new TypeError("not allowed"); } });
    void loadPaywicket(host);
    expect(tag().src).toBe(`${host}/paywicket.js`);
  });

  test("stays pending where there is no page", async () => {
    vi.stubGlobal("document", undefined);
    const settled = vi.fn();
    loadPaywicket(host).then(settled, settled);
    await new Promise((wait) => setTimeout(wait, 5));
    expect(settled).not.toHaveBeenCalled();
  });
});
