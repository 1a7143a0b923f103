// The script of the page that an issuer sends the shopper back to, in a frame
// within the checkout: it says that it is there.

window.parent.postMessage({ type: "challenge-returned", version: 1 }, location.origin);
