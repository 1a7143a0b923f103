// What the server wants worked out before it takes a card, when somebody is testing cards:
// a moment's work for one shopper, and much for somebody with thousands of cards. It is
// done beside the page, so that the page stays quick.

declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } };
  }
}

/** Made once: the page's policy allows it this one name. */
let policy: { createScriptURL(url: string): string } | undefined;

/** Works a puzzle out by the script at a path, and gives what the server wants to see. */
export function solve(puzzle: string, script: string): Promise<string> {
  policy ??= window.trustedTypes?.createPolicy("proof", {
    createScriptURL: (url) => {
      if (!/^\/assets\/proof\.[a-z0-9]+\.js$/.test(url)) throw new TypeError("no script of ours");
      return url;
    },
  });
  const worker = new Worker(policy?.createScriptURL(script) ?? script);
  return new Promise<string>((found, failed) => {
    worker.onmessage = ({ data }) => found(String(data));
    worker.onerror = () => failed(new Error("the puzzle could not be worked out"));
    worker.postMessage(puzzle);
  }).finally(() => worker.terminate());
}
