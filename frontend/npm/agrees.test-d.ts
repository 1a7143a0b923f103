// The types that are written for merchants are those that the loader has: checked by tsc,
// each way. Nothing here runs.

import type * as cause from "../loader/cause";
import type * as element from "../loader/element";
import type * as mounted from "../loader/mounted";
import type * as loader from "../loader/paywicket";
import type * as protocol from "../shared/protocol";
import type * as written from "./index.js";

/** True when two types are the same, not merely assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** True when each can stand for the other. */
type Alike<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

type Names<T> = keyof T;

export const agree: [
  Same<written.Appearance, protocol.Appearance>,
  Same<written.Look, protocol.Look>,
  Same<written.Paid, protocol.Paid>,
  Same<written.Refused, protocol.Refused>,
  Same<written.Outcome, protocol.Outcome>,
  Alike<written.Told, protocol.Told>,
  Same<Names<written.Told>, Names<protocol.Told>>,
  Alike<written.PaywicketEvents, element.PaywicketEvents>,
  Same<written.Cause, cause.Cause>,
  Alike<written.MountOptions, loader.MountOptions>,
  Same<Names<written.MountOptions>, Names<loader.MountOptions>>,
  Alike<written.Mounted, mounted.Mounted>,
  Alike<written.Paywicket, typeof loader.Paywicket>,
  Alike<written.PaywicketCheckoutElement["addEventListener"], element.PaywicketCheckout["addEventListener"]>,
  Same<written.PaywicketCheckoutElement["appearance"], element.PaywicketCheckout["appearance"]>,
  // The element's class has what browsers call beside what is written for merchants.
  Same<Exclude<Names<element.PaywicketCheckout>, Names<written.PaywicketCheckoutElement>>, "connectedCallback" | "disconnectedCallback" | "attributeChangedCallback">,
  Same<Exclude<Names<written.PaywicketCheckoutElement>, Names<element.PaywicketCheckout>>, never>,
  Same<Names<written.PaywicketCheckoutAttributes>, (typeof element.attributes)[number]>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
