// Where the checkout stands. The card is not here: it lives in the form's inputs
// and, for the moment of sending, in one request.

import { computed, signal } from "@preact/signals-core";
import type { PageData, PayRequest, PayResult } from "../shared/wire.gen";
import type { Peer } from "../shared/channel";
import { type Answer, ask, follow, pay, type Refusal } from "./server";
import { fieldOfWire, saidOfRefusal } from "./refusal";
import type { FieldName } from "./validate";
import { language, type Said, say } from "./words";

export type Phase = "form" | "paying" | "challenge" | "finding" | "paid" | "cancelled" | "expired" | "used-up";

/** How often a result that is not known yet is asked for. */
const PATIENCE = 1500;

export class Checkout {
  readonly phase = signal<Phase>("form");
  readonly result = signal<PayResult | null>(null);
  readonly notice = signal<Said | null>(null);
  readonly refused = signal<{ field: FieldName; said: Said } | null>(null);
  readonly attemptsLeft = signal(0);
  readonly busy = computed(() => this.phase.value === "paying");
  #asking: ReturnType<typeof setTimeout> | undefined;
  #unfollow: (() => void) | undefined;
  #told = "";
  #seeking = false; // a card whose answer was lost, by #findOut, which knows which payments came before it

  readonly data: PageData;
  readonly peer: Pick<Peer, "tell">;

  /** How long to wait before asking again, in milliseconds. */
  readonly #patience: number;

  constructor(data: PageData, peer: Pick<Peer, "tell">, patience = PATIENCE) {
    this.data = data;
    this.#patience = patience;
    this.peer = peer;
    this.attemptsLeft.value = data.attempts_left;
    if (data.result) this.#take(data.result);
    if (data.status === "expired" && this.phase.value === "form") this.#expire();
    if (data.status === "open") this.#expireAfter(data.expires_at - data.server_time);
  }

  /** Says that the time is over when it is, unless a card is on its way. */
  #expireAfter(milliseconds: number): void {
    setTimeout(() => {
      if (this.phase.value === "form") this.#expire();
    }, milliseconds);
  }

  #expire(): void {
    this.phase.value = "expired";
    this.peer.tell("error", { code: "session_expired", message: say("expired") });
  }

  /** Sends a card, once at a time. */
  async submit(card: PayRequest): Promise<void> {
    if (this.phase.value !== "form") return;
    this.phase.value = "paying";
    this.notice.value = null;
    this.refused.value = null;
    this.peer.tell("submit", {});
    const before = this.result.value?.payment;
    const answer = await pay(this.data.session, card, this.data.proof, language.value.locale);
    if ("lost" in answer) await this.#findOut(before);
    else this.#takeAnswer(answer);
  }

  /** Leaves the issuer's page for another card. The server ends that challenge first. */
  useAnotherCard(): void {
    this.#stopAsking();
    this.notice.value = null;
    this.phase.value = "form";
  }

  /** Asks whether something has become of this checkout while its page was put away. */
  async refresh(): Promise<void> {
    if (this.phase.value !== "form") return;
    const answer = await ask(this.data.session);
    if (this.phase.value !== "form" || !("result" in answer)) return;
    const { payment, status } = answer.result;
    if (payment !== this.result.value?.payment || status !== this.result.value?.status) this.#take(answer.result);
  }

  /** Asks now: the issuer's page has come to its end. */
  async look(): Promise<void> {
    if (this.#seeking) return;
    clearTimeout(this.#asking);
    const answer = await ask(this.data.session);
    // Another card may have been chosen while the answer was on its way.
    if (this.phase.value !== "challenge" && this.phase.value !== "finding") return;
    if ("result" in answer) this.#take(answer.result);
    else this.#askLater();
  }

  /** Asks again in a while, and listens meanwhile: what is heard first counts. */
  #askLater(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => void this.look(), this.#patience);
    this.#unfollow ??= follow(this.data.session, (result) => {
      if (this.phase.value !== "challenge" && this.phase.value !== "finding") return this.#stopAsking();
      if (result.status !== this.result.value?.status) this.#take(result);
    });
  }

  #stopAsking(): void {
    clearTimeout(this.#asking);
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  /**
   * The answer to a card was lost: asks until it is known whether there is a
   * payment. The card may still be on its way, so the server must say twice, some
   * time apart, that none arrived.
   */
  async #findOut(before: string | undefined): Promise<void> {
    this.#seeking = true;
    this.phase.value = "finding";
    this.notice.value = { key: "offline" };
    for (let misses = 0; misses < 2; ) {
      await new Promise((wait) => setTimeout(wait, this.#patience));
      const answer = await ask(this.data.session);
      if ("result" in answer && answer.result.payment !== before) {
        this.#seeking = false;
        return this.#take(answer.result);
      }
      if ("result" in answer || ("refusal" in answer && answer.refusal.code === "not_found")) misses++;
    }
    this.#seeking = false;
    this.notice.value = { key: "offlineBefore" };
    this.phase.value = "form";
  }

  #takeAnswer(answer: Exclude<Answer, { lost: true }>): void {
    if ("result" in answer) this.#take(answer.result);
    else this.#takeRefusal(answer.refusal);
  }

  #takeRefusal(refusal: Refusal): void {
    if (refusal.code === "gone") return this.#expire();
    this.peer.tell("error", { code: refusal.code, message: refusal.message });
    if (refusal.code === "too_many") this.phase.value = "used-up";
    else if (refusal.code === "conflict") {
      this.phase.value = "finding";
      void this.look();
    } else {
      const field = fieldOfWire(refusal.field);
      const said = saidOfRefusal(refusal);
      if (field) this.refused.value = { field, said };
      else this.notice.value = said;
      this.phase.value = "form";
    }
  }

  #take(result: PayResult): void {
    if (result.status === "processing" || result.status === "requires_action") clearTimeout(this.#asking);
    else this.#stopAsking();
    this.result.value = result;
    this.attemptsLeft.value = result.attempts_left;
    switch (result.status) {
      case "authorized":
        this.notice.value = null;
        this.phase.value = "paid";
        break;
      case "cancelled":
        this.notice.value = null;
        this.phase.value = "cancelled";
        break;
      case "requires_action":
        this.phase.value = "challenge";
        this.#askLater();
        break;
      case "processing":
        this.phase.value = "finding";
        this.#askLater();
        break;
      case "failed":
        this.notice.value = { key: "notSent" };
        this.phase.value = "form";
        break;
      case "declined":
        this.notice.value = null;
        this.phase.value = result.attempts_left > 0 ? "form" : "used-up";
    }
    this.#tell(result);
  }

  /** Tells the page of an outcome, once. */
  #tell(result: PayResult): void {
    const news = `${result.payment} ${result.status}`;
    if (news === this.#told) return;
    this.#told = news;
    const { payment, status, token, brand, last4, exp_month, exp_year, attempts_left, decline } = result;
    if (status === "authorized") this.peer.tell("token", { payment, status, token, brand, last4, exp_month, exp_year });
    if (status === "requires_action") this.peer.tell("action-required", { payment });
    if (status === "processing") this.peer.tell("processing", { payment });
    if (status === "failed") this.peer.tell("error", { code: "unavailable", message: say("notSent") });
    if (status === "declined" && decline) {
      const { code, advice, message } = decline; // the loader takes nothing beside these
      this.peer.tell("decline", { payment, code, advice, message, token, brand, last4, attempts_left });
    }
  }
}
