// Nothing in the checkout moves under a shopper's hand: not while it loads, not when errors
// come and go, and no script holds the page up.

import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutOf, fill, launchWhole } from "./browser";
import { Program } from "./program";
import { longTasks } from "./tasks";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start();
  browser = await launchWhole();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
});

/**
 * What has moved by itself in a document since it was opened: what Cumulative Layout Shift
 * counts (https://web.dev/articles/cls). An error of two lines that comes when the shopper
 * presses the button makes room for itself; nothing else may.
 */
const moved = (frame: Frame) =>
  frame.evaluate(async () => {
    interface Shift extends PerformanceEntry {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null }[];
    }
    const shifts = await new Promise<Shift[]>((give) => {
      const found: Shift[] = [];
      new PerformanceObserver((list) => void found.push(...(list.getEntries() as Shift[]))).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => give(found), 100);
    });
    const named = ({ node }: { node: Node | null }) => (node instanceof Element ? `${node.localName}.${node.className}` : (node?.nodeName ?? "?"));
    return shifts.filter(({ hadRecentInput }) => !hadRecentInput).map(({ value, sources }) => `${value.toFixed(4)}: ${sources.map(named).join(", ")}`);
  });

async function open(width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: "en-US" });
  const page = await context.newPage();
  await page.goto(`${program.url}/checkout/${await program.session()}`);
  await page.locator("button.pay").waitFor();
  return page;
}

const settled = (page: Page) => page.waitForTimeout(300);

test.each([360, 720])("at %i pixels nothing moves while it loads, nor when errors come and go", async (width) => {
  const page = await open(width);
  await settled(page);
  expect(await moved(page.mainFrame()), "while it loads").toEqual([]);
  await page.locator("button.pay").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await settled(page);
  expect(await moved(page.mainFrame()), "when every field is said to be missing").toEqual([]);
  await page.locator("[name=number]").fill("4111 1111 1111 1112");
  await page.locator("[name=expiry]").fill("01 / 20");
  await page.locator("[name=cvv]").fill("1");
  await page.locator("[name=name]").fill("Ada Lovelace");
  await page.locator("button.pay").click();
  await settled(page);
  expect(await moved(page.mainFrame()), "when other errors come").toEqual([]);
  for (const [field, text] of [["number", "4111111111111111"], ["expiry", "1230"], ["cvv", "123"]] as const) {
    await page.locator(`[name=${field}]`).click({ clickCount: 3 });
    await page.keyboard.type(text);
  }
  await settled(page);
  expect(await moved(page.mainFrame()), "when they go").toEqual([]);
  await page.context().close();
});

test("in a shop's page nothing in its frame moves", async () => {
  const page = await browser.newPage();
  await page.goto(program.url);
  await checkoutOf(page).locator("button.pay").waitFor();
  await fill(checkoutOf(page), { number: "4111 1111 1111 1112" });
  await settled(page);
  const frame = page.frames().find((one) => one.url().includes("/checkout/"))!;
  expect(await moved(frame)).toEqual([]);
  await page.close();
});

test("no script takes the processor for longer than 50 ms", { timeout: 90_000 }, async () => {
  // How fast a processor is changes with what else it does: one of three loads must be free of it.
  const seen: number[][] = [];
  for (let load = 0; load < 3; load++) {
    const session = await program.session();
    const page = await browser.newPage();
    const long = await longTasks(browser, page, async () => {
      await page.goto(`${program.url}/checkout/${session}`);
      await page.locator("[name=number]").pressSequentially("4111111111111111");
      await page.locator("button.pay").click();
      await page.locator("[aria-invalid=true]").first().waitFor();
    });
    await page.close();
    if (long.length === 0) return;
    seen.push(long);
  }
  expect.fail(`every load had longer tasks, in milliseconds: ${JSON.stringify(seen)}`);
});
