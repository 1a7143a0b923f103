import { afterEach, expect, test, vi } from "vitest";
import { Choices } from "./choices";
import { Inputs } from "./inputs";

afterEach(() => vi.unstubAllGlobals());

test("an answer about a number that was typed over changes nothing", async () => {
  document.body.innerHTML = `<form><fieldset class="networks of-new-card" hidden><div class="options"></div></fieldset></form>`;
  const answers: ((networks: string[]) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise((done) => answers.push((networks) => done(new Response(JSON.stringify({ networks }))))));
  const choices = new Choices(new Inputs(document.querySelector("form")!), "cs_1", true, () => undefined);
  const both = [choices.lookAt("4111111111"), choices.lookAt("4000002500")];
  answers[1]?.(["cartes_bancaires", "visa"]);
  answers[0]?.([]);
  await Promise.all(both);
  expect(choices.network).toBe("cartes_bancaires");
  await choices.lookAt("4000");
  expect(choices.network).toBe("");
});
