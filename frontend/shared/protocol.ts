// What the merchant's page and the checkout's frame say to each other: one union
// on `type`. Every message names its version and the channel of its mount.

export const VERSION = 1;

/** How the checkout looks: see `appearance` in the documents. The server checks it. */
export interface Appearance {
  theme?: "light" | "dark" | "system";
  accent?: string; // #rrggbb
  font?: string; // system, serif, mono, rounded, or families that shoppers' devices may have
  radius?: number; // of corners, in pixels from 0 to 24
  density?: "compact" | "normal" | "spacious";
  labels?: "above" | "floating";
}

/** What a page may choose of a checkout, and choose again while it is shown. */
export interface Look {
  locale?: string | undefined; // BCP 47; empty for the session's, or else the shopper's own
  appearance?: Appearance | undefined; // takes the place of the one before as a whole
}

/** What came of a card, as the merchant's page may know it. Never card data. */
export interface Paid {
  payment: string;
  status: string;
  token: string | null;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
}

/** Why a card was refused. The card is kept all the same: token is its token. */
export interface Refused {
  payment: string;
  code: string;
  advice: string;
  message: string;
  token: string | null;
  brand: string;
  last4: string;
  attempts_left: number;
}

/** What came of a declined payment about which the shopper was asked. */
export interface Outcome {
  order: string;
  status: string; // approved | declined | cancelled | expired; processing when that is not known within minutes
}

/** What the frame tells the page, by type. Each becomes an event of that name. */
export interface Told {
  ready: Record<string, never>;
  height: { height: number };
  change: { complete: boolean; brand: string; method: "card" | "saved" };
  submit: Record<string, never>;
  "action-required": { payment: string };
  token: Paid;
  decline: Refused;
  processing: { payment: string };
  outcome: Outcome;
  error: { code: string; message: string };
}

export type ToldType = keyof Told;

/** Why a checkout is not shown, as the server knows it; ok when it sees no reason. */
export const reasons = ["ok", "wrong_origin", "session_unknown", "session_used", "session_expired"] as const;
export type Reason = (typeof reasons)[number];

/** What frames tell the loader: the checkout's all but `why`, and the diagnosis only that. It becomes no event. */
export interface Said extends Told {
  why: { code: Reason };
}

/** A message from a frame to the page. */
export type FrameMessage = { [T in keyof Said]: { type: T; version: 1; channel: string; detail: Said[T] } }[keyof Said];

/** The page's first message to a frame: it opens the channel. */
export interface Hello {
  type: "hello";
  version: 1;
  channel: string;
}

/** All that the page chooses of the look, said anew while the checkout is shown. What is left out is not chosen. */
export interface Configure {
  type: "configure";
  version: 1;
  channel: string;
  detail: Look;
}

const text = (value: unknown) => typeof value === "string" && value.length <= 1000;
const textOrNull = (value: unknown) => value === null || text(value);
const number = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const truth = (value: unknown) => typeof value === "boolean";

type Guard = (value: unknown) => boolean;

/** The shape of each message's detail: what it must have, and nothing else. */
const shapes: { [T in keyof Said]: Record<keyof Said[T] & string, Guard> } = {
  ready: {},
  height: { height: number },
  change: { complete: truth, brand: text, method: (value) => value === "card" || value === "saved" },
  submit: {},
  "action-required": { payment: text },
  token: { payment: text, status: text, token: textOrNull, brand: text, last4: text, exp_month: number, exp_year: number },
  decline: {
    payment: text, code: text, advice: text, message: text, token: textOrNull, brand: text, last4: text, attempts_left: number,
  },
  processing: { payment: text },
  outcome: { order: text, status: text },
  error: { code: text, message: text },
  why: { code: (value) => reasons.includes(value as Reason) },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSaidType = (value: unknown): value is keyof Said => typeof value === "string" && Object.hasOwn(shapes, value);

/** Tells whether a value is a frame's message, whole and with nothing beside. */
export function isFrameMessage(value: unknown): value is FrameMessage {
  if (!isObject(value) || value.version !== VERSION || typeof value.channel !== "string") return false;
  if (!isSaidType(value.type) || !isObject(value.detail)) return false;
  const shape: Record<string, Guard> = shapes[value.type];
  const detail = value.detail;
  const names = Object.keys(shape);
  return Object.keys(detail).length === names.length && names.every((name) => shape[name]?.(detail[name]) === true);
}

/** Tells whether a value opens a channel. */
export function isHello(value: unknown): value is Hello {
  return isObject(value) && value.type === "hello" && value.version === VERSION &&
    typeof value.channel === "string" && /^[0-9a-f]{32}$/.test(value.channel);
}

/** The most of a name or a value of an appearance, in characters. What they may be is the server's to say. */
const MOST = 200;

const isAppearance = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).length <= 20 && Object.entries(value).every(([name, chosen]) =>
    name.length <= MOST && (typeof chosen === "string" ? chosen.length <= MOST : number(chosen)));

/** What may be chosen anew, each with its guard. */
const choices: Record<keyof Look, Guard> = {
  locale: (value) => value === undefined || typeof value === "string" && /^[0-9A-Za-z-]{0,64}$/.test(value),
  appearance: (value) => value === undefined || isAppearance(value),
};

/** Tells whether a value chooses anew how a checkout looks, whole and with nothing beside. */
export function isConfigure(value: unknown): value is Configure {
  return isObject(value) && value.type === "configure" && value.version === VERSION && typeof value.channel === "string" &&
    isObject(value.detail) &&
    Object.entries(value.detail).every(([name, chosen]) => Object.hasOwn(choices, name) && choices[name as keyof Look](chosen));
}
