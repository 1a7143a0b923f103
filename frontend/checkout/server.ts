// The calls to our own server. What they answer is read with care: a proxy may
// have put anything in between.

import type { PayRequest, PayResult } from "../shared/wire.gen";

/** A refusal by the server, before anything was sent to a bank. */
export interface Refusal {
  code: string;
  message: string;
  field: string;
}

export type Answer = { result: PayResult } | { refusal: Refusal } | { lost: true };

const statuses = ["authorized", "declined", "requires_action", "processing", "failed", "cancelled"];

async function call(path: string, init?: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(path, { ...init, cache: "no-store", credentials: "omit", redirect: "error" });
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null) return { lost: true };
    if (response.ok && "status" in body && statuses.includes(String(body.status))) return { result: body as PayResult };
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
export const pay = (session: string, card: PayRequest): Promise<Answer> =>
  call(`/checkout/${session}/pay`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(card) });

/** Asks what became of the newest card. */
export const ask = (session: string): Promise<Answer> => call(`/checkout/${session}/result`);
