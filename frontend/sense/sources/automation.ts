// Tells of a program that drives the browser, and claims that contradict each other: the
// names of those that were found. Honest drivers say so, careful ones hide it: a name
// tells a lot, none tells nothing. Old phones and privacy tools trip single ones.

const tells: Record<string, () => unknown> = {
  webdriver: () => navigator.webdriver,
  headless: () => /headless/i.test(navigator.userAgent),
  languages: () => !navigator.languages.length,
  window: () => !outerWidth && !outerHeight,
  // Chrome's own object is missing where something else calls itself Chrome.
  chrome: () => /Chrome\//.test(navigator.userAgent) && !("chrome" in window) && !/Android|CriOS/.test(navigator.userAgent),
  // The user agent names another system than the platform does.
  system: () => [["Windows", "Win"], ["Mac OS X", "Mac"], ["Linux", "Linux"]].some(([agent, platform]) =>
    navigator.userAgent.includes(`(${agent}`) && !navigator.platform.startsWith(platform!)),
  mobile: () => /Android|iPhone/.test(navigator.userAgent) && !navigator.maxTouchPoints,
  // Functions that were put in the place of the browser's own.
  patched: () => [HTMLCanvasElement.prototype.toDataURL, Navigator.prototype.hasOwnProperty, Date.prototype.getTimezoneOffset, Intl.DateTimeFormat]
    .some((made) => !/\[native code\]/.test(Function.prototype.toString.call(made))),
  // Properties that were put on the object itself; browsers have them on its prototype.
  own: () => Object.getOwnPropertyNames(navigator).length,
  // The zone's name and its offset today disagree.
  zone: () => {
    const now = new Date();
    const there = new Date(now.toLocaleString("en-US", { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }));
    return Math.abs((there.getTime() - now.getTime()) / 60000) > 1;
  },
  // Time that stands still, as under a virtual clock.
  clock: () => {
    const start = performance.now();
    let turns = 0;
    while (performance.now() === start && turns < 2e5) turns++;
    return turns === 2e5;
  },
};

export default function automation(): string[] {
  return Object.keys(tells).filter((name) => {
    try {
      return tells[name]!();
    } catch {
      return false;
    }
  });
}
