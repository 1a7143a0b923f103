// One mounted frame: it, the channel to it, and its end.

import { listen, newChannel } from "../shared/channel";
import { type Hello, type Told, type ToldType, VERSION } from "../shared/protocol";

/** How long a frame may stay silent before the page is told why it might be. */
const SILENCE = 10_000;

export type Tell = <T extends ToldType>(type: T, detail: Told[T]) => void;

/** Puts a page of the server at origin into a container; the result takes it out again. */
export function mountFrame(container: Node, origin: string, path: string, title: string, tell: Tell): () => void {
  const channel = newChannel();
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.src = origin + path;
  frame.referrerPolicy = "no-referrer";
  frame.allow = "payment 'src'; publickey-credentials-get 'src'";
  frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups");
  // Through the object model: a page's policy may forbid style attributes.
  Object.assign(frame.style, { border: "0", width: "100%", display: "block", height: "27rem", colorScheme: "inherit" });

  const silence = setTimeout(() => {
    const message = `The checkout says nothing. Is ${location.origin} one of the site's origins? Is the session open? Does this page's policy allow frames from ${origin}?`;
    console.error(`Paywicket: ${message}`);
    tell("error", { code: "unreachable", message });
  }, SILENCE);

  const stop = listen(() => frame.contentWindow, origin, channel, ({ type, detail }) => {
    clearTimeout(silence);
    if (type === "height") frame.style.height = `${Math.ceil(detail.height)}px`;
    tell(type, detail as never);
  });
  frame.addEventListener("load", () => {
    const hello: Hello = { type: "hello", version: VERSION, channel };
    frame.contentWindow?.postMessage(hello, origin);
  });
  container.appendChild(frame);
  return () => {
    clearTimeout(silence);
    stop();
    frame.remove();
  };
}
