// The checkout's screens. The form stays mounted while others show, so that what
// was typed is there when the shopper comes back to it.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Challenge } from "./challenge";
import { Form } from "./form";
import { formatMoney } from "./money";
import type { Checkout } from "./state";
import { brandName, strings } from "./strings";

export function App({ checkout }: { checkout: Checkout }) {
  const { data } = checkout;
  const amount = formatMoney(data.amount, data.currency, data.exponent, navigator.language);
  const phase = checkout.phase.value;
  const result = checkout.result.value;
  const atForm = phase === "form" || phase === "paying";
  return (
    <div class="sheet">
      <Decline checkout={checkout} />
      <div class="notice" role="alert" hidden={!checkout.notice.value || phase === "challenge"}>{checkout.notice.value}</div>
      <div hidden={!atForm}><Form checkout={checkout} amount={amount} /></div>
      {phase === "challenge" && result?.action && <Challenge checkout={checkout} url={result.action.url} />}
      {phase === "finding" && <Screen title={strings.finding} kind="waiting"><p>{strings.findingMore}</p></Screen>}
      {phase === "paid" && result && (
        <Screen title={data.amount > 0 ? strings.paid : strings.saved} kind="success">
          <p>{data.amount > 0 ? strings.paidWith(amount, brandName(result.brand), result.last4) : strings.savedWith(brandName(result.brand), result.last4)}</p>
        </Screen>
      )}
      {phase === "cancelled" && <Screen title={strings.cancelled} kind="ended"><p>{strings.cancelledMore}</p></Screen>}
      {phase === "expired" && <Screen title={strings.expired} kind="ended"><p>{strings.expiredMore}</p></Screen>}
      {phase === "used-up" && <Screen title={strings.usedUp} kind="ended"><p>{strings.usedUpMore}</p></Screen>}
    </div>
  );
}

/** Why the last card was refused, above the form in which the next one is typed. */
function Decline({ checkout }: { checkout: Checkout }) {
  const decline = checkout.result.value?.status === "declined" ? checkout.result.value.decline : null;
  const shown = decline && (checkout.phase.value === "form" || checkout.phase.value === "used-up");
  return (
    <div class="decline" role="alert" hidden={!shown}>
      {shown && (
        <>
          <strong>{strings.declined}</strong>
          <p>{decline.message} {checkout.attemptsLeft.value > 0 && strings.attempts(checkout.attemptsLeft.value)}</p>
        </>
      )}
    </div>
  );
}

/** A screen that says one thing, and is announced. */
function Screen({ title, kind, children }: { title: string; kind: "waiting" | "success" | "ended"; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class={`screen ${kind}`} role="status">
      <svg class="sign" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
        <circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="3" stroke-opacity={kind === "success" ? 1 : 0.25} />
        {kind === "success" && <path d="m15 25 6.5 6.5L34 18" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" />}
        {kind === "waiting" && <path class="turn" d="M24 3a21 21 0 0 1 21 21" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" />}
        {kind === "ended" && <path d="M24 13v13m0 7v1" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" />}
      </svg>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {children}
    </section>
  );
}
