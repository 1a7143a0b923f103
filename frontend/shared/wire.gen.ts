// Made from server/page/wire.go by go run ./frontend/build. Do not edit.

/** PageData is what the checkout document carries for its script. */
export interface PageData {
  session: string;
  status: string; // open | completed | expired
  amount: number; // minor units
  currency: string;
  exponent: number; // digits after the decimal point
  merchant: string;
  description: string;
  origins: string[]; // exact origins that may talk to this frame
  sense_key: string;
  sense_nonce: string; // lets this page send what it saw
  sense_off: string[]; // signals that the merchant does not want
  sandbox: boolean;
  expires_at: number; // unix milliseconds
  server_time: number; // unix milliseconds
  attempts_left: number;
  proof: string; // path of the script that works puzzles out
  result: PayResult | null; // newest payment of the session, null at first
  locale: string; // BCP 47, with the region whose formats are kept
  words: unknown; // what the checkout says, by key
  framed: boolean; // the page stands in another
  complaints: string[]; // what the embedding page asked for and cannot have, for its developer
  labels: string; // where the session has them: above | floating
  ask_saved_cvv: boolean; // a saved card needs its CVV
}

/** PayRequest is what the frame posts: a typed card, or a saved one and what else was typed. The server never decodes it into this type, whose strings could not be wiped: it is here for the generated TypeScript and the documents. See wire.ReadTyped. */
export interface PayRequest {
  number?: string; // digits; spaces and dashes allowed
  exp_month?: number;
  exp_year?: number; // four digits
  cvv?: string;
  name?: string;
  saved?: string; // the token of a saved card, instead of the number, the date and the name
  save?: boolean; // the shopper agreed that the card is kept for the next time
  plan?: number; // the number of payments; 0 for one
  network?: string; // the brand that was chosen of a card that bears two
  email?: string;
  phone?: string;
  billing?: Address | null;
}

/** Address is a billing address as a shopper typed it. */
export interface Address {
  line1?: string; // street and number
  city?: string;
  state?: string;
  postal_code?: string;
  country?: string; // ISO 3166-1 alpha-2
}

/** NetworksRequest asks which brands a card bears. */
export interface NetworksRequest {
  bin: string; // the card's first six to eight digits
}

/** NetworksFound are the brands of a card that bears more than one, the preferred first. */
export interface NetworksFound {
  networks: string[]; // empty for a card of one brand
}

/** PayResult is what came of a payment, as far as a browser may know. */
export interface PayResult {
  payment: string;
  status: string; // authorized | declined | requires_action | processing | failed | cancelled
  token: string | null;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
  decline: Decline | null;
  action: Action | null;
  attempts_left: number;
  amount: number; // minor units
}

/** Decline is why a card was refused, and what helps. */
export interface Decline {
  code: string;
  advice: string; // try_again | another_card | call_bank | check_details
  reason: string; // the key of the words that say so to the shopper
  message: string;
}

/** Action is what the shopper must do before a payment can go on. */
export interface Action {
  type: string; // challenge
  url: string; // the issuer's page, to be shown in a nested frame
}

/** ConfirmData is what the page that asks about a declined payment carries for its script. */
export interface ConfirmData {
  order: string;
  status: string; // asked | challenge | processing | approved | declined | cancelled | expired
  origins: string[]; // exact origins that may talk to this page
  watch: number; // for how many milliseconds the page looks whether the status has changed
}

/** VisitRequest asks for a sense key for a page of a merchant's site. */
export interface VisitRequest {
  merchant: string;
  site: string; // the merchant's first when empty
  sense_key: string; // of an earlier page of the same visit; empty for none
}

/** VisitOpened is a sense key for a page. */
export interface VisitOpened {
  sense_key: string;
  nonce: string; // lets this page send what it saw
  off: string[]; // signals that the merchant does not want
}

/** SenseBatch is what the collector sends at a time. */
export interface SenseBatch {
  sense_key: string;
  nonce: string; // of the page
  signals?: Record<string, SenseSignal>; // each once
  done?: boolean; // there are no more signals
  events?: SenseEvent[];
}

/** SenseSignal is one fact about the device, or why there is none. */
export interface SenseSignal {
  value?: unknown;
  error?: string; // unavailable | blocked | threw | timeout
  ms: number;
}

/** SenseEvent is something that happened on the page, never what was typed. */
export interface SenseEvent {
  type: string; // load paste resize focus blur visibility autofill typing pointer
  field?: string; // number expiry cvv name
  at: number; // milliseconds since the script's start
  value?: unknown;
}
