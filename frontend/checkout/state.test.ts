import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PageData, PayResult } from "../shared/wire.gen";
import { isFrameMessage } from "../shared/protocol";
import english from "../languages/en.json";
import { Checkout } from "./state";

const card = { number: "4111111111111111", exp_month: 12, exp_year: 2030, cvv: "123", name: "Ada" };

const data: PageData = {
  session: "cs_1", status: "open", amount: 4900, currency: "USD", exponent: 2, merchant: "Shop", description: "Kettle",
  origins: ["https://shop.example"], sense_key: "sns_1", sense_nonce: "frame.n", sense_off: [], proof: "/assets/proof.a.js", sandbox: true, framed: true, locale: "en-US", words: english.checkout, ask_saved_cvv: true, labels: "above", complaints: [], expires_at: 900_000, server_time: 0, attempts_left: 3, result: null,
};

const outcome = (status: string, more: Partial<PayResult> = {}): PayResult => ({
  payment: "pay_1", status, token: "tok_1", brand: "visa", last4: "1111", exp_month: 12, exp_year: 2030,
  decline: null, action: null, attempts_left: 2, amount: 4900, ...more,
});
const declined = outcome("declined", { decline: { code: "do_not_honor", advice: "call_bank", message: "No.", reason: "declinedCall" } });

/** What the server answers, one after the other; the last one for ever. An error stands for a broken connection. */
let answers: (object | Error)[] = [];
const asked: string[] = [];
const tell = vi.fn();
const told = () => tell.mock.calls.map(([type]) => type);

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  tell.mockClear();
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${path}`);
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next instanceof Error || !next) throw next ?? new Error("no answer");
    return new Response(JSON.stringify(next), { status: "code" in next ? 400 : 200 });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = (more: Partial<PageData> = {}) => new Checkout({ ...data, ...more }, { tell });

describe("a card that is sent", () => {
  test("and authorized: the page hears of a token, and of nothing that could pay", async () => {
    answers = [outcome("authorized")];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.phase.value).toBe("paid");
    expect(told()).toEqual(["submit", "token"]);
    const heard = JSON.stringify(tell.mock.calls);
    expect(heard).toContain("tok_1");
    for (const secret of [card.number, card.cvv, "Ada"]) expect(heard).not.toContain(secret);
  });

  test("and declined: the form is there for the next", async () => {
    answers = [declined];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.phase.value).toBe("form");
    expect(checkout.attemptsLeft.value).toBe(2);
    expect(tell).toHaveBeenLastCalledWith("decline", expect.objectContaining({ code: "do_not_honor", token: "tok_1", attempts_left: 2 }));
    for (const [type, detail] of tell.mock.calls) expect(isFrameMessage({ type, version: 1, channel: "c", detail }), `the loader takes ${type}`).toBe(true);
  });

  test("and declined for the last time: no form any more", async () => {
    answers = [{ ...declined, attempts_left: 0 }];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.phase.value).toBe("used-up");
  });

  test("goes once, however often it is pressed", async () => {
    answers = [outcome("authorized")];
    const checkout = open();
    await Promise.all([checkout.submit(card), checkout.submit(card), checkout.submit(card)]);
    expect(asked).toEqual(["POST /checkout/cs_1/pay?locale=en"]);
  });

  test.each([
    [{ code: "invalid", message: "Check it.", field: "number" }, "form", "number"],
    [{ code: "invalid", message: "Check it.", field: "exp_year" }, "form", "expiry"],
    [{ code: "gone", message: "Over.", field: "" }, "expired", undefined],
    [{ code: "too_many", message: "Enough.", field: "" }, "used-up", undefined],
  ])("and refused with %o", async (refusal, phase, field) => {
    answers = [refusal];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.phase.value).toBe(phase);
    expect(checkout.refused.value?.field).toBe(field);
    expect(told()).toEqual(["submit", "error"]);
    expect(tell).toHaveBeenLastCalledWith("error", expect.objectContaining({ code: phase === "expired" ? "session_expired" : refusal.code }));
  });

  test("and refused for no field in sight: the message stands above the form", async () => {
    answers = [{ code: "unavailable", message: "Later." }];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.notice.value).toEqual({ key: "notSent" });
    expect(checkout.phase.value).toBe("form");
  });

  test("while another is being processed: its outcome is waited for", async () => {
    answers = [{ code: "conflict", message: "Wait." }, outcome("authorized")];
    const checkout = open();
    await checkout.submit(card);
    await vi.runAllTimersAsync();
    expect(checkout.phase.value).toBe("paid");
  });
});

describe("an answer that is lost", () => {
  test("is asked for until it is known, and the card is not sent again", async () => {
    answers = [new Error("cut"), new Error("cut"), outcome("processing"), outcome("authorized")];
    const checkout = open();
    const sent = checkout.submit(card);
    await vi.advanceTimersByTimeAsync(1);
    expect(checkout.phase.value).toBe("finding");
    expect(checkout.notice.value).toEqual({ key: "offline" });
    await vi.runAllTimersAsync();
    await sent;
    expect(checkout.phase.value).toBe("paid");
    expect(asked.filter((call) => call.startsWith("POST"))).toHaveLength(1);
    expect(told()).toEqual(["submit", "processing", "token"]);
  });

  test("is given up only when the server says twice that no card arrived", async () => {
    const none = { code: "not_found", message: "Nothing." };
    answers = [new Error("cut"), none, new Error("cut"), none];
    const checkout = open();
    const sent = checkout.submit(card);
    await vi.advanceTimersByTimeAsync(1600);
    expect(checkout.phase.value).toBe("finding");
    await vi.advanceTimersByTimeAsync(3000);
    await sent;
    expect(checkout.phase.value).toBe("form");
    expect(checkout.notice.value).toEqual({ key: "offlineBefore" });
  });

  test("after a decline: that decline is not taken for its outcome", async () => {
    answers = [declined, new Error("cut"), declined, outcome("authorized", { payment: "pay_2" })];
    const checkout = open();
    await checkout.submit(card);
    const sent = checkout.submit(card);
    await vi.runAllTimersAsync();
    await sent;
    expect(checkout.phase.value).toBe("paid");
    expect(checkout.result.value?.payment).toBe("pay_2");
  });

  test("after a decline: nor when the connection is said to be back", async () => {
    answers = [declined, new Error("cut"), declined, outcome("authorized", { payment: "pay_2" })];
    const checkout = open();
    await checkout.submit(card);
    const sent = checkout.submit(card);
    await vi.advanceTimersByTimeAsync(1);
    await checkout.look();
    expect(checkout.phase.value).toBe("finding");
    await vi.runAllTimersAsync();
    await sent;
    expect(checkout.result.value?.payment).toBe("pay_2");
  });

  test.each([["a proxy's page", "<html>"], ["another shape", "[]"], ["another status", `{"status":"fine"}`]])("or is %s", async (_name, body) => {
    const none = { code: "not_found", message: "Nothing." };
    let calls = 0;
    vi.stubGlobal("fetch", async () => (calls++ === 0 ? new Response(body) : new Response(JSON.stringify(none), { status: 404 })));
    const checkout = open();
    const sent = checkout.submit(card);
    await vi.advanceTimersByTimeAsync(1);
    expect(checkout.phase.value).toBe("finding");
    await vi.runAllTimersAsync();
    await sent;
  });
});

describe("an issuer's challenge", () => {
  const challenge = outcome("requires_action", { action: { type: "challenge", url: "https://bank.example/1" } });

  test("is shown, and looked after until it is decided", async () => {
    answers = [challenge, challenge, outcome("authorized")];
    const checkout = open();
    await checkout.submit(card);
    expect(checkout.phase.value).toBe("challenge");
    await vi.advanceTimersByTimeAsync(1600);
    expect(checkout.phase.value).toBe("challenge");
    await vi.advanceTimersByTimeAsync(1600);
    expect(checkout.phase.value).toBe("paid");
    expect(told()).toEqual(["submit", "action-required", "token"]);
  });

  test("left for another card: a late answer does not take the form away", async () => {
    answers = [challenge];
    const checkout = open();
    await checkout.submit(card);
    const looking = checkout.look();
    checkout.useAnotherCard();
    await looking;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(checkout.phase.value).toBe("form");
  });
});

describe("a session that is opened again", () => {
  test.each([
    [{ status: "completed", result: outcome("authorized") }, "paid"],
    [{ status: "expired", result: null }, "expired"],
    [{ status: "open", result: declined }, "form"],
    [{ status: "open", result: { ...declined, attempts_left: 0 }, attempts_left: 0 }, "used-up"],
    [{ status: "open", result: outcome("processing") }, "finding"],
    [{ status: "open", result: outcome("failed") }, "form"],
  ])("%o shows %s", (more, phase) => {
    answers = [outcome("processing")];
    expect(open(more as Partial<PageData>).phase.value).toBe(phase);
  });

  test("says so when its time is over, but never while a card is on its way", async () => {
    answers = [declined];
    const checkout = open({ expires_at: 5000, server_time: 1000 });
    vi.advanceTimersByTime(3999);
    expect(checkout.phase.value).toBe("form");
    vi.advanceTimersByTime(2);
    expect(checkout.phase.value).toBe("expired");

    const busy = open({ expires_at: 5000, server_time: 1000 });
    const sent = busy.submit(card);
    vi.advanceTimersByTime(5000);
    expect(busy.phase.value).toBe("paying");
    await sent;
  });
});
