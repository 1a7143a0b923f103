// The issuer's page in a place of the shop's that would cut it off: it is lifted above the
// page, answered by mouse, and put back, and the checkout is never loaded a second time.

import { afterAll, beforeAll, expect, test } from "vitest";
import { cards, phase, Stage, type } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

const places = {
  "cut off below": { style: "overflow:hidden;height:200px;width:500px;position:relative", lifted: true },
  "cut off beside": { style: "overflow:clip;width:180px;height:900px", lifted: true },
  "within a place that scrolls": { style: "overflow:auto;height:300px;width:500px", lifted: false },
  "with room enough": { style: "width:500px", lifted: false },
};

test.each(Object.entries(places))("%s", async (_, { style, lifted }) => {
  const look = { framed: true, viewport: { width: 900, height: 700 } };
  const { context, page, frame } = await stage.open({}, look, (checkout) => `<p>Shop</p><div id="place" style="${style}">${checkout}</div><p style="height:900px">More</p>`);
  const loads: string[] = [];
  page.on("framenavigated", (one) => {
    if (one === frame) loads.push(one.url());
  });
  const element = page.locator("iframe[title='Secure card payment']");
  const before = await element.evaluate((one) => one.style.position);
  await type(frame, cards.challenged);
  await frame.locator("button.pay").click();
  const confirm = frame.frameLocator("iframe.bank").getByRole("button", { name: "Confirm" });
  await confirm.waitFor();
  await expect.poll(() => element.evaluate((one) => one.matches(":popover-open"))).toBe(lifted);
  if (lifted) {
    expect(await element.boundingBox()).toEqual({ x: 0, y: 0, width: 900, height: 700 });
    // All of the issuer's page can be come by, and the way out below it.
    await frame.locator(".other").scrollIntoViewIfNeeded();
    expect(await frame.locator(".other").evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
  }
  // By the mouse itself: whatever lay over the button would take the click.
  await confirm.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await confirm.boundingBox())!;
  await page.mouse.click(x + width / 2, y + height / 2);
  await phase(frame, "paid");
  await frame.getByText("Payment complete").waitFor();
  await expect.poll(() => element.evaluate((one) => one.matches(":popover-open"))).toBe(false);
  expect(await element.evaluate((one) => [one.parentElement?.closest("#place") !== null, (one as HTMLElement).popover, one.style.position])).toEqual([true, null, before]);
  expect(await element.evaluate((one) => [getComputedStyle(one).position, one.getBoundingClientRect().width])).toEqual(["static", await page.locator("#place").evaluate((one) => one.clientWidth)]);
  expect(loads, "loaded again").toEqual([]);
  await context.close();
});

test("another card brings it back to its place as well, with what was typed", async () => {
  const { context, page, frame } = await stage.open({}, { framed: true }, (checkout) => `<div style="overflow:hidden;height:200px">${checkout}</div>`);
  const element = page.locator("iframe[title='Secure card payment']");
  await type(frame, cards.challenged);
  await frame.locator("button.pay").click();
  await expect.poll(() => element.evaluate((one) => one.matches(":popover-open"))).toBe(true);
  await frame.locator(".other").click();
  await phase(frame, "form");
  await expect.poll(() => element.evaluate((one) => one.matches(":popover-open"))).toBe(false);
  expect(await frame.locator("[name=name]").inputValue()).toBe("Ada Lovelace");
  await context.close();
});
