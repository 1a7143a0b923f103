// Which stores work here. Third-party frames and private windows block some; a
// throw is an answer.

const works = (probe: () => unknown): boolean => {
  try {
    return probe() !== undefined;
  } catch {
    return false;
  }
};

export default function storage(): boolean[] {
  return [works(() => localStorage.length), works(() => sessionStorage.length), works(() => indexedDB), navigator.cookieEnabled];
}
