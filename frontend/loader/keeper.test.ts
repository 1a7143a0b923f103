import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { KEEPING } from "../shared/keep";
import { element, frameIn, load, loaded, secure, server } from "./stage";

beforeAll(() => load());

vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeEach(() => {
  secure(true);
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.advanceTimersByTime(KEEPING);
  vi.useRealTimers();
});

const keepers = () => [...document.querySelectorAll<HTMLIFrameElement>("html > iframe")];
const names = () => keepers().map(({ name }) => name);
const ready = (session: string) => {
  const made = element(session);
  const { say } = loaded(frameIn(made));
  say("ready");
  return { made, say };
};

test("a checkout that is ready has a keeper that nobody sees, beside the body", () => {
  element("cs_0");
  expect(keepers()).toEqual([]);
  ready("cs_1");
  const [keeper] = keepers();
  expect(keeper?.src).toBe(`${server}/checkout/cs_1/keep`);
  expect([keeper?.name, keeper?.tabIndex, keeper?.getAttribute("aria-hidden"), keeper?.style.display]).toEqual(["paywicket-keep-cs_1", -1, "true", "none"]);
  expect(keeper?.getAttribute("sandbox")).toBe("allow-scripts allow-same-origin");
});

test("each session has one, whatever is mounted how often", () => {
  ready("cs_1").say("ready");
  ready("cs_1");
  ready("cs_2");
  expect(names()).toEqual(["paywicket-keep-cs_1", "paywicket-keep-cs_2"]);
});

test("it stays over re-mounting, and goes ten minutes after the last one has gone", () => {
  const [one, two] = [ready("cs_1").made, ready("cs_1").made];
  const [keeper] = keepers();
  one.remove();
  vi.advanceTimersByTime(2 * KEEPING);
  expect(keepers()).toEqual([keeper]);
  two.remove();
  vi.advanceTimersByTime(KEEPING - 1);
  const again = ready("cs_1").made;
  vi.advanceTimersByTime(2 * KEEPING);
  expect(keepers()).toEqual([keeper]);
  again.remove();
  vi.advanceTimersByTime(KEEPING);
  expect(keepers()).toEqual([]);
});

test("it goes at once when the purchase is paid", () => {
  const { made, say } = ready("cs_1");
  ready("cs_2");
  say("token", { payment: "pay_1", status: "authorized", token: null, brand: "visa", last4: "1111", exp_month: 1, exp_year: 2030 });
  expect(names()).toEqual(["paywicket-keep-cs_2"]);
  made.remove();
  ready("cs_1");
  vi.advanceTimersByTime(2 * KEEPING);
  expect(names()).toEqual(["paywicket-keep-cs_2", "paywicket-keep-cs_1"]);
});

test("a question about a declined payment has none", () => {
  document.body.innerHTML = `<div id="here"></div>`;
  const { unmount } = window.Paywicket!.confirm(`${server}/confirm/0`, { container: "#here" });
  loaded(frameIn(document.body)).say("ready");
  expect(keepers()).toEqual([]);
  unmount();
});
