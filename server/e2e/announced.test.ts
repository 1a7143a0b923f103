// What is heard, and what each field is for who does not see it: all in one document.

import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cards, everything, Stage, states, type } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

test("every error is said where the field is, in a region that is heard", async () => {
  const { context, frame } = await stage.open({ session: everything }, { framed: true });
  const fields = () =>
    frame.locator("form :is(input:not([type=hidden], [type=radio], [type=checkbox]), select)").evaluateAll((inputs) =>
      inputs.filter((input) => input.checkVisibility()).map((input) => {
        const error = (input.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)).find((element) => element?.matches(".error"));
        return { name: input.getAttribute("name")!, invalid: input.getAttribute("aria-invalid"), live: error?.getAttribute("aria-live"), text: error?.textContent ?? "" };
      }));
  for (const { name, invalid, live, text } of await fields()) expect({ name, invalid, live, text }).toEqual({ name, invalid: "false", live: "polite", text: "" });
  await frame.locator("button.pay").click();
  await frame.locator("[aria-invalid=true]").first().waitFor();
  const wrong = (await fields()).filter(({ invalid }) => invalid === "true");
  expect(wrong.map(({ name }) => name)).toEqual(expect.arrayContaining(["email", "number", "expiry", "cvv", "name", "line1", "city", "postal_code"]));
  for (const { name, text } of wrong) expect(text, name).not.toBe("");
  expect((await fields()).find(({ name }) => name === "phone"), "that may be left empty").toMatchObject({ invalid: "false", text: "" });
  // The first that is wrong has the focus, and its error is part of what is read there.
  expect(await frame.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("email");
  const snapshot = await frame.locator("[name=email]").ariaSnapshot();
  expect(snapshot).toContain("Email");
  await context.close();
});

/** Notes what a live region says, from before it says it. */
const listen = (frame: Frame, selector: string) =>
  frame.evaluate((selector) => {
    const heard: string[] = ((window as unknown as { heard: string[] }).heard = []);
    const region = document.querySelector<HTMLElement>(selector)!;
    heard.push(`before: ${region.hidden ? "" : region.textContent!.trim()}`);
    new MutationObserver(() => heard.push(region.hidden ? "hidden" : region.textContent!.trim())).observe(region, { childList: true, subtree: true, characterData: true, attributes: true });
  }, selector);
const heard = (frame: Frame) => frame.evaluate(() => (window as unknown as { heard: string[] }).heard);

test("a decline is an alert, which is there before its text", async () => {
  const { context, page, frame } = await stage.open({}, { framed: true });
  expect(await frame.locator(".decline").getAttribute("role")).toBe("alert");
  await listen(frame, ".decline");
  await states.declined!.reach!(frame, page);
  const said = await heard(frame);
  expect(said[0]).toBe("before: ");
  expect(said.at(-1)).toMatch(/not enough money.*2 more times/);
  await context.close();
});

test("that it is being paid is said, and how it ended", async () => {
  const { context, page, frame } = await stage.open({}, { framed: true });
  expect(await frame.locator("#announced").getAttribute("role")).toBe("status");
  await listen(frame, "#announced");
  let answer = () => {};
  const held = new Promise<void>((go) => (answer = go));
  await page.route("**/pay?*", async (route) => {
    await held;
    await route.continue();
  });
  await type(frame, cards.approved);
  await frame.locator("button.pay").click();
  await expect.poll(() => heard(frame)).toContain("Paying…");
  expect(await frame.locator("form").getAttribute("aria-busy")).toBe("true");
  expect(await frame.locator("button.pay").getAttribute("aria-disabled")).toBe("true");
  answer();
  await frame.locator(".paid").waitFor();
  expect(await frame.locator(".paid").getAttribute("role")).toBe("status");
  expect(await frame.evaluate(() => document.activeElement?.textContent)).toBe("Payment complete");
  await expect.poll(async () => (await heard(frame)).at(-1)).toBe("");
  await context.close();
});

test.each(["finding", "paid", "expired", "used-up", "challenge"])("the screen %s has the focus at its heading", async (name) => {
  const { context, frame } = await stage.reach(states[name]!, { framed: true });
  const at = await frame.evaluate(() => {
    const heading = document.activeElement;
    const section = heading?.closest("section");
    return { heading: heading?.localName, screen: section?.dataset.phases, role: section?.getAttribute("role") };
  });
  expect(at).toEqual({ heading: "h1", screen: name, role: name === "challenge" ? null : "status" });
  await context.close();
});

test("all fields are in one document, named, typed for phones, and right when they are", async () => {
  const { context, page, frame } = await stage.open({ session: everything }, { framed: true });
  const right: Record<string, string> = {
    email: "ada@example.com", phone: "+44 20 7946 0958", number: "4111 1111 1111 1111", expiry: "12 / 30", cvv: "123", name: "Ada Lovelace",
    line1: "1 Main Street", city: "Springfield", state: "Illinois", postal_code: "62701",
  };
  await frame.locator("[name=country]").selectOption("US"); // which has states
  for (const [name, value] of Object.entries(right)) {
    const input = frame.locator(`[name=${name}]`);
    await input.fill("");
    await input.pressSequentially(value.replaceAll(name === "number" || name === "expiry" ? /[ /]/g : /$^/g, ""));
    expect(await input.inputValue(), name).toBe(value);
  }
  const inputs = await frame.locator("form :is(input:not([type=hidden], [type=radio], [type=checkbox]), select)").evaluateAll((all) =>
    (all as HTMLInputElement[]).map((input) => ({
      name: input.name, valid: input.validity.valid, pattern: input.hasAttribute("pattern"), autocomplete: input.autocomplete,
      mode: input.localName === "select" || input.inputMode !== "", label: input.labels?.[0]?.textContent?.trim() ?? "",
    })));
  expect(inputs).toHaveLength(11);
  for (const input of inputs) {
    expect(input).toEqual({ name: input.name, valid: true, pattern: false, autocomplete: expect.stringMatching(/^(cc-|billing |email$|tel$)/), mode: true, label: expect.stringMatching(/\S/) });
    expect(await frame.getByLabel(input.label, { exact: true }).count(), input.label).toBe(1);
  }
  expect(await frame.locator("iframe").count()).toBe(0);
  expect(frame.childFrames()).toEqual([]);
  // Of the script's own frames none is seen or reached.
  const others = await page.locator("iframe:not([title='Secure card payment'])").evaluateAll((all) => all.filter((one) => one.checkVisibility() || (one as HTMLIFrameElement).tabIndex >= 0).length);
  expect(others).toBe(0);
  await context.close();
});
