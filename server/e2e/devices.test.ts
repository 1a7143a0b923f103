// Which device a checkout was opened on: by the real collector in a real browser.

import type { Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchWhole, serve } from "./browser";
import { device, harmless, others, unsure, usual, visit } from "./devices";
import { Program } from "./program";

let program: Program;
let browser: Browser;
let shop: { origin: string; server: Server; pages: Record<string, string> };

beforeAll(async () => {
  const pages: Record<string, string> = {};
  shop = { ...(await serve(pages)), pages };
  program = await Program.start("--origin", shop.origin, "--behind-proxy");
  browser = await launchWhole();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  shop?.server.close();
});

/** The ways to know a device: by the name its browser was given, by its network, or by neither. */
const ways = ["by its name", "by its network", "by signals alone"] as const;

for (const way of ways) {
  test(`a device is known again whatever harmless changes ${way}`, { timeout: 120_000 }, async () => {
    for (const [name, change] of Object.entries(harmless)) {
      const home = await device(browser, {}, "203.0.113.7");
      const before = await visit(program, home);
      expect(before).toMatchObject({ verdict: "new", replayed: false });
      const there = await device(browser, change, way === "by its network" ? "203.0.113.9" : undefined, way === "by its name" ? await home.storageState() : undefined);
      const after = await visit(program, there, change, shop);
      const known = way !== "by signals alone" || !unsure.includes(name);
      expect(after, `${name}: ${after.reasons}`).toMatchObject(known ? { verdict: "recognised", device: before.device } : { verdict: "possible" });
      await home.close();
      await there.close();
      for (const seen of new Set([before.device, after.device])) await program.api("DELETE", `/v1/devices/${seen}`);
    }
  });
}

test("devices that differ in what does not change are never one", { timeout: 120_000 }, async () => {
  const seen = new Set<string>();
  for (const change of others(12)) {
    const there = await device(browser, change);
    const { verdict, device: name } = await visit(program, there, change);
    expect(verdict).toBe("new");
    expect(seen).not.toContain(name);
    seen.add(name!);
    await there.close();
  }
});

test("the collector makes three requests of a page at most, and none holds what was typed", async () => {
  const context = await device(browser, {});
  await context.addInitScript(`window.left = []; const send = navigator.sendBeacon;
    Navigator.prototype.sendBeacon = function (path, body) { body.text().then((text) => left.push(text)); return send.call(this, path, body); };`);
  const page = await context.newPage();
  const said: string[] = [], sent: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => request.url().includes("/sense/") && request.resourceType() === "fetch" && sent.push(request.postData() ?? ""));
  await page.goto(`${program.url}/checkout/${await program.session()}`);
  for (const [field, text] of [["number", "4111 1111 1111 1111"], ["exp", "12 / 30"], ["csc", "739"], ["name", "Ada Lovelace"]]) {
    await page.locator(`[autocomplete='cc-${field}']`).pressSequentially(text!, { delay: 10 });
  }
  await page.mouse.move(100, 100, { steps: 5 });
  await page.locator("button.pay").click();
  await expect.poll(() => page.evaluate(() => (window as never as { left: string[] }).left.length)).toBe(1);
  const left = await page.evaluate(() => (window as never as { left: string[] }).left);
  expect(sent).toHaveLength(2);
  expect(said).toEqual([]);
  for (const body of [...sent, ...left]) {
    // Keys, nonces and times are the only long digits; by chance they may be the CVV's.
    const told = body.replaceAll(/"(sense_key|nonce|at)":("[^"]*"|\d+)/g, "");
    expect(told.replaceAll(/[ -]/g, "")).not.toMatch(/4111|1111|739|Ada|Lovelace/);
  }
  expect(left[0]).toContain('"type":"typing","field":"number"');
  await context.close();
});

test("a shop's page has a sense key by script tag or by the queueing stub, and its checkout goes on with it", async () => {
  const { mid, site_id } = program.credentials;
  shop.pages["/tag"] = `<!doctype html><script async src="${program.url}/sense.js" data-merchant="${mid}" data-site="${site_id}"></script>`;
  shop.pages["/stub"] = `<!doctype html><script>window.fc = function () { (fc.q = fc.q || []).push(arguments); }; fc("init", "${mid}", "${site_id}"); fc("key", (key) => (window.early = key));</script>
    <script async src="${program.url}/sense.js"></script>`;
  const context = await browser.newContext(usual);
  const page = await context.newPage();
  const keyOf = () => page.evaluate(() => new Promise<string>((told) => {
    const ask = () => (window as never as { fc?: (verb: string, told: (key: string) => void) => void }).fc?.("key", told) ?? setTimeout(ask, 20);
    ask();
  }));
  await page.goto(`${shop.origin}/tag`);
  const key = await keyOf();
  expect(key).toMatch(/^sns_/);
  await page.goto(`${shop.origin}/stub`);
  expect(await keyOf()).toBe(key);
  expect(await page.evaluate(() => (window as never as { early: string }).early)).toBe(key);

  const session = await program.session({ sense_key: key });
  await page.goto(`${program.url}/checkout/${session}`);
  await expect.poll(async () => (await program.api<{ pages: number }>("GET", `/v1/checkout_sessions/${session}/visit`)).pages, { timeout: 10_000 }).toBe(3);
  expect(await program.api("GET", `/v1/checkout_sessions/${session}/visit`)).toMatchObject({ moved: false, replayed: false });
  await context.close();
});
