// Who may show the checkout, and who hears from it.

import type { Server } from "node:http";
import type { Browser, ConsoleMessage } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutOf, launch, pay, serve } from "./browser";
import { Program } from "./program";

let program: Program;
let browser: Browser;
let merchant: { origin: string; server: Server };
let foreign: { origin: string; server: Server };
const merchantPages: Record<string, string> = {};
const foreignPages: Record<string, string> = {};

beforeAll(async () => {
  merchant = await serve(merchantPages);
  foreign = await serve(foreignPages);
  program = await Program.start("--origin", merchant.origin);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program.stop();
  merchant.server.close();
  foreign.server.close();
});

/** A page that embeds a session as a merchant does, and notes what it hears. */
const embedding = (session: string) => `<!doctype html><title>page</title>
  <script src="${program.url}/paywicket.js"></script>
  <script>
    window.heard = []; window.messages = [];
    addEventListener("message", (event) => messages.push(JSON.stringify(event.data)));
    for (const type of ["ready", "token", "decline", "error"])
      addEventListener(type, (event) => { if (event.target.localName === "paywicket-checkout") heard.push([type, event.detail]); }, true);
  </script>
  <paywicket-checkout session="${session}"></paywicket-checkout>`;

interface Hearing {
  heard: [string, Record<string, unknown>][];
  messages: string[];
}

test("the merchant's page receives the token; a foreign window receives nothing", async () => {
  merchantPages["/pay"] = embedding(await program.session());
  // The foreign page opens the merchant's and so holds a window of it; it also
  // sits in a frame of the merchant's page.
  merchantPages["/pay"] += `<iframe src="${foreign.origin}/ad"></iframe>`;
  foreignPages["/ad"] = `<script>window.messages = []; addEventListener("message", (event) => { if (event.source !== window) messages.push(JSON.stringify(event.data)); });
    setInterval(() => { try { for (let i = 0; i < top.frames.length; i++) top.frames[i].postMessage({ type: "hello", version: 1, channel: "00000000000000000000000000000000" }, "*"); } catch {} }, 20);</script>`;
  foreignPages["/opener"] = `<script>window.messages = []; addEventListener("message", (event) => messages.push(JSON.stringify(event.data)));
    window.shop = open("${merchant.origin}/pay"); setInterval(() => { try { shop.frames[0].postMessage({ type: "hello", version: 1, channel: "00000000000000000000000000000000" }, "*"); } catch {} }, 20);</script>`;

  const context = await browser.newContext();
  const opener = await context.newPage();
  const [page] = await Promise.all([context.waitForEvent("page"), opener.goto(`${foreign.origin}/opener`)]);
  const frame = checkoutOf(page);
  await pay(frame, { number: "4111 1111 1111 1111" });
  await frame.getByText("Payment complete").waitFor();
  await page.waitForFunction(() => (window as unknown as Hearing).heard.some(([type]) => type === "token"));

  const { heard, messages } = await page.evaluate(() => ({ heard: (window as unknown as Hearing).heard, messages: (window as unknown as Hearing).messages }));
  const token = heard.find(([type]) => type === "token")?.[1];
  expect(token).toMatchObject({ last4: "1111", brand: "visa", token: expect.stringMatching(/^tok_/) });
  // Even the merchant's own page hears no digit beyond the last four.
  for (const digits of ["41111", "11111"]) expect(messages.join()).not.toContain(digits);
  const ad = page.frames().find((frame) => frame.url().startsWith(foreign.origin));
  expect(await ad?.evaluate(() => (window as unknown as Hearing).messages)).toEqual([]);
  expect(await opener.evaluate(() => (window as unknown as Hearing).messages)).toEqual([]);
});

test("a foreign origin is not shown the checkout, however it embeds it", async () => {
  const session = await program.session();
  const at = `${program.url}/checkout/${session}`;
  foreignPages["/element"] = embedding(session);
  foreignPages["/frame"] = `<iframe src="${at}" name="${merchant.origin}"></iframe>`;
  foreignPages["/sandboxed"] = `<iframe sandbox="allow-scripts allow-forms" src="${at}"></iframe>`;
  foreignPages["/object"] = `<object data="${at}"></object>`;
  foreignPages["/embed"] = `<embed src="${at}">`;
  merchantPages["/nested"] = `<iframe src="${at}"></iframe>`;
  foreignPages["/nested"] = `<iframe src="${merchant.origin}/nested"></iframe>`;
  foreignPages["/srcdoc"] = `<iframe srcdoc='<iframe src="${at}"></iframe>'></iframe>`;
  for (const path of ["/element", "/frame", "/sandboxed", "/object", "/embed", "/nested", "/srcdoc"]) {
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on("console", (message: ConsoleMessage) => {
      if (message.text().includes("frame-ancestors")) refused.push(message.text());
    });
    await page.goto(foreign.origin + path);
    await expect.poll(() => refused.length, { message: path, timeout: 10_000 }).toBeGreaterThan(0);
    for (const frame of page.frames()) expect(await frame.locator("input").count().catch(() => 0), path).toBe(0);
    await page.close();
  }
});

test("a page that is refused is told why within its patience", async () => {
  foreignPages["/silent"] = embedding(await program.session());
  const page = await browser.newPage();
  await page.goto(`${foreign.origin}/silent`);
  await page.waitForFunction(() => (window as unknown as Hearing).heard.some(([type]) => type === "error"), undefined, { timeout: 15_000 });
  const [, detail] = (await page.evaluate(() => (window as unknown as Hearing).heard))[0] ?? [];
  expect(detail).toMatchObject({ code: "wrong_origin" });
  expect(String(detail?.message)).toContain(foreign.origin);
});

test("the checkout's frame answers no page of another origin, even one that holds the session", async () => {
  const session = await program.session();
  foreignPages["/post"] = "<title>foreign</title>";
  const page = await browser.newPage();
  await page.goto(`${foreign.origin}/post`);
  const refused = await page.evaluate(async (at) => {
    const card = { number: "4111111111111111", exp_month: 12, exp_year: 2030, cvv: "123", name: "A" };
    const simple = await fetch(at, { method: "POST", mode: "no-cors", body: JSON.stringify(card) }).then(() => "sent", () => "refused");
    const cors = await fetch(at, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(card) }).then(() => "read", () => "refused");
    return [simple, cors];
  }, `${program.url}/checkout/${session}/pay`);
  expect(refused[1]).toBe("refused");
  expect(await program.api("GET", `/v1/checkout_sessions/${session}`)).toMatchObject({ status: "open", payment: null });
});

test("unmounting leaves nothing behind, and another session can be shown", async () => {
  merchantPages["/spa"] = embedding(await program.session());
  const second = await program.session({ amount: 100 });
  const page = await browser.newPage();
  await page.goto(`${merchant.origin}/spa`);
  await checkoutOf(page).getByRole("button", { name: "Pay $49.00" }).waitFor();
  await page.evaluate((session) => document.querySelector("paywicket-checkout")?.setAttribute("session", session), second);
  await checkoutOf(page).getByRole("button", { name: "Pay $1.00" }).waitFor();
  expect(await page.locator("body iframe").count()).toBe(1);
  await page.evaluate(() => document.querySelector("paywicket-checkout")?.remove());
  expect(await page.locator("body iframe").count()).toBe(0);
});
