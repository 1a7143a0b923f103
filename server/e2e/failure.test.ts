// A checkout that does not appear: the page is told why within ten seconds, and a retry
// works. And what of it is left on a page.

import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutOf, fill, launch, pay, serve } from "./browser";
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

/** A page that embeds a session, and notes what it is told and when. */
const embedding = (session: string, head = "") => `<!doctype html><title>page</title>${head}
  <script nonce="n">
    window.heard = [];
    for (const type of ["ready", "token", "error"])
      addEventListener(type, (event) => { if (event.target.localName === "paywicket-checkout") heard.push([type, event.detail.code ?? "", performance.now()]); }, true);
  </script>
  <script nonce="n" src="${program.url}/paywicket.js"></script>
  <paywicket-checkout session="${session}"></paywicket-checkout>`;

type Heard = [string, string, number][];
const heard = (page: Page) => page.evaluate("heard") as Promise<Heard>;

/** Opens a page and waits for the first thing that it is told. */
async function opened(address: string): Promise<{ page: Page; first: Heard[number]; console: string[] }> {
  const page = await browser.newPage();
  const console: string[] = [];
  page.on("console", (message) => console.push(message.text()));
  await page.goto(address);
  await page.waitForFunction("heard.length > 0", undefined, { timeout: 12_000 });
  return { page, first: (await heard(page))[0] as Heard[number], console };
}

const policy = (directives: string) => `<meta http-equiv="Content-Security-Policy" content="${directives}">`;

test.each([
  ["wrong_origin", async () => { foreignPages["/wrong"] = embedding(await program.session()); return `${foreign.origin}/wrong`; }],
  ["session_unknown", async () => { merchantPages["/unknown"] = embedding("cs_00000000000000000000000000"); return `${merchant.origin}/unknown`; }],
  ["blocked", async () => { merchantPages["/blocked"] = embedding(await program.session(), policy(`default-src 'none'; script-src 'nonce-n'`)); return `${merchant.origin}/blocked`; }],
])("%s is told within ten seconds, to the page and on its console, and the shopper sees a way on", async (code, prepare) => {
  const { page, first, console } = await opened(await prepare());
  expect(first.slice(0, 2)).toEqual(["error", code]);
  expect(first[2]).toBeLessThan(10_000);
  expect(console.filter((text) => text.startsWith("Paywicket: "))).toEqual([expect.stringContaining(`embedding#${code}`)]);
  const box = page.getByRole("alert");
  expect(await box.isVisible()).toBe(true);
  await box.getByRole("button").click();
  await page.waitForFunction("heard.length > 1", undefined, { timeout: 12_000 });
  expect((await heard(page))[1]?.slice(0, 2)).toEqual(["error", code]);
  expect(await page.evaluate("document.querySelectorAll('iframe').length")).toBe(1);
  await page.close();
}, 40_000);

test("a server that is away is told of, and a retry works when it is back", async () => {
  merchantPages["/away"] = embedding(await program.session());
  const page = await browser.newPage();
  let away = true;
  await page.route("**/checkout/**", (route) => (away ? route.abort() : route.continue()));
  await page.goto(`${merchant.origin}/away`);
  await page.waitForFunction("heard.length > 0", undefined, { timeout: 12_000 });
  const [first] = await heard(page);
  expect(first?.slice(0, 2)).toEqual(["error", "network"]);
  expect(first?.[2]).toBeLessThan(10_000);
  away = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await checkoutOf(page).locator("[autocomplete='cc-number']").waitFor();
  await page.waitForFunction("heard.length > 1");
  expect((await heard(page))[1]?.[0]).toBe("ready");
  expect(await page.getByRole("alert").count()).toBe(0);
  await page.close();
}, 40_000);

test("two directives are all the policy that a page needs, 3-D Secure included", async () => {
  merchantPages["/strict"] = embedding(await program.session(), policy(`default-src 'none'; script-src 'nonce-n'; frame-src ${program.url}; require-trusted-types-for 'script'; trusted-types 'none'`));
  const { page, console } = await opened(`${merchant.origin}/strict`);
  const frame = checkoutOf(page);
  await pay(frame, { number: "4000 0027 6000 3184" });
  await frame.frameLocator("iframe").getByRole("button").first().waitFor();
  expect(console.filter((text) => /Content.Security.Policy|TrustedHTML|TrustedScript/i.test(text))).toEqual([]);
  await page.close();
}, 40_000);

test("what was typed can be kept while the frame is away, by frames of ours alone", async () => {
  const session = await program.session();
  merchantPages["/keep"] = embedding(session);
  const { page } = await opened(`${merchant.origin}/keep`);
  const keeper = async () => page.frames().find((frame) => frame.url().endsWith("/keep"));
  await expect.poll(keeper).toBeTruthy();
  const inFrame = async (script: string) => {
    const frame = page.frames().find((one) => one.url() === `${program.url}/checkout/${session}`);
    return await frame?.evaluate(script);
  };
  const find = `[...Array(parent.length).keys()].map((i) => { try { return parent[i].name === "paywicket-keep-${session}" && parent[i].kept } catch {} }).find(Boolean)`;
  await expect.poll(() => inFrame(`typeof ${find}`)).toBe("object");
  await inFrame(`Object.assign(${find}, { values: { name: "Ada" }, at: Date.now() })`);
  expect(await page.evaluate(`(() => { try { return frames[frames.length - 1].kept } catch (error) { return error.name } })()`)).toBe("SecurityError");
  await page.evaluate(`document.querySelector("paywicket-checkout").retry()`);
  await page.waitForFunction("heard.filter(([type]) => type === 'ready').length === 2");
  expect(await inFrame(`${find}.values.name`)).toBe("Ada");
  await fill(checkoutOf(page), { number: "4111 1111 1111 1111" });
  await page.evaluate(`document.querySelector("paywicket-checkout").remove()`);
  expect(await page.evaluate("document.querySelectorAll('body iframe').length")).toBe(0);
  await page.close();
}, 40_000);

test("a checkout that is paid tells so to a page that shows it again", async () => {
  const session = await program.session();
  merchantPages["/paid"] = embedding(session);
  const { page } = await opened(`${merchant.origin}/paid`);
  await pay(checkoutOf(page), { number: "4111 1111 1111 1111" });
  await page.waitForFunction("heard.some(([type]) => type === 'token')");
  await expect.poll(() => page.frames().some((frame) => frame.url().endsWith("/keep"))).toBe(false);
  await page.close();
}, 40_000);
