// The calls to our own server. What they answer is read with care: a proxy may
// have put anything in between.

import type { PayRequest, PayResult } from "../shared/wire.gen";
import { solve } from "./proof";

/** A refusal by the server, before anything was sent to a bank. */
export interface Refusal {
  code: string;
  message: string;
  field: string;
}

export type Answer = { result: PayResult } | { refusal: Refusal } | { lost: true };

const statuses = ["authorized", "declined", "requires_action", "processing", "failed", "cancelled"];

const isResult = (body: unknown): body is PayResult =>
  typeof body === "object" && body !== null && "status" in body && statuses.includes(String(body.status));

async function call(path: string, init?: RequestInit, worker?: string): Promise<Answer> {
  try {
    const response = await fetch(path, { ...init, cache: "no-store", credentials: "omit", redirect: "error" });
    const puzzle = response.headers.get("Paywicket-Puzzle");
    if (response.status === 428 && puzzle && worker) {
      // Nothing was done with the card. Once is enough: a second refusal is told.
      const proof = await solve(puzzle, worker);
      return await call(path, { ...init, headers: { ...init?.headers, "Paywicket-Proof": proof } });
    }
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null) return { lost: true };
    if (response.ok && isResult(body)) return { result: body };
    if (!response.ok && "code" in body && "message" in body) {
      const field = "field" in body ? String(body.field) : "";
      return { refusal: { code: String(body.code), message: String(body.message), field } };
    }
  } catch {
    // The connection broke, or the answer was not ours.
  }
  return { lost: true };
}

/** Sends a card. `lost` says that nobody knows what became of it yet. */
export const pay = (session: string, card: PayRequest, worker: string, locale: string): Promise<Answer> => {
  globalThis.dispatchEvent?.(new Event("paywicket:paying")); // the collector sends what it has
  return call(`/checkout/${session}/pay?locale=${locale}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(card) }, worker);
};

/** Is told what becomes of the newest card, where the browser can listen; the call ends it. */
export const follow = (session: string, told: (result: PayResult) => void): (() => void) => {
  if (typeof EventSource === "undefined") return () => undefined;
  const source = new EventSource(`/checkout/${session}/events`);
  source.addEventListener("result", (event) => {
    const body: unknown = JSON.parse((event as MessageEvent<string>).data);
    if (isResult(body)) told(body);
  });
  return () => source.close();
};

/** Asks what became of the newest card. */
export const ask = (session: string): Promise<Answer> => call(`/checkout/${session}/result`);

/** The brands of a card that carries two, by its first eight digits; none for any other. */
export async function networksOf(session: string, bin: string): Promise<string[]> {
  try {
    const answer = await fetch(`/checkout/${session}/networks`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ bin }), credentials: "omit",
    });
    const { networks } = (await answer.json()) as { networks?: unknown };
    return Array.isArray(networks) ? networks.map(String) : [];
  } catch {
    return []; // then it is paid with the card's own brand
  }
}

/** Has a saved card offered no more. Tells whether that was done. */
export async function forget(session: string, token: string): Promise<boolean> {
  try {
    return (await fetch(`/checkout/${session}/cards/${token}`, { method: "DELETE", credentials: "omit" })).ok;
  } catch {
    return false;
  }
}
