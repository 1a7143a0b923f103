// Larger, narrower, with more room between letters, in a system's own colours and without
// motion: nothing of the checkout is lost.

import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lost } from "./fits";
import { phase, Stage, states, type } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

const shown = ["errors", "declined", "challenge", "saved cards", "plans", "floating labels", "an order", "paid"];

// A window 1280 pixels wide: what it shows at each zoom, in CSS pixels.
const zooms = [{ percent: 200, width: 640, height: 512 }, { percent: 400, width: 320, height: 256 }];

/** The least that text spacing must bear (WCAG 2.2, 1.4.12). */
const spaced = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }";

test.each(shown)("%s: larger, and with more room between letters", async (name) => {
  for (const framed of [true, false]) {
    const { context, page, frame } = await stage.open(states[name]!, { framed, viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 });
    await states[name]!.reach?.(frame, page);
    for (const { percent, width, height } of zooms) {
      await page.setViewportSize({ width, height });
      expect(await frame.evaluate(lost), `${percent} %`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), "the page around it").toBeLessThanOrEqual(width);
    }
    await frame.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [sheet];
    }, spaced);
    for (const { width, height } of zooms) {
      await page.setViewportSize({ width, height });
      expect(await frame.evaluate(lost), "more room between letters").toEqual([]);
    }
    await context.close();
  }
});

/** How an element is set off from what is around it, as its style is computed. */
const edge = (frame: Frame, selector: string) =>
  frame.locator(selector).first().evaluate((element) => {
    const { borderTopWidth, borderTopStyle, borderTopColor, outlineStyle, outlineWidth, outlineColor, backgroundColor } = getComputedStyle(element);
    return { border: `${borderTopWidth} ${borderTopStyle}`, borderColor: borderTopColor, outline: `${outlineWidth} ${outlineStyle}`, outlineColor, ground: backgroundColor };
  });

test("in a system's own colours, every border and the focus can be seen, and the marks are there", async () => {
  const { context, page, frame } = await stage.open({ saved: true, session: states.plans!.session! }, { forcedColors: "active" });
  expect(await frame.evaluate(() => matchMedia("(forced-colors: active)").matches)).toBe(true);
  for (const selector of [".box", ".pay", ".option"]) {
    const { border, borderColor, ground } = await edge(frame, selector);
    expect(border, selector).toBe("1px solid");
    expect(borderColor, selector).not.toBe(ground);
  }
  const focused = await edge(frame, ".box");
  await frame.locator("[name=email]").focus();
  expect(await edge(frame, ".field-email .box")).toMatchObject({ outline: "2px solid" });
  expect(await edge(frame, ".field-email .box")).not.toEqual(focused);
  // By the keyboard, as only then the focus is shown on what is clicked.
  await frame.locator("[name=save], [name=plan]").first().waitFor();
  for (let stop = 0; stop < 30 && !(await frame.evaluate(() => document.activeElement?.matches("button.pay"))); stop++) await page.keyboard.press("Tab");
  expect(await edge(frame, "button.pay")).toMatchObject({ outline: expect.stringMatching(/^[2-9]px solid$/) });
  const checked = await edge(frame, ".saved-card .option:has(:checked)");
  const other = await edge(frame, ".saved-card .option:not(:has(:checked))");
  expect(checked).not.toEqual(other);
  await frame.locator("[name=saved][value='']").check();
  await type(frame, "4111 1111 1111 1111");
  const marks = await frame.locator(".mark").evaluateAll((all) => all.filter((mark) => mark.checkVisibility()).map((mark) => mark.getBoundingClientRect().width));
  expect(marks.length).toBeGreaterThanOrEqual(4);
  for (const width of marks) expect(width).toBeGreaterThan(20);
  const { width } = await frame.locator(".field-number .mark use").evaluate((use) => (use as SVGGraphicsElement).getBoundingClientRect());
  expect(width, "the scheme's mark").toBeGreaterThan(20);
  await context.close();
});

test("a wrong field is told apart in a system's own colours too", async () => {
  const { context, frame } = await stage.reach(states.errors!, { forcedColors: "active" });
  const { outline: _, ...wrong } = await edge(frame, ".field-name .box");
  expect(wrong.border).not.toBe("0px none");
  expect(await frame.locator("#name-error").textContent()).not.toBe("");
  await context.close();
});

test("where less motion is wanted, none runs", async () => {
  for (const name of ["paying", "finding", "paid"]) {
    const { context, page, frame } = await stage.reach(states[name]!, { reducedMotion: "reduce" });
    expect(await frame.evaluate(() => document.getAnimations().length), name).toBe(0);
    // Where it may move it does: else this would say nothing.
    if (name === "paying") {
      await page.emulateMedia({ reducedMotion: "no-preference" });
      expect(await frame.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
    }
    await context.close();
  }
});

test("what is put away is put away for everyone", async () => {
  const { context, frame } = await stage.reach(states.paid!, {});
  await phase(frame, "paid");
  expect(await frame.locator("form").isVisible()).toBe(false);
  await context.close();
});
