// The issuer's page, in a frame of ours, with a way out.

import { useEffect, useRef } from "preact/hooks";
import type { Checkout } from "./state";
import { strings } from "./strings";

export function Challenge({ checkout, url }: { checkout: Checkout; url: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
    // The page that the issuer returns to is ours; it says when it is there. If it
    // never does, the result is asked for regularly all the same.
    const onMessage = (event: MessageEvent) => {
      const returned = event.origin === location.origin && event.source === frame.current?.contentWindow;
      if (returned && (event.data as { type?: unknown } | null)?.type === "challenge-returned") void checkout.look();
    };
    addEventListener("message", onMessage);
    return () => removeEventListener("message", onMessage);
  }, [checkout]);
  return (
    <section class="challenge" aria-labelledby="challenge-title">
      <h1 id="challenge-title" ref={title} tabIndex={-1}>{strings.challenge}</h1>
      <iframe ref={frame} src={url} title={strings.challengeFrame} sandbox="allow-scripts allow-forms allow-same-origin" referrerpolicy="no-referrer" />
      <button type="button" class="plain" onClick={() => checkout.useAnotherCard()}>{strings.otherCard}</button>
    </section>
  );
}
