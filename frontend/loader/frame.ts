// One frame of the server's, and the channel to it.

import { listen, newChannel } from "../shared/channel";
import { type Configure, type FrameMessage, type Hello, type Look, VERSION } from "../shared/protocol";

export interface Frame {
  readonly element: HTMLIFrameElement;
  /** Tells the frame that it is to look otherwise; nothing when it has not been greeted. */
  configure(look: Look): void;
  remove(): void;
}

/** Makes a frame: the one that the shopper sees, or one that nobody does when it has no title. */
export function newFrame(src: string, title?: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.src = src;
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin" + (title ? " allow-forms allow-popups" : ""));
  // Through the object model: a page's policy may forbid style attributes.
  frame.style.cssText = title ? "display:block;width:100%;height:27rem;border:0;color-scheme:inherit" : "display:none";
  if (title) {
    frame.title = title;
    frame.allow = "payment 'src'; publickey-credentials-get 'src'";
  } else {
    frame.tabIndex = -1;
    frame.setAttribute("aria-hidden", "true");
  }
  return frame;
}

/** Puts a frame into a container and greets it, each time that it has loaded. */
export function open(container: Node, element: HTMLIFrameElement, origin: string, hear: (message: FrameMessage) => void, loaded: () => void): Frame {
  const channel = newChannel();
  let greeted = false;
  const send = (message: Hello | Configure) => element.contentWindow?.postMessage(message, origin);
  const stop = listen(() => element.contentWindow, origin, channel, hear);
  element.onload = () => {
    greeted = true;
    send({ type: "hello", version: VERSION, channel });
    loaded();
  };
  container.appendChild(element);
  return {
    element,
    configure: (look) => {
      if (greeted) send({ type: "configure", version: VERSION, channel, detail: look });
    },
    remove: () => {
      stop();
      element.remove();
    },
  };
}
