// What the merchant's page and the checkout's frame say to each other: one union
// on `type`. Every message names its version and the channel of its mount.

export const VERSION = 1;

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
  change: { complete: boolean; brand: string };
  submit: Record<string, never>;
  "action-required": { payment: string };
  token: Paid;
  decline: Refused;
  processing: { payment: string };
  outcome: Outcome;
  error: { code: string; message: string };
}

export type ToldType = keyof Told;

/** A message from the frame to the page. */
export type FrameMessage = { [T in ToldType]: { type: T; version: 1; channel: string; detail: Told[T] } }[ToldType];

/** The page's one message to the frame: it opens the channel. */
export interface Hello {
  type: "hello";
  version: 1;
  channel: string;
}

const text = (value: unknown) => typeof value === "string" && value.length <= 1000;
const textOrNull = (value: unknown) => value === null || text(value);
const number = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const truth = (value: unknown) => typeof value === "boolean";

type Guard = (value: unknown) => boolean;

/** The shape of each message's detail: what it must have, and nothing else. */
const shapes: { [T in ToldType]: Record<keyof Told[T] & string, Guard> } = {
  ready: {},
  height: { height: number },
  change: { complete: truth, brand: text },
  submit: {},
  "action-required": { payment: text },
  token: { payment: text, status: text, token: textOrNull, brand: text, last4: text, exp_month: number, exp_year: number },
  decline: {
    payment: text, code: text, advice: text, message: text, token: textOrNull, brand: text, last4: text, attempts_left: number,
  },
  processing: { payment: text },
  outcome: { order: text, status: text },
  error: { code: text, message: text },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isToldType = (value: unknown): value is ToldType => typeof value === "string" && Object.hasOwn(shapes, value);

/** Tells whether a value is a frame's message, whole and with nothing beside. */
export function isFrameMessage(value: unknown): value is FrameMessage {
  if (!isObject(value) || value.version !== VERSION || typeof value.channel !== "string") return false;
  if (!isToldType(value.type) || !isObject(value.detail)) return false;
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
