import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dress, speak } from "./options";
import { language } from "./words";

afterEach(() => {
  vi.unstubAllGlobals();
  document.head.innerHTML = "";
});

// happy-dom loads no style sheet and says so at once: here a test says when one has come.
beforeEach(() => void vi.spyOn(HTMLLinkElement.prototype, "rel", "set").mockReturnValue());

const looks = () => [...document.querySelectorAll("#theme")].map((one) => decodeURIComponent((one as HTMLLinkElement).href ?? "").split("=")[1] ?? "own");

test.each([["in turn", [0, 1]], ["the other way around", [1, 0]]])("of two looks that come %s the later one stays", (_, order) => {
  document.head.innerHTML = `<style id="theme"></style>`;
  dress("cs_1", "above", { theme: "dark" });
  dress("cs_1", "above", { theme: "light" });
  const links = [...document.querySelectorAll("link")];
  for (const at of order) links[at]?.dispatchEvent(new Event("load"));
  expect(looks()).toEqual([`{"theme":"light"}`]);
});

test("a look that the server does not take leaves the one before", () => {
  document.head.innerHTML = `<style id="theme"></style>`;
  vi.spyOn(console, "warn").mockReturnValue();
  dress("cs_1", "above", { theme: "dark" });
  document.querySelector("link")?.dispatchEvent(new Event("error"));
  expect(looks()).toEqual(["own"]);
});

test.each(["de-", "de-D", "xx"])("a language %s that cannot be changes nothing", async (locale) => {
  vi.stubGlobal("fetch", async (path: string) => new Response("{}", { status: path.includes("/xx.") ? 404 : 200 }));
  const warned = vi.spyOn(console, "warn").mockReturnValue();
  const before = language.value;
  await speak(locale);
  expect(language.value).toBe(before);
  expect(warned).toHaveBeenCalled();
});
